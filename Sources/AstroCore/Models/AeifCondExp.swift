/// Adaptive exponential integrate-and-fire neuron with exponentially decaying conductances: see `AeifKernel`.
enum AeifCondExp {
    static let definition = AeifTables.definition(
        "aeif_cond_exp", .exponential,
        "Adaptive exponential integrate-and-fire neuron, exponentially decaying conductances.")
}
