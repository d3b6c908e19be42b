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
    private let releasesByConnection: Bool
    private let places: BoundEquations.Places
    private let binding: SynapseBinding
    private let times: StepTimes
    private let home, work: SynapseRows
    private let onPre, onPost: SynapseEvent
    /// ms: to when the states of a lane are known, and since when spikes of its target count.
    private let known, since: Row
    private let memory: Row
    /// Of the loaded connections; draws are named by it.
    private var row = 0
    private let loaded = LoadedConnections()
    private let lists = Lists()
    private let stored: StoredRows
    private let pending: PendingSpikes
    private let events: TargetEvents
    /// States of the sender, where they are looked at from its last spike on, and whether `on_pre` reads one that moves.
    private let senders: SenderStates?
    private let readsOfSenders: Bool
    /// Does no event of a connection change what is known of the sender, or when?
    private let staysAsCarried: Bool
    /// Traces that targets keep.
    private let traces: TargetTraces?
    /// Is there a lane that has `coincides`?
    private var hasCoincidences = false
    /// The delay that all lanes have since it was loaded, where they have one.
    private var loadedDelay: Int?
    /// States that the sender's spike finds as they were before those of targets that change them.
    private let readBefore: [Int]
    /// Rows that it finds as they were before those of targets, and as they are now.
    private let foundBefore: FixedList<FoundBefore>
    /// Rows that are read in whole vectors.
    private let filled: FixedList<Row>
    /// Of the loaded connections; the first value that is not finite.
    private(set) var fault: SynapseFault?

    private var count: Int { loaded.count }

    private struct FoundBefore {
        let before, now: Row
        /// Do targets keep it, and else do their spikes change it?
        let isTrace, isChanged: Bool
    }

    /// What is whole, lane by lane, and what is not a number.
    private final class Lists {
        let delays = UnsafeMutablePointer.ofLanes(0), numbers = UnsafeMutablePointer.ofLanes(0)
        let thirds = UnsafeMutablePointer.ofLanes(0)
        /// Lanes in which a spike of the target has acted at the moment that is looked through to.
        let coincides = UnsafeMutablePointer.ofLanes(false)

        deinit {
            for list in [delays, numbers, thirds] { list.deallocate() }
            coincides.deallocate()
        }
    }

    init(_ synapse: BoundEquations) {
        (plan, columns, places, binding) = (synapse.plan, synapse.columns, synapse.places, synapse.binding)
        let plan = plan, readBefore = plan.readBefore
        times = StepTimes(binding.resolution)
        pending = PendingSpikes(times)
        let home = SynapseRows(plan, resolution: binding.resolution)
        let work = SynapseRows(plan, resolution: binding.resolution)
        memory = ColumnStore.allocate(2 * Frame.stride)
        memory.initialize(repeating: 0, count: 2 * Frame.stride)
        let known = memory, since = memory + Frame.stride
        (self.home, self.work, self.known, self.since, self.readBefore) = (home, work, known, since, readBefore)
        stored = StoredRows(synapse, home, known: known, since: since)
        releasesByConnection = columns.releasesByConnection
        let areApart = columns.releasesBySender && plan.sendersMoveAlone && !plan.ofSenders.isEmpty
        events = TargetEvents(
            plan, areApart: areApart, home, work, known: known, ownParameters: stored.parameters, binding.post)
        senders = areApart ? SenderStates(plan, work, times) : nil
        staysAsCarried = areApart && !events.moves
        traces = TargetTraces(plan, binding.post, work)
        readsOfSenders = !Set(plan.onPre.reads).isDisjoint(with: plan.movingSenders)
        foundBefore = FixedList(
            plan.onPre.readsBefore.map {
                FoundBefore(
                    before: home.before[$0], now: home.states[$0], isTrace: $0 == plan.ofTarget?.state,
                    isChanged: readBefore.contains($0))
            })
        filled = FixedList(
            home.states + stored.parameters.map { home.parameters[$0] } + home.post + home.third
                + [home.weight, home.delay, known])
        let shared = areApart ? plan.ofSenders : []
        onPre = SynapseEvent(home, home.onPre, plan.onPre, plan, shared: shared)
        onPost = SynapseEvent(work, work.onPost, plan.onPost, plan, shared: shared)
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

    /// A row of which so many connections are going to be loaded.
    func begin(_ row: ArrivingRow, _ count: Int) {
        senders?.begin(row.carried, end: times.step(row.time), connections: count)
        if staysAsCarried { takeCarried(row, Frame.largest) }
    }

    private func takeCarried(_ row: ArrivingRow, _ count: Int) {
        for (values, place) in stored.carried.all { values.update(repeating: row.carried[place], count: count) }
    }

    /// Takes connections of a row into `home`: at most a block.
    func load(_ row: ArrivingRow, _ some: ArraySlice<Int>) {
        loaded.load(row, some)
        load(row)
    }

    /// The same for connections that follow each other.
    func load(_ row: ArrivingRow, from first: Int, _ count: Int) {
        loaded.load(row, from: first, count)
        load(row)
    }

    private func load(_ row: ArrivingRow) {
        if hasCoincidences { lists.coincides.update(repeating: false, count: Frame.largest) }
        (self.row, fault, hasCoincidences) = (row.row, nil, false)
        loadDelays(row)
        if row.hasOwnWeights {
            loaded.take(row.weights, 1, home.weight)
        } else {
            home.weight.update(repeating: row.weights[0], count: count)
        }
        for (read, values) in zip(binding.post, home.post) where read.common == nil { loadPost(read, values, row) }
        loadThird(row)
        for (values, place) in stored.own.all { loaded.take(row.own + place, row.width, values) }
        if let place = stored.number {
            for lane in 0..<count { lists.numbers[lane] = Int(row.own[loaded.indices[lane] &* row.width &+ place]) }
        }
        if !staysAsCarried { takeCarried(row, count) }
    }

    private func loadDelays(_ row: ArrivingRow) {
        guard let delays = row.delays else {
            if loadedDelay == row.sharedDelay { return }
            loadedDelay = row.sharedDelay
            lists.delays.update(repeating: row.sharedDelay, count: Frame.largest)
            return home.delay.update(repeating: times.ms(row.sharedDelay), count: Frame.largest)
        }
        loadedDelay = nil
        for lane in 0..<count {
            let steps = Int(delays[loaded.indices[lane]])
            lists.delays[lane] = steps
            home.delay[lane] = times.ms(steps)
        }
    }

    /// What targets have: at the end of the sender's step, if it changes.
    private func loadPost(_ read: ReadOfTargets, _ values: Row, _ row: ArrivingRow) {
        for lane in 0..<count {
            let place = loaded.targets[lane], run = Int(read.changing.runs[place])
            values[lane] =
                run < 0 ? read.fixed[place] : row.values.map { $0[run] * read.changing.factor } ?? 0
        }
    }

    /// What paired cells have at the end of the sender's step; 0 where there is none.
    private func loadThird(_ row: ArrivingRow) {
        guard let column = places.third else { return }
        for lane in 0..<count {
            if case .connection(let place) = columns.places[column] {
                lists.thirds[lane] = Int(row.own[loaded.indices[lane] * row.width + place])
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
        if row.hasOwnWeights { loaded.put(home.weight, 1, row.weights) }
        for (values, place) in stored.changing.all { loaded.put(values, row.width, row.own + place) }
    }

    /// The weight and the states of a lane.
    func weight(_ lane: Int) -> Double { home.weight[lane] }
    func values(_ lane: Int) -> [Double] { home.states.map { $0[lane] } }

    // MARK: Spikes of targets

    /// Lets the spikes of targets act that come to the synapses up to a moment.
    ///
    /// - `other`: ms; those that are on the way for longer act then, too.
    func lookBack(_ row: ArrivingRow, arrivedAfter other: Double? = nil) {
        guard plan.actsAtPost, let history = row.history else { return }
        let end = times.step(row.time)
        var found = findPending(row, history, other), round = 0
        while found > 0 {
            gather(found)
            takeValuesAtSpikes(found, history)
            pending.take(found, loaded.targets, history, lists.delays, end: end)
            moveStates(toEvents: found)
            keepBefore(found, end)
            run(onPost, found, site: round)
            events.scatter(pending.lanes, found)
            round += 1
            found = pending.keepLanes(found)
        }
    }

    /// The number of connections with spikes that have not acted.
    private func findPending(_ row: ArrivingRow, _ history: TargetHistory.Places, _ other: Double?) -> Int {
        let most = other ?? .infinity, time = row.time
        let (known, since, delays) = (known, since, home.delay)
        // a spike counts if it was sent after the connection was made
        let window = { (lane: Int) -> (after: Double, through: Double) in
            let delay = delays[lane]
            return (max(known[lane] - delay, since[lane]), time - min(delay, most))
        }
        if !stored.haveOwnMoments && row.delays == nil {
            let all = window(0)
            return pending.find(count, loaded.targets, history, row.resolution) { _ in all }
        }
        return pending.find(count, loaded.targets, history, row.resolution, window)
    }

    /// Puts the lanes that have an event into `work`, side by side.
    private func gather(_ found: Int) {
        let lanes = pending.lanes, padded = SynapseRows.padded(found)
        // lanes that only fill a vector hold what the first one does
        for n in found..<padded { lanes[n] = lanes[0] }
        events.gather(lanes, padded)
    }

    /// What targets had as their spikes left them.
    private func takeValuesAtSpikes(_ found: Int, _ history: TargetHistory.Places) {
        guard binding.historyWidth > 0 else { return }
        for (read, values) in zip(binding.post, work.post) where read.column >= 0 {
            for n in 0..<found {
                let lane = pending.lanes[n], target = history[loaded.targets[lane]]
                values[n] = target.allValues[pending.index(lane, target) * binding.historyWidth + read.column]
            }
        }
    }

    /// Takes states to the events of their targets.
    private func moveStates(toEvents found: Int) {
        senders?.take(pending.steps, found)
        guard events.needsMoments else { return }
        let padded = SynapseRows.padded(found), (steps, lanes) = (pending.steps, pending.lanes)
        for n in found..<padded { steps[n] = steps[0] }
        times.ms(steps, padded, into: work.time)
        guard events.moves else { return }
        let (moments, elapsed, known) = (work.time, work.elapsed, known)
        for n in 0..<padded { elapsed[n] = moments[n] - known[lanes[n]] }
        if senders == nil { work.moveStates(found) } else { work.moveConnections(found) }
    }

    /// What the sender's spike finds of states that the target's has changed at the same moment.
    private func keepBefore(_ found: Int, _ end: Int) {
        guard !readBefore.isEmpty else { return }
        for n in 0..<found where pending.steps[n] == end && !lists.coincides[pending.lanes[n]] {
            let lane = pending.lanes[n]
            (lists.coincides[lane], hasCoincidences) = (true, true)
            for state in readBefore { home.before[state][lane] = work.states[state][n] }
        }
    }

    /// An earlier spike of the sender at this moment has found these states of some connections. Those that are loaded follow each other.
    func setBefore(_ moment: BoundEquations.Moment) {
        guard count > 0, !moment.connections.isEmpty else { return }
        let first = loaded.indices[0], width = readBefore.count
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
            moment.connections.append(loaded.indices[lane])
            for state in readBefore { moment.states.append(home.before[state][lane]) }
        }
    }

    // MARK: The sender's spike

    /// Lets the sender's spike act in all lanes; `sent` gets what is handed over, connection by connection.
    func react(_ row: ArrivingRow, _ sent: UnsafeMutablePointer<Double>) {
        setMoment(row.time)
        let released = releasesByConnection ? home.release(count) : []
        if readsOfSenders || senders == nil { moveStates() } else { home.moveConnections(count) }
        for found in foundBefore.all {
            if found.isTrace {
                findTraces(row, into: found.before)
            } else if found.isChanged && hasCoincidences {
                for lane in 0..<count where !lists.coincides[lane] { found.before[lane] = found.now[lane] }
            } else {
                found.before.update(from: found.now, count: SynapseRows.padded(count))
            }
        }
        run(onPre, count, site: 0)
        let sends = onPre.sent.all.count
        for (send, values) in onPre.sent.all.enumerated() {
            if sends == 1 {
                sent.update(from: values, count: count)
            } else {
                for lane in 0..<count { sent[lane &* sends &+ send] = values[lane] }
            }
        }
        // spikes of targets leave states of senders as they are: they release from what they were before the event
        for (state, values) in zip(plan.ofSenders, released) { home.states[state].update(from: values, count: count) }
    }

    /// Takes all lanes to the row's moment without an event.
    func moveAll(_ row: ArrivingRow) {
        setMoment(row.time)
        moveStates()
        guard let ofTarget = plan.ofTarget, let history = row.history else { return }
        let (delays, targets) = (home.delay, loaded.targets)
        traces?.find(
            count, history, slack: row.resolution / 2, target: { targets[$0] }, moment: { row.time - delays[$0] },
            into: home.states[ofTarget.state])
    }

    /// Takes the states of all lanes to the row's moment: those of the sender from its last spike on.
    private func moveStates() {
        guard let senders else { return home.moveStates(count) }
        home.moveConnections(count)
        senders.takeAtEnd(home.states)
    }

    /// What spikes of targets before the sender's have left.
    private func findTraces(_ row: ArrivingRow, into values: Row) {
        guard let traces, let history = row.history else { return }
        let (delays, targets) = (home.delay, loaded.targets)
        if row.delays == nil {
            traces.findBefore(row, delay: delays[0], targets, count, history, into: values)
        } else {
            traces.find(
                count, history, slack: -row.resolution / 2, target: { targets[$0] }, moment: { row.time - delays[$0] },
                into: values)
        }
    }

    /// The same moment for all lanes.
    private func setMoment(_ time: Double) {
        for row in filled.all { home.pad(row, count) }
        if home.time[0] != time { home.time.update(repeating: time, count: Frame.largest) }
        if staysAsCarried { return }
        for lane in 0..<SynapseRows.padded(count) { home.elapsed[lane] = time - known[lane] }
        known.update(repeating: time, count: count)
    }

    /// What the last `react` hands over to paired cells: 0 is none.
    ///
    /// - `start`: of the loaded connections in their row.
    func sentToThird(_ start: Int) -> [SentToThird] {
        var found: [SentToThird] = []
        for lane in 0..<count where lists.thirds[lane] > 0 {
            for row in onPre.sentToThird.all where row[lane] != 0 {
                found.append(SentToThird(index: start + lane, third: lists.thirds[lane], amount: row[lane]))
            }
        }
        return found
    }

    // MARK: Programs

    /// Runs the program of an event over the first lanes of its rows.
    private func run(_ event: SynapseEvent, _ count: Int, site round: Int) {
        let rows = event.rows, padded = SynapseRows.padded(count)
        if event.drawsRandomly {
            let isOfAll = rows === home
            event.frame.run(
                padded,
                LaneDraws { [self] op, site, n, a, b in
                    let lane = isOfAll ? min(n, count - 1) : pending.lanes[n]
                    return draw(op, site, round, lane, step: times.step(rows.time[n]), a, b)
                })
        } else {
            event.frame.run(padded)
        }
        guard fault == nil else { return }
        for (index, watched) in event.watched.all.enumerated() {
            let values = watched.values
            if let n = firstFault(values, watched.isAlike ? 1 : count) {
                return note(event.name(ofWatched: index), values[n], n, rows)
            }
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
        let lane = rows === home ? n : pending.lanes[n]
        let moment = rows === home ? rows.time[n] : times.ms(pending.steps[n])
        let time = formatted(moment), model = plan.facts.source.name
        fault = SynapseFault(
            index: loaded.indices[lane], text: "\(model): \(name) is \(formatted(value)) at \(time) ms")
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
        work.moveSenders(1)
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
