/// A structure whose state checkpoints keep. It says next to its declaration what becomes of each stored property, and a test
/// compares that with the declaration: who adds a property has to decide.
protocol Checkpointed {
    /// Properties that are written and read.
    static var kept: [String] { get }
    /// Properties that follow from what is kept, or belong to the process: threads, buffers, wall times.
    static var made: [String] { get }
}

extension Checkpointed {
    /// Properties of which nobody has said what becomes of them, and those that there are none of.
    fileprivate var problems: [String] {
        let declared = Mirror(reflecting: self).children.compactMap(\.label), said = Self.kept + Self.made
        return Set(declared).symmetricDifference(said).sorted().map { "\(Self.self).\($0)" }
    }
}

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
