/// Each rank keeps what its own cells do, rank 0 also what devices do. Who asks gets what all have, on every rank alike.
extension Recorder {
    /// What all ranks have recorded; collective.
    var whole: Recording {
        if isWhole { return recording }
        let ranks = simulation.ranks
        if recording.isSpikes {
            return Recording(whole: recording, spikes: ranks.gather(recording.spikesKept).all, columns: [])
        }
        let owners = sampleOwners
        return Recording(
            whole: recording, spikes: [],
            columns: recording.columns.map { ranks.assemble($0.array, owners) })
    }

    /// How many events there are on all ranks; collective.
    var wholeCount: Int {
        if isWhole { return recording.count }
        let ranks = simulation.ranks
        return recording.isSpikes ? ranks.sum([recording.count])[0] : recording.wholeCount
    }

    private var sampleOwners: Ownership {
        let owners = recording.wholeSampled.map(simulation.owner)
        var result = Ownership()
        for sample in recording.wholeSamples {
            for owner in owners[..<sample.width] { result.add(owner) }
        }
        return result
    }
}
