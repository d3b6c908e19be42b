/// An astrocyte without dynamics: whatever it receives, it sends the same slow inward current in every step.
///
/// Two uses. In its place an astrocyte costs nothing, which shows what astrocytes' dynamics cost. And a network with
/// the mean of the current but not its variations shows what the variations do.
///
/// After Jiang et al. (2025), doi:10.1371/journal.pcbi.1013503.
struct AstrocyteSurrogate: VectorKernel {
    static let definition = ModelDefinition(
        "astrocyte_surrogate", .astrocyte,
        parameters: [
            Parameter("SIC", 1, .one, "output sent in every step; the connection's weight makes it pA", .nonNegative)
        ],
        ports: [.spikes("all", .any)], outputs: [.signal("SIC")],
        text: ModelText(
            summary: "Astrocyte without dynamics: ignores its input and sends a constant slow inward current.",
            equations: "output: SIC, in every step",
            references: ["Jiang et al. (2025), PLoS Comput Biol 21(9):e1013503, doi:10.1371/journal.pcbi.1013503"],
            notes: [
                "Takes spikes of any weight and ignores them.",
                "The paper's benchmarks set SIC = 3.5, near the mean of astrocyte_lr_1994 in the same network.",
                "Sends from the first step on: a neuron's I_SIC is first positive in the sample at delay + resolution.",
            ])
    ) { AstrocyteSurrogate(SIC: $0["SIC"]) }

    let SIC: Column

    typealias Vector = Lanes

    @inline(__always)
    func advanceVector(_ cell: Int, _ steps: Range<Int>, _ io: borrowing CellIO) {
        let value = SIC.vector(cell) as Vector
        let active = Vector.zeros.isLess(than: value).bits
        let spikes = io.spikes(0), sic = io.signal(0)
        for step in steps {
            _ = spikes.take(step &+ 1, cell) as Vector
            sic?.send(value, active: active, step: step, cell: cell)
        }
        sic?.finish(cell, Vector.laneCount, steps)
    }
}
