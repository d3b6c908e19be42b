/// Spikes of cells that connections are paired with, where synapses look back at them; each rank has those that its connections need.
/// Worker 0 writes while all others wait.
final class PairedSpikes: @unchecked Sendable {
    private var places: [Int: Int] = [:]
    private let history = TargetHistory()
    private let resolution: Double

    init(resolution: Double) { self.resolution = resolution }

    var isEmpty: Bool { places.isEmpty }
    /// Global ids of the cells whose spikes are kept.
    var ids: [Int] { places.keys.sorted() }

    func keep(_ id: Int) {
        guard places[id] == nil else { return }
        places[id] = places.count
        history.keep(places.count - 1, of: places.count)
    }

    func place(of id: Int) -> Int? { places[id] }

    func record(_ place: Int, at time: Double, forgetting since: Double) {
        history.record(place, at: time, forgetting: since) { _ in 0 }
    }

    func spikes(of id: Int) -> TargetSpikes {
        places[id].map { TargetSpikes(history.cells[$0], resolution: resolution) } ?? .none
    }

    /// Times in ms.
    func times(of id: Int) -> [Double] { places[id].map { history.cells[$0].all.map(\.time) } ?? [] }

    func restore(_ id: Int, _ times: [Double]) {
        keep(id)
        history.restore(places[id]!, times.map { .init(time: $0, trace: 1) })
    }
}

extension PairedSpikes: Checkpointed {
    static let kept = ["places", "history", "resolution"]
    static let made: [String] = []
}

extension Simulation {
    var readsPairedSpikes: Bool { projections.contains { $0.model.readsThirdSpikes } }

    /// From now on, keeps the spikes of cells that connections look back at.
    func keepPairedSpikes() {
        for projection in projections where projection.model.readsThirdSpikes {
            projection.columns.paired = pairedSpikes
            projection.forEachPairedCell { if $0 > 0 { pairedSpikes.keep($0) } }
        }
    }

    /// Spikes that synapses may still ask for: ids and times (ms), the same on all ranks.
    func allPairedSpikes(_ together: Together) -> [(id: Int, times: [Double])] {
        guard readsPairedSpikes else { return [] }
        var since = TimeGrid.ms(now, resolution)
        for projection in projections where projection.model.readsThirdSpikes {
            lookbacks(of: projection, together) { since = min(since, $1) }
        }
        since = -together.greatest([-since])[0]
        var flat: [(id: Int, time: Double)] = []
        for id in pairedSpikes.ids { flat += pairedSpikes.times(of: id).filter { $0 > since }.map { (id, $0) } }
        // several ranks may have those of a cell; the first one's count
        let (ids, counts) = together.gather(flat.map(\.id)), times = together.gather(flat.map(\.time)).all
        var found: [Int: (rank: Int, times: [Double])] = [:], next = 0
        for (rank, count) in counts.enumerated() {
            for i in next..<next + count where found[ids[i]].map({ $0.rank == rank }) ?? true {
                found[ids[i], default: (rank, [])].times.append(times[i])
            }
            next += count
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value.times) }
    }

    func writePairedSpikes(to writer: CheckpointWriter) throws {
        guard readsPairedSpikes else { return }
        let all = allPairedSpikes(writer.together)
        try writer.put(.pairedSpikes, 0) { contents in
            contents.put(all.count)
            for (id, times) in all {
                contents.put(id)
                contents.put(times)
            }
        }
    }
}

extension CheckpointLoader {
    func readPairedSpikes() throws {
        guard var (_, contents) = try reader.takeIf(.pairedSpikes) else { return }
        simulation.keepPairedSpikes()
        for _ in 0..<(try contents.count()) {
            let id = try contents.int(1...targets.count, "node")
            let times = try contents.doubles()
            try contents.require(
                times.allSatisfy(\.isFinite) && zip(times, times.dropFirst()).allSatisfy { $0 <= $1 },
                "spikes are out of order")
            if simulation.pairedSpikes.place(of: id) != nil { simulation.pairedSpikes.restore(id, times) }
        }
        try contents.finish()
    }
}
