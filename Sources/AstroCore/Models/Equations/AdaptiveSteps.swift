import Equations

/// A step of a block by the adaptive method: each cell with its own substeps, those that are not done yet side by side.
///
/// The cells lie in rows of the workspace, a lane each. One that is done hands its lane to the last one, so a spike's many substeps
/// are paid for by its own cell. What becomes of a cell depends on that cell alone.
final class AdaptiveSteps {
    /// How many states it advances.
    private let states: Int
    private let lanes: LaneFrames
    private let length: Double
    /// It owns this.
    private unowned(unsafe) let space: Workspace

    /// Rows that a workspace needs for it.
    static func rows(_ columns: EquationColumns) -> Int {
        columns.plan.adaptive == nil ? 0 : LaneFrames.Layout(columns).count
    }

    init(_ columns: EquationColumns, _ space: Workspace) {
        (self.space, length) = (space, columns.stepLength)
        states = columns.plan.adaptive!.states.count
        lanes = LaneFrames(columns, space)
    }

    /// Advances the cells from `first` on by a step.
    func run(_ kernel: EquationKernel, _ first: Int, _ count: Int, _ step: Int, _ io: borrowing CellIO) {
        // behind them lie cells of other workers
        lanes.load(first, count: min(count, io.count - first))
        while lanes.active > 0 {
            lanes.makeSlopes()
            tryStep()
            if judge() { lookAtEvents(kernel, step, io) }
            finishLanes(step, io)
        }
    }

    private typealias Vector = Machine.Vector

    private func row(_ row: LaneFrames.Row) -> UnsafeMutablePointer<Double> { lanes.row(row) }

    /// Lanes that are there to fill the last vector go along, and nobody looks.
    @inline(__always)
    private func forEachVector(_ body: (Int) -> Void) {
        let end = lanes.padded
        var cell = 0
        while cell < end {
            body(cell)
            cell &+= Vector.laneCount
        }
    }

    private func tryStep() {
        let time = row(.within), substep = row(.substep), trial = row(.trialLength), length = length
        forEachVector { cell in
            let step = AdaptiveStep<Vector>(
                passed: Vector(at: time + cell), substep: Vector(at: substep + cell), of: length)
            step.trial.store(at: trial + cell)
        }
        lanes.fill(.trialLength)
        lanes.trial.run(lanes.padded)
    }

    /// Takes what was tried where its error is small enough; did any lane?
    private func judge() -> Bool {
        let error = lanes.trial.output(2 * states), length = length
        let time = row(.within), substep = row(.substep), trial = row(.trialLength)
        let accepted = row(.accepted), sloped = row(.sloped), trials = row(.trials)
        let one = Vector(repeating: 1)
        forEachVector { cell in
            var step = AdaptiveStep<Vector>(
                passed: Vector(at: time + cell), substep: Vector(at: substep + cell), of: length)
            let repeats = step.judge(Vector(at: trial + cell), error: Vector(at: error + cell))
            repeats.select(Vector.zeros, one).store(at: accepted + cell)
            step.passed.store(at: time + cell)
            step.substep.store(at: substep + cell)
            (Vector(at: trials + cell) + one).store(at: trials + cell)
            one.store(at: sloped + cell)
        }
        for lane in lanes.active..<lanes.padded { accepted[lane] = 0 }
        lanes.take()
        lanes.setMoments(start: space.stepStart[0])
        return EquationKernel.Block.any(accepted, lanes.padded)
    }

    // MARK: Events

    private func lookAtEvents(_ kernel: EquationKernel, _ step: Int, _ io: borrowing CellIO) {
        let accepted = row(.accepted)
        for event in 0..<kernel.events {
            let condition = lanes.conditions[event]
            if condition.drawsRandomly { continue }
            condition.run(lanes.padded)
            let holds = condition.output(0), waiting = row(.waiting(event)),
                wasTrue = row(.wasTrue(event))
            let isCrossing = kernel.isCrossing[event]
            let looked = isCrossing ? (0..<lanes.active).filter { accepted[$0] > 0 && waiting[$0] <= 0 } : []
            let happens = space.row(.happens), zero = Vector.zeros
            forEachVector { cell in
                let mayHappen = zero.isAtLeast(Vector(at: waiting + cell)).select(Vector(at: accepted + cell), zero)
                var flags = zero.isLess(than: mayHappen).select(Vector(at: holds + cell), zero)
                if isCrossing { flags = zero.isLess(than: Vector(at: wasTrue + cell)).select(zero, flags) }
                flags.store(at: happens + cell)
            }
            let some = EquationKernel.Block.any(happens, lanes.padded)
            if some { act(kernel, event, happens, step, io) }
            guard isCrossing else { continue }
            if some { condition.run(lanes.padded) }
            for lane in looked { wasTrue[lane] = holds[lane] }
        }
    }

    private func act(
        _ kernel: EquationKernel, _ event: Int, _ happens: UnsafeMutablePointer<Double>, _ step: Int,
        _ io: borrowing CellIO
    ) {
        let frame = lanes.actions[event], waiting = row(.waiting(event)), sloped = row(.sloped)
        let draws = frame.drawsRandomly
        if draws {
            let draws = CellDraws(io, step: step)
            frame.run(
                lanes.padded,
                LaneDraws { [lanes] op, site, lane, a, b in
                    draws.draw(op.draw, site: site, slot: lane < lanes.active ? lanes.cell(lane) : .max, a, b)
                })
        }
        kernel.act(event, frame, happens, lanes.padded, mayRun: !draws, state: { row(.state($0)) }) { lane in
            sloped[lane] = 0
            waiting[lane] = kernel.waiting(after: event, lanes.cell(lane), within: true)
            kernel.send(event, lanes.cell(lane), step, io)
        }
    }

    // MARK: The end of a step

    private func finishLanes(_ step: Int, _ io: borrowing CellIO) {
        let time = row(.within), trials = row(.trials)
        var number = 0
        forEachVector { number &+= doneLanes($0, time, trials).nonzeroBitCount }
        // mostly all are, at once
        if number == 0 || number == lanes.active && lanes.removeAll(upTo: mostTrialsOfStep) { return }
        var done: [Int] = []
        done.reserveCapacity(number)
        forEachVector { cell in for lane in SetBits(doneLanes(cell, time, trials)) { done.append(cell + lane) } }
        for lane in done where trials[lane] > mostTrialsOfStep {
            io.reportInstability(step: step, cell: lanes.cell(lane))
        }
        lanes.remove(done)
    }

    /// Which lanes of a vector have come to the end of the step, or do not come there.
    @inline(__always)
    private func doneLanes(
        _ cell: Int, _ time: UnsafeMutablePointer<Double>, _ trials: UnsafeMutablePointer<Double>
    ) -> LaneBits {
        let isAtEnd = Vector(at: time + cell).isAtLeast(Vector(repeating: length)).bits
        let isTired = Vector(repeating: mostTrialsOfStep).isLess(than: Vector(at: trials + cell)).bits
        return (isAtEnd | isTired) & lanes.occupied(cell)
    }
}

/// The rows of the lanes, and the programs that run over them.
final class LaneFrames {
    enum Row: Hashable {
        case state(Int), slope(Int), last(Int), waiting(Int), wasTrue(Int)
        /// A column that cells have their own values of.
        case own(Leaf)
        /// ms within the step and since the start; how long the next trials may be and this one is; counts and flags.
        case within, moment, substep, trialLength, trials, accepted, sloped, cell
    }

    /// Which rows there are.
    struct Layout {
        fileprivate(set) var places: [Row: Int] = [:]
        fileprivate var columns: [(row: Row, column: Column, isWritten: Bool)] = []

        var count: Int { places.count }

        init(_ all: EquationColumns) {
            let plan = all.plan, adaptive = plan.adaptive!
            for (index, column) in all.states.enumerated() { add(.state(index), column, isWritten: true) }
            for index in adaptive.states.indices { add(.slope(index)) }
            for (index, column) in all.waiting.enumerated() { add(.waiting(index), column, isWritten: true) }
            for (index, column) in all.wasTrue.enumerated() { add(.wasTrue(index), column, isWritten: true) }
            if plan.readsLast { for index in all.states.indices { add(.last(index)) } }
            // in the order that `LaneFrames.row` counts on
            for row in [Row.within, .moment, .trialLength, .trials, .accepted, .sloped, .cell] { add(row) }
            add(.substep, all.substep!, isWritten: true)
            let programs = [adaptive.slopes, adaptive.trial] + plan.conditions + plan.actions
            for leaf in Set(programs.flatMap(\.leaves)).sorted() {
                guard ![.state, .waiting, .wasTrue].contains(leaf.kind), let column = all.column(leaf),
                    column.stride != 0
                else { continue }
                add(.own(leaf), column, isWritten: false)
            }
        }

        private mutating func add(_ row: Row) { places[row] = places.count }

        private mutating func add(_ row: Row, _ column: Column, isWritten: Bool) {
            add(row)
            columns.append((row, column, isWritten))
        }
    }

    private let layout: Layout
    /// States that are advanced.
    private let moving: FixedList<Int>
    private let all: EquationColumns
    /// It owns this.
    private unowned(unsafe) let space: Workspace
    let slopes, trial: Frame
    let conditions, actions: [Frame]
    /// Lanes that hold a cell: the first ones.
    private(set) var active = 0

    /// With lanes that are there to fill a vector.
    var padded: Int { (active + Machine.width - 1) / Machine.width * Machine.width }

    init(_ columns: EquationColumns, _ space: Workspace) {
        let adaptive = columns.plan.adaptive!
        (all, self.space, layout, moving) = (columns, space, Layout(columns), FixedList(adaptive.states))
        (states, readsLast) = (columns.states.count, columns.plan.readsLast)
        slopes = Frame(adaptive.slopes)
        trial = Frame(adaptive.trial)
        conditions = columns.plan.conditions.map(Frame.init)
        actions = columns.plan.actions.map(Frame.init)
        rows = space.row(.lane(0))
        let number = { [layout] (row: Row) in layout.places[row] ?? 0 }
        first = (number(.state(0)), number(.slope(0)), number(.waiting(0)), number(.wasTrue(0)), number(.within))
        let transfer = { [layout, rows] (row: Row, column: Column) in
            (row: rows + layout.places[row]! * Frame.stride, column: column)
        }
        loaded = FixedList(layout.columns.map { transfer($0.row, $0.column) })
        written = FixedList(layout.columns.filter(\.isWritten).map { transfer($0.row, $0.column) })
        precondition(layout.places.allSatisfy { row($0) == rows + $1 * Frame.stride }, "rows are in another order")
        for frame in [slopes, trial] + conditions + actions {
            for (index, leaf) in frame.program.leaves.enumerated() { frame[index] = place(leaf) }
        }
    }

    /// Rows of the lanes.
    func row(_ row: Row) -> UnsafeMutablePointer<Double> {
        let place =
            switch row {
            case .state(let index): first.state + index
            case .slope(let index): first.slope + index
            case .waiting(let index): first.waiting + index
            case .wasTrue(let index): first.wasTrue + index
            case .within: first.within
            case .moment: first.within + 1
            case .trialLength: first.within + 2
            case .trials: first.within + 3
            case .accepted: first.within + 4
            case .sloped: first.within + 5
            case .cell: first.within + 6
            case .substep: first.within + 7
            case .last, .own: layout.places[row]!
            }
        return rows + place * Frame.stride
    }

    /// The first row, and the places of the first ones of a kind: rows are asked for often, and a list would be counted each time.
    private let rows: UnsafeMutablePointer<Double>
    private let first: (state: Int, slope: Int, waiting: Int, wasTrue: Int, within: Int)
    /// What is loaded from columns, and what is written back.
    private let loaded, written: FixedList<(row: UnsafeMutablePointer<Double>, column: Column)>
    /// Of the model.
    private let states: Int
    private let readsLast: Bool
    /// Are all lanes of the block still in their order?
    private var isWhole = false
    private var firstCell = 0

    private func place(_ leaf: Leaf) -> Place {
        let index = Int(leaf.index)
        let row: Row? =
            switch leaf.kind {
            case .state: .state(index)
            case .slope: .slope(all.plan.adaptive!.states.firstIndex(of: index)!)
            case .last: .last(index)
            case .waiting: .waiting(index)
            case .wasTrue: .wasTrue(index)
            case .time: .moment
            case .trialLength: .trialLength
            default: layout.places[.own(leaf)] == nil ? nil : .own(leaf)
            }
        if let row { return Place(base: self.row(row), stride: 1) }
        if let column = all.column(leaf) { return Place(base: column.base, stride: 0) }
        return Place(base: space.stepLength, stride: 0)
    }

    func cell(_ lane: Int) -> Int { Int(row(.cell)[lane]) }

    /// Puts the cells from `first` on into the lanes.
    func load(_ first: Int, count: Int) {
        (active, firstCell, isWhole) = (count, first, true)
        // lanes without a cell hold what the columns' padding holds
        let all = padded
        for (row, column) in loaded.all { row.update(from: column.base + first, count: all) }
        if readsLast {
            for index in 0..<states { row(.last(index)).update(from: row(.state(index)), count: all) }
        }
        row(.within).update(repeating: 0, count: all)
        row(.trials).update(repeating: 0, count: all)
        row(.sloped).update(repeating: 0, count: all)
        let cell = row(.cell)
        for lane in 0..<all { cell[lane] = Double(first &+ lane) }
        setMoments(start: space.stepStart[0])
    }

    /// A bit for each of the lanes from `lane` on that holds a cell.
    @inline(__always)
    func occupied(_ lane: Int) -> LaneBits {
        let left = max(active &- lane, 0)
        return left < Machine.Vector.laneCount ? (1 &<< LaneBits(left)) &- 1 : Machine.Vector.allBits
    }

    /// Lanes without a cell hold what the first one holds.
    func fill(_ row: Row) {
        let values = self.row(row)
        for lane in active..<padded { values[lane] = values[0] }
    }

    func setMoments(start: Double) {
        let within = row(.within), moment = row(.moment)
        for lane in 0..<padded { moment[lane] = start + within[lane] }
    }

    /// Slopes of lanes whose state is not where the last trial left it.
    func makeSlopes() {
        let sloped = row(.sloped)
        var missing = 0, lane = 0
        while lane < active {
            let isSloped = Machine.Vector.zeros.isLess(than: Machine.Vector(at: sloped + lane)).bits
            missing &+= (occupied(lane) & ~isSloped).nonzeroBitCount
            lane &+= Machine.Vector.laneCount
        }
        guard missing > 0 else { return }
        slopes.run(padded)
        for index in moving.all.indices {
            let slope = row(.slope(index)), new = slopes.output(index)
            if missing == active {
                slope.update(from: new, count: padded)
            } else {
                for lane in 0..<active where sloped[lane] == 0 { slope[lane] = new[lane] }
            }
        }
    }

    /// What was tried becomes the state where it was accepted.
    func take() {
        let accepted = row(.accepted)
        for index in moving.all.indices {
            take(trial.output(index), to: row(.state(moving.all[index])), accepted)
            take(trial.output(moving.all.count + index), to: row(.slope(index)), accepted)
        }
    }

    private func take(
        _ new: UnsafeMutablePointer<Double>, to old: UnsafeMutablePointer<Double>,
        _ accepted: UnsafeMutablePointer<Double>
    ) {
        var lane = 0
        while lane < padded {
            let isAccepted = Lanes.zeros.isLess(than: Lanes(at: accepted + lane))
            isAccepted.select(Lanes(at: new + lane), Lanes(at: old + lane)).store(at: old + lane)
            lane &+= Lanes.laneCount
        }
    }

    /// Writes all cells back, if they lie in their order still and none has taken more trials than `most`; did it?
    func removeAll(upTo most: Double) -> Bool {
        guard isWhole, !EquationKernel.Block.any(row(.trials), padded, above: most) else { return false }
        for (row, column) in written.all { (column.base + firstCell).update(from: row, count: active) }
        active = 0
        return true
    }

    /// Writes the cells of lanes back; the last lanes take their places.
    ///
    /// - `done`: ascending.
    func remove(_ done: [Int]) {
        let cells = row(.cell)
        for (row, column) in written.all { for lane in done { column.base[Int(cells[lane])] = row[lane] } }
        // who fills which gap is the same for all rows
        var moves: [(from: Int, to: Int)] = [], last = active - 1, gone = done[...]
        while let gap = gone.popFirst() {
            while let end = gone.last, end == last {
                gone.removeLast()
                last -= 1
            }
            guard gap < last else { break }
            moves.append((last, gap))
            last -= 1
        }
        active -= done.count
        isWhole = false
        if moves.isEmpty { return }
        for place in 0..<layout.count {
            let values = space.row(.lane(place))
            for move in moves { values[move.to] = values[move.from] }
        }
    }
}

extension Operator {
    var draw: CellDraws.Kind {
        switch self {
        case .uniform: .uniform
        case .normal: .normal
        case .poisson: .poisson
        default: .binomial
        }
    }
}
