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

    /// Lets all programs but those of quantities read and write the cells from `first` on. Ports follow step by step.
    func bind(_ first: Int) { blocks.move(to: first) }

    /// The program of a quantity, for the cells from `first` on.
    func bindQuantity(_ index: Int, _ first: Int) -> Frame {
        ofQuantities[index].move(to: first)
        return quantities[index]
    }

    private lazy var blocks: MovingPlaces = {
        var places = MovingPlaces()
        for frame in [step] + conditions + actions + refractory.compactMap({ $0 }) { place(frame, &places) }
        for (index, state) in columns.plan.changed.enumerated() {
            places.add(step.place(ofOutput: index), columns.states[state])
        }
        for (index, waiting) in columns.waiting.enumerated() {
            places.add(step.place(ofOutput: columns.plan.changed.count + index), waiting)
        }
        return places
    }()

    /// Quantities read inputs as they are now, also where the model has a step of its own.
    private lazy var ofQuantities: [MovingPlaces] = quantities.map { frame in
        var places = MovingPlaces()
        place(frame, &places, inputs: columns.inputs)
        return places
    }

    /// Lets the leaves of a program lie where they do: some in each block elsewhere.
    private func place(_ frame: Frame, _ moving: inout MovingPlaces, inputs: [Column]? = nil) {
        for (index, leaf) in frame.program.leaves.enumerated() {
            let input = leaf.kind == .input ? inputs?[Int(leaf.index)] : nil
            if let column = input ?? columns.column(leaf) {
                moving.add(frame.places + index, column)
            } else {
                frame[index] = place(leaf)
            }
        }
    }

    private func place(_ leaf: Leaf) -> Place {
        switch leaf.kind {
        case .time: return Place(base: time, stride: 0)
        case .stepStart: return Place(base: stepStart, stride: 0)
        case .last: return Place(base: row(.last(Int(leaf.index))), stride: 1)
        // ports are bound step by step; what is left is the step's length
        default: return Place(base: stepLength, stride: 0)
        }
    }
}

/// Places of programs that lie in columns, so in each block elsewhere.
private struct MovingPlaces {
    private var all: [(place: UnsafeMutablePointer<Place>, base: UnsafeMutablePointer<Double>)] = []

    mutating func add(_ place: UnsafeMutablePointer<Place>, _ column: Column) {
        place.initialize(to: column.place(0))
        if column.stride > 0 { all.append((place, column.base)) }
    }

    func move(to first: Int) {
        all.withUnsafeBufferPointer { for item in $0 { item.place.pointee.base = item.base + first } }
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
