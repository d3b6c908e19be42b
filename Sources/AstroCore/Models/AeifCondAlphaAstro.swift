/// Adaptive exponential integrate-and-fire neuron with alpha-shaped conductances and the slow inward current (SIC) of
/// astrocytes: see `AeifKernel`.
enum AeifCondAlphaAstro {
    static let definition = AeifTables.definition(
        "aeif_cond_alpha_astro", .alpha,
        "Adaptive exponential integrate-and-fire neuron, alpha-shaped conductances, slow inward current of astrocytes.",
        references: ["Jiang et al. (2025), PLoS Comput Biol 21:e1013503, doi:10.1371/journal.pcbi.1013503"])
}
