/// Says when spikes of neuromodulatory neurons reach it; synapses that are paired with it take them as a signal in its volume.
enum VolumeTransmitter {
    static let definition = ModelDefinition(
        "volume_transmitter", .neuron,
        parameters: [],
        ports: [.spikes("all", .counted)],
        text: ModelText(
            summary: "Gathers spikes of neuromodulatory neurons for the synapses that are paired with it.",
            references: [
                "Potjans, Morrison & Diesmann (2010), Front Comput Neurosci 4:141, doi:10.3389/fncom.2010.00141"
            ],
            notes: [
                "Connect dopaminergic neurons to it, and give it to stdp_dopamine_synapse as `third` or `volume_transmitter`.",
                "A spike counts when it arrives; spikes that arrive together are counted one by one, whatever their weights.",
                "It emits the spikes that it has received as its own.",
                "There is no deliver_interval: synapses ask for the spikes when they need them.",
            ])
    ) { _ in ParrotNeuron() }
}
