/// Adaptive exponential integrate-and-fire neuron with alpha-shaped conductances: see `AeifKernel`.
enum AeifCondAlpha {
    static let definition = ModelDefinition(
        "aeif_cond_alpha", .neuron, parameters: AeifTables.parameters(.alpha), recordables: AeifTables.recordables,
        ports: AeifKernel.ports, hiddenState: AeifKernel.hiddenState, stateLimits: AeifKernel.stateLimits,
        text: ModelText(
            summary: "Adaptive exponential integrate-and-fire neuron, alpha-shaped conductances.",
            equations: AeifTables.equations(.alpha),
            references: [AeifTables.reference],
            notes: AeifTables.notes),
        check: AeifTables.check("aeif_cond_alpha")
    ) { AeifKernel($0, .alpha) }
}
