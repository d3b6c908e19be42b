/// Sections of a checkpoint on several ranks. Each rank writes what it knows in the form of the whole, and the first one
/// merges these parts; on loading the first one splits the whole into such parts. So a file does not tell how many ranks
/// have written it, and any number can read it.
enum SectionParts {
    /// Values of a column: those of each rank's cells come one rank after the other.
    static func mergeColumns(_ parts: inout [SectionReader], _ deal: Deal) throws -> SectionWriter {
        var whole = SectionWriter()
        if deal.isGathered {
            whole.put(raw: parts[deal.owner(of: 0)].remainder())
            return whole
        }
        for i in parts.indices {
            let name = try parts[i].text(), isShared = try parts[i].flag()
            if i == 0 {
                whole.put(name)
                whole.put(isShared)
            }
            if i == 0 || !isShared { whole.put(raw: parts[i].remainder()) }
        }
        return whole
    }

    static func splitColumn(_ contents: inout SectionReader, _ deal: Deal, ranks: Int) throws -> [SectionWriter] {
        let name = try contents.text(), isShared = try contents.flag()
        let values = try contents.doubles(isShared ? 1 : deal.count)
        try contents.finish()
        return (0..<ranks).map { rank in
            var part = SectionWriter()
            part.put(name)
            part.put(isShared)
            values[isShared ? 0..<1 : deal.cells(of: rank)].withUnsafeBufferPointer { part.put(raw: $0) }
            return part
        }
    }

    /// Attachments have a row for each recorder and population, or for each generator; the members of each are merged.
    static func mergeAttachments(_ parts: inout [SectionReader], populations: Int) throws -> SectionWriter {
        var whole = SectionWriter()
        for _ in 0..<populations {
            let samplers = try mergeCounts(&parts, &whole)
            for _ in 0..<samplers { try mergeSampler(&parts, &whole) }
            let listeners = try mergeCounts(&parts, &whole)
            for _ in 0..<listeners {
                let recording = try parts.indices.map { try parts[$0].int() }[0]
                whole.put(recording)
                whole.put(near: try parts.indices.flatMap { try parts[$0].near() })
            }
        }
        // generators are the same on all ranks
        whole.put(raw: parts[0].remainder())
        return whole
    }

    private static func mergeCounts(_ parts: inout [SectionReader], _ whole: inout SectionWriter) throws -> Int {
        let count = try parts.indices.map { try parts[$0].int() }[0]
        whole.put(count)
        return count
    }

    private static func mergeSampler(_ parts: inout [SectionReader], _ whole: inout SectionWriter) throws {
        var pairs: [(cell: Int, place: Int)] = []
        for i in parts.indices {
            let recording = try parts[i].int()
            if i == 0 { whole.put(recording) }
            pairs += zip(try parts[i].near(), try parts[i].near()).map { ($0, $1) }
        }
        pairs = pairs.ordered { $0.place }
        whole.put(near: pairs.map(\.cell))
        whole.put(near: pairs.map(\.place))
    }
}

// MARK: - Signals

/// The contents of a section of connections that carry a signal: by target, then in their order.
struct SignalSection {
    var number = 0
    var sources: [Int] = [], targets: [Int] = [], delays: [Int] = [], multiplicities: [Int] = []
    /// One for all, or one for each.
    var weights: [Double] = []
    /// Named where it is not the first model that carried signals.
    private(set) var model = Self.firstModel
    private static let firstModel = "sic_connection"
    /// Of a coupling: the texts that it is made of, and what its connections have.
    private(set) var coupling: [String] = []
    private(set) var values: CouplingValues?

    /// The same connect call, without connections.
    private init(like other: SignalSection) {
        (number, model, coupling) = (other.number, other.model, other.coupling)
        values = other.values?.picking([])
    }

    init(_ projection: SignalProjection) {
        (number, model) = (projection.number, projection.model.identity)
        let places = projection.placesByTarget
        coupling = projection.model.coupling?.facts.source.encoded ?? []
        values = projection.values?.picking(places)
        for place in places {
            let entry = projection.entries[place]
            sources.append(Int(entry.source))
            targets.append(Int(entry.target))
            delays.append(Int(entry.delay))
            multiplicities.append(Int(entry.multiplicity))
            weights.append(entry.weight)
        }
    }

    init(_ contents: inout SectionReader) throws {
        number = try contents.int(0...1 << 40, "number of the call")
        (sources, targets) = (try contents.near(), try contents.near())
        delays = try contents.near(1..<Int(UInt16.max) + 1, "delay")
        multiplicities = try contents.near(1..<Int(Int32.max), "multiplicity")
        weights = try contents.doubles()
        if contents.rest > 0 { model = try contents.text() }
        if contents.rest > 0 { try readCoupling(&contents) }
        try contents.finish()
        let isEven = [targets.count, delays.count, multiplicities.count].allSatisfy { $0 == sources.count }
        try contents.require(
            isEven && (weights.count == 1 || weights.count == sources.count), "columns differ in length")
    }

    private mutating func readCoupling(_ contents: inout SectionReader) throws {
        coupling = try (0..<(try contents.count())).map { _ in try contents.text() }
        let every = try contents.int(1...Int(Int32.max), "interval")
        let shared = try (0..<(try contents.count())).map { _ in try contents.optionalDouble() }
        let own = try shared.map { try $0 == nil ? contents.doubles(sources.count) : [] }
        let held = try contents.doubles(every > 1 ? sources.count : 0)
        values = CouplingValues(every: every, shared: shared, own: own, held: held)
        try contents.require(multiplicities.allSatisfy { $0 == 1 }, "connections of a coupling are joined")
    }

    private func writeCoupling(_ values: CouplingValues, to contents: inout SectionWriter) {
        contents.put(coupling.count)
        coupling.forEach { contents.put($0) }
        contents.put(values.every)
        contents.put(values.shared.count)
        values.shared.forEach { contents.put($0) }
        for list in values.own + [values.held] { list.withUnsafeBufferPointer { contents.put(raw: $0) } }
    }

    var entries: [SignalProjection.Entry] {
        sources.indices.map { i in
            SignalProjection.Entry(sources[i], targets[i], weight(i), delays[i], multiplicity: multiplicities[i])
        }
    }

    private func weight(_ i: Int) -> Double { weights.count == 1 ? weights[0] : weights[i] }

    private mutating func append(_ other: SignalSection, _ i: Int) {
        sources.append(other.sources[i])
        targets.append(other.targets[i])
        delays.append(other.delays[i])
        multiplicities.append(other.multiplicities[i])
        weights.append(other.weight(i))
        guard let values = other.values else { return }
        for column in values.own.indices where values.shared[column] == nil {
            self.values!.own[column].append(values.own[column][i])
        }
        if !values.held.isEmpty { self.values!.held.append(values.held[i]) }
    }

    func write(to contents: inout SectionWriter) {
        contents.put(number)
        [sources, targets, delays, multiplicities].forEach { contents.put(near: $0) }
        let isShared = !weights.isEmpty && weights.allSatisfy { $0.bitPattern == weights[0].bitPattern }
        contents.put(isShared ? [weights[0]] : weights)
        if model != Self.firstModel { contents.put(model) }
        if let values { writeCoupling(values, to: &contents) }
    }

    static func merge(_ readers: inout [SectionReader]) throws -> SectionWriter {
        let parts = try readers.indices.map { try SignalSection(&readers[$0]) }
        var order: [(part: Int, i: Int)] = []
        for (number, part) in parts.enumerated() { order += part.sources.indices.map { (number, $0) } }
        // all entries of a target are in one part, in their order
        order.sort { (parts[$0.part].targets[$0.i], $0.i) < (parts[$1.part].targets[$1.i], $1.i) }
        var whole = SignalSection(like: parts[0]), contents = SectionWriter()
        for (part, i) in order { whole.append(parts[part], i) }
        whole.write(to: &contents)
        return contents
    }

    /// - `owner`: whose a target is.
    func split(ranks: Int, _ owner: (Int) -> Int) -> [SectionWriter] {
        var parts = Array(repeating: SignalSection(like: self), count: ranks)
        for i in sources.indices { parts[owner(targets[i])].append(self, i) }
        return parts.map {
            var contents = SectionWriter()
            $0.write(to: &contents)
            return contents
        }
    }
}

// MARK: - Input on its way

/// What arrives at cells of a population at one stamp.
struct PendingRow {
    let input, ahead: Int
    var cells: [Int]
    var values: [Double]

    /// The next row of a section; nil at its end.
    static func next(_ contents: inout SectionReader, cells count: Int) throws -> PendingRow? {
        let input = try contents.int()
        guard input >= 0 else { return nil }
        let ahead = try contents.int(1...2 * Int(UInt16.max), "time of arrival")
        let cells = try contents.near(0..<count, "node")
        return PendingRow(input: input, ahead: ahead, cells: cells, values: try contents.doubles(cells.count))
    }

    func write(to contents: inout SectionWriter) {
        guard !cells.isEmpty else { return }
        contents.put(input)
        contents.put(ahead)
        contents.put(near: cells)
        values.withUnsafeBufferPointer { contents.put(raw: $0) }
    }

    static func merge(_ parts: inout [SectionReader], cells count: Int) throws -> SectionWriter {
        var rows: [PendingRow] = []
        for i in parts.indices {
            while let row = try next(&parts[i], cells: count) { rows.append(row) }
        }
        let order = rows.indices.ordered { (rows[$0].input, rows[$0].ahead) }
        var whole = SectionWriter(), current: PendingRow?
        for row in order.map({ rows[$0] }) {
            if let last = current, (last.input, last.ahead) == (row.input, row.ahead) {
                current!.cells += row.cells
                current!.values += row.values
            } else {
                current?.write(to: &whole)
                current = row
            }
        }
        current?.write(to: &whole)
        whole.put(-1)
        return whole
    }

    static func split(_ contents: inout SectionReader, _ deal: Deal, ranks: Int) throws -> [SectionWriter] {
        var parts = Array(repeating: SectionWriter(), count: ranks)
        while let row = try next(&contents, cells: deal.count) {
            for rank in 0..<ranks {
                let own = deal.cells(of: rank), mine = row.cells.indices.filter { own.contains(row.cells[$0]) }
                PendingRow(
                    input: row.input, ahead: row.ahead, cells: mine.map { row.cells[$0] },
                    values: mine.map { row.values[$0] }
                ).write(to: &parts[rank])
            }
        }
        try contents.finish()
        for rank in parts.indices { parts[rank].put(-1) }
        return parts
    }
}

// MARK: - Connections of generators

/// Where the connections of a generator end, as one rank knows it: numbers, targets, and what each has.
struct LinkPart {
    var numbers: [Int] = [], targets: [Int] = [], delays: [Int] = []
    var weights: [Double] = []
    /// Do all connections have the same delay, or weight?
    var sharesDelay = true, sharesWeight = true

    func write(to contents: inout SectionWriter) {
        [numbers, targets, delays].forEach { contents.put(near: $0) }
        contents.put(weights)
        contents.put(sharesDelay)
        contents.put(sharesWeight)
    }

    init(_ link: DeviceLink, targets: [Int]) {
        self.targets = targets
        numbers = link.ownConnections.map(\.index)
        (sharesDelay, sharesWeight) = (link.delays.count == 1, link.weights.count == 1)
        delays = sharesDelay ? [Int(link.delays[0])] : numbers.map { link.delay($0) }
        weights = sharesWeight ? link.weights : numbers.map { link.weight($0) }
    }

    init(_ contents: inout SectionReader) throws {
        (numbers, targets, delays) = (try contents.near(), try contents.near(), try contents.near())
        weights = try contents.doubles()
        (sharesDelay, sharesWeight) = (try contents.flag(), try contents.flag())
    }

    /// All connections, in order.
    init(merging parts: [LinkPart]) {
        let order = parts.enumerated().flatMap { part, link in link.numbers.indices.map { (part: part, i: $0) } }
            .sorted { parts[$0.part].numbers[$0.i] < parts[$1.part].numbers[$1.i] }
        targets = order.map { parts[$0.part].targets[$0.i] }
        sharesDelay = parts.allSatisfy(\.sharesDelay)
        sharesWeight = parts.allSatisfy(\.sharesWeight)
        delays = sharesDelay ? parts[0].delays : order.map { parts[$0.part].delay($0.i) }
        weights = sharesWeight ? parts[0].weights : order.map { parts[$0.part].weight($0.i) }
    }

    /// That of all ranks, on the first one.
    func whole(_ together: Together) throws -> LinkPart {
        if together.ranks.isAlone { return self }
        var contents = SectionWriter()
        write(to: &contents)
        let parts = together.toFirst(contents.bytes)
        return try together.agree {
            if together.ranks.rank > 0 { return self }
            return LinkPart(
                merging: try parts.map { bytes in
                    var reader = SectionReader(bytes, "a part of a link")
                    return try LinkPart(&reader)
                })
        }
    }

    private func delay(_ i: Int) -> Int { sharesDelay ? delays[0] : delays[i] }
    private func weight(_ i: Int) -> Double { sharesWeight ? weights[0] : weights[i] }
}
