/// Spikes with a constant weight.
enum StaticSynapse {
    static let definition = SynapseDefinition(
        "static_synapse", ModelText(summary: "Spikes with a constant weight."))
}
