/// Emits spikes at listed times: a spike_generator without weights.
struct SpikeTrainInjector: SpikeSource {
    static let name = "spike_train_injector"
    static let text = ModelText(
        summary: "Emits spikes at listed times, some of them several at once.",
        notes: [
            "As a spike_generator without spike_weights. In NEST it stands where a neuron stands and sends through plastic synapses, too; "
                + "here it needs a parrot_neuron in between for that.",
            "A listed time is the spike's stamp: it arrives a delay later.",
            "Times that are past, or now, are skipped; a time of 0 is an error.",
            "Of several nodes each can have a list of its own: spike_times = { {1, 2}, {3} }.",
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
