import Equations

/// The frames of a model's programs and what one worker needs beside them. Workers take turns with workspaces: each has its own while
/// it advances a block.
final class Workspace: @unchecked Sendable {
    let step: Frame
    let conditions, actions: [Frame]
    let refractory: [Frame?]
    let quantities: [Frame]
    /// Of a model with the adaptive method.
    private(set) lazy var adaptiveSteps = AdaptiveSteps(columns, self)
    /// Moments, each so often that a vector can read it: the one that formulas speak of, and the beginning of the step.
    let time, stepStart, stepLength: UnsafeMutablePointer<Double>
    /// Rows of values, one a cell of the block.
    private let rows: UnsafeMutablePointer<Double>
    private let columns: EquationColumns

    enum Row {
        /// A state at the end of the step before.
        case last(Int)
        /// Refractory steps that were left before the step, by event; where an event happens.
        case waitingBefore(Int)
        case happens
        /// Of the adaptive method: see `AdaptiveSteps`.
        case lane(Int)
    }

    init(_ columns: EquationColumns, lanes: Int) {
        let plan = columns.plan
        self.columns = columns
        step = Frame(plan.step)
        conditions = plan.conditions.map(Frame.init)
        actions = plan.actions.map(Frame.init)
        refractory = plan.refractory.map { $0.map(Frame.init) }
        quantities = plan.quantities.map(Frame.init)
        let count = plan.facts.states.count + plan.facts.events.count + 1 + lanes
        rows = ColumnStore.allocate(3 * Machine.width + count * Frame.stride)
        rows.initialize(repeating: 0, count: 3 * Machine.width + count * Frame.stride)
        (time, stepStart, stepLength) = (rows, rows + Machine.width, rows + 2 * Machine.width)
        stepLength.update(repeating: columns.stepLength, count: Machine.width)
    }

    deinit { rows.deallocate() }

    func row(_ row: Row) -> UnsafeMutablePointer<Double> {
        let states = columns.states.count, events = columns.waiting.count
        let index =
            switch row {
            case .last(let state): state
            case .waitingBefore(let event): states + event
            case .happens: states + events
            case .lane(let lane): states + events + 1 + lane
            }
        return rows + 3 * Machine.width + index * Frame.stride
    }

    func setTime(_ ms: Double) { time.update(repeating: ms, count: Machine.width) }
    func setStepStart(_ ms: Double) { stepStart.update(repeating: ms, count: Machine.width) }

    /// Lets the leaves of all programs that go by whole blocks lie where the cells from `first` on have them. Ports follow step by
    /// step.
    func bind(_ first: Int) {
        bind(step, first)
        conditions.forEach { bind($0, first) }
        actions.forEach { bind($0, first) }
        refractory.forEach { $0.map { bind($0, first) } }
        for (index, state) in columns.plan.changed.enumerated() {
            step.setOutput(index, columns.states[state].place(first))
        }
        for (index, waiting) in columns.waiting.enumerated() {
            step.setOutput(columns.plan.changed.count + index, waiting.place(first))
        }
    }

    func bind(_ frame: Frame, _ first: Int) {
        for (index, leaf) in frame.program.leaves.enumerated() { frame[index] = place(leaf, first) }
    }

    private func place(_ leaf: Leaf, _ first: Int) -> Place {
        if let column = columns.column(leaf) { return column.place(first) }
        switch leaf.kind {
        case .time: return Place(base: time, stride: 0)
        case .stepStart: return Place(base: stepStart, stride: 0)
        case .last: return Place(base: row(.last(Int(leaf.index))), stride: 1)
        // ports are bound step by step; what is left is the step's length
        default: return Place(base: stepLength, stride: 0)
        }
    }
}

extension EquationColumns {
    /// The column that a leaf is; nil where it is none.
    func column(_ leaf: Leaf) -> Column? {
        let index = Int(leaf.index)
        switch leaf.kind {
        case .parameter: return parameters[index]
        case .state: return states[index]
        case .input: return inputSums.isEmpty ? inputs[index] : inputSums[index]
        case .derived: return derived[index]
        case .propagator: return propagators[index]
        case .waiting: return waiting[index]
        case .wasTrue: return wasTrue[index]
        case .port: return spikeSums.isEmpty ? nil : spikeSums[index]
        default: return nil
        }
    }
}
