/// Spikes of cells that connections are paired with, where synapses look back at them.
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
            lookbacks(of: projection, together) { since = min(since, $0.earliest) }
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
        return found.inOrder.map { ($0.key, $0.value.times) }
    }
}
