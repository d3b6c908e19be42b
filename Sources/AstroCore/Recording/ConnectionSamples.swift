import Synchronization

/// What a recorder of connections has recorded: values of each at every sample, or of one at each spike of its sender.
final class ConnectionSamples: @unchecked Sendable {
    /// A recorded connection: which of all it is, its ends, and the rank that has it.
    struct Member: BitwiseCopyable { let number, source, target, owner: Int }

    /// Own connections.
    let members: [Member]
    let names: [String]
    let isOfSpikes: Bool
    let window: ActivityWindow
    /// In order of time, then of connections.
    private var events = Part()
    /// By worker, since workers write side by side: what has come since. All of it is later than what is in order.
    private let fresh: [Part]

    /// For each event a stamp, the place of the connection and its values.
    private final class Part {
        var stamps: [Int] = []
        var places: [Int32] = []
        var values: [Double] = []

        func removeFirst(_ count: Int, width: Int) {
            stamps.removeFirst(count)
            places.removeFirst(count)
            values.removeFirst(count * width)
        }

        var bytes: Int { 8 * stamps.capacity + 4 * places.capacity + 8 * values.capacity }
    }

    init(_ members: [Member], names: [String], isOfSpikes: Bool, _ window: ActivityWindow, workers: Int) {
        (self.members, self.names, self.isOfSpikes, self.window) = (members, names, isOfSpikes, window)
        fresh = (0..<workers).map { _ in Part() }
    }

    var count: Int { fresh.reduce(events.stamps.count) { $0 + $1.stamps.count } }
    var bytes: Int { fresh.reduce(events.bytes) { $0 + $1.bytes } }
    var bytesPerEvent: Int { 12 + 8 * names.count }

    func add(_ worker: Int, stamp: Int, place: Int, _ new: some Collection<Double>) {
        fresh[worker].stamps.append(stamp)
        fresh[worker].places.append(Int32(place))
        fresh[worker].values += new
    }

    /// Puts in order what has come.
    func sort() {
        let come = fresh.indices.flatMap { worker in fresh[worker].stamps.indices.map { (worker: worker, index: $0) } }
        if come.isEmpty { return }
        let order = come.ordered { [fresh, members] in
            (fresh[$0.worker].stamps[$0.index], members[Int(fresh[$0.worker].places[$0.index])].number)
        }
        for (worker, index) in order {
            let part = fresh[worker]
            events.stamps.append(part.stamps[index])
            events.places.append(part.places[index])
            events.values += part.values[index * names.count..<(index + 1) * names.count]
        }
        for part in fresh { part.removeFirst(part.stamps.count, width: names.count) }
    }

    /// The events must be in order.
    func removeFirst(_ count: Int) {
        if count == self.count { events = Part() } else { events.removeFirst(count, width: names.count) }
    }

    // MARK: Events that are in order, by index

    func stamp(_ index: Int) -> Int { events.stamps[index] }
    func member(_ index: Int) -> Member { members[Int(events.places[index])] }
    /// - `name`: by index.
    func value(_ name: Int, _ index: Int) -> Double { events.values[index * names.count + name] }

    func map<Value>(_ value: (Int) -> Value) -> [Value] { events.stamps.indices.map(value) }

    /// What all ranks have, from an own event on.
    func ofAll(from first: Int = 0, _ together: Together) -> ConnectionSamples {
        sort()
        if together.ranks.isAlone, first == 0 { return self }
        let (members, counts) = together.gather(members)
        let before = Int32(counts[..<together.ranks.rank].reduce(0, +))
        let all = ConnectionSamples(members, names: names, isOfSpikes: isOfSpikes, window, workers: 1)
        all.fresh[0].stamps = together.gather(Array(events.stamps[first...])).all
        all.fresh[0].places = together.gather(events.places[first...].map { $0 + before }).all
        all.fresh[0].values = together.gather(Array(events.values[(first * names.count)...])).all
        all.sort()
        return all
    }
}

/// What one worker looks at for a recorder of connections: those of a projection onto one segment.
final class ConnectionSampler {
    let samples: ConnectionSamples
    private let projection: Projection
    private let segment: Segment
    private let worker: Int
    private let simulation: Simulation
    private let text: BoundEquations?
    /// By row: connections in their chunk, their places in the recorder, and what the sender has as far as its spikes were handed over.
    private var rows: [Int: Row]

    private struct Row {
        var indices: [Int] = []
        var places: [Int] = []
        var sender: [Double] = []
    }

    init(
        _ samples: ConnectionSamples, _ projection: Projection, _ segment: Segment, worker: Int,
        _ simulation: Simulation,
        _ members: [(row: Int, index: Int, place: Int)]
    ) {
        (self.samples, self.projection, self.segment) = (samples, projection, segment)
        (self.worker, self.simulation) = (worker, simulation)
        text = projection.bind(segment, simulation) as? BoundEquations
        rows = [:]
        for member in members {
            rows[member.row, default: Row()].indices.append(member.index)
            rows[member.row]!.places.append(member.place)
        }
        if projection.columns.releasesBySender {
            for row in rows.keys { rows[row]!.sender = projection.senderValues(row: row) }
        }
    }

    func isOf(_ projection: Projection, _ segment: Segment) -> Bool {
        projection === self.projection && segment === self.segment
    }

    private func chunk(_ row: Int) -> RowChunk { segment.chunks[row / Projection.rowsPerChunk]! }

    /// A spike of a row's sender that has been handed over.
    ///
    /// - `sent`: what each connection of the row has handed over; `first`: the row's first connection in the chunk.
    func hear(row: Int, stamp: Int, carried: UnsafePointer<Double>, first: Int, sent: (Int) -> Double) {
        guard rows[row] != nil else { return }
        let time = TimeGrid.ms(stamp, simulation.resolution)
        if let text, projection.columns.releasesBySender { rows[row]!.sender = text.released(carried, at: time) }
        guard samples.isOfSpikes, samples.window.contains(stamp) else { return }
        let row = (number: row, own: rows[row]!)
        let values = present(row.number, row.own, time)
        for (n, index) in row.own.indices.enumerated() {
            let own = samples.names.enumerated().map { $1 == "sent" ? sent(index - first) : values[n][$0] }
            samples.add(worker, stamp: stamp, place: row.own.places[n], own)
        }
    }

    /// All connections, as they are after all that has been handed over up to a stamp.
    func sample(_ stamp: Int) {
        let time = TimeGrid.ms(stamp, simulation.resolution)
        for (number, row) in rows.inOrder {
            for (place, values) in zip(row.places, present(number, row, time)) {
                samples.add(worker, stamp: stamp, place: place, values)
            }
        }
    }

    private func present(_ number: Int, _ row: Row, _ time: Double) -> [[Double]] {
        let chunk = chunk(number)
        var moved: [Int: (weight: Double, states: [Double])] = [:]
        if let text {
            simulation.takeOn(
                projection, text, segment, chunk, row: number, row.indices, at: time, sender: row.sender, storing: false
            ) { moved[$0] = ($1, $2) }
        }
        let states = projection.model.source?.state.map(\.name) ?? []
        return row.indices.map { index in
            samples.names.map { name in
                if let now = moved[index] {
                    if name == "weight" { return now.weight }
                    if let state = states.firstIndex(of: name) { return now.states[state] }
                }
                return projection.stored(name, row: number, chunk, index, simulation.resolution)
            }
        }
    }
}

extension Projection {
    /// A value that no spike changes, or that is written down at each.
    fileprivate func stored(_ name: String, row: Int, _ chunk: RowChunk, _ index: Int, _ resolution: Double) -> Double {
        switch name {
        case "weight": return weight ?? chunk.weights![index]
        case "delay": return TimeGrid.ms(delay ?? Int(chunk.delays![index]), resolution)
        case "sent": return .nan
        default:
            return model.column(name).map { value($0, row: row, chunk, index) }
                ?? Double(chunk.receptors.map { Int($0[index]) } ?? receptor ?? 0)
        }
    }
}
