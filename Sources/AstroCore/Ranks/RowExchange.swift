/// Rows on their way: for each destination and each row a header of `headers` words and `width` words a connection.
///
///     number of connections, the header's other words, then the connections' words
struct RowMessages {
    let headers, width: Int
    private(set) var words: [[UInt32]]
    private var open: [Int]

    init(to destinations: Int, headers: Int, width: Int) {
        (self.headers, self.width) = (headers, width)
        words = Array(repeating: [], count: destinations)
        open = Array(repeating: 0, count: destinations)
    }

    /// The words behind the number are the same for all destinations.
    mutating func beginRow(_ header: [UInt32]) {
        for i in words.indices {
            open[i] = words[i].count
            words[i].append(0)
            words[i] += header
        }
    }

    /// Takes the first `width` of the words.
    @inline(__always)
    mutating func add(to destination: Int, _ a: UInt32, _ b: UInt32, _ c: UInt32 = 0, _ d: UInt32 = 0) {
        words[destination][open[destination]] += 1
        words[destination].append(a)
        if width > 1 { words[destination].append(b) }
        if width > 2 { words[destination].append(c) }
        if width > 3 { words[destination].append(d) }
    }
}

extension RowMessages {
    /// Adds some of the rows, to the owners of their targets; with two words a connection, its number in the row too, and with
    /// a header how many the row has.
    fileprivate mutating func add(_ rows: any Rows, _ numbers: Range<Int>, _ targets: Targets) {
        var positions: [UInt32] = [], piece = 0
        for row in numbers {
            positions.removeAll(keepingCapacity: true)
            rows.append(row: row, to: &positions)
            beginRow(headers > 1 ? [UInt32(positions.count)] : [])
            for (i, position) in positions.enumerated() {
                let (rank, place) = targets.owner(of: Int(position), near: &piece)
                add(to: rank, UInt32(place), UInt32(i))
            }
        }
    }
}

/// A row as it has arrived, or what one rank has sent of it.
struct RowPart {
    let header: ArraySlice<UInt32>
    private let words: ArraySlice<UInt32>
    private let width: Int

    /// Takes the next row from a message.
    init(_ message: [UInt32], _ next: inout Int, headers: Int, width: Int) {
        let count = Int(message[next])
        header = message[next + 1..<next + headers]
        words = message[next + headers..<next + headers + count * width]
        self.width = width
        next += headers + count * width
    }

    /// One word of every connection.
    func column(_ i: Int) -> [UInt32] {
        stride(from: words.startIndex + i, to: words.endIndex, by: width).map { words[$0] }
    }
}

extension RowTurns {
    /// The rows of a chunk, from a message about it.
    fileprivate func parts(_ words: [UInt32], ofChunk chunk: Int, headers: Int, width: Int) -> [(
        row: Int, part: RowPart
    )] {
        var next = 0
        return rows(ofChunk: chunk).map { ($0, RowPart(words, &next, headers: headers, width: width)) }
    }
}

/// Results of side by side work, one a number; each is written by one worker.
private final class Slots<Value>: @unchecked Sendable {
    private let memory: UnsafeMutablePointer<Value>
    private let count: Int

    init(_ count: Int, _ value: Value) {
        self.count = count
        memory = .allocate(capacity: count)
        memory.initialize(repeating: value, count: count)
    }

    deinit {
        memory.deinitialize(count: count)
        memory.deallocate()
    }

    subscript(i: Int) -> Value {
        get { memory[i] }
        set { memory[i] = newValue }
    }
}

extension Simulation {
    func turns(rows: Int) -> RowTurns { RowTurns(rows: rows, ranks) }

    /// Lets workers fill messages chunk by chunk, and hands them round: for each of the chunks in `from`, what its sender has
    /// to say of it.
    ///
    /// - `mine`: chunks that this rank speaks of; `from[r]`: those that rank r speaks of.
    func exchangeChunks(
        _ mine: Range<Int>, from chunks: [Range<Int>], _ together: Together,
        _ fill: @escaping (_ chunk: Int) -> RowMessages
    ) -> [[(chunk: Int, words: [UInt32])]] {
        let filled = Slots<[[UInt32]]>(mine.count, [])
        Team.shared.forEach(mine.count, workers: threads) { i, _ in filled[i] = fill(mine.lowerBound + i).words }
        var out = Array(repeating: [UInt32](), count: ranks.count)
        for i in 0..<mine.count {
            for (rank, words) in filled[i].enumerated() { out[rank] += [UInt32(words.count)] + words }
        }
        return zip(together.exchange(out), chunks).map { received, chunks in
            var next = 0
            return chunks.map { chunk in
                let count = Int(received[next])
                defer { next += 1 + count }
                return (chunk, Array(received[next + 1..<next + 1 + count]))
            }
        }
    }

    /// Draws the rows of a rule on all ranks in turn, and lets workers store, chunk by chunk, what of each row goes to own
    /// targets: their places and, if wanted, their numbers in the row and, as the header, how many the row has.
    func exchangeRows(
        _ rows: any Rows, count: Int, onto targets: Targets, numbered: Bool, _ together: Together,
        _ storeChunk: @escaping (_ chunk: Int, _ worker: Int, _ rows: [(row: Int, part: RowPart)]) throws -> Void
    ) throws {
        nonisolated(unsafe) let rows = rows
        let turns = turns(rows: count), headers = numbered ? 2 : 1, width = numbered ? 2 : 1
        let destinations = ranks.count
        for batch in 0..<turns.batches {
            let chunks = (0..<destinations).map { turns.chunks(of: batch, rank: $0) }
            let received = exchangeChunks(chunks[ranks.rank], from: chunks, together) { chunk in
                var messages = RowMessages(to: destinations, headers: headers, width: width)
                messages.add(rows, turns.rows(ofChunk: chunk), targets)
                return messages
            }
            try workOff(received.flatMap { $0 }, together) { message, worker in
                let parts = turns.parts(message.words, ofChunk: message.chunk, headers: headers, width: width)
                try storeChunk(message.chunk, worker, parts)
            }
        }
    }

    /// Does something with each item on any worker; what fails on one fails on all ranks.
    func workOff<Item>(
        _ items: [Item], _ together: Together, _ body: @escaping (Item, _ worker: Int) throws -> Void
    ) throws {
        let problems = Slots<String?>(items.count, nil)
        nonisolated(unsafe) let items = items
        Team.shared.forEach(items.count, workers: threads) { i, worker in
            do { try body(items[i], worker) } catch { problems[i] = (error as? InputError)?.message ?? "\(error)" }
        }
        try together.agree {
            if let problem = items.indices.lazy.compactMap({ problems[$0] }).first { throw InputError(problem) }
        }
    }
}

// MARK: - Building

extension Simulation {
    /// As `buildChunks` with one builder, where there are several ranks.
    func build(_ builder: ProjectionBuilder, _ rows: any Rows, rowCount: Int, _ together: Together) throws {
        let numbered = builder.isDiffering
        let scratches = (0..<threads).map { _ in builder.makeScratch() }
        try exchangeRows(rows, count: rowCount, onto: builder.targets, numbered: numbered, together) {
            chunk, worker, rows in
            builder.begin(scratches[worker])
            for (row, part) in rows {
                try builder.add(
                    row: row, part.column(0), numbers: numbered ? part.column(1) : nil,
                    of: Int(part.header.first ?? 0), to: scratches[worker])
            }
            builder.store(scratches[worker], chunk: chunk)
        }
        try builder.finish(scratches, together)
    }

    /// As `buildChunks` of a tripartite call, where there are several ranks. Whoever draws a row decides which connections
    /// get an astrocyte and from which place of a pool; the target's owner knows the pool, and tells the astrocyte's owner.
    func build(
        _ primary: ProjectionBuilder, _ third: ProjectionBuilder?, _ pairing: Pairing, _ out: ThirdOutCounts,
        _ rows: any Rows, rowCount: Int, _ together: Together
    ) throws {
        let construction = TripartiteConstruction(
            self, primary, third, pairing, out, rows, rowCount: rowCount, together)
        for batch in 0..<construction.turns.batches { try construction.run(batch) }
        try construction.finish()
    }
}

/// The two steps of a tripartite call on several ranks, batch by batch.
///
///     from whoever draws to the target's owner:      place, place in the pool or none, number among those with an astrocyte
///                                                     [, number in the row]
///     from there to the astrocyte's owner:            place, number among those with an astrocyte
private final class TripartiteConstruction {
    let turns: RowTurns
    private let simulation: Simulation
    private let primary: ProjectionBuilder
    /// nil where nothing goes to astrocytes but what synapses send themselves.
    private let third: ProjectionBuilder?
    private let pairing: Pairing
    private var factor: ThirdFactor { pairing.factor }
    private let out: ThirdOutCounts
    private let rows: any Rows
    private let together: Together
    private let ranks: Int
    private let first, second: [ProjectionBuilder.Scratch]
    private static let nobody = UInt32.max

    init(
        _ simulation: Simulation, _ primary: ProjectionBuilder, _ third: ProjectionBuilder?, _ pairing: Pairing,
        _ out: ThirdOutCounts, _ rows: any Rows, rowCount: Int, _ together: Together
    ) {
        (self.simulation, self.primary, self.third) = (simulation, primary, third)
        (self.pairing, self.out, self.rows) = (pairing, out, rows)
        (self.together, ranks) = (together, together.ranks.count)
        turns = simulation.turns(rows: rowCount)
        first = (0..<simulation.threads).map { _ in primary.makeScratch() }
        second = third.map { third in (0..<simulation.threads).map { _ in third.makeScratch() } } ?? []
    }

    private var width: Int { primary.isDiffering ? 4 : 3 }

    func run(_ batch: Int) throws {
        let chunks = (0..<ranks).map { turns.chunks(of: batch, rank: $0) }
        nonisolated(unsafe) let this = self
        let mine = chunks[together.ranks.rank]
        let received = simulation.exchangeChunks(mine, from: chunks, together) { this.draw($0) }.flatMap { $0 }
        try simulation.workOff(received, together) { try this.storePrimary($0.chunk, $0.words, $1) }
        guard let third else { return }
        let all = chunks[0].lowerBound..<chunks[ranks - 1].upperBound
        let replies = simulation.exchangeChunks(all, from: Array(repeating: all, count: ranks), together) { chunk in
            this.reply(received[chunk - all.lowerBound].words, this.turns.rows(ofChunk: chunk), third)
        }
        try simulation.workOff(Array(all), together) { chunk, worker in
            try this.storeThird(third, chunk, replies.map { $0[chunk - all.lowerBound].words }, worker)
        }
    }

    func finish() throws {
        try primary.finish(first, together)
        try third?.finish(second, together)
    }

    private func draw(_ chunk: Int) -> RowMessages {
        var messages = RowMessages(to: ranks, headers: 3, width: width)
        var positions: [UInt32] = [], piece = 0
        for row in turns.rows(ofChunk: chunk) {
            positions.removeAll(keepingCapacity: true)
            rows.append(row: row, to: &positions)
            let chosen = factor.choose(row: row, positions.count)
            messages.beginRow([UInt32(positions.count), UInt32(chosen.count)])
            var number = 0
            for (i, position) in positions.enumerated() {
                let (rank, place) = primary.targets.owner(of: Int(position), near: &piece)
                let takesPart = number < chosen.count && chosen.numbers[number] == i
                let inPool = takesPart ? chosen.places[number] : Self.nobody
                messages.add(to: rank, UInt32(place), inPool, UInt32(number), UInt32(i))
                if takesPart { number += 1 }
            }
        }
        return messages
    }

    private func storePrimary(_ chunk: Int, _ words: [UInt32], _ worker: Int) throws {
        primary.begin(first[worker])
        for (row, part) in turns.parts(words, ofChunk: chunk, headers: 3, width: width) {
            let places = part.column(0), inPools = part.column(1)
            let numbers = inPools.indices.filter { inPools[$0] != Self.nobody }
            let chosen = Chosen(numbers: numbers.map { UInt32($0) }, places: numbers.map { inPools[$0] })
            try primary.add(
                row: row, places, numbers: width == 4 ? part.column(3) : nil, of: Int(part.header.first!),
                thirds: pairing.thirds(places, chosen), to: first[worker])
            out.add(places, chosen, worker: worker)
        }
        primary.store(first[worker], chunk: chunk)
    }

    /// What the owners of astrocytes are to know of a chunk.
    private func reply(_ words: [UInt32], _ rows: Range<Int>, _ third: ProjectionBuilder) -> RowMessages {
        var messages = RowMessages(to: ranks, headers: 2, width: 2)
        var next = 0, piece = 0
        for _ in rows {
            let part = RowPart(words, &next, headers: 3, width: width)
            messages.beginRow([part.header.last!])
            let places = part.column(0), inPool = part.column(1), numbers = part.column(2)
            for i in places.indices where inPool[i] != Self.nobody {
                let astrocyte = factor.member(Int(places[i]), Int(inPool[i]))
                let (rank, place) = third.targets.owner(of: astrocyte, near: &piece)
                messages.add(to: rank, UInt32(place), numbers[i])
            }
        }
        return messages
    }

    /// - `messages`: what each rank has said of the chunk.
    private func storeThird(_ third: ProjectionBuilder, _ chunk: Int, _ messages: [[UInt32]], _ worker: Int) throws {
        third.begin(second[worker])
        let all = messages.map { turns.parts($0, ofChunk: chunk, headers: 2, width: 2) }
        for (i, row) in turns.rows(ofChunk: chunk).enumerated() {
            let pairs = all.flatMap { zip($0[i].part.column(0), $0[i].part.column(1)) }.sorted { $0.1 < $1.1 }
            try third.add(
                row: row, pairs.map(\.0), numbers: third.isDiffering ? pairs.map(\.1) : nil,
                of: Int(all[0][i].part.header.first!), to: second[worker])
        }
        third.store(second[worker], chunk: chunk)
    }
}
