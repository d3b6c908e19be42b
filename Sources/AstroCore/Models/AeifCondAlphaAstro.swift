/// Adaptive exponential integrate-and-fire neuron with alpha-shaped conductances and the slow inward current (SIC) of
/// astrocytes: see `AeifKernel`.
enum AeifCondAlphaAstro {
    static let definition = ModelDefinition(
        "aeif_cond_alpha_astro", .neuron, parameters: AeifTables.parameters(.alpha),
        recordables: AeifTables.recordables,
        ports: AeifKernel.ports, hiddenState: AeifKernel.hiddenState, stateLimits: AeifKernel.stateLimits,
        text: ModelText(
            summary:
                "Adaptive exponential integrate-and-fire neuron, alpha-shaped conductances, slow inward current of astrocytes.",
            equations: AeifTables.equations(.alpha),
            references: [
                AeifTables.reference,
                "Jiang et al. (2025), PLoS Comput Biol 21:e1013503, doi:10.1371/journal.pcbi.1013503",
            ],
            notes: AeifTables.notes),
        check: AeifTables.check("aeif_cond_alpha_astro")
    ) { AeifKernel($0, .alpha) }
}
