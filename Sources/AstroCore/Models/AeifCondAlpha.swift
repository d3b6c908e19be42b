/// Adaptive exponential integrate-and-fire neuron with alpha-shaped conductances: see `AeifKernel`.
enum AeifCondAlpha {
    static let definition = AeifTables.definition(
        "aeif_cond_alpha", .alpha, "Adaptive exponential integrate-and-fire neuron, alpha-shaped conductances.")
}
