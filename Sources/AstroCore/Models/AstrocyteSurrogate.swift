/// An astrocyte without dynamics: whatever it receives, it sends the same slow inward current in every step.
///
/// Two uses. In its place an astrocyte costs nothing, which shows what astrocytes' dynamics cost. And a network with
/// the mean of the current but not its variations shows what the variations do.
///
/// After Jiang et al. (2025), doi:10.1371/journal.pcbi.1013503.
package struct AstrocyteSurrogate: VectorNodeModel {
    package static let name = "astrocyte_surrogate"
    package static let family = NodeFamily.astrocyte
    package static let parameters = [
        Parameter("SIC", 1, .one, "output sent in every step; the connection's weight makes it pA", .nonNegative)
    ]
    package static let recordables: [Recordable] = []

    package static let inputs = {
        var inputs = NodeInputs()
        inputs.spikeChannels = 1
        inputs.current = false
        inputs.sendsSpikes = false
        inputs.sendsSlowInwardCurrent = true
        return inputs
    }()

    package static let text = ModelText(
        summary: "Astrocyte without dynamics: ignores its input and sends a constant slow inward current.",
        equations: "output: SIC, in every step",
        references: ["Jiang et al. (2025), PLoS Comput Biol 21(9):e1013503, doi:10.1371/journal.pcbi.1013503"],
        notes: [
            "Takes spikes of any weight and ignores them.",
            "The paper's benchmarks set SIC = 3.5, near the mean of astrocyte_lr_1994 in the same network.",
            "Sends from the first step on: a neuron's I_SIC is first positive in the sample at delay + resolution.",
        ])

    let SIC: Column

    package init(_ columns: ModelColumns) { SIC = columns["SIC"] }

    package typealias Vector = Lanes

    @inline(__always)
    package func advanceVector(_ cell: Int, _ steps: Range<Int>, _ io: borrowing CellIO) {
        let current = SIC.vector(cell) as Vector
        let active = Vector.zeros.isLess(than: current).bits
        for step in steps {
            _ = io.takeSpikes(step &+ 1, 0, cell) as Vector
            if io.sicOut != nil { io.sendSlowInwardCurrent(current, active: active, step: step, cell: cell) }
        }
        io.finishSlowInwardCurrents(cell, Vector.laneCount, steps)
    }
}
