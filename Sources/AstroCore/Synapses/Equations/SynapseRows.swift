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
    private let release, move, moveConnections, moveSenders, trace: Frame
    private let releaseGroups, moveGroups, connectionGroups: [Group]
    private let resolution: Row
    private let plan: SynapsePlan
    private let memory: Row

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
        // elements of matrix exponentials
        let (released, movedOn) = (plan.releasePropagators, plan.movePropagators)
        let releaseElements = released.linear.elements.map { _ in next() }
        let moveElements = movedOn.linear.elements.map { _ in next() }
        resolution.update(repeating: ms, count: Frame.largest)
        (release, move, trace) = (Frame(plan.release), Frame(plan.move), Frame(plan.trace))
        (moveConnections, moveSenders) = (Frame(plan.moveConnections), Frame(plan.moveSenders))
        (onPre, onPost) = (Frame(plan.onPre.program), Frame(plan.onPost.program))
        releaseGroups = released.rates.indices.map { Group($0, of: released, releaseElements) }
        moveGroups = movedOn.rates.indices.map { Group($0, of: movedOn, moveElements) }
        let read = Set(plan.moveConnections.leaves.filter { $0.kind == .propagator }.map { Int($0.index) })
        connectionGroups = zip(moveGroups, movedOn.elementsOfGroups).filter { !read.isDisjoint(with: $1) }.map { $0.0 }
        for frame in [release, moveSenders] + releaseGroups.map(\.rates) { bind(frame, releaseElements) }
        for frame in [move, moveConnections, trace, onPre, onPost] + moveGroups.map(\.rates) {
            bind(frame, moveElements)
        }
        write(move, plan.moving.map { states[$0] })
        write(moveConnections, plan.movingConnections.map { states[$0] })
        write(moveSenders, plan.movingSenders.map { states[$0] })
        for (frame, event) in [(onPre, plan.onPre), (onPost, plan.onPost)] { write(frame, changed(event)) }
    }

    /// What an event changes, in the order of its outputs.
    fileprivate func changed(_ event: SynapsePlan.Event) -> [Row] {
        event.states.map { states[$0] } + (event.changesWeight ? [weight] : [])
    }

    /// Lets the first outputs of a program go over rows.
    private func write(_ frame: Frame, _ rows: [Row]) {
        for (index, row) in rows.enumerated() { frame.setOutput(index, Place(base: row, stride: 1)) }
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

    /// Lanes that only fill a vector hold what the first one does.
    @inline(__always)
    func pad(_ row: Row, _ count: Int) {
        for lane in count..<Self.padded(count) { row[lane] = row[0] }
    }

    /// Takes the states to the moment of the event.
    func moveStates(_ count: Int) {
        for group in moveGroups { group.makeElements(count, elapsed: elapsed) }
        move.run(Self.padded(count))
    }

    /// The same for states of connections alone.
    func moveConnections(_ count: Int) {
        if plan.movingConnections.isEmpty { return }
        for group in connectionGroups { group.makeElements(count, elapsed: elapsed) }
        moveConnections.run(Self.padded(count))
    }

    /// The same for those of senders.
    func moveSenders(_ count: Int) {
        if plan.movingSenders.isEmpty { return }
        for group in releaseGroups { group.makeElements(count, elapsed: elapsed) }
        moveSenders.run(Self.padded(count))
    }

    /// What is left of targets' traces, which the state's row has as their last spikes left them, `elapsed` later.
    func decayedTraces(_ count: Int) -> Row {
        trace.run(Self.padded(count))
        return trace.output(0)
    }

    /// Takes the states of senders to the end of their spike: what comes of them, in the order of `ofSenders`.
    func release(_ count: Int) -> [Row] {
        for group in releaseGroups { group.makeElements(count, elapsed: elapsed) }
        release.run(Self.padded(count))
        return plan.ofSenders.indices.map(release.output)
    }

    /// States that move together: their rates, and the exponentials of these.
    private struct Group {
        let rates: Frame
        private let exponential: MatrixExponential
        /// Numbers of an exponential that programs read, and where they go.
        private let wanted: [(number: Int, row: Row)]

        init(_ number: Int, of all: SynapsePlan.Propagators, _ rows: [Row]) {
            let group = all.linear.groups[number], columns = group.matrix[0].count
            rates = Frame(all.rates[number])
            exponential = MatrixExponential(rows: group.states.count, columns: columns)
            wanted = all.elementsOfGroups[number].map { index in
                let element = all.linear.elements[index]
                return (element.row * columns + element.column, rows[index])
            }
        }

        func makeElements(_ count: Int, elapsed: Row) {
            rates.run(padded(count))
            for lane in 0..<count {
                exponential.run(elapsed[lane]) { rates.output($0)[lane] }
                for (number, row) in wanted { row[lane] = exponential.result[number] }
            }
        }
    }
}

/// What an event does to the rows of some lanes: its program, which writes over them, and what that hands over.
final class SynapseEvent {
    typealias Row = SynapseRows.Row

    let rows: SynapseRows
    let frame: Frame
    let drawsRandomly: Bool
    /// What is handed over to the target, and to the paired cell.
    let sent, sentToThird: FixedList<Row>
    /// What has to be finite: states, the weight, and what is handed over; and whether all lanes have the same.
    let watched: FixedList<(values: Row, isAlike: Bool)>
    private let names: [String]

    /// - `shared`: states that all lanes have from their sender. Those that targets keep are looked at in what comes of them.
    init(_ rows: SynapseRows, _ frame: Frame, _ event: SynapsePlan.Event, _ plan: SynapsePlan, shared: [Int]) {
        (self.rows, self.frame, drawsRandomly) = (rows, frame, event.program.drawsRandomly)
        let first = rows.changed(event).count
        let handedOver = (0..<event.sends + event.thirds).map { frame.output(first + $0) }
        sent = FixedList(Array(handedOver.prefix(event.sends)))
        sentToThird = FixedList(Array(handedOver.suffix(event.thirds)))
        let states = rows.states.indices.filter { $0 != plan.ofTarget?.state }
        watched = FixedList(
            states.map { (rows.states[$0], shared.contains($0)) } + ([rows.weight] + handedOver).map { ($0, false) })
        names = states.map { plan.facts.model.states[$0].name } + ["weight"]
    }

    func name(ofWatched index: Int) -> String { index < names.count ? names[index] : "what is sent" }
}
