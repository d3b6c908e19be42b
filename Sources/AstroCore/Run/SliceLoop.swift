/// One run of all workers through the slices of a `simulate` call.
///
/// A slice is at most as long as the shortest delay, so nothing that a cell receives in a slice depends on what is sent
/// in the same slice, but for what couplings hold: that is known before it. Each worker, for each slice:
///
///     1. adds to the input of its own cells spikes that waited for this slice, what arrives from generators, and the signals of the
///        slice before;
///     2. updates its own cells through all steps of the slice, from its input planes into its outbox,
///        lets its own cells' synapses release, and writes down spikes that synapses of targets look back at, and steps that these
///        follow (1 and 2 go block by block, so that input stays in the cache). Where it has nothing left to do it helps others
///        with theirs (SharedBlocks);
///     -- barrier: all outboxes and signals are complete --
///     3. worker 0 puts the slice's spikes in order (step, then cell), feeds recorders, asks whether to go on;
///     -- barrier: the order is known to all --
///     4. hands spikes to its own cells' input planes, or to queues where they wait until they arrive.
///
/// 1 and 4 write only what the same worker reads, and the next slice goes to the other outbox and output, so no third
/// barrier is needed.
///
/// Several ranks make slices of half the shortest delay. In 3, worker 0 sends the slice's spikes and currents on their way and
/// takes those of the slice before, which have had the time of an update to arrive; 1 and 4 are behind by that slice.
///
/// Sums form in the order of generation of what is summed, whoever does them: results do not depend on the number of
/// workers, nor on the length of slices.
final class SliceLoop: @unchecked Sendable {
    private let simulation: Simulation
    private let end: Int
    /// Told how many ms are done; false ends the run.
    private let progress: ((Double) -> Bool)?
    /// Workers that have cells; the others would only be waited for.
    let workers: Int
    private let barrier: Barrier
    private let length: Int
    private let slices: Slices
    /// Of populations of generators.
    private let generatorSampling: [GeneratorSampling]
    /// For each population, who listens to its spikes.
    private let hearing: [SpikeHearing?]
    /// For each population, who listens to events of its model; of this rank's own cells.
    private let eventHearing: [[Int: SpikeHearing]]
    private let hearsEvents: Bool
    /// Do synapses release anything when their sender spikes?
    private let synapsesRelease: Bool
    private let recordings: [Recording]
    private let streams: StreamWriter
    private let checks: StateCheck.Schedule
    private let start: Int
    private var nextReport: Double
    private let parts: [[Part]]
    /// For each worker, those of others that it can help with, and where it puts their signals.
    private let shared: [[(part: Part, signals: KernelSignals)]]
    /// For each worker, where spikes for some planes wait.
    private let queues: [[ArrivalQueue]]
    /// For each worker and population, where spikes go.
    private let routes: [RouteTable]
    /// For paired cells, by worker; nil where no synapse sends them anything.
    private let thirdSpikes: [ThirdOutbox]?
    /// Can there be any, from before the run, too?
    private let hasThirdSpikes: Bool
    /// By worker: recorded connections; and those that are sampled at intervals, with their schedules.
    private let samplers: [[ConnectionSampler]]
    private let schedules: [[(sampler: ConnectionSampler, schedule: Schedule)]]
    /// nil where no connection carries a signal.
    private let signals: SignalBuffers?
    /// Slices that exchanges are behind, 0 or 1.
    private let behind: Int

    // written by worker 0 between barriers
    private(set) var reached: Int
    private(set) var failure: InputError?
    private(set) var spikes = 0
    /// Spikes of the slice `arrived`, in order.
    private var ordered: [OrderedSpike] = []
    private var arrived: Range<Int>
    private var arrivedNumber = 0
    private var goOn = true
    private let together: Together
    /// Where there are other ranks.
    private let exchange: SpikeExchange?
    /// Where synapses look back at their targets' spikes.
    private let histories: HistoryRecorder?
    /// What went wrong here in a slice, until all ranks know: of two slices in turn.
    private var told: [Ranks.Failure?] = [nil, nil]
    /// This rank's wishes, which all ranks follow at the end of the next slice.
    private var wantsStop = false, wantsPause = false
    private let isPauseDue: (() -> Bool)?
    private(set) var isPaused = false

    /// Events that each worker has handed over: workers write side by side, each its own.
    private let eventCounts: UnsafeMutablePointer<Int>
    var events: Int { (0..<simulation.threads).reduce(0) { $0 + eventCounts[$1] } }

    private let faults: Faults

    init(
        _ simulation: Simulation, until end: Int, _ recordings: [Recording], _ plans: [SampleTable.Plan],
        _ progress: ((Double) -> Bool)?, _ isPauseDue: (() -> Bool)?, _ together: Together
    ) {
        self.simulation = simulation
        self.together = together
        self.end = end
        self.progress = progress
        self.isPauseDue = isPauseDue
        self.recordings = recordings
        streams = StreamWriter(recordings, together)
        checks = StateCheck.Schedule(resolution: simulation.resolution)
        start = simulation.now
        reached = simulation.now
        nextReport = Clock.seconds + Self.reportInterval
        length = simulation.sliceLength
        slices = Slices(simulation.now..<end, length: length, period: simulation.slicePeriod)
        eventCounts = .allocate(capacity: simulation.threads)
        eventCounts.initialize(repeating: 0, count: simulation.threads)
        faults = Faults(simulation)
        let plans = Dictionary(uniqueKeysWithValues: zip(recordings.map(ObjectIdentifier.init), plans))
        generatorSampling = simulation.populationList.flatMap { GeneratorSampling.all(simulation, $0, plans) }
        hearing = simulation.populationList.map(\.hearing)
        eventHearing = simulation.populationList.map(\.eventHearing)
        hearsEvents = eventHearing.contains { !$0.isEmpty }
        synapsesRelease = simulation.populationList.contains { $0.outgoing.contains { $0.release != nil } }
        // spikes of paired cells come to their owner at the beginning of a slice, histories are written by the owner
        let mayShare = !simulation.sendsToThird && simulation.thirdSpikes.isEmpty && simulation.histories == nil
        parts = Self.parts(simulation, plans, together, mayShare: mayShare)
        let recorded = simulation.connectionSamplers(together)
        samplers = recorded.map { $0.map(\.sampler) }
        schedules = recorded.map { $0.compactMap { item in item.schedule.map { (item.sampler, $0) } } }
        let steps = end - simulation.now
        queues = (0..<simulation.threads).map { ArrivalQueue.all(simulation, worker: $0, steps: steps) }
        routes = Self.routes(simulation, samplers, queues)
        hasThirdSpikes = simulation.sendsToThird || !simulation.thirdSpikes.isEmpty
        thirdSpikes = simulation.sendsToThird ? (0..<simulation.threads).map { _ in ThirdOutbox() } : nil
        workers = max(1, (parts.lastIndex { !$0.isEmpty } ?? 0) + 1)
        shared = Self.shared(Array(parts[..<workers]), simulation.signalIntervals)
        barrier = Barrier(workers)
        histories = simulation.histories
        exchange = simulation.audience.map { SpikeExchange(together, simulation.populationList, $0) }
        behind = simulation.hidesExchange ? 1 : 0
        arrived = start..<start
        signals = SignalBuffers(simulation, steps: length, count: 2 + behind)
        limitSpikes()
    }

    deinit { eventCounts.deallocate() }

    /// By worker and population.
    private static func routes(
        _ simulation: Simulation, _ samplers: [[ConnectionSampler]], _ queues: [[ArrivalQueue]]
    ) -> [RouteTable] {
        (0..<simulation.threads).map { worker in
            RouteTable(
                simulation.populationList.map { population in
                    population.outgoing.flatMap {
                        RouteDetails.all($0, worker: worker, simulation, samplers[worker], queues[worker])
                    }
                })
        }
    }

    private nonisolated(unsafe) static var nextLimit = 0.0

    /// Spikes of a slice may take a quarter of the memory that there is: cells that excite each other in a loop would take all.
    private func limitSpikes() {
        // short runs, one after the other, do not all ask the system
        guard simulation.outboxes[0][0].room == .max || Clock.seconds >= Self.nextLimit else { return }
        Self.nextLimit = Clock.seconds + Self.reportInterval
        let bytesOfSpike = 100.0, room = Memory.available / 4 / bytesOfSpike / Double(workers)
        for outbox in simulation.outboxes.joined() { outbox.room = max(1 << 16, Int(room)) }
    }

    /// Seconds between two looks at files, memory and whoever watches.
    static let reportInterval = RecorderMemory.lookInterval
    /// Times as long as a look takes, at least, from its end to the next one.
    private static let pauseAfterLook = 10.0

    // MARK: The loop

    func work(_ worker: Int) {
        var number = 0
        while case let slice = slice(number), !slice.isEmpty && goOn {
            let outbox = simulation.outboxes[worker][number % 2]
            outbox.clear(lags: slice.count)
            update(worker, slice, number, outbox)
            release(outbox, slice)
            histories?.record(outbox, slice, worker: worker, signals?.unfinishedValues(slice: number))
            histories?.follow(slice, worker: worker, signals?.unfinishedValues(slice: number))
            barrier.wait()
            if worker == 0 { conclude(slice, number) }
            barrier.wait()
            handOver(worker)
            number += 1
        }
        if behind > 0, number > 0 {
            barrier.wait()
            if worker == 0 { takeArrivals(number - 1) }
            barrier.wait()
            handOver(worker)
        }
        queues[worker].forEach { $0.end() }
        for last in number - 1 - behind..<number {
            for part in parts[worker] { part.blocks.all.forEach { takeSignals($0, of: last) } }
        }
    }

    private func slice(_ number: Int) -> Range<Int> { slices[number] }

    // MARK: Updating

    private func update(_ worker: Int, _ slice: Range<Int>, _ number: Int, _ outbox: Outbox) {
        queues[worker].forEach { $0.arrive(slice) }
        if hasThirdSpikes { takeThirdSpikes(worker, slice) }
        let turn = Turn(
            worker: worker, slice: slice, number: number, outbox: outbox, isCheckDue: checks.isDue(slice, end: end))
        for part in parts[worker] { part.shared?.open(part.blocks.all.count) }
        for part in parts[worker] {
            if let shared = part.shared {
                advance(part, part.signals, turn) { shared.takeFirst() }
            } else {
                advanceAlone(part, turn)
            }
        }
        for (part, signals) in shared[worker] { advance(part, signals, turn) { part.shared!.takeLast() } }
        outbox.sort()
    }

    /// What a worker does in a slice.
    private struct Turn {
        let worker: Int
        let slice: Range<Int>
        let number: Int
        let outbox: Outbox
        let isCheckDue: Bool
    }

    /// Advances blocks of a part as long as there are any.
    ///
    /// - `signals`: where this worker puts down the part's signals.
    /// - `take`: the next block.
    private func advance(_ part: Part, _ signals: KernelSignals, _ turn: Turn, _ take: () -> Int?) {
        var taken = take(), all: [InputBlock] = []
        guard taken != nil else { return }
        let io = cellIO(part, signals, turn), kernel = part.kernel
        while let index = taken {
            let block = part.blocks.all[index]
            takeInput(block, turn)
            kernel.advance(block.padded, steps: turn.slice, io: io)
            if isChecked(part, turn) { all.append(block) }
            taken = take()
        }
        kernel.finish(steps: turn.slice, io: io)
        check(part, all, turn)
    }

    /// Advances a part that nobody else does: up to each sample, then on.
    private func advanceAlone(_ part: Part, _ turn: Turn) {
        var from = turn.slice.lowerBound, due = part.sampling.due(in: turn.slice)
        while due != 0 {
            let stamp = turn.slice.lowerBound + due.trailingZeroBitCount + 1
            advance(part, from..<stamp, turn)
            for block in part.blocks.all { part.kernel.computeQuantities(block.cells, stamp: stamp) }
            part.sampling.sample(stamp)
            from = stamp
            due &= due - 1
        }
        advance(part, from..<turn.slice.upperBound, turn)
        if isChecked(part, turn) { check(part, Array(part.blocks.all), turn) }
    }

    /// What a user writes diverges sooner than what has been tried for years.
    private func isChecked(_ part: Part, _ turn: Turn) -> Bool {
        turn.isCheckDue || part.isOfText && part.kernel.changesStates(in: turn.slice)
    }

    private func check(_ part: Part, _ blocks: [InputBlock], _ turn: Turn) {
        for block in blocks {
            guard let slot = part.check.firstOutside(block.cells) else { continue }
            let cell = part.batch.resident(slot)
            turn.outbox.report(instability: (turn.slice.upperBound - 1, cell.population, cell.number))
        }
    }

    /// Works out a block's input of a slice.
    private func takeInput(_ block: InputBlock, _ turn: Turn) {
        if !block.links.all.isEmpty { takeFromGenerators(block, turn.slice, turn.worker) }
        if !block.signals.isEmpty {
            takeSignals(block, of: turn.number - 1 - behind)
            signals?.applyAhead(block, steps: turn.slice)
        }
        if turn.worker == 0 { lookAfterMessages() }
    }

    /// Advances cells through some steps of a slice; before the first of them, their input is worked out.
    private func advance(_ part: Part, _ steps: Range<Int>, _ turn: Turn) {
        guard !steps.isEmpty else { return }
        let io = cellIO(part, part.signals, turn)
        let columnSignals = part.signals.columnSignals, kernel = part.kernel
        for block in part.blocks.all {
            if steps.lowerBound == turn.slice.lowerBound { takeInput(block, turn) }
            if columnSignals.isEmpty { kernel.advance(block.padded, steps: steps, io: io) }
        }
        if columnSignals.isEmpty { return kernel.finish(steps: steps, io: io) }
        // what is read from columns has to be read as it is then
        var first = steps.lowerBound
        while first < steps.upperBound {
            let end = part.signals.nextReading(first, end: steps.upperBound)
            for block in part.blocks.all { kernel.advance(block.padded, steps: first..<end, io: io) }
            kernel.finish(steps: first..<end, io: io)
            let due = columnSignals.filter { end % $0.every == 0 }
            if !due.isEmpty { for block in part.blocks.all { send(due, block, part, end - 1) } }
            first = end
        }
    }

    /// Sends what columns hold at the end of a step.
    private func send(_ signals: [KernelSignals.FromColumn], _ block: InputBlock, _ part: Part, _ step: Int) {
        part.kernel.computeQuantities(block.cells, stamp: step + 1)
        for signal in signals {
            guard let output = part.signals.outputs[signal.index] else { continue }
            output.send(signal.column, block.padded, step: step)
        }
    }

    private func lookAfterMessages() {
        guard behind > 0 else { return }
        exchange?.lookAfter()
        signals?.lookAfterMessages()
    }

    private func cellIO(_ part: Part, _ signals: KernelSignals, _ turn: Turn) -> CellIO {
        let plane = part.share.plane, shift = part.share.offset - part.share.cells.lowerBound
        let firstStep = turn.slice.lowerBound, outbox = turn.outbox
        self.signals?.place(
            signals.outputs, of: part.batch, slice: turn.number, firstStep: firstStep, outbox)
        return CellIO(
            inputs: plane.rows, shift: shift, spikeSlotMask: plane.spikeSlotMask, heldSlotMask: plane.slotMask,
            spikeStride: plane.spikeStride, heldStride: plane.heldStride,
            signals: UnsafePointer(signals.outputs), firstStep: firstStep,
            count: part.batch.cells.upperBound, deferred: outbox.deferred, outbox: outbox,
            population: part.batch.population ?? -1, residents: part.batch.residents.map { UnsafePointer($0.bySlot) })
    }

    private func takeFromGenerators(_ block: InputBlock, _ slice: Range<Int>, _ worker: Int) {
        let arrivals = slice.lowerBound + 1...slice.upperBound
        var sum = 0
        for piece in block.links.all where piece.isDue(slice.upperBound) {
            if piece.isStale {
                piece.renew(simulation.generator(of: piece.link), from: arrivals.lowerBound, seed: simulation.seed)
            }
            sum += piece.apply(arrivals)
            if let arrival = piece.takeNegativeArrival() { faults.note(arrival, from: sender(piece.link), worker) }
        }
        eventCounts[worker] += sum
    }

    /// The id of a link's generator.
    private func sender(_ link: DeviceLink) -> Int { simulation.populationList[link.population].firstID + link.device }

    /// What was sent in slice `number`.
    private func takeSignals(_ block: InputBlock, of number: Int) {
        guard number >= 0 else { return }
        signals?.apply(block, slice: number, steps: slice(number))
    }

    /// Lets the plastic synapses of a worker's own cells release, spike by spike.
    private func release(_ outbox: Outbox, _ slice: Range<Int>) {
        guard synapsesRelease else { return }
        for lag in 0..<slice.count {
            let time = TimeGrid.ms(slice.lowerBound + lag + 1, simulation.resolution)
            for i in outbox.spikes[lag].indices {
                let spike = outbox.spikes[lag][i]
                outbox.spikes[lag][i].carried = Int32(outbox.carried.count)
                for outgoing in simulation.populationList[Int(spike.population)].outgoing {
                    outgoing.release(cell: Int(spike.cell), at: time, into: &outbox.carried)
                }
            }
        }
    }

    // MARK: Between the barriers

    private func conclude(_ slice: Range<Int>, _ number: Int) {
        reached = slice.upperBound
        collect(slice, number)
        if hearsEvents { recordEvents(slice, number) }
        signals?.conclude(
            slice: number, isActive: simulation.outboxes.contains { $0[number % 2].signalIsActive.pointee })
        let fault = faults.first(
            simulation.outboxes.map { $0[number % 2] }, from: slice.lowerBound,
            spikeRoom: simulation.outboxes[0][0].room * workers, length: length)
        if let exchange {
            send(slice, number, fault, exchange)
            told[number % 2] = fault
            if number >= behind { takeArrivals(number - behind) } else { ordered.removeAll(keepingCapacity: true) }
        } else {
            (arrived, arrivedNumber) = (slice, number)
            spikes += ordered.count
            if let fault { fail(fault.message) }
            record()
        }
        for sampling in generatorSampling { sampling.sample(slice) }
        if RecorderMemory.isLookDue || Clock.seconds >= nextReport { lookAround() }
    }

    /// Now and then: files, memory, and whoever watches.
    private func lookAround() {
        let begin = Clock.seconds
        // where memory is in many pieces, a look at it takes long
        defer { nextReport = Clock.seconds + max(Self.reportInterval, Self.pauseAfterLook * (Clock.seconds - begin)) }
        limitSpikes()
        // several ranks write at the end of a run or in a pause
        let unwritten = exchange == nil ? streams.write(through: reached) : nil
        if let problem = unwritten ?? shortageOfMemory() {
            if exchange == nil { fail(problem) } else { faults.shortage = problem }
        }
        if let progress, !progress(TimeGrid.ms(reached - start, simulation.resolution)) {
            if exchange == nil { goOn = false } else { wantsStop = true }
        }
        if goOn, let isPauseDue, isPauseDue() {
            if exchange == nil { (isPaused, goOn) = (true, false) } else { wantsPause = true }
        }
    }

    private func shortageOfMemory() -> String? {
        guard let problem = RecorderMemory.shortage(recordings) else { return nil }
        if streams.isIdle { return problem }
        streams.forgetWritten()
        return RecorderMemory.shortage(recordings)
    }

    /// Sends what other ranks need of a slice on its way.
    private func send(_ slice: Range<Int>, _ number: Int, _ fault: Ranks.Failure?, _ exchange: SpikeExchange) {
        var report = SpikeExchange.Report()
        (report.wantsStop, report.wantsPause, report.hasFailed) = (wantsStop, wantsPause, fault != nil)
        report.spikes = ordered.count
        exchange.begin(ordered, report)
        signals?.send(slice: number, steps: slice.count)
    }

    /// Takes what all ranks have sent in slice `number`.
    private func takeArrivals(_ number: Int) {
        guard let exchange else { return }
        (arrived, arrivedNumber) = (slice(number), number)
        let all = exchange.end(&ordered, lags: arrived.count)
        signals?.takeArrivals(slice: number, steps: arrived.count)
        spikes += all.reduce(0) { $0 + $1.spikes }
        record()
        if all.contains(where: \.wantsStop) { goOn = false }
        if all.contains(where: \.wantsPause), goOn { (isPaused, goOn) = (true, false) }
        if all.contains(where: \.hasFailed) { fail(together.first(of: told[number % 2])) }
    }

    /// Makes `ordered` what the own cells have sent in a slice.
    private func collect(_ slice: Range<Int>, _ number: Int) {
        ordered.removeAll(keepingCapacity: true)
        for lag in 0..<slice.count {
            let first = ordered.count
            for outboxes in simulation.outboxes[..<workers] { append(outboxes[number % 2], lag) }
            // one worker's cells may lie between another's; multiple spikes of a cell stay in order
            Self.sort(&ordered, from: first)
        }
    }

    private func recordEvents(_ slice: Range<Int>, _ number: Int) {
        var noted = simulation.outboxes[..<workers].flatMap { $0[number % 2].noted }
        noted.sort { ($0.lag, $0.population, $0.cell, $0.event) < ($1.lag, $1.population, $1.cell, $1.event) }
        for item in noted {
            guard let hearing = eventHearing[item.population][item.event] else { continue }
            let sender = simulation.populationList[item.population].firstID + item.cell
            hearing.record(item.cell, stamp: slice.lowerBound + item.lag + 1, sender: sender)
        }
    }

    private func append(_ outbox: Outbox, _ lag: Int) {
        outbox.carried.withUnsafeBufferPointer { carried in
            let first = carried.baseAddress ?? OrderedSpike.nothingCarried
            for spike in outbox.spikes[lag] {
                ordered.append(
                    OrderedSpike(
                        lag: Int32(lag), population: spike.population, cell: spike.cell,
                        carried: first + Int(spike.carried)))
            }
        }
    }

    static func sort(_ spikes: inout [OrderedSpike], from first: Int) {
        let key = { (s: OrderedSpike) in Int64(s.population) << 32 | Int64(s.cell) }
        let tail = spikes[first...]
        guard zip(tail, tail.dropFirst()).contains(where: { key($0) > key($1) }) else { return }
        let sorted = tail.enumerated().sorted { (key($0.element), $0.offset) < (key($1.element), $1.offset) }.map(
            \.element)
        spikes.replaceSubrange(first..., with: sorted)
    }

    private func record() {
        histories?.note(ordered, arrived)
        for spike in ordered {
            guard let hearing = hearing[Int(spike.population)] else { continue }
            let sender = simulation.populationList[Int(spike.population)].firstID + Int(spike.cell)
            hearing.record(Int(spike.cell), stamp: arrived.lowerBound + Int(spike.lag) + 1, sender: sender)
        }
        for listener in simulation.deviceListeners where simulation.ranks.rank == 0 {
            listener.record(arrived.lowerBound + 1, arrived.upperBound, seed: simulation.seed)
        }
    }

    // MARK: Delivering

    private func handOver(_ worker: Int) {
        deliver(worker)
        // without spikes nothing was sent; but ranks have to agree
        guard let thirdSpikes, !ordered.isEmpty || exchange != nil else { return }
        // what synapses send is for cells of other workers, too
        barrier.wait()
        if worker == 0 { collect(thirdSpikes) }
        barrier.wait()
    }

    private func deliver(_ worker: Int) {
        ordered.withUnsafeBufferPointer { deliver($0, worker) }
    }

    private func deliver(_ ordered: UnsafeBufferPointer<OrderedSpike>, _ worker: Int) {
        let routes = routes[worker], first = arrived.lowerBound + 1
        let values = signals?.values(slice: arrivedNumber), third = thirdSpikes?[worker]
        var delivered = 0, due = dueSamples(worker)[...]
        for i in ordered.indices {
            prefetch(ordered, i, routes)
            let spike = ordered[i], stamp = first + Int(spike.lag)
            while let sample = due.first, sample.stamp < stamp { take(sample, from: &due) }
            let all = routes[Int(spike.population)]
            for k in 0..<all.count {
                if k + 1 < all.count { all[k + 1].prefetchValues(Int(spike.cell)) }
                var fault: NegativeArrival?
                delivered += all[k].deliver(
                    cell: Int(spike.cell), carried: spike.carried, stamp: stamp, values?.at(lag: Int(spike.lag)),
                    fault: &fault)
                if let fault { note(fault, of: spike, worker) }
                if let third, all[k].sendsToThird { collect(all[k], spike, i, stamp, into: third) }
            }
        }
        while let sample = due.first { take(sample, from: &due) }
        eventCounts[worker] += delivered
    }

    /// Asks for what spikes after number `i` need: of a large network hardly any row is in the cache. Each look-up needs what the one
    /// before has brought.
    @inline(__always)
    private func prefetch(_ ordered: UnsafeBufferPointer<OrderedSpike>, _ i: Int, _ routes: RouteTable) {
        if i + 2 * Self.spikesAhead < ordered.count {
            let spike = ordered[i + 2 * Self.spikesAhead], ahead = routes[Int(spike.population)]
            for k in 0..<ahead.count { ahead[k].prefetchChunks(Int(spike.cell)) }
        }
        if i + Self.spikesAhead < ordered.count {
            let spike = ordered[i + Self.spikesAhead], ahead = routes[Int(spike.population)]
            for k in 0..<ahead.count { ahead[k].prefetchConnections(Int(spike.cell)) }
        }
        if i + 2 < ordered.count {
            let spike = ordered[i + 2], ahead = routes[Int(spike.population)]
            for k in 0..<ahead.count { ahead[k].prefetchDelays(Int(spike.cell)) }
        }
        if i + 1 < ordered.count {
            let spike = ordered[i + 1], ahead = routes[Int(spike.population)]
            if ahead.count > 0 { ahead[0].prefetchValues(Int(spike.cell)) }
        }
    }

    // MARK: Spikes for paired cells

    /// Those that one worker's synapses have sent.
    private final class ThirdOutbox { var spikes: [ThirdSpike] = [] }

    private func collect(_ route: Route, _ spike: OrderedSpike, _ index: Int, _ stamp: Int, into outbox: ThirdOutbox) {
        var occurrence = 0
        while index > occurrence, ordered[index - occurrence - 1].isOfSameMoment(as: spike) { occurrence += 1 }
        let source = simulation.populationList[Int(spike.population)].firstID + Int(spike.cell)
        route.takeSentToThird(
            cell: Int(spike.cell), stamp: stamp, source: source, occurrence: occurrence,
            { simulation.id(at: $0, of: $1) }, into: &outbox.spikes)
    }

    /// Puts what all workers' synapses have sent in order, and gives it to whose cells receive it.
    private func collect(_ outboxes: [ThirdOutbox]) {
        var spikes = outboxes.flatMap(\.spikes)
        outboxes.forEach { $0.spikes.removeAll(keepingCapacity: true) }
        if exchange != nil {
            var parts = Array(repeating: [ThirdSpike](), count: simulation.ranks.count)
            for spike in spikes { parts[simulation.owner(of: Int(spike.third))].append(spike) }
            spikes = Array(together.exchange(parts).joined())
        }
        simulation.keep(spikes.sorted())
    }

    /// Adds to the input of a worker's cells what arrives from synapses in a slice: no more of it will come.
    private func takeThirdSpikes(_ worker: Int, _ slice: Range<Int>) {
        for stamp in slice.lowerBound + 1...slice.upperBound {
            for item in simulation.thirdSpikes.take(stamp, worker: worker) {
                let (plane, place) = simulation.place(Int(item.third))!, destination = plane.spikes(receptor: 0)
                eventCounts[worker] += 1
                guard destination.isHeard else { continue }
                let value = destination.countsSpikes ? 1 : item.amount
                if value < 0 && destination.refusesNegative {
                    let fault = NegativeArrival(stamp: stamp, place: place, plane: plane)
                    faults.note(fault, from: Int(item.source), worker)
                }
                destination.row(stamp, value)[place] += abs(value)
            }
        }
    }

    private typealias Sample = (stamp: Int, sampler: ConnectionSampler)

    /// Samples of connections in the slice that is handed over, in order.
    private func dueSamples(_ worker: Int) -> [Sample] {
        if schedules[worker].isEmpty || arrived.isEmpty { return [] }
        var due: [Sample] = []
        for (sampler, schedule) in schedules[worker] {
            let stamps = schedule.samples(in: arrived.lowerBound + 1..<arrived.upperBound + 1)
            due += (0..<stamps.count).map { (stamps[$0], sampler) }
        }
        return due.ordered { $0.stamp }
    }

    private func take(_ sample: Sample, from due: inout ArraySlice<Sample>) {
        sample.sampler.sample(sample.stamp)
        due.removeFirst()
    }

    private static let spikesAhead = 4

    private func note(_ arrival: NegativeArrival, of spike: OrderedSpike, _ worker: Int) {
        faults.note(
            arrival, from: simulation.populationList[Int(spike.population)].firstID + Int(spike.cell), worker)
    }

    // MARK: The end

    private func fail(_ message: String) {
        failure = failure ?? InputError(simulation.stopped(message, at: reached))
        goOn = false
    }
}
