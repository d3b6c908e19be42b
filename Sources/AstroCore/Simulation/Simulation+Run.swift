/// What is to be done in the middle of a run, at the end of a slice, when all workers stand still and all that was recorded is
/// in its place.
public struct Interlude {
    /// Asked several times a second, on the first of several ranks.
    let isDue: () -> Bool
    /// Gets the step at which the run will end; called on all ranks.
    let act: (Int) throws -> Void

    public init(isDue: @escaping () -> Bool, act: @escaping (Int) throws -> Void) {
        (self.isDue, self.act) = (isDue, act)
    }
}

extension Simulation {
    /// Advances the network by `ms`, a multiple of the resolution.
    ///
    /// - `progress`: told, a few times a second, how much of this call is done and how long it is, in ms; false ends the
    ///   run at the end of the slice.
    /// - `interlude`: what is to be done now and then in the middle of it.
    public func simulate(
        _ ms: Double, progress: ((Double, Double) -> Bool)? = nil, interlude: Interlude? = nil
    ) throws {
        guard ms.isFinite, ms >= 0 else {
            throw InputError("\(formatted(ms)) ms is not a time to simulate (0 or more)")
        }
        guard ms / resolution < TimeGrid.most else {
            let most = formatted(TimeGrid.most * resolution)
            throw InputError("\(formatted(ms)) ms is too long (a run must be shorter than \(most) ms)")
        }
        guard let steps = TimeGrid.steps(ms, resolution), steps < TimeGrid.never else { throw offGrid(ms) }
        guard steps <= StreamName.mostSteps - now else {
            throw InputError("\(formatted(ms)) ms are too long: a simulation has at most \(StreamName.mostSteps) steps")
        }
        guard !isRunning else { throw InputError("the simulation is running already") }
        isRunning = true
        defer { isRunning = false }
        let together = ranks.together
        try timed(\.prepare) { try prepare(together) }
        let recordings = allRecordings()
        try together.agree { try RecorderMemory.refuseShortage(recordings) }
        let (start, end) = (now, now + steps)
        let told = progress.map { progress in
            { [self] (done: Double) in progress(TimeGrid.ms(now - start, resolution) + done, ms) }
        }
        var mayBeDue = true
        while now < end {
            if let interlude, mayBeDue, together.decide(interlude.isDue) { try interlude.act(end) }
            let stop = min(end, now + longestPart(recordings, together))
            let run = try advance(to: stop, recordings, told, pause(interlude, recordings), together)
            guard now == stop || run.isPaused else { return }
            mayBeDue = run.isPaused
        }
    }

    /// Is a pause due? Several ranks need one to write what they have recorded to files.
    private func pause(_ interlude: Interlude?, _ recordings: [Recording]) -> (() -> Bool)? {
        if ranks.isAlone { return interlude?.isDue }
        let nextWrite = recordings.contains { $0.stream != nil } ? Clock.seconds + Self.writeInterval : .infinity
        guard ranks.rank == 0, interlude != nil || nextWrite.isFinite else { return nil }
        return { Clock.seconds >= nextWrite || interlude?.isDue() ?? false }
    }

    /// Seconds between two times that several ranks write to files.
    private static let writeInterval = 1.0

    /// Steps that can be made before the samples that go to files have to be there: they are not all kept in memory.
    private func longestPart(_ recordings: [Recording], _ together: Together) -> Int {
        let perStep = recordings.reduce(0) { $0 + ($1.stream == nil ? 0 : $1.bytesPerStep) }
        guard perStep > 0 else { return TimeGrid.never }
        let kept = together.least(Int(min(Double(RecorderMemory.mostKept), Memory.available / 8)))
        return max(sliceLength, Int(min(Double(kept) / perStep, Double(TimeGrid.never))))
    }

    /// Runs until `end`, or until somebody asks for an early end or a pause.
    private func advance(
        to end: Int, _ recordings: [Recording], _ progress: ((Double) -> Bool)?, _ isPauseDue: (() -> Bool)?,
        _ together: Together
    ) throws -> SliceLoop {
        let stamps = now + 1..<end + 1
        let streams = recordings.count { $0.stream != nil }
        for recording in recordings {
            let expected = recording.bytesPerStep * Double(stamps.count)
            recording.forgetWritten(of: streams, expecting: expected, together)
        }
        let sparing = try together.agree { try RecorderMemory.refuse(recordings, stamps: stamps) }
        let plans = recordings.map { $0.plan(stamps, sparing: sparing) }
        mayHoldUnread = true
        readTraceConstants()
        try prepareSteps(together)
        timed(\.prepare) { ArrivalQueue.bundleRows(self, steps: end - now) }
        let run = SliceLoop(self, until: end, recordings, plans, progress, isPauseDue, together)
        let (waited, bytes) = (ranks.waited, ranks.bytes)
        timed(\.simulate) { Team.shared.run(workers: run.workers) { worker in withoutSubnormals { run.work(worker) } } }
        couplings.forEach { $0.handBack() }
        figures.communicate += ranks.waited - waited
        figures.receivedBytes += ranks.bytes - bytes
        now = run.reached
        for recording in recordings {
            recording.cut(after: now)
            recording.lastStamp = now
        }
        figures.spikes += run.spikes
        figures.events += run.events
        let unwritten = StreamWriter(recordings, together).write(through: now)
        if let failure = run.failure ?? unwritten.map({ InputError(stopped($0, at: now)) }) { throw failure }
        return run
    }

    func stopped(_ message: String, at step: Int) -> String {
        "the run stopped at \(formatted(TimeGrid.ms(step, resolution))) ms: \(message)"
    }

    private func offGrid(_ ms: Double) -> InputError {
        let below = (ms / resolution).rounded(.down)
        let near = [below, below + 1].map { formatted(($0 * resolution * 1000).rounded() / 1000) }
        return InputError(
            "\(formatted(ms)) ms is not a multiple of the resolution \(formatted(resolution)) ms (nearest: \(near[0]), \(near[1]))"
        )
    }

    func allRecordings() -> [Recording] {
        var seen = Set<ObjectIdentifier>()
        let all =
            populationList.flatMap { $0.samplers.map(\.recording) + $0.spikeListeners.map(\.recording) }
            + deviceListeners.map(\.recording) + connectionRecordings.map(\.recording)
        return all.filter { seen.insert(ObjectIdentifier($0)).inserted }
    }

    // MARK: Preparing

    /// The longest slice in steps: with less, the buffers stay in the cache. A multiple of ten, so that
    /// slices end with the long steps of astrocytes at the default resolution.
    static let longestSlice = 30

    /// Steps from one exchange of spikes and signals to the next. These have to be handed over within the
    /// shortest delay; several ranks exchange twice in that time, so that a slice is computed while the one before is on its
    /// way.
    var sliceLength: Int { min(Self.longestSlice, hidesExchange ? shortestDelay / 2 : shortestDelay) }

    /// Is a slice's exchange ended only after the next slice?
    var hidesExchange: Bool { !ranks.isAlone && shortestDelay > 1 && shortestDelay < .max }

    private var shortestDelay: Int {
        let ahead = portsAhead
        let others = signalProjections.filter { !ahead.contains($0.route.port) }
        return (projections.map(\.shortestDelay) + others.map(\.shortestDelay)).min() ?? .max
    }

    /// Inputs that nothing but couplings that are held send to, by name. What these send in a slice is known before it, if it ends where
    /// one of them is worked out: their delays do not limit it.
    var portsAhead: Set<String> {
        guard ranks.isAlone else { return [] }
        let others = signalProjections.filter { $0.values.map { $0.every == 1 } ?? true }
        return Set(signalProjections.map(\.route.port)).subtracting(others.map(\.route.port))
    }

    /// Slices end at multiples of it: of their length, so that they end with the long steps of astrocytes wherever a run begins, unless
    /// couplings have to be worked out at other times.
    var slicePeriod: Int {
        let ahead = portsAhead
        let ofCouplings = signalProjections.lazy.filter { ahead.contains($0.route.port) }.reduce(0) {
            Self.commonDivisor($1.values!.every, $0)
        }
        return ofCouplings > 0 ? ofCouplings : sliceLength
    }

    private var longestDelay: Int {
        let longest =
            projections.map(\.longestDelay) + signalProjections.map(\.longestDelay) + links.map(\.longestDelay)
        return longest.max() ?? 1
    }

    func prepare(_ together: Together) throws {
        // ranks ask each other about the cells of a population while its kernel is made
        if !ranks.isAlone { batches.forEach { _ = $0.kernel(together) } }
        guard !isPrepared else { return }
        try together.agree { try refuseLargeBuffers() }
        prepareBuffers()
        populationList.forEach { $0.arrangeCarried() }
        numberSenders()
        // who listens to whom asks for the cells whose spikes are looked back at
        keepPairedSpikes()
        prepareRemoteSenders(together)
        readCells = makeReadCells()
        makeInputBlocks()
        histories = HistoryRecorder(self, together)
        isPrepared = true
    }

    /// Gives the cells of each batch their places among those that send a signal with a listener; -1 for other signals.
    private func numberSenders() {
        let heard = heardSignals, readFrom = batchesOfSenders()
        senderCount = 0
        for batch in batches {
            for (index, signal) in batch.model.signals.enumerated() {
                let isHeard =
                    heard.contains(signal)
                    && (index < batch.model.firstColumnSignal || readFrom?.contains(ObjectIdentifier(batch)) != false)
                batch.firstSenders[index] = isHeard ? senderCount : -1
                if isHeard { senderCount += padded(batch.cells.count) }
            }
        }
        for outbox in outboxes.joined() {
            outbox.prepare(seed: seed, firstStreamed: populationList.map(\.firstStreamed))
        }
    }

    /// Where cells lie that send something; nil where other ranks may listen to any.
    private func batchesOfSenders() -> Set<ObjectIdentifier>? {
        guard ranks.isAlone else { return nil }
        var found: Set<ObjectIdentifier> = [], last = -1
        let read = signalProjections.lazy.flatMap { projection -> [Int32] in
            let sources = projection.entries.map(\.source)
            return projection.model.signalsOfTargets.isEmpty ? sources : sources + projection.entries.map(\.target)
        }
        for id in read where Int(id) != last {
            last = Int(id)
            if let batch = locate(last).population.cells?.batch { found.insert(ObjectIdentifier(batch)) }
        }
        forEachRead { _, id in
            if id != last, let batch = locate(id).population.cells?.batch { found.insert(ObjectIdentifier(batch)) }
            last = id
        }
        return found
    }

    private var slots: Int {
        let wanted = longestDelay + sliceLength + 1
        var slots = 1
        while slots < wanted { slots *= 2 }
        return slots
    }

    private func refuseLargeBuffers() throws {
        let cells = planes.joined().reduce(0) { $0 + $1.size * $1.ports.spikeRows }
        try Memory.refuse(Double(cells * slots * 8), for: "input buffers for delays of \(longestDelay) steps")
    }

    func prepareBuffers() {
        let currents = Dictionary(
            grouping: links.filter { populationList[$0.population].currentSource($0.device) != nil }
                .flatMap { link in link.shares.joined().map { ($0.plane, link) } }
        ) { ObjectIdentifier($0.0) }.mapValues { Set($0.map(\.1.receptor)) }
        let signals = Set(signalProjections.map(\.route.port)), slots = self.slots
        for plane in planes.joined() where plane.size > 0 {
            let receptors = currents[ObjectIdentifier(plane)] ?? []
            plane.prepare(slots: slots, now: now + 1) { input in
                switch input.kind {
                case .spikes: false
                case .current(let receptor): receptors.contains(receptor)
                case .signal: signals.contains(input.name)
                }
            }
        }
    }

    /// Steps from one reading of a signal to the next, by name.
    var signalIntervals: [String: Int] {
        var found: [String: Int] = [:]
        for projection in signalProjections {
            let every = projection.values?.every ?? 1
            for name in projection.model.signalsOfSources + projection.model.signalsOfTargets {
                found[name] = Self.commonDivisor(found[name] ?? every, every)
            }
        }
        for name in namesReadBySynapses { found[name] = 1 }
        return found
    }

    static func commonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : commonDivisor(b, a % b) }

    /// A table for each port of a plane that receives signals.
    func signalTables() -> [SignalTable] {
        couplings = []
        let ports = Set(signalProjections.map(\.route.port)).sorted(), ahead = portsAhead
        return planes.joined().filter { $0.size > 0 }.flatMap { plane in
            ports.compactMap { name in
                plane.ports.signal(name).map { makeSignalTable(plane, $0, name, isAhead: ahead.contains(name)) }
            }
        }
    }

    private func makeSignalTable(_ plane: InputPlane, _ port: Int, _ name: String, isAhead: Bool) -> SignalTable {
        let place = { (id: Int) -> Int? in
            guard let (found, place) = self.place(id), found === plane else { return nil }
            return place
        }
        let sender = { (signal: String, id: Int) in
            self.isOwn(id) ? self.ownSender(signal, id) : self.remoteSenders!.run(of: .init(signal: signal, id: id))
        }
        var incoming: [String: [Int: Int]] = [:]
        let sources = signalProjections.filter { $0.route.port == name }.map { projection -> SignalTable.Source in
            guard projection.model.coupling != nil else { return .cells(projection) }
            let name = projection.model.identity
            let counts = incoming[name] ?? incomingCounts(of: projection.model, place)
            incoming[name] = counts
            let cells = CouplingTable.Finder(place: place, run: sender, incoming: { counts[$0] ?? 0 })
            let first = senderCount + (remoteSenders?.count ?? 0) + couplingRuns
            couplings.append(
                CouplingTable(projection, plane: plane, firstRun: first, resolution: resolution, cells))
            return .coupling(couplings.last!)
        }
        return SignalTable(sources, plane: plane, port: port, isAhead: isAhead, place: place, sender: sender)
    }

    /// How many connections of a coupling end at the places of a plane, of all calls.
    private func incomingCounts(of coupling: SynapseDefinition, _ place: (Int) -> Int?) -> [Int: Int] {
        var counts: [Int: Int] = [:]
        for entry in signalProjections.lazy.filter({ $0.model == coupling }).flatMap(\.entries) {
            if let place = place(Int(entry.target)) { counts[place, default: 0] += 1 }
        }
        return counts
    }

    private func prepareRemoteSenders(_ together: Together) {
        if ranks.isAlone { return }
        audience = Audience(self, together)
        if signalProjections.isEmpty, !readsOtherCells { return }
        var needed: Set<RemoteSenders.Sender> = []
        for projection in signalProjections {
            for signal in projection.model.signalsOfSources {
                for entry in projection.entries { needed.insert(.init(signal: signal, id: Int(entry.source))) }
            }
        }
        forEachRead { needed.insert(.init(signal: $0, id: $1)) }
        remoteSenders = RemoteSenders(self, needed: needed, together)
    }

    /// Of all but recorders.
    var memoryBytes: Int {
        let cells = batches.reduce(0) { $0 + $1.memoryBytes }
        let buffers = planes.joined().reduce(0) { $0 + $1.memoryBytes }
        let connections =
            projections.reduce(0) { $0 + $1.memoryBytes } + signalProjections.reduce(0) { $0 + $1.memoryBytes }
        let tables = batches.flatMap { $0.blocks.joined().flatMap { $0.signals.map(\.table) } }
        var counted = Set<ObjectIdentifier>()
        return cells + buffers + connections + (audience?.memoryBytes ?? 0)
            + tables.reduce(0) { $0 + (counted.insert(ObjectIdentifier($1)).inserted ? $1.memoryBytes : 0) }
    }
}
