/// Brings deferred cells to the end of the slice, a cell a lane, each at its own time and with its own substeps: the
/// adaptive method of the reference with reset and refractoriness after each accepted substep, and the Taylor step again
/// as soon as a cell may take it. A lane that has finished takes the next cell.
///
/// What becomes of a cell depends on that cell alone, never on its neighbours in the lanes.
struct AdaptiveLanes {
    private let model: AeifKernel
    private let deferred: DeferredCells
    private let end: Int
    /// Deferred cells not yet looked at, first for those that were calm. The long ones come first, so that lanes finish
    /// at about the same time.
    private var next = 0
    private var calmOnesFirst = true
    /// Lanes that hold a cell; of these, those that stand before a Taylor step.
    private var active: LaneBits = 0, calm: LaneBits = 0
    /// Lanes whose slopes are known from their last trial.
    private var sloped: LaneBits = 0
    private let lanes: UnsafeMutablePointer<Lane>
    /// Variables of the lanes, one vector a row.
    private let rows: UnsafeMutablePointer<Double>

    private struct Lane {
        var item = 0, cell = 0, step = 0
    }

    /// `slopes` stands for six rows, of the slopes of the first six. `time` (ms) is that within the step, `length` (ms) the
    /// next trial's; `refractory` counts steps, `trials` those in this step.
    private enum Row: Int {
        case V, w, g_ex, dg_ex, g_in, dg_in
        case slopes
        case stimulus = 12
        case slowInwardCurrent, time, length, refractory, trials
        /// Of a parameter of the cells.
        case gathered
    }

    private typealias Vector = AdaptiveMembrane.Vector
    private static let width = Vector.laneCount
    /// More trials in a step are taken for a sign that it will not end. A spike takes about 160.
    private static let mostTrials = 1e6

    /// Memory is the worker's.
    init(_ model: AeifKernel, _ deferred: DeferredCells, until end: Int) {
        (self.model, self.deferred, self.end) = (model, deferred, end)
        let memory = deferred.memory.memory(bytes: Self.laneBytes + Self.rowCount * 8)
        lanes = memory.bindMemory(to: Lane.self, capacity: Self.width)
        // a lane without a cell reads parameters, too
        lanes.initialize(repeating: Lane(cell: deferred[0].cell), count: Self.width)
        rows = (memory + Self.laneBytes).bindMemory(to: Double.self, capacity: Self.rowCount)
        rows.initialize(repeating: 0, count: Self.rowCount)
    }

    private static let laneBytes = (width * MemoryLayout<Lane>.stride + 63) / 64 * 64
    private static let rowCount = (Row.gathered.rawValue + 1) * width

    mutating func run(_ io: borrowing CellIO) {
        for lane in 0..<Self.width { takeNext(lane) }
        while active != 0 {
            // a vector of calm cells costs a third of a vector of trials: wait until it is well filled
            if calm != 0, 2 * calm.nonzeroBitCount >= active.nonzeroBitCount { advanceCalm() }
            if active & ~calm != 0 { advanceAdaptively(io) }
        }
    }

    // MARK: Rows and lanes

    @inline(__always)
    private func vector(_ row: Row) -> Vector { Vector(at: rows + row.rawValue &* Self.width) }

    @inline(__always)
    private func store(_ x: Vector, _ row: Row, where mask: Vector.Mask) {
        mask.select(x, vector(row)).store(at: rows + row.rawValue &* Self.width)
    }

    /// The variables, or their slopes.
    @inline(__always)
    private func state(_ first: Row) -> MembraneState<Vector> {
        let row = { Vector(at: rows + (first.rawValue &+ $0) &* Self.width) }
        return MembraneState(V: row(0), w: row(1), g_ex: row(2), dg_ex: row(3), g_in: row(4), dg_in: row(5))
    }

    @inline(__always)
    private func store(_ state: MembraneState<Vector>, _ first: Row, where mask: Vector.Mask) {
        let store = { (i: Int, x: Vector) in
            let row = rows + (first.rawValue &+ i) &* Self.width
            mask.select(x, Vector(at: row)).store(at: row)
        }
        store(0, state.V)
        store(1, state.w)
        store(2, state.g_ex)
        store(3, state.dg_ex)
        store(4, state.g_in)
        store(5, state.dg_in)
    }

    @inline(__always)
    private subscript(_ row: Row, _ lane: Int) -> Double {
        get { rows[row.rawValue &* Self.width &+ lane] }
        nonmutating set { rows[row.rawValue &* Self.width &+ lane] = newValue }
    }

    /// Values of the cells in the lanes.
    @inline(__always)
    private func load(_ column: Column) -> Vector {
        if column.stride == 0 { return column.vector(0) }
        for lane in 0..<Self.width { self[.gathered, lane] = column[lanes[lane].cell] }
        return vector(.gathered)
    }

    private func forEachVariable(_ body: (Row, Column) -> Void) {
        body(.V, model.V_m)
        body(.w, model.w)
        body(.g_ex, model.g_ex)
        body(.dg_ex, model.dg_ex)
        body(.g_in, model.g_in)
        body(.dg_in, model.dg_in)
        body(.stimulus, model.I_stim)
        body(.slowInwardCurrent, model.I_SIC)
        body(.length, model.substep)
        body(.refractory, model.refractory)
    }

    /// Puts the next deferred cell into a lane. It has to take the adaptive method: that is why it was deferred.
    private mutating func takeNext(_ lane: Int) {
        let bit: LaneBits = 1 << LaneBits(lane)
        calm &= ~bit
        guard let index = nextItem() else {
            active &= ~bit
            return
        }
        let item = deferred[index]
        lanes[lane] = Lane(item: index, cell: item.cell, step: item.step)
        forEachVariable { row, column in self[row, lane] = column[item.cell] }
        self[.time, lane] = 0
        self[.trials, lane] = 0
        active |= bit
    }

    private mutating func nextItem() -> Int? {
        while true {
            if next == deferred.count {
                guard calmOnesFirst else { return nil }
                (next, calmOnesFirst) = (0, false)
                continue
            }
            defer { next += 1 }
            if deferred[next].wasCalm == calmOnesFirst { return next }
        }
    }

    private mutating func finishStep(_ lane: Int) {
        let input = deferred.input(lanes[lane].item, lanes[lane].step)
        let cell = lanes[lane].cell
        sloped &= ~(1 << LaneBits(lane))
        model.shape.add(model.jump_ex[cell], input[AeifKernel.ex], &self[.g_ex, lane], &self[.dg_ex, lane])
        model.shape.add(model.jump_in[cell], input[AeifKernel.inh], &self[.g_in, lane], &self[.dg_in, lane])
        self[.stimulus, lane] = input[AeifKernel.stimulus]
        self[.slowInwardCurrent, lane] = input[AeifKernel.slowInwardCurrent]
        self[.refractory, lane] = max(self[.refractory, lane] - 1, 0)
        self[.time, lane] = 0
        lanes[lane].step += 1
        self[.trials, lane] = 0
        if lanes[lane].step == end {
            forEachVariable { row, column in column[cell] = self[row, lane] }
            return takeNext(lane)
        }
        if model.isAwake(cell, refractory: self[.refractory, lane], substep: self[.length, lane]) {
            calm |= 1 << LaneBits(lane)
        }
    }

    // MARK: Steps

    private var input: Vector { vector(.stimulus) + vector(.slowInwardCurrent) }

    private mutating func advanceCalm() {
        var state = self.state(.V)
        let membrane = TaylorMembrane<Vector>(model) { load($0) }
        let converged = calm & advance(membrane, &state)
        store(state, .V, where: Vector.Mask(bits: converged))
        calm = 0
        for lane in SetBits(converged) { finishStep(lane) }
    }

    /// A step of the simulation by Taylor steps; lanes that have converged.
    @inline(__always)
    private func advance(_ membrane: TaylorMembrane<Vector>, _ state: inout MembraneState<Vector>) -> LaneBits {
        if let common = model.commonSteps { return membrane.advance(&state, input, times: common) }
        let numbers = load(model.taylorSteps)
        let most = SetBits(active).reduce(1) { max($0, Int(model.taylorSteps[lanes[$1].cell])) }
        return membrane.advance(&state, input, times: numbers, most: most)
    }

    private mutating func advanceAdaptively(_ io: borrowing CellIO) {
        let trying = active & ~calm
        let accepted = tryStep(trying)
        let spiking = accepted & vector(.V).isAtLeast(load(model.threshold)).bits & ~refractory.bits
        for lane in SetBits(spiking) { spike(lane, io) }
        for lane in SetBits(accepted & ~inRange | trying & tired) {
            io.reportInstability(step: lanes[lane].step, cell: lanes[lane].cell)
            self[.time, lane] = model.resolution
        }
        let done = trying & vector(.time).isAtLeast(Vector(repeating: model.resolution)).bits
        for lane in SetBits(done) { finishStep(lane) }
    }

    private var refractory: Vector.Mask { Vector.zeros.isLess(than: vector(.refractory)) }

    /// One trial for the lanes `trying`; those that accepted it.
    private mutating func tryStep(_ trying: LaneBits) -> LaneBits {
        let refractory = self.refractory
        let membrane = AdaptiveMembrane(model, input: input, refractory: refractory) { load($0) }
        let time = vector(.time), length = vector(.length)
        let resolution = Vector(repeating: model.resolution)
        let rest = resolution - time
        let isLast = length.isAtLeast(rest)
        let h = isLast.select(rest, length)

        let state = self.state(.V)
        let tried = Vector.Mask(bits: trying)
        if trying & ~sloped != 0 { store(membrane.slope(state), .slopes, where: tried) }
        var (next, slope, error) = membrane.trial(state, self.state(.slopes), h)
        let nextLength = h * RungeKuttaFehlberg45.factor(error)
        let rejected = trying & Vector(repeating: RungeKuttaFehlberg45.limit).isLess(than: error).bits
        // where a shorter trial would not move the time, what was reached is taken
        let stuck = rejected & ~time.isLess(than: time + nextLength).bits
        let accepted = trying & ~rejected | stuck

        let mask = Vector.Mask(bits: accepted)
        next.V = refractory.select(load(model.V_reset), next.V)
        store(next, .V, where: mask)
        store(slope, .slopes, where: mask)
        store(isLast.select(resolution, time + h), .time, where: mask)
        store(Vector.Mask(bits: stuck).select(h, nextLength), .length, where: tried)
        store(vector(.trials) + Vector(repeating: 1), .trials, where: tried)
        sloped |= trying
        return accepted
    }

    private mutating func spike(_ lane: Int, _ io: borrowing CellIO) {
        sloped &= ~(1 << LaneBits(lane))
        let cell = lanes[lane].cell, steps = model.refractorySteps[cell]
        self[.V, lane] = model.V_reset[cell]
        self[.w, lane] += model.b[cell]
        self[.refractory, lane] = steps > 0 ? steps + 1 : 0
        io.emit(step: lanes[lane].step, cell: cell)
    }

    /// Lanes whose variables are what the model may reach; not where they are NaN.
    private var inRange: LaneBits {
        vector(.V).isAtLeast(Vector(repeating: AeifKernel.lowestPotential)).bits
            & Vector(repeating: AeifKernel.largestAdaptation).isAtLeast(vector(.w).magnitude).bits
    }

    /// Lanes with too many trials in a step.
    private var tired: LaneBits { Vector(repeating: Self.mostTrials).isLess(than: vector(.trials)).bits }
}
