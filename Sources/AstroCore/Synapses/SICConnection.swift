/// Slow inward current of an astrocyte to a neuron.
enum SICConnection {
    static let definition = SynapseDefinition(
        "sic_connection",
        ModelText(
            summary: "Slow inward current of an astrocyte to a neuron, times weight (pA).",
            equations: "I_SIC(t) = sum over connections of weight * SIC(t - delay)",
            references: ["Jiang et al. (2025), doi:10.1371/journal.pcbi.1013503"],
            notes: [
                "From astrocyte_lr_1994 or astrocyte_surrogate to any neuron with an input I_SIC.",
                "Connections between the same cells add up.",
            ]),
        carries: .signal(SignalRoute(output: "SIC", port: "I_SIC", meaning: "slow inward current")))
}
