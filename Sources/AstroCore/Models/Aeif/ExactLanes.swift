/// Cells that are not calm, with exact moments of spikes: Taylor series as long as they are good for, up to the end of the step or
/// the moment when the threshold is reached.
struct ExactLanes {
    private var cells: CellLanes

    private typealias Vector = CellLanes.Vector

    init(_ cells: CellLanes) { self.cells = cells }

    mutating func run(_ io: borrowing CellIO) {
        cells.run { cells, going in
            // a potential that was set above the threshold, or is reset to there, is no matter of a series: one spike, then time passes
            _ = cells.spikeAtThreshold(going, io)
            let reaching = Self.advance(&cells, going)
            _ = cells.spikeAtThreshold(reaching, io)
            _ = cells.finishSteps(going, accepted: going, io)
        }
    }

    /// One series for the lanes `going`; those that come to their threshold.
    private static func advance(_ cells: inout CellLanes, _ going: LaneBits) -> LaneBits {
        let model = cells.model, time = cells.vector(.time), resolution = Vector(repeating: model.resolution)
        let rest = resolution - time
        let before = cells.state(.V)
        let series = MembraneSeries(
            model, before, input: cells.input, refractory: cells.refractory, rest: rest
        ) { cells.load($0) }
        let reach = series.reach(atLeast: Vector(repeating: shortestPart * model.resolution))
        let threshold = cells.load(model.threshold)
        let (x, reaches) = series.crossing(of: threshold, within: reach, among: going)

        var after = series.state(at: x, reach, before)
        after.V = reaches.select(threshold, after.V)
        let passed = x * series.h
        let mask = Vector.Mask(bits: going)
        cells.store(after, .V, where: mask)
        cells.store(passed.isLess(than: rest).select(time + passed, resolution), .time, where: mask)
        cells.count(going)
        return reaches.bits
    }

    /// A series goes at least so far, as a part of a step, however wild it is: time has to pass.
    private static let shortestPart = 1e-9
}
