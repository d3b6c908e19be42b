import Equations

/// What the programs of a model read of a batch of cells: its columns, and what is worked out of parameters.
final class EquationColumns: @unchecked Sendable {
    let plan: Plan
    let parameters, states, inputs, waiting, wasTrue: [Column]
    /// Sums of spikes and of inputs over the model's own step; empty where that is the resolution.
    let spikeSums, inputSums: [Column]
    /// ms; of the adaptive method.
    let substep: Column?
    private(set) var derived: [Column] = []
    private(set) var propagators: [Column] = []
    /// Steps of the simulation in one of the model, and its length in ms.
    let stepsPerStep: Int
    let stepLength: Double
    /// Steps of the model, by event.
    private(set) var refractorySteps: [Column?] = []

    /// Names of columns that no user sees.
    static func waiting(_ event: String) -> String { "waiting after \(event)" }
    static func wasTrue(_ event: String) -> String { "\(event) was true" }
    static func spikeSum(_ port: Int) -> String { "spikes at port \(port)" }
    static func inputSum(_ input: String) -> String { "sum of \(input)" }
    static let substepName = "substep"

    init(_ plan: Plan, _ columns: ModelColumns) {
        let facts = plan.facts
        self.plan = plan
        parameters = facts.parameters.map { columns[$0.name] }
        states = facts.states.map { columns[$0.name] }
        inputs = facts.inputs.map { columns[$0.name] }
        waiting = facts.events.map { columns[Self.waiting($0.name)] }
        wasTrue = facts.events.map { columns[Self.wasTrue($0.name)] }
        let hasOwnStep = facts.source.step != nil
        spikeSums = hasOwnStep ? (0..<plan.spikePorts).map { columns[Self.spikeSum($0)] } : []
        inputSums = hasOwnStep ? facts.inputs.map { columns[Self.inputSum($0.name)] } : []
        substep = plan.adaptive == nil ? nil : columns[Self.substepName]
        stepsPerStep = plan.stepsPerStep(columns.resolution)
        stepLength = Double(stepsPerStep) * columns.resolution
        derived = evaluate(plan.derived.nodes, columns)
        propagators = makePropagators(columns)
        let times = evaluate(plan.refractoryTimes.compactMap { $0 }, columns)
        var next = times.makeIterator()
        let length = stepLength
        refractorySteps = plan.refractoryTimes.map { time in
            guard time != nil, let ms = next.next() else { return nil }
            return columns.derived { Double(TimeGrid.stepsUp(max(0, $0[ms]), length)) }
        }
    }

    /// Values made of parameters, each shared where what it reads is.
    private func evaluate(_ nodes: [Graph.ID], _ columns: ModelColumns) -> [Column] {
        var isShared: [Bool] = []
        for node in nodes {
            let leaves = plan.graph.leaves(of: [node])
            isShared.append(leaves.allSatisfy { $0.kind != .parameter || parameters[Int($0.index)].stride == 0 })
        }
        var result = [Column?](repeating: nil, count: nodes.count)
        for shared in [true, false] {
            let some = nodes.indices.filter { isShared[$0] == shared }
            if some.isEmpty { continue }
            let program = Assembler.program(plan.graph, parameterValues: some.map { nodes[$0] })
            let targets = some.map { _ in columns.derivedMemory(isShared: shared) }
            run(program, into: targets, cells: shared ? columns.firstBlock : columns.cells)
            for (index, target) in zip(some, targets) { result[index] = target }
        }
        return result.map { $0! }
    }

    private func run(_ program: Program, into targets: [Column], cells: Range<Int>) {
        let uniforms = ColumnStore.allocate(Machine.width)
        defer { uniforms.deallocate() }
        uniforms.initialize(repeating: stepLength, count: Machine.width)
        let frame = Frame(program)
        for first in stride(from: cells.lowerBound, to: cells.upperBound, by: Frame.largest) {
            let count = min(Frame.largest, padded(cells.upperBound - first))
            for (index, leaf) in program.leaves.enumerated() {
                frame[index] =
                    leaf.kind == .parameter
                    ? parameters[Int(leaf.index)].place(first) : Place(base: uniforms, stride: 0)
            }
            for (index, target) in targets.enumerated() { frame.setOutput(index, target.place(first)) }
            frame.run(count)
        }
    }

    // MARK: Propagators

    private func makePropagators(_ columns: ModelColumns) -> [Column] {
        let elements = plan.linear.elements
        var result = [Column?](repeating: nil, count: elements.count)
        for (number, group) in plan.linear.groups.enumerated() {
            for fraction in Set(elements.filter { $0.group == number }.map(\.fraction)).sorted() {
                let mine = elements.indices.filter { elements[$0].group == number && elements[$0].fraction == fraction }
                let made = propagator(group, fraction, mine.map { (elements[$0].row, elements[$0].column) }, columns)
                for (index, column) in zip(mine, made) { result[index] = column }
            }
        }
        return result.map { $0! }
    }

    private func propagator(
        _ group: LinearPart.Group, _ fraction: Double, _ wanted: [(row: Int, column: Int)], _ columns: ModelColumns
    ) -> [Column] {
        let rates = evaluate(group.matrix.joined().map { $0 }, columns), width = group.matrix[0].count
        let length = fraction * stepLength
        let isShared = rates.allSatisfy { $0.stride == 0 }
        let targets = wanted.map { _ in columns.derivedMemory(isShared: isShared) }
        let exponential = MatrixExponential(rows: group.states.count, columns: width)
        let fill = { (cell: Int) in
            exponential.run(length) { rates[$0][cell] }
            for (target, element) in zip(targets, wanted) {
                target[cell] = exponential.result[element.row * width + element.column]
            }
        }
        if isShared {
            fill(columns.cells.lowerBound)
            for target in targets { target.base.update(repeating: target.base[0], count: blockSize) }
        } else {
            columns.paddedCells.forEach(fill)
        }
        return targets
    }
}

extension Column {
    func place(_ cell: Int) -> Place { Place(base: base + cell * stride, stride: stride) }
}

extension Plan {
    /// Ports of spikes: one for a sign, two for arrivals of any.
    var spikePorts: Int { facts.arrivals.reduce(0) { $0 + ($1.sign == .any ? 2 : 1) } }

    /// Steps of the simulation in one of the model. `create` has checked that they fit.
    func stepsPerStep(_ resolution: Double) -> Int {
        guard let step = facts.source.step else { return 1 }
        return max(1, TimeGrid.steps(step, resolution) ?? 1)
    }
}
