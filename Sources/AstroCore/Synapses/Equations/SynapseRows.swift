import Equations

/// What connections of a block have, a row for each thing and a lane for each connection, and the programs that act on them.
///
/// Every lane does what a single connection would.
final class SynapseRows {
    /// A value for each lane.
    typealias Row = UnsafeMutablePointer<Double>

    let states, before, parameters, post, third: [Row]
    let weight, delay: Row
    /// ms: the moment of an event, and how long ago the one before was.
    let time, elapsed: Row
    let onPre, onPost: Frame
    private let release, move: Frame
    private let releaseRates, moveRates: [Frame]
    /// Elements of matrix exponentials.
    private let releaseElements, moveElements: [Row]
    private let resolution: Row
    private let plan: SynapsePlan
    private let memory: Row
    /// What `move` gives, and where it goes.
    private let moved: [(from: Row, to: Row)]

    init(_ plan: SynapsePlan, resolution ms: Double) {
        self.plan = plan
        let model = plan.facts.model
        let elements = plan.releasePropagators.linear.elements.count + plan.movePropagators.linear.elements.count
        let others = plan.facts.post.count + plan.facts.third.count
        let count = 2 * model.states.count + model.parameters.count + others + elements + 5
        memory = ColumnStore.allocate(count * Frame.stride)
        memory.initialize(repeating: 0, count: count * Frame.stride)
        var place = memory
        let next = { () -> Row in
            defer { place += Frame.stride }
            return place
        }
        states = model.states.map { _ in next() }
        before = model.states.map { _ in next() }
        parameters = model.parameters.map { _ in next() }
        post = plan.facts.post.map { _ in next() }
        third = plan.facts.third.map { _ in next() }
        (weight, delay, time, elapsed, resolution) = (next(), next(), next(), next(), next())
        releaseElements = plan.releasePropagators.linear.elements.map { _ in next() }
        moveElements = plan.movePropagators.linear.elements.map { _ in next() }
        resolution.update(repeating: ms, count: Frame.largest)
        (release, move) = (Frame(plan.release), Frame(plan.move))
        (onPre, onPost) = (Frame(plan.onPre.program), Frame(plan.onPost.program))
        releaseRates = plan.releasePropagators.rates.map(Frame.init)
        moveRates = plan.movePropagators.rates.map(Frame.init)
        moved = zip(plan.moving.indices, plan.moving).map { [move, states] in (move.output($0), states[$1]) }
        for frame in [release] + releaseRates { bind(frame, releaseElements) }
        for frame in [move, onPre, onPost] + moveRates { bind(frame, moveElements) }
    }

    deinit { memory.deallocate() }

    private func bind(_ frame: Frame, _ elements: [Row]) {
        for (place, leaf) in frame.program.leaves.enumerated() {
            let row = row(of: leaf) ?? (leaf.kind == .propagator ? elements[Int(leaf.index)] : elapsed)
            frame[place] = Place(base: row, stride: 1)
        }
    }

    /// Where a leaf of a program lies; nil for the time since the event before and for what is worked out from it.
    func row(of leaf: Leaf) -> Row? {
        let index = Int(leaf.index)
        return switch leaf.kind {
        case .parameter: parameters[index]
        case .state: states[index]
        case .last: before[index]
        case .post: post[index]
        case .third: third[index]
        case .weight: weight
        case .delay: delay
        case .time: time
        case .trialLength: resolution
        default: nil
        }
    }

    /// Programs run over whole vectors.
    static func padded(_ count: Int) -> Int { (count + Machine.width - 1) / Machine.width * Machine.width }

    /// Takes the states to the moment of the event.
    func moveStates(_ count: Int) {
        makeElements(count, plan.movePropagators, moveRates, moveElements)
        move.run(Self.padded(count))
        for (from, to) in moved { to.update(from: from, count: Self.padded(count)) }
    }

    /// Takes the states of senders to the end of their spike: what comes of them, in the order of `ofSenders`.
    func release(_ count: Int) -> [Row] {
        makeElements(count, plan.releasePropagators, releaseRates, releaseElements)
        release.run(Self.padded(count))
        return plan.ofSenders.indices.map(release.output)
    }

    private func makeElements(_ count: Int, _ all: SynapsePlan.Propagators, _ rates: [Frame], _ rows: [Row]) {
        for (number, group) in all.linear.groups.enumerated() {
            let frame = rates[number], size = group.matrix.count * group.matrix[0].count
            frame.run(Self.padded(count))
            for lane in 0..<Self.padded(count) {
                let matrix = (0..<size).map { frame.output($0)[lane] }
                let exponential = MatrixExponential.augmented(
                    matrix, rows: group.states.count, columns: group.matrix[0].count, elapsed[lane])
                for index in all.elementsOfGroups[number] {
                    let element = all.linear.elements[index]
                    rows[index][lane] = exponential[element.row * group.matrix[0].count + element.column]
                }
            }
        }
    }
}
