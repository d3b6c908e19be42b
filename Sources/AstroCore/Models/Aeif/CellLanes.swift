/// Brings deferred cells to the end of the slice, a cell a lane, each at its own time. Each step begins with the attempt of a
/// Taylor step; what becomes of cells that are not calm is for the owner of the lanes. A lane that has finished takes the
/// next cell.
///
/// What becomes of a cell depends on that cell alone, never on its neighbours in the lanes.
struct CellLanes {
    let model: AeifKernel
    private let deferred: DeferredCells
    private let end: Int
    /// Deferred cells not yet looked at, first for those that were calm. The long ones come first, so that lanes finish
    /// at about the same time.
    private var next = 0
    private var calmOnesFirst = true
    /// Lanes that hold a cell; of these, those that stand before a Taylor step.
    private var active: LaneBits = 0, calm: LaneBits = 0
    private let lanes: UnsafeMutablePointer<Lane>
    /// Variables of the lanes, one vector a row.
    private let rows: UnsafeMutablePointer<Double>

    private struct Lane {
        var item = 0, cell = 0, step = 0
    }

    /// `slopes` stands for six rows, of the slopes of the first six. `time` (ms) is that within the step, `length` (ms) the
    /// next trial's; `refractory` counts steps, `trials` those in this step.
    enum Row: Int {
        case V, w, g_ex, dg_ex, g_in, dg_in
        case slopes
        case stimulus = 12
        case slowInwardCurrent, time, length, refractory, trials
        /// Of a parameter of the cells.
        case gathered
    }

    typealias Vector = Lanes
    private static let width = Vector.laneCount

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

    /// - `advance`: advances the given lanes, none of them calm, by a part of their step, and finishes the steps that end.
    @inline(__always)
    mutating func run(_ advance: (inout CellLanes, LaneBits) -> Void) {
        for lane in 0..<Self.width { takeNext(lane) }
        while active != 0 {
            // a vector of calm cells costs less than one of others: wait until it is well filled
            if calm != 0, 2 * calm.nonzeroBitCount >= active.nonzeroBitCount { advanceCalm() }
            if active & ~calm != 0 { advance(&self, active & ~calm) }
        }
    }

    // MARK: Rows

    @inline(__always)
    func vector(_ row: Row) -> Vector { Vector(at: rows + row.rawValue &* Self.width) }

    @inline(__always)
    func store(_ x: Vector, _ row: Row, where mask: Vector.Mask) {
        mask.select(x, vector(row)).store(at: rows + row.rawValue &* Self.width)
    }

    /// The variables, or their slopes.
    @inline(__always)
    func state(_ first: Row) -> MembraneState<Vector> {
        let row = { Vector(at: rows + (first.rawValue &+ $0) &* Self.width) }
        return MembraneState(V: row(0), w: row(1), g_ex: row(2), dg_ex: row(3), g_in: row(4), dg_in: row(5))
    }

    @inline(__always)
    func store(_ state: MembraneState<Vector>, _ first: Row, where mask: Vector.Mask) {
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
    func load(_ column: Column) -> Vector {
        if column.stride == 0 { return column.vector(0) }
        for lane in 0..<Self.width { self[.gathered, lane] = column[lanes[lane].cell] }
        return vector(.gathered)
    }

    var input: Vector { vector(.stimulus) + vector(.slowInwardCurrent) }
    var refractory: Vector.Mask { Vector.zeros.isLess(than: vector(.refractory)) }

    // MARK: Cells

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

    /// Puts the next deferred cell into a lane. It cannot take the Taylor step: that is why it was deferred.
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

    /// Spikes, and resets, cells at their threshold that are not refractory; which ones.
    @inline(__always)
    func spikeAtThreshold(_ among: LaneBits, _ io: borrowing CellIO) -> LaneBits {
        let spiking = among & vector(.V).isAtLeast(load(model.threshold)).bits & ~refractory.bits
        for lane in SetBits(spiking) { spike(lane, io) }
        return spiking
    }

    private func spike(_ lane: Int, _ io: borrowing CellIO) {
        let cell = lanes[lane].cell, steps = model.refractorySteps[cell]
        self[.V, lane] = model.V_reset[cell]
        self[.w, lane] += model.b[cell]
        self[.refractory, lane] = steps > 0 ? steps + 1 : 0
        io.emit(step: lanes[lane].step, cell: cell)
    }

    /// Counts a trial of some lanes.
    @inline(__always)
    func count(_ trying: LaneBits) {
        store(vector(.trials) + Vector(repeating: 1), .trials, where: Vector.Mask(bits: trying))
    }

    /// Finishes the steps of lanes whose time says so, and of those that cannot go on, which it reports; which ones. `accepted` is
    /// where `tried` changed the state.
    @inline(__always)
    mutating func finishSteps(_ tried: LaneBits, accepted: LaneBits, _ io: borrowing CellIO) -> LaneBits {
        for lane in SetBits(accepted & ~inRange | tried & tired) {
            io.reportInstability(step: lanes[lane].step, cell: lanes[lane].cell)
            self[.time, lane] = model.resolution
        }
        let done = tried & vector(.time).isAtLeast(Vector(repeating: model.resolution)).bits
        for lane in SetBits(done) { finishStep(lane) }
        return done
    }

    private mutating func finishStep(_ lane: Int) {
        let input = deferred.input(lanes[lane].item, lanes[lane].step)
        let cell = lanes[lane].cell
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
        // from the limit on a Taylor step does not converge
        if model.isAwake(cell, refractory: self[.refractory, lane], substep: self[.length, lane]),
            self[.V, lane] < model.calmLimit[cell]
        {
            calm |= 1 << LaneBits(lane)
        }
    }

    // MARK: Taylor steps

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

    // MARK: Limits

    /// Lanes whose variables are what the model may reach; not where they are NaN.
    private var inRange: LaneBits {
        vector(.V).isAtLeast(Vector(repeating: AeifKernel.lowestPotential)).bits
            & Vector(repeating: AeifKernel.largestAdaptation).isAtLeast(vector(.w).magnitude).bits
    }

    /// Lanes with too many trials in a step.
    private var tired: LaneBits { Vector(repeating: mostTrialsOfStep).isLess(than: vector(.trials)).bits }
}
