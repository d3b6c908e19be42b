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
        let time = cells.vector(.time), length = cells.vector(.length)
        let resolution = Vector(repeating: model.resolution)
        let rest = resolution - time
        let isLast = length.isAtLeast(rest)
        let h = isLast.select(rest, length)

        let state = cells.state(.V)
        let tried = Vector.Mask(bits: trying)
        if trying & ~sloped != 0 { cells.store(membrane.slope(state), .slopes, where: tried) }
        var (next, slope, error) = membrane.trial(state, cells.state(.slopes), h)
        let nextLength = h * RungeKuttaFehlberg45.factor(error)
        let rejected = trying & Vector(repeating: RungeKuttaFehlberg45.limit).isLess(than: error).bits
        // where a shorter trial would not move the time, what was reached is taken
        let stuck = rejected & ~time.isLess(than: time + nextLength).bits
        let accepted = trying & ~rejected | stuck

        let mask = Vector.Mask(bits: accepted)
        next.V = refractory.select(cells.load(model.V_reset), next.V)
        cells.store(next, .V, where: mask)
        cells.store(slope, .slopes, where: mask)
        cells.store(isLast.select(resolution, time + h), .time, where: mask)
        cells.store(Vector.Mask(bits: stuck).select(h, nextLength), .length, where: tried)
        cells.count(trying)
        sloped |= trying
        return accepted
    }
}
