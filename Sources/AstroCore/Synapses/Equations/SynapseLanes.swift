import Equations

/// Connections of one row side by side, at most a block of them, on their way through events.
///
/// They are loaded from where they are stored into `home`, and stored again. A spike of the sender is an event of all of them, and acts
/// there. A spike of a target is one of some: these lie side by side in `work` meanwhile.
/// One worker at a time has it.
final class SynapseLanes: @unchecked Sendable {
    typealias Row = SynapseRows.Row

    private let plan: SynapsePlan
    private let columns: SynapseColumns
    private let places: BoundEquations.Places
    private let binding: SynapseBinding
    private let times: StepTimes
    private let home, work: SynapseRows
    /// ms: to when the states of a lane are known, and since when spikes of its target count.
    private let known, since: Row
    private let memory: Row
    private var count = 0
    /// Of the loaded connections; draws are named by it.
    private var row = 0
    private let lists = Lists()
    /// Is there a lane that has `coincides`?
    private var hasCoincidences = false
    private let readBefore: [Int]
    /// Of the loaded connections; the first value that is not finite.
    private(set) var fault: SynapseFault?

    /// What is whole, lane by lane, and what is not a number.
    private final class Lists {
        /// Which connections of the row are loaded.
        let loaded = Lists.make(0)
        let delays = Lists.make(0), numbers = Lists.make(0), thirds = Lists.make(0)
        /// Which of their targets' spikes have not acted: the first, and how many.
        let firstPending = Lists.make(0), pending = Lists.make(0)
        /// Lanes that have an event, and the steps at which.
        let lanes = Lists.make(0), steps = Lists.make(0)
        /// Of lanes with pending spikes.
        let targets = Lists.make(TargetSpikes.none)
        /// Lanes in which a spike of the target has acted at the moment that is looked through to.
        let coincides = Lists.make(false)

        private static func make<Element>(_ value: Element) -> UnsafeMutablePointer<Element> {
            let list = UnsafeMutablePointer<Element>.allocate(capacity: Frame.largest)
            list.initialize(repeating: value, count: Frame.largest)
            return list
        }

        deinit {
            for list in [loaded, delays, numbers, thirds, firstPending, pending, lanes, steps] { list.deallocate() }
            targets.deallocate()
            coincides.deallocate()
        }
    }

    init(_ synapse: BoundEquations) {
        (plan, columns, places, binding) = (synapse.plan, synapse.columns, synapse.places, synapse.binding)
        times = StepTimes(binding.resolution)
        readBefore = plan.readBefore
        home = SynapseRows(plan, resolution: binding.resolution)
        work = SynapseRows(plan, resolution: binding.resolution)
        memory = ColumnStore.allocate(2 * Frame.stride)
        memory.initialize(repeating: 0, count: 2 * Frame.stride)
        (known, since) = (memory, memory + Frame.stride)
        for rows in [home, work] { setShared(rows) }
    }

    deinit { memory.deallocate() }

    /// What all connections share stays in its rows.
    private func setShared(_ rows: SynapseRows) {
        for (index, column) in places.parameters.enumerated() {
            guard case .shared = columns.places[column] else { continue }
            rows.parameters[index].update(repeating: columns.sharedValue(column), count: Frame.largest)
        }
        for (read, values) in zip(binding.post, rows.post) {
            if let common = read.common { values.update(repeating: common, count: Frame.largest) }
        }
    }

    // MARK: Loading and storing

    /// Takes connections of a row into `home`: at most a block.
    func load(_ row: ArrivingRow, _ some: some Collection<Int>) {
        (count, self.row, fault, hasCoincidences) = (some.count, row.row, nil, false)
        for (lane, i) in some.enumerated() { lists.loaded[lane] = i }
        lists.coincides.update(repeating: false, count: count)
        loadDelays(row)
        if row.hasOwnWeights {
            for lane in 0..<count { home.weight[lane] = row.weights[lists.loaded[lane]] }
        } else {
            home.weight.update(repeating: row.weights[0], count: count)
        }
        for (read, values) in zip(binding.post, home.post) where read.common == nil { loadPost(read, values, row) }
        loadThird(row)
        for (values, place) in own {
            for lane in 0..<count { values[lane] = row.own[lists.loaded[lane] &* row.width &+ place] }
        }
        if let place = numberPlace {
            for lane in 0..<count { lists.numbers[lane] = Int(row.own[lists.loaded[lane] &* row.width &+ place]) }
        }
        for (k, values) in ofSender.enumerated() { values.update(repeating: row.carried[k], count: count) }
    }

    private func loadDelays(_ row: ArrivingRow) {
        guard let delays = row.delays else {
            lists.delays.update(repeating: row.sharedDelay, count: count)
            return home.delay.update(repeating: times.ms(row.sharedDelay), count: count)
        }
        for lane in 0..<count {
            let steps = Int(delays[lists.loaded[lane]])
            lists.delays[lane] = steps
            home.delay[lane] = times.ms(steps)
        }
    }

    /// What targets have: at the end of the sender's step, if it changes.
    private func loadPost(_ read: ReadOfTargets, _ values: Row, _ row: ArrivingRow) {
        for lane in 0..<count {
            let place = Int(row.targets[lists.loaded[lane]]), run = Int(read.changing.runs[place])
            values[lane] =
                run < 0 ? read.fixed[place] : row.values.map { $0[run] * read.changing.factor } ?? 0
        }
    }

    /// What paired cells have at the end of the sender's step; 0 where there is none.
    private func loadThird(_ row: ArrivingRow) {
        guard let column = places.third else { return }
        for lane in 0..<count {
            if case .connection(let place) = columns.places[column] {
                lists.thirds[lane] = Int(row.own[lists.loaded[lane] * row.width + place])
            } else {
                lists.thirds[lane] = Int(columns.sharedValue(column))
            }
        }
        for (read, values) in zip(binding.third, home.third) {
            for lane in 0..<count {
                let id = lists.thirds[lane]
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
        if row.hasOwnWeights {
            for lane in 0..<count { row.weights[lists.loaded[lane]] = home.weight[lane] }
        }
        for (values, place) in own.dropFirst(ownParameters.count) {
            for lane in 0..<count { row.own[lists.loaded[lane] &* row.width &+ place] = values[lane] }
        }
    }

    /// Rows of what connections have of their own, parameters first, and the places in their blocks.
    private lazy var own: [(values: Row, place: Int)] = {
        let place = { [columns] (column: Int) -> Int? in
            if case .connection(let k) = columns.places[column] { k } else { nil }
        }
        let parameters = ownParameters.map { (home.parameters[$0], place(places.parameters[$0])!) }
        let states = places.states.enumerated().compactMap { state, column in
            place(column).map { (home.states[state], $0) }
        }
        let moments = [(known, places.known), (since, places.since)].compactMap { row, column in
            place(column).map { (row, $0) }
        }
        return parameters + states + moments
    }()

    private lazy var ownParameters = places.parameters.indices.filter {
        if case .connection = columns.places[places.parameters[$0]] { true } else { false }
    }

    /// Rows of what the spike carries of its sender, where the sender releases.
    private lazy var ofSender: [Row] =
        columns.releasesBySender ? plan.ofSenders.map { home.states[$0] } + [known, since] : []

    private lazy var numberPlace: Int? = places.number.flatMap {
        if case .connection(let k) = columns.places[$0] { k } else { nil }
    }

    /// The weight and the states of a lane.
    func weight(_ lane: Int) -> Double { home.weight[lane] }
    func values(_ lane: Int) -> [Double] { home.states.map { $0[lane] } }

    // MARK: Spikes of targets

    /// Lets the spikes of targets act that come to the synapses up to a moment.
    ///
    /// - `other`: ms; those that are on the way for longer act then, too.
    func lookBack(_ row: ArrivingRow, arrivedAfter other: Double? = nil) {
        guard plan.hasPost, let most = findPending(row, other), most > 0 else { return }
        let end = times.step(row.time)
        for round in 0..<most {
            var found = 0
            for lane in 0..<count where lists.pending[lane] > round {
                let sent = lists.targets[lane].time(lists.firstPending[lane] &+ round)
                lists.lanes[found] = lane
                lists.steps[found] = min(end, times.step(sent) &+ lists.delays[lane])
                found &+= 1
            }
            gather(found)
            takeValuesAtSpikes(found, round)
            work.moveStates(found)
            keepBefore(found, end)
            run(work, work.onPost, plan.onPost, found, site: round)
            scatter(found)
        }
    }

    /// Which spikes of targets have not acted; the largest number of them that a lane has, nil where no history is kept.
    private func findPending(_ row: ArrivingRow, _ other: Double?) -> Int? {
        guard let history = row.history else { return nil }
        var most = 0
        for lane in 0..<count {
            let delay = home.delay[lane]
            let target = TargetSpikes(history[Int(row.targets[lists.loaded[lane]])], resolution: row.resolution)
            // a spike counts if it was sent after the connection was made
            let found = target.range(
                after: max(known[lane] - delay, since[lane]), through: row.time - min(delay, other ?? delay))
            lists.pending[lane] = found.count
            guard found.count > 0 else { continue }
            lists.firstPending[lane] = found.lowerBound
            lists.targets[lane] = target
            most = max(most, found.count)
        }
        return most
    }

    /// Puts the lanes that have an event into `work`, side by side, with its moment.
    private func gather(_ found: Int) {
        let lanes = lists.lanes, padded = SynapseRows.padded(found)
        // lanes that only fill a vector hold what the first one does
        for n in found..<padded { (lanes[n], lists.steps[n]) = (lanes[0], lists.steps[0]) }
        for (from, to) in gathered { for n in 0..<padded { to[n] = from[lanes[n]] } }
        for n in 0..<padded {
            work.time[n] = times.ms(lists.steps[n])
            work.elapsed[n] = work.time[n] - known[lanes[n]]
        }
    }

    /// Rows that the event of a target needs.
    private lazy var gathered: [(from: Row, to: Row)] = {
        let programs = [plan.move, plan.onPost.program] + plan.movePropagators.rates
        let states = (plan.readBefore + plan.moving).map { Leaf(.state, $0) }
        let leaves = Set(programs.flatMap(\.leaves) + states).sorted().filter { leaf in
            switch leaf.kind {
            case .parameter: ownParameters.contains(Int(leaf.index))
            case .post: binding.post[Int(leaf.index)].common == nil
            case .state, .weight, .delay: true
            default: false
            }
        }
        return leaves.map { (home.row(of: $0)!, work.row(of: $0)!) }
    }()

    /// What targets had as their spikes left them.
    private func takeValuesAtSpikes(_ found: Int, _ round: Int) {
        for (read, values) in zip(binding.post, work.post) where read.column >= 0 {
            for n in 0..<found {
                let lane = lists.lanes[n]
                values[n] = lists.targets[lane].value(
                    lists.firstPending[lane] + round, read.column, of: binding.historyWidth)
            }
        }
    }

    /// What the sender's spike finds of states that the target's has changed at the same moment.
    private func keepBefore(_ found: Int, _ end: Int) {
        guard !readBefore.isEmpty else { return }
        for n in 0..<found where lists.steps[n] == end && !lists.coincides[lists.lanes[n]] {
            let lane = lists.lanes[n]
            (lists.coincides[lane], hasCoincidences) = (true, true)
            for state in readBefore { home.before[state][lane] = work.states[state][n] }
        }
    }

    /// What `work` has goes back into `home`.
    private func scatter(_ found: Int) {
        let lanes = lists.lanes
        for (from, to) in scattered { for n in 0..<found { to[lanes[n]] = from[n] } }
    }

    private lazy var scattered: [(from: Row, to: Row)] =
        Set(plan.moving + plan.onPost.states).sorted().map { (work.states[$0], home.states[$0]) }
        + (plan.onPost.changesWeight ? [(work.weight, home.weight)] : []) + [(work.time, known)]

    /// An earlier spike of the sender at this moment has found these states of some connections. Those that are loaded follow each other.
    func setBefore(_ moment: BoundEquations.Moment) {
        guard count > 0, !moment.connections.isEmpty else { return }
        let first = lists.loaded[0], width = readBefore.count
        var next = moment.connections.partitioningIndex { $0 >= first }
        while next < moment.connections.count, moment.connections[next] < first + count {
            let lane = moment.connections[next] - first
            (lists.coincides[lane], hasCoincidences) = (true, true)
            for (k, state) in readBefore.enumerated() {
                home.before[state][lane] = moment.states[next * width + k]
            }
            next += 1
        }
    }

    /// The same for a later one.
    func addBefore(to moment: inout BoundEquations.Moment) {
        guard hasCoincidences else { return }
        for lane in 0..<count where lists.coincides[lane] {
            moment.connections.append(lists.loaded[lane])
            for state in readBefore { moment.states.append(home.before[state][lane]) }
        }
    }

    // MARK: The sender's spike

    /// Lets the sender's spike act in all lanes; `sent` gets what is handed over, connection by connection.
    func react(at time: Double, _ sent: UnsafeMutablePointer<Double>) {
        setMoment(time)
        let released = columns.releasesByConnection ? home.release(count) : []
        home.moveStates(count)
        for state in plan.onPre.readsBefore {
            guard hasCoincidences, readBefore.contains(state) else {
                home.before[state].update(from: home.states[state], count: SynapseRows.padded(count))
                continue
            }
            for lane in 0..<count where !lists.coincides[lane] { home.before[state][lane] = home.states[state][lane] }
        }
        run(home, home.onPre, plan.onPre, count, site: 0)
        let first = plan.onPre.states.count + (plan.onPre.changesWeight ? 1 : 0), sends = plan.onPre.sends
        for send in 0..<sends {
            let values = home.onPre.output(first + send)
            for lane in 0..<count { sent[lane &* sends &+ send] = values[lane] }
        }
        // spikes of targets leave states of senders as they are: they release from what they were before the event
        for (state, values) in zip(plan.ofSenders, released) { home.states[state].update(from: values, count: count) }
    }

    /// Takes all lanes to a moment without an event.
    func moveAll(to time: Double) {
        setMoment(time)
        home.moveStates(count)
    }

    /// The same moment for all lanes.
    private func setMoment(_ time: Double) {
        // lanes that only fill a vector hold what the first one does
        for row in filled { for lane in count..<SynapseRows.padded(count) { row[lane] = row[0] } }
        for lane in 0..<SynapseRows.padded(count) { home.elapsed[lane] = time - known[lane] }
        home.time.update(repeating: time, count: Frame.largest)
        known.update(repeating: time, count: count)
    }

    private lazy var filled: [Row] =
        home.states + ownParameters.map { home.parameters[$0] } + home.post + home.third
        + [home.weight, home.delay, known]

    /// What the last `react` hands over to paired cells: 0 is none.
    ///
    /// - `start`: of the loaded connections in their row.
    func sentToThird(_ start: Int) -> [SentToThird] {
        let first = plan.onPre.states.count + (plan.onPre.changesWeight ? 1 : 0) + plan.onPre.sends
        let rows = (0..<plan.onPre.thirds).map { home.onPre.output(first + $0) }
        var found: [SentToThird] = []
        for lane in 0..<count where lists.thirds[lane] > 0 {
            for row in rows where row[lane] != 0 {
                found.append(SentToThird(index: start + lane, third: lists.thirds[lane], amount: row[lane]))
            }
        }
        return found
    }

    // MARK: Programs

    /// Runs the program of an event over the first lanes of some rows; what is then goes into their states and weights.
    private func run(_ rows: SynapseRows, _ frame: Frame, _ event: SynapsePlan.Event, _ count: Int, site round: Int) {
        if event.program.drawsRandomly {
            frame.run(
                SynapseRows.padded(count),
                LaneDraws { [self] op, site, n, a, b in
                    let lane = rows === home ? min(n, count - 1) : lists.lanes[n]
                    return draw(op, site, round, lane, step: times.step(rows.time[n]), a, b)
                })
        } else {
            frame.run(SynapseRows.padded(count))
        }
        for (output, state) in event.states.enumerated() {
            rows.states[state].update(from: frame.output(output), count: count)
        }
        if event.changesWeight { rows.weight.update(from: frame.output(event.states.count), count: count) }
        lookForFault(rows, frame, event, count)
    }

    private func lookForFault(_ rows: SynapseRows, _ frame: Frame, _ event: SynapsePlan.Event, _ count: Int) {
        guard fault == nil else { return }
        for (index, state) in rows.states.enumerated() {
            if let n = firstFault(state, count) {
                return note(plan.facts.model.states[index].name, state[n], n, rows)
            }
        }
        if let n = firstFault(rows.weight, count) { return note("weight", rows.weight[n], n, rows) }
        let first = event.states.count + (event.changesWeight ? 1 : 0)
        for output in first..<first + event.sends + event.thirds {
            let values = frame.output(output)
            if let n = firstFault(values, count) { return note("what is sent", values[n], n, rows) }
        }
    }

    /// The first of some values that is infinite or no number.
    @inline(__always)
    private func firstFault(_ values: Row, _ count: Int) -> Int? {
        var sum = Lanes.zeros, n = 0
        while n &+ Lanes.laneCount <= count {
            let some = Lanes(at: values + n)
            sum = sum + (some - some)
            n &+= Lanes.laneCount
        }
        var rest = 0.0
        for lane in n..<count { rest += values[lane] - values[lane] }
        // 0 unless one is not finite
        if sum.isAtLeast(Lanes.zeros).bits == Lanes.allBits, rest == 0 { return nil }
        return (0..<count).first { !values[$0].isFinite }
    }

    private func note(_ name: String, _ value: Double, _ n: Int, _ rows: SynapseRows) {
        let lane = rows === home ? n : lists.lanes[n]
        let time = formatted(rows.time[n]), model = plan.facts.source.name
        fault = SynapseFault(
            index: lists.loaded[lane], text: "\(model): \(name) is \(formatted(value)) at \(time) ms")
    }

    private func draw(_ op: Operator, _ site: Int, _ round: Int, _ lane: Int, step: Int, _ a: Double, _ b: Double)
        -> Double
    {
        let low = row & Self.lowRows, high = row >> Self.lowRowBits
        let name = StreamName(
            .synapseStep, call: binding.projection << 24 | high << 12 | (round & 0xf) << 8 | site,
            member: low << Self.numberBits | lists.numbers[lane])
        var stream = RandomStream(seed: binding.seed, name, from: step << 8)
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

    // MARK: Senders

    /// What a sender has behind its spike, as a spike carries it.
    func release(_ before: [Double], at time: Double) -> [Double] {
        loadSender(before, time)
        return work.release(1).map { $0[0] } + [time, before.last!]
    }

    /// Takes what a sender has to a moment without a spike.
    func moveSender(_ before: [Double], to time: Double) -> [Double] {
        loadSender(before, time)
        work.moveStates(1)
        return plan.ofSenders.map { work.states[$0][0] } + [time, before.last!]
    }

    private func loadSender(_ before: [Double], _ time: Double) {
        for (state, value) in zip(plan.ofSenders, before) {
            work.states[state].update(repeating: value, count: Machine.width)
        }
        work.time.update(repeating: time, count: Machine.width)
        work.elapsed.update(repeating: time - before[plan.ofSenders.count], count: Machine.width)
    }
}
