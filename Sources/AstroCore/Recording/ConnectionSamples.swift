import Synchronization

/// What a recorder of connections has recorded: values of each at every sample, or of one at each spike of its sender.
final class ConnectionSamples: @unchecked Sendable {
    /// Of own connections: which of all they are, and their ends.
    let numbers, sources, targets: [Int]
    let names: [String]
    let isOfSpikes: Bool
    let window: ActivityWindow
    /// By worker: workers write side by side.
    private let parts: [Part]

    /// For each sample a stamp, the place of the connection and its values.
    private final class Part {
        var stamps: [Int] = []
        var places: [Int32] = []
        var values: [Double] = []
    }

    init(
        numbers: [Int], sources: [Int], targets: [Int], names: [String], isOfSpikes: Bool, _ window: ActivityWindow,
        workers: Int
    ) {
        (self.numbers, self.sources, self.targets, self.names) = (numbers, sources, targets, names)
        (self.isOfSpikes, self.window) = (isOfSpikes, window)
        parts = (0..<workers).map { _ in Part() }
    }

    var count: Int { parts.reduce(0) { $0 + $1.stamps.count } }
    var bytes: Int { count * (12 + 8 * names.count) }

    func add(_ worker: Int, stamp: Int, place: Int, _ new: [Double]) {
        let part = parts[worker]
        part.stamps.append(stamp)
        part.places.append(Int32(place))
        part.values += new
    }

    func clear() {
        for part in parts {
            part.stamps.removeAll()
            part.places.removeAll()
            part.values.removeAll()
        }
    }

    /// Of this rank. An event: stamp, number of the connection, source, target, then values.
    private var ownRows: [[Double]] {
        var rows: [[Double]] = []
        rows.reserveCapacity(count)
        for part in parts {
            for (n, stamp) in part.stamps.enumerated() {
                let place = Int(part.places[n])
                let own = part.values[n * names.count..<(n + 1) * names.count]
                rows.append(
                    [Double(stamp), Double(numbers[place]), Double(sources[place]), Double(targets[place])] + own)
            }
        }
        return rows
    }

    /// Events of all ranks, in order of time, then of connections: stamp, number of the connection, source, target, then values.
    func rows(_ together: Together) -> [ArraySlice<Double>] {
        let width = 4 + names.count, flat = together.gather(ownRows.flatMap { $0 }).all
        let rows = (0..<flat.count / width).map { flat[$0 * width..<($0 + 1) * width] }
        return rows.ordered { row in (Int(row[row.startIndex]), Int(row[row.startIndex + 1])) }
    }

    /// Columns of all ranks, in order of time, then of connections: stamps, sources, targets, then values.
    func columns(_ together: Together) -> [[Double]] {
        let rows = rows(together)
        return ([0, 2, 3] + (4..<4 + names.count)).map { column in rows.map { $0[$0.startIndex + column] } }
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
