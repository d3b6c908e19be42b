/// What a run samples of a generator for a recorder: its current, or its rate.
struct GeneratorSampling {
    private let source: any SampledGenerator
    /// Its connections.
    private let links: [LinkNumbers]
    private let seed: Int64
    private let stamps: EvenRun
    private let slot: SampleTable.Slot

    static func all(
        _ simulation: Simulation, _ population: Population, _ plans: [ObjectIdentifier: SampleTable.Plan]
    ) -> [GeneratorSampling] {
        population.samplers.flatMap { sampler -> [GeneratorSampling] in
            guard population.devices != nil, let plan = plans[ObjectIdentifier(sampler.recording)] else { return [] }
            return zip(sampler.cells, sampler.places).compactMap { device, place in
                GeneratorSampling(
                    simulation, population, device, plan.stamps,
                    sampler.recording.samples.slot(0, from: place, plan))
            }
        }
    }

    private init?(
        _ simulation: Simulation, _ population: Population, _ device: Int, _ stamps: EvenRun, _ slot: SampleTable.Slot
    ) {
        guard let source = population.generator(device) as? any SampledGenerator else { return nil }
        (self.source, self.stamps, self.slot, seed) = (source, stamps, slot, simulation.seed)
        links = simulation.links.filter { $0.population == population.index && $0.device == device }
            .map { $0.numbers(.noise, simulation.seed) }
    }

    func sample(_ slice: Range<Int>) {
        for index in stamps.positions(in: slice.lowerBound + 1..<slice.upperBound + 1) {
            slot[index].pointee = source.recorded(at: stamps[index], over: links, seed: seed)
        }
    }
}
