/// Cells that are not calm, with the reference's moments of spikes: the adaptive method of the reference, with reset and
/// refractoriness after each accepted substep.
struct AdaptiveLanes {
    private var cells: CellLanes

    private typealias Vector = CellLanes.Vector

    init(_ cells: CellLanes) { self.cells = cells }

    mutating func run(_ io: borrowing CellIO) {
        // lanes whose slopes are known from their last trial
        var sloped: LaneBits = 0
        cells.run { cells, trying in
            let accepted = Self.tryStep(&cells, trying, &sloped)
            let spiking = cells.spikeAtThreshold(accepted, io)
            let done = cells.finishSteps(trying, accepted: accepted, io)
            sloped &= ~(spiking | done)
        }
    }

    /// One trial for the lanes `trying`; those that accepted it.
    private static func tryStep(_ cells: inout CellLanes, _ trying: LaneBits, _ sloped: inout LaneBits) -> LaneBits {
        let model = cells.model, refractory = cells.refractory
        let membrane = AdaptiveMembrane(model, input: cells.input, refractory: refractory) { cells.load($0) }
        var step = AdaptiveStep(passed: cells.vector(.time), substep: cells.vector(.length), of: model.resolution)
        let h = step.trial

        let state = cells.state(.V)
        let tried = Vector.Mask(bits: trying)
        if trying & ~sloped != 0 { cells.store(membrane.slope(state), .slopes, where: tried) }
        var (next, slope, error) = membrane.trial(state, cells.state(.slopes), h)
        let accepted = trying & ~step.judge(h, error: error).bits

        let mask = Vector.Mask(bits: accepted)
        next.V = refractory.select(cells.load(model.V_reset), next.V)
        cells.store(next, .V, where: mask)
        cells.store(slope, .slopes, where: mask)
        cells.store(step.passed, .time, where: mask)
        cells.store(step.substep, .length, where: tried)
        cells.count(trying)
        sloped |= trying
        return accepted
    }
}
