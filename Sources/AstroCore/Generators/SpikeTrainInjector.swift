/// Emits spikes at listed times: a spike_generator without weights.
struct SpikeTrainInjector: SpikeSource {
    static let name = "spike_train_injector"
    static let text = ModelText(
        summary: "Emits spikes at listed times, some of them several at once.",
        notes: [
            "Like a spike_generator without spike_weights. In NEST it counts as a neuron and can also send through plastic synapses; here it "
                + "needs a parrot_neuron in between for this.",
            "A listed time is the spike's stamp: it arrives a delay later.",
            "Past and current times are skipped; a time of 0 is an error.",
            "Each of several nodes can have a list of its own: spike_times = { {1, 2}, {3} }.",
        ])
    static let ownParameters = SpikeGenerator.ownParameters.filter { $0.name != "spike_weights" }

    let values: Settings
    private let spikes: SpikeGenerator

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        spikes = try SpikeGenerator(values, resolution, named: Self.name)
    }

    static func adapted(_ changes: Settings, of values: Settings, _ resolution: Double, now: Int) -> Settings {
        SpikeGenerator.adapted(changes, of: values, resolution, now: now)
    }

    func nextSpike(from stamp: Int) -> Int? { spikes.nextSpike(from: stamp) }

    func forEachSpike(_ stamps: Range<Int>, of connection: ConnectionNumbers, _ body: (SentSpikes) -> Void) {
        spikes.forEachSpike(stamps, of: connection, body)
    }
}
