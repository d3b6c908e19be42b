extension Simulation {
    /// For tests.
    package var checkpointProblems: [String] {
        var all: [any Checkpointed] = [self]
        all += populationList.compactMap(\.cells) as [any Checkpointed]
        all += batches as [any Checkpointed]
        all += Array(planes.joined()) as [any Checkpointed]
        for segment in projections.flatMap(\.segments) {
            all += segment.chunks.compactMap { $0?.header.pointee } as [any Checkpointed]
        }
        all += projections as [any Checkpointed]
        all += signalProjections as [any Checkpointed]
        all += links as [any Checkpointed]
        all += numberedRecordings as [any Checkpointed]
        all += deviceListeners as [any Checkpointed]
        for population in populationList {
            all.append(population)
            all += population.samplers as [any Checkpointed]
            all += population.spikeListeners as [any Checkpointed]
        }
        return Set(all.flatMap { Self.problems(of: $0) }).sorted()
    }

    private static func problems(of one: some Checkpointed) -> [String] { one.problems }
}
