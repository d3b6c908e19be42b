import Equations

/// Connections of one row side by side, at most a block of them, on their way through events.
///
/// They are loaded from where they are stored, and stored again. At an event those that have it lie in the first lanes of `work`.
/// Every lane does what a single connection would.
/// One worker at a time has it.
final class SynapseLanes: @unchecked Sendable {
    /// The owner of the lanes.
    private unowned let synapse: BoundEquations
    private var plan: SynapsePlan { synapse.plan }
    private var columns: SynapseColumns { synapse.columns }
    private let release, move, pre, post: Frame
    private let releaseRates, moveRates: [Frame]

    /// A value for each lane.
    typealias Row = UnsafeMutablePointer<Double>

    /// Rows of what connections have.
    private struct Rows {
        let states, before, parameters, post, third: [Row]
        let weight, delay, elapsed, time: Row
        /// Elements of matrix exponentials: of `release` and of `move`.
        let releaseElements, moveElements: [Row]

        init(_ plan: SynapsePlan, _ next: () -> Row) {
            let model = plan.facts.model
            states = model.states.map { _ in next() }
            before = model.states.map { _ in next() }
            parameters = model.parameters.map { _ in next() }
            post = plan.facts.post.map { _ in next() }
            third = plan.facts.third.map { _ in next() }
            (weight, delay, elapsed, time) = (next(), next(), next(), next())
            releaseElements = plan.releasePropagators.linear.elements.map { _ in next() }
            moveElements = plan.movePropagators.linear.elements.map { _ in next() }
        }
    }

    private let memory: Row
    /// Where connections are loaded, and where those are that have an event.
    private let home, work: Rows
    /// ms: to when the states of a lane are known, and since when spikes of its target count.
    private let known, since: Row
    private let resolution: Row
    private var count = 0
    /// Which connections of the row are loaded.
    private var loaded: [Int] = []
    private var delays = [Int](repeating: 0, count: Frame.largest)
    private var numbers = [Int](repeating: 0, count: Frame.largest)
    /// Which of their targets' spikes have not acted, by lane.
    private var pending = [Range<Int>](repeating: 0..<0, count: Frame.largest)
    /// Lanes that have an event, and the steps at which.
    private var lanes: [Int] = [], steps: [Int] = []
    /// Ids of paired cells.
    private var thirds = [Int](repeating: 0, count: Frame.largest)
    private var targets = [TargetSpikes](repeating: .none, count: Frame.largest)
    /// Lanes in which a spike of the target has acted at the moment that is looked through to.
    private var coincides = [Bool](repeating: false, count: Frame.largest)
    private let readBefore: [Int]
    /// Of the loaded connections; draws are named by it.
    private var row = 0
    /// In `home`, of all lanes that are loaded.
    var weight: Row { home.weight }

    init(_ synapse: BoundEquations) {
        self.synapse = synapse
        let plan = synapse.plan, model = plan.facts.model
        readBefore = plan.readBefore
        release = Frame(plan.release)
        move = Frame(plan.move)
        pre = Frame(plan.onPre.program)
        post = Frame(plan.onPost.program)
        releaseRates = plan.releasePropagators.rates.map(Frame.init)
        moveRates = plan.movePropagators.rates.map(Frame.init)
        let elements = plan.releasePropagators.linear.elements.count + plan.movePropagators.linear.elements.count
        let others = plan.facts.post.count + plan.facts.third.count
        let rows = 2 * (2 * model.states.count + model.parameters.count + others + 4 + elements) + 3
        memory = ColumnStore.allocate(rows * Frame.stride)
        memory.initialize(repeating: 0, count: rows * Frame.stride)
        var place = memory
        let next = { () -> Row in
            defer { place += Frame.stride }
            return place
        }
        (home, work) = (Rows(plan, next), Rows(plan, next))
        (known, since, resolution) = (next(), next(), next())
        resolution.update(repeating: synapse.resolution, count: Machine.width)
        for (index, column) in synapse.parameters.enumerated() {
            // what all connections share stays
            guard case .shared = columns.places[column] else { continue }
            let value = columns.sharedValue(column)
            work.parameters[index].update(repeating: value, count: Frame.largest)
        }
        for frame in [release] + releaseRates { bind(frame, work.releaseElements) }
        for frame in [move, pre, post] + moveRates { bind(frame, work.moveElements) }
    }

    deinit { memory.deallocate() }

    private func bind(_ frame: Frame, _ elements: [Row]) {
        for (place, leaf) in frame.program.leaves.enumerated() {
            let index = Int(leaf.index)
            switch leaf.kind {
            case .parameter: frame[place] = Place(base: work.parameters[index], stride: 1)
            case .state: frame[place] = Place(base: work.states[index], stride: 1)
            case .last: frame[place] = Place(base: work.before[index], stride: 1)
            case .post: frame[place] = Place(base: work.post[index], stride: 1)
            case .third: frame[place] = Place(base: work.third[index], stride: 1)
            case .weight: frame[place] = Place(base: work.weight, stride: 1)
            case .delay: frame[place] = Place(base: work.delay, stride: 1)
            case .time: frame[place] = Place(base: work.time, stride: 1)
            case .propagator: frame[place] = Place(base: elements[index], stride: 1)
            case .trialLength: frame[place] = Place(base: resolution, stride: 0)
            default: frame[place] = Place(base: work.elapsed, stride: 1)
            }
        }
    }

    private func padded(_ count: Int) -> Int { (count + Machine.width - 1) / Machine.width * Machine.width }

    // MARK: Loading and storing

    /// Takes connections of a row into `home`: at most a block.
    func load(_ row: ArrivingRow, _ some: some Collection<Int>) {
        loaded.removeAll(keepingCapacity: true)
        loaded += some
        (count, self.row) = (loaded.count, row.row)
        fault = nil
        for (lane, i) in loaded.enumerated() {
            delays[lane] = row.delays.map { Int($0[i]) } ?? row.sharedDelay
            home.weight[lane] = row.weights[row.hasOwnWeights ? i : 0]
            coincides[lane] = false
        }
        for lane in 0..<count { home.delay[lane] = TimeGrid.ms(delays[lane], synapse.resolution) }
        for (read, values) in zip(synapse.post, home.post) { loadPost(read, values, row) }
        loadThird(row)
        if plan.hasPost {
            for (lane, i) in loaded.enumerated() {
                targets[lane] =
                    row.history.map { TargetSpikes($0[Int(row.targets[i])], resolution: row.resolution) } ?? .none
            }
        }
        for (values, place) in own {
            for (lane, i) in loaded.enumerated() { values[lane] = row.own[i * row.width + place] }
        }
        if let place = numberPlace {
            for (lane, i) in loaded.enumerated() { numbers[lane] = Int(row.own[i * row.width + place]) }
        }
        for (k, values) in ofSender.enumerated() { values.update(repeating: row.carried[k], count: count) }
    }

    /// What targets have: at the end of the sender's step, if it changes.
    private func loadPost(_ read: ReadOfTargets, _ values: Row, _ row: ArrivingRow) {
        for (lane, i) in loaded.enumerated() {
            let place = Int(row.targets[i]), run = Int(read.changing.runs[place])
            values[lane] =
                run < 0 ? read.fixed[place] : row.values.map { $0[run] * read.changing.factor } ?? 0
        }
    }

    /// What paired cells have at the end of the sender's step; 0 where there is none.
    private func loadThird(_ row: ArrivingRow) {
        guard let column = synapse.thirdColumn else { return }
        for (lane, i) in loaded.enumerated() {
            if case .connection(let place) = columns.places[column] {
                thirds[lane] = Int(row.own[i * row.width + place])
            } else {
                thirds[lane] = Int(columns.sharedValue(column))
            }
        }
        for (read, values) in zip(synapse.third, home.third) {
            for lane in 0..<count {
                let id = thirds[lane]
                if id > 0, let all = row.values {
                    values[lane] = all[Int(read.runs[id])] * read.factors[id]
                } else {
                    values[lane] = 0
                }
            }
        }
    }

    /// Puts them back. What belongs to the sender is its own, unless connections release by themselves.
    func store(_ row: ArrivingRow) {
        if row.hasOwnWeights { for (lane, i) in loaded.enumerated() { row.weights[i] = home.weight[lane] } }
        for (values, place) in own.dropFirst(ownParameters.count) {
            for (lane, i) in loaded.enumerated() { row.own[i * row.width + place] = values[lane] }
        }
    }

    /// Rows of what connections have of their own, parameters first, and the places in their blocks.
    private lazy var own: [(values: Row, place: Int)] = {
        let place = { [columns] (column: Int) -> Int? in
            if case .connection(let k) = columns.places[column] { k } else { nil }
        }
        let parameters = ownParameters.map { (home.parameters[$0], place(synapse.parameters[$0])!) }
        let states = synapse.states.enumerated().compactMap { state, column in
            place(column).map { (home.states[state], $0) }
        }
        let moments = [(known, synapse.known), (since, synapse.since)].compactMap { row, column in
            place(column).map { (row, $0) }
        }
        return parameters + states + moments
    }()

    /// Rows of what the spike carries of its sender, where the sender releases.
    private lazy var ofSender: [Row] =
        columns.releasesBySender ? plan.ofSenders.map { home.states[$0] } + [known, since] : []

    private lazy var numberPlace: Int? = synapse.number.flatMap {
        if case .connection(let k) = columns.places[$0] { k } else { nil }
    }

    /// The states of a lane in `home`.
    func values(_ lane: Int) -> [Double] { home.states.map { $0[lane] } }

    // MARK: Events

    /// Puts some lanes into `work`, side by side, with the moment of their event, which goes by the place there.
    private func gather(_ lanes: [Int], at times: (Int) -> Double) {
        lanes.withUnsafeBufferPointer { lanes in
            for (from, to) in moved { for n in lanes.indices { to[n] = from[lanes[n]] } }
            for n in lanes.indices {
                work.time[n] = times(n)
                work.elapsed[n] = work.time[n] - known[lanes[n]]
            }
        }
        if lanes.count == padded(lanes.count) { return }
        for row in gathered {
            // lanes that only fill a vector hold what the first one does
            for lane in lanes.count..<padded(lanes.count) { row[lane] = row[0] }
        }
    }

    private lazy var gathered: [Row] = moved.map { $0.to } + [work.time, work.elapsed]

    /// Rows that an event needs.
    private lazy var moved: [(from: Row, to: Row)] =
        Array(zip(home.states, work.states)) + ownParameters.map { (home.parameters[$0], work.parameters[$0]) }
        + Array(zip(home.post, work.post)) + Array(zip(home.third, work.third)) + [
            (home.weight, work.weight), (home.delay, work.delay),
        ]

    private lazy var ownParameters = synapse.parameters.indices.filter {
        if case .connection = columns.places[synapse.parameters[$0]] { true } else { false }
    }

    /// Takes the states in `work` to the moment of the event.
    private func moveWork(_ count: Int) {
        makeElements(count, plan.movePropagators, moveRates, work.moveElements)
        move.run(padded(count))
        for (output, state) in plan.moving.enumerated() {
            work.states[state].update(from: move.output(output), count: padded(count))
        }
    }

    private func makeElements(_ count: Int, _ all: SynapsePlan.Propagators, _ rates: [Frame], _ rows: [Row]) {
        for (number, group) in all.linear.groups.enumerated() {
            let frame = rates[number], size = group.matrix.count * group.matrix[0].count
            frame.run(padded(count))
            let mine = all.elementsOfGroups[number]
            if group.states.count == 1 {
                makeElements(ofState: frame, padded(count), mine.map { (all.linear.elements[$0].column, rows[$0]) })
                continue
            }
            for lane in 0..<padded(count) {
                let matrix = (0..<size).map { frame.output($0)[lane] }
                let exponential = MatrixExponential.augmented(
                    matrix, rows: group.states.count, columns: group.matrix[0].count, work.elapsed[lane])
                for index in mine {
                    let element = all.linear.elements[index]
                    rows[index][lane] = exponential[element.row * group.matrix[0].count + element.column]
                }
            }
        }
    }

    /// Elements of a state that follows no other: its decay, and what a constant drive adds.
    private func makeElements(ofState rates: Frame, _ count: Int, _ elements: [(column: Int, row: Row)]) {
        let rate = rates.output(0)
        for (column, row) in elements {
            if column == 0 {
                for lane in 0..<count { row[lane] = exponentialEverywhere(rate[lane] * work.elapsed[lane]) }
            } else {
                let drive = rates.output(column)
                for lane in 0..<count {
                    let time = work.elapsed[lane]
                    row[lane] = drive[lane] * (time * relativeExponential(rate[lane] * time))
                }
            }
        }
    }

    /// Lets the spikes of targets act that come to the synapses up to a moment.
    ///
    /// - `other`: ms; those that are on the way for longer act then, too.
    func lookBack(through time: Double, arrivedAfter other: Double? = nil) {
        guard plan.hasPost else { return }
        let resolution = synapse.resolution
        var most = 0
        for lane in 0..<count {
            let delay = home.delay[lane]
            // a spike counts if it was sent after the connection was made
            let spikes = targets[lane].between(
                after: max(known[lane] - delay, since[lane]), through: time - min(delay, other ?? delay))
            pending[lane] = spikes.startIndex..<spikes.endIndex
            most = max(most, spikes.count)
        }
        if most == 0 { return }
        let end = TimeGrid.stepsNearest(time, resolution)
        for round in 0..<most {
            lanes.removeAll(keepingCapacity: true)
            steps.removeAll(keepingCapacity: true)
            for lane in 0..<count where pending[lane].count > round {
                let sent = targets[lane].time(pending[lane].lowerBound + round)
                lanes.append(lane)
                steps.append(min(end, TimeGrid.stepsNearest(sent, resolution) + delays[lane]))
            }
            gather(lanes) { TimeGrid.ms(steps[$0], resolution) }
            for (read, values) in zip(synapse.post, work.post) where read.column >= 0 {
                for (n, lane) in lanes.enumerated() {
                    values[n] = targets[lane].value(
                        pending[lane].lowerBound + round, read.column, of: synapse.historyWidth)
                }
            }
            moveWork(lanes.count)
            keepBefore(lanes, steps, end)
            run(post, plan.onPost, lanes, site: round)
        }
    }

    /// Connections of the row whose states before this moment are known from an earlier spike of the sender at it.
    func setBefore(_ before: [Int: [Double]]) {
        if before.isEmpty { return }
        for (lane, i) in loaded.enumerated() {
            guard let values = before[i] else { continue }
            coincides[lane] = true
            for (state, value) in zip(readBefore, values) { home.before[state][lane] = value }
        }
    }

    /// The same for a later one.
    func forEachBefore(_ body: (Int, [Double]) -> Void) {
        for (lane, i) in loaded.enumerated() where coincides[lane] {
            body(i, readBefore.map { home.before[$0][lane] })
        }
    }

    /// What the sender's spike finds of states that the target's has changed at the same moment.
    private func keepBefore(_ lanes: [Int], _ steps: [Int], _ end: Int) {
        for (n, lane) in lanes.enumerated() where steps[n] == end && !coincides[lane] {
            coincides[lane] = true
            for state in readBefore { home.before[state][lane] = work.states[state][n] }
        }
    }

    /// Runs a program over the lanes in `work`; what they are then goes back into `home`.
    private func run(_ frame: Frame, _ event: SynapsePlan.Event, _ lanes: [Int], site round: Int) {
        if event.program.drawsRandomly {
            frame.run(
                padded(lanes.count),
                LaneDraws { [self] op, site, n, a, b in
                    let lane = lanes[min(n, lanes.count - 1)]
                    return draw(
                        op, site, round, lane, step: TimeGrid.stepsNearest(work.time[n], synapse.resolution), a, b)
                })
        } else {
            frame.run(padded(lanes.count))
        }
        for (output, state) in event.states.enumerated() {
            work.states[state].update(from: frame.output(output), count: lanes.count)
        }
        if event.changesWeight { work.weight.update(from: frame.output(event.states.count), count: lanes.count) }
        lookForFault(frame === pre ? watchedAtPre : watched, lanes)
        scatter(lanes)
    }

    /// The first value of the loaded connections that is not finite.
    private(set) var fault: SynapseFault?

    private func lookForFault(_ watched: [(name: String, values: Row)], _ lanes: [Int]) {
        guard fault == nil else { return }
        for row in watched {
            var sum = 0.0
            for n in lanes.indices { sum += row.values[n] - row.values[n] }
            // 0 unless one is infinite or no number
            guard sum != 0, let n = lanes.indices.first(where: { row.values[$0] - row.values[$0] != 0 }) else {
                continue
            }
            let time = formatted(work.time[n]), name = plan.facts.source.name
            fault = SynapseFault(
                index: loaded[lanes[n]], text: "\(name): \(row.name) is \(formatted(row.values[n])) at \(time) ms")
            return
        }
    }

    private lazy var watched: [(name: String, values: Row)] =
        Array(zip(plan.facts.model.states.map(\.name), work.states)) + [("weight", work.weight)]
    private lazy var watchedAtPre: [(name: String, values: Row)] = watched + sent
    private lazy var sent: [(name: String, values: Row)] = (0..<plan.onPre.sends + plan.onPre.thirds).map {
        ("what is sent", pre.output(plan.onPre.states.count + (plan.onPre.changesWeight ? 1 : 0) + $0))
    }

    /// What `work` has goes back into `home`.
    private func scatter(_ lanes: [Int]) {
        lanes.withUnsafeBufferPointer { lanes in
            for (from, to) in scattered { for n in lanes.indices { to[lanes[n]] = from[n] } }
        }
    }

    private lazy var scattered: [(from: Row, to: Row)] =
        Array(zip(work.states, home.states)) + [(work.weight, home.weight), (work.time, known)]

    private func draw(_ op: Operator, _ site: Int, _ round: Int, _ lane: Int, step: Int, _ a: Double, _ b: Double)
        -> Double
    {
        let low = row & Self.lowRows, high = row >> Self.lowRowBits
        let name = StreamName(
            .synapseStep, call: synapse.projection << 24 | high << 12 | (round & 0xf) << 8 | site,
            member: low << Self.numberBits | numbers[lane])
        var stream = RandomStream(seed: synapse.seed, name, from: step << 8)
        switch op {
        case .uniform: return stream.uniform()
        case .normal: return stream.normal()
        case .poisson: return stream.poisson(a)
        default: return stream.binomial(a, b)
        }
    }

    /// Bits of the name of a connection's random numbers that say which of its row it is, and of its row.
    static let numberBits = 22, lowRowBits = 10, highRowBits = 12
    private static let lowRows = 1 << lowRowBits - 1

    /// The sender's spike, of all lanes; `sent` gets what is handed over, connection by connection.
    func react(to row: ArrivingRow, _ sent: UnsafeMutablePointer<Double>) {
        let released = columns.releasesByConnection ? releasedByConnections(row.time) : nil
        let all = Array(0..<count)
        gather(all) { _ in row.time }
        moveWork(count)
        for state in plan.onPre.readsBefore {
            work.before[state].update(from: work.states[state], count: padded(count))
        }
        for state in readBefore {
            for lane in 0..<count where coincides[lane] { work.before[state][lane] = home.before[state][lane] }
        }
        run(pre, plan.onPre, all, site: 0)
        let first = plan.onPre.states.count + (plan.onPre.changesWeight ? 1 : 0), sends = plan.onPre.sends
        for send in 0..<sends {
            let values = pre.output(first + send)
            for lane in 0..<count { sent[lane * sends + send] = values[lane] }
        }
        sentThird = (0..<plan.onPre.thirds).flatMap { third in
            Array(UnsafeBufferPointer(start: pre.output(first + sends + third), count: count))
        }
        for (k, state) in plan.ofSenders.enumerated() {
            guard let released else { break }
            for lane in 0..<count { home.states[state][lane] = released[k][lane] }
        }
    }

    /// For each of what is sent to paired cells, connection by connection.
    private var sentThird: [Double] = []

    /// What `react` hands over to paired cells: 0 is none.
    ///
    /// - `start`: of the loaded connections in their row.
    func sentToThird(_ start: Int) -> [SentToThird] {
        var found: [SentToThird] = []
        for lane in 0..<count where thirds[lane] > 0 {
            for third in 0..<plan.onPre.thirds where sentThird[third * count + lane] != 0 {
                found.append(
                    SentToThird(index: start + lane, third: thirds[lane], amount: sentThird[third * count + lane]))
            }
        }
        return found
    }

    /// States of senders behind the spike, where each connection has its own: from what is stored.
    private func releasedByConnections(_ time: Double) -> [[Double]] {
        // spikes of targets leave them as they are: what has been moved on is as good
        gather(Array(0..<count)) { _ in time }
        makeElements(count, plan.releasePropagators, releaseRates, work.releaseElements)
        release.run(padded(count))
        return plan.ofSenders.indices.map { Array(UnsafeBufferPointer(start: release.output($0), count: count)) }
    }

    /// Takes all lanes to a moment without an event.
    func moveAll(to time: Double) {
        let all = Array(0..<count)
        gather(all) { _ in time }
        moveWork(count)
        scatter(all)
    }

    // MARK: Senders

    /// What a sender has behind its spike, as a spike carries it.
    func release(_ before: some Collection<Double>, at time: Double) -> [Double] {
        loadSender(before, time)
        release.run(Machine.width)
        return plan.ofSenders.indices.map { release.output($0)[0] } + [time, Array(before).last!]
    }

    /// Takes what a sender has to a moment without a spike.
    func moveSender(_ before: [Double], to time: Double) -> [Double] {
        loadSender(before, time)
        moveWork(1)
        return plan.ofSenders.map { work.states[$0][0] } + [time, before.last!]
    }

    private func loadSender(_ before: some Collection<Double>, _ time: Double) {
        for (state, value) in zip(plan.ofSenders, before) {
            work.states[state].update(repeating: value, count: Machine.width)
        }
        work.time.update(repeating: time, count: Machine.width)
        work.elapsed.update(repeating: time - Array(before)[plan.ofSenders.count], count: Machine.width)
        makeElements(1, plan.releasePropagators, releaseRates, work.releaseElements)
    }
}
