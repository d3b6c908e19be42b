/// Adaptive exponential integrate-and-fire neuron with exponentially decaying conductances: see `AeifKernel`.
enum AeifCondExp {
    static let definition = ModelDefinition(
        "aeif_cond_exp", .neuron, parameters: AeifTables.parameters(.exponential), recordables: AeifTables.recordables,
        ports: AeifKernel.ports, hiddenState: AeifKernel.hiddenState + [.init("dg_ex"), .init("dg_in")],
        stateLimits: AeifKernel.stateLimits,
        text: ModelText(
            summary: "Adaptive exponential integrate-and-fire neuron, exponentially decaying conductances.",
            equations: AeifTables.equations(.exponential),
            references: [AeifTables.reference],
            notes: AeifTables.notes),
        check: AeifTables.check("aeif_cond_exp")
    ) { AeifKernel($0, .exponential) }
}
