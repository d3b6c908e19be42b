import CLanes

/// Spikes on their way to the cells of one worker's plane, in lists by the stamp at which they arrive.
///
/// Where delays differ from connection to connection, a spike goes to all stamps to come: to places all over a plane, which no cache
/// holds. Here they wait in lists, and are added to the rows of a single slice when they arrive: the nearest caches hold these. Either
/// stretches of connections wait that have one delay, whose targets and weights are read when the spike arrives; or, where stretches
/// would be short, a value and a place for each connection. Each sum forms in the same order as without a queue, so no result shows
/// what waits here.
final class ArrivalQueue {
    let plane: InputPlane
    let takesStretches: Bool
    /// By `stamp & slotMask`.
    private let lists: UnsafeMutablePointer<EntryList>
    private let slotMask: Int
    /// May there be something aside for a stamp? From runs before, or since it became too much to wait here.
    private var isAside: [Bool]
    private var blocks: EntryBlocks
    /// Where stretches go, writer by writer.
    private var destinations: [WaitingStretch.Destination] = []
    /// No more than all rows take.
    private let mostBlocks: Int

    /// A value and a place.
    private static let eventBytes = 12

    /// - `steps`: of a slice.
    init(_ plane: InputPlane, slice steps: Int, takesStretches: Bool) {
        self.plane = plane
        self.takesStretches = takesStretches
        blocks = EntryBlocks(entryBytes: takesStretches ? MemoryLayout<WaitingStretch>.stride : Self.eventBytes)
        slotMask = plane.slotMask
        lists = .allocate(capacity: plane.slots)
        lists.initialize(repeating: .empty, count: plane.slots)
        isAside = Array(repeating: true, count: plane.slots)
        mostBlocks = max(plane.slots, plane.slots * plane.spikeStride * 8 / EntryBlocks.bytes)
        plane.narrow(to: steps)
    }

    deinit { lists.deallocate() }

    // MARK: Whether it pays

    /// Before a run of so many steps: joins rows where spikes will wait.
    static func bundleRows(_ simulation: Simulation, steps: Int) {
        let planes = simulation.planes.joined().filter { pays(for: $0, simulation, steps: steps) }
        if planes.isEmpty { return }
        let recorded = simulation.recordedProjections
        simulation.bundleRows(onto: planes, leastStretch: shortestStretch) {
            RouteDetails.handsOverWeights($0, $1) && !recorded.contains($0.index)
        }
    }

    /// For the planes of a worker.
    ///
    /// - `steps`: of the run.
    static func all(_ simulation: Simulation, worker: Int, steps: Int) -> [ArrivalQueue] {
        simulation.planes[worker].filter { pays(for: $0, simulation, steps: steps) }.map {
            ArrivalQueue(
                $0, slice: simulation.sliceLength,
                takesStretches: meanStretch(onto: $0, simulation) >= shortestStretch)
        }
    }

    /// Rows of all stamps are too large for a cache and those of a slice much smaller, and most connections have delays of their own.
    /// To put rows aside and fetch them again takes as long as some of the steps.
    private static func pays(for plane: InputPlane, _ simulation: Simulation, steps: Int) -> Bool {
        let bytes = plane.slots * plane.spikeStride * 8
        guard bytes >= 4 << 20, plane.slots >= 8 * simulation.sliceLength, steps >= 2 * plane.slots else {
            return false
        }
        var own = 0, all = 0
        for projection in simulation.projections {
            let count = projection.segments(onto: plane).reduce(0) { $0 + $1.count }
            all += count
            if projection.delay == nil { own += count }
        }
        return 2 * own > all
    }

    /// Connections in a stretch, on average, from which on it takes less time to fetch their lines of memory when the spike arrives
    /// than to write down an event for each (measured).
    private static let shortestStretch = 4.0

    /// Connections whose spikes wait together, on average.
    private static func meanStretch(onto plane: InputPlane, _ simulation: Simulation) -> Double {
        var connections = 0.0, stretches = 0.0
        for projection in simulation.projections {
            for segment in projection.segments(onto: plane) where segment.count > 0 {
                let handsOverWeights = RouteDetails.handsOverWeights(projection, plane)
                connections += Double(segment.count)
                stretches += Double(segment.count) / (handsOverWeights ? segment.meanStretch : 1)
            }
        }
        return stretches == 0 ? 0 : connections / stretches
    }

    // MARK: Writing

    /// What a route needs to have spikes wait.
    struct Writer {
        let takesStretches: Bool
        fileprivate let lists: UnsafeMutablePointer<EntryList>
        fileprivate let slotMask: Int
        /// Among the rows of a stamp: the place that targets count from, in the row of positive weights; and how far it is to that
        /// of all others.
        fileprivate let base, toNegative: Int
        /// The same as a destination of stretches.
        fileprivate let destination: UInt32
        fileprivate let queue: Unmanaged<ArrivalQueue>

        /// A value for one target.
        @inline(__always)
        func add(_ value: Double, at stamp: Int, to target: UInt16) {
            if takesStretches {
                add(WaitingStretch(value, to: target, destination), at: stamp)
            } else {
                addEvent(value, at: stamp, to: target)
            }
        }

        /// The same, where events wait.
        @inline(__always)
        func addEvent(_ value: Double, at stamp: Int, to target: UInt16) {
            let list = lists + (stamp & slotMask), place = base &+ Int(target) &+ (value > 0 ? 0 : toNegative)
            if list.pointee.next == list.pointee.end { extend(list) }
            let event = list.pointee.next
            // other lists come first: memory has time to bring the next line
            astro_prefetch_for_writing(event + 64)
            event.storeBytes(of: abs(value), as: Double.self)
            event.storeBytes(of: UInt32(truncatingIfNeeded: place), toByteOffset: 8, as: UInt32.self)
            list.pointee.next = event + ArrivalQueue.eventBytes
        }

        /// The weights of some targets, where stretches wait.
        @inline(__always)
        func addStretch(
            _ count: Int, _ targets: UnsafePointer<UInt16>, _ weights: UnsafePointer<Double>, at stamp: Int
        ) {
            add(WaitingStretch(count, targets, weights, destination), at: stamp)
        }

        /// The same amount for each.
        @inline(__always)
        func addStretch(_ count: Int, _ targets: UnsafePointer<UInt16>, amount: Double, at stamp: Int) {
            add(WaitingStretch(count, targets, amount: amount, destination), at: stamp)
        }

        @inline(__always)
        private func add(_ stretch: WaitingStretch, at stamp: Int) {
            let list = lists + (stamp & slotMask)
            if list.pointee.next == list.pointee.end { extend(list) }
            let entry = list.pointee.next
            astro_prefetch_for_writing(entry + 64)
            entry.storeBytes(of: stretch, as: WaitingStretch.self)
            list.pointee.next = entry + MemoryLayout<WaitingStretch>.stride
        }

        @inline(never)
        private func extend(_ list: UnsafeMutablePointer<EntryList>) {
            queue._withUnsafeGuaranteedRef { $0.extend(list) }
        }
    }

    /// - `destination`: in rows of the plane, as it is now.
    func writer(_ destination: SpikeDestination, base: Int) -> Writer {
        let base = (destination.rows - plane.spikes) + base, toNegative = destination.toNegative
        destinations.append(WaitingStretch.Destination(base: base, toNegative: toNegative))
        return Writer(
            takesStretches: takesStretches, lists: lists, slotMask: slotMask, base: base, toNegative: toNegative,
            destination: UInt32(destinations.count - 1), queue: .passUnretained(self))
    }

    private func extend(_ list: UnsafeMutablePointer<EntryList>) {
        if blocks.used >= mostBlocks { putAside() }
        let block = blocks.take()
        if list.pointee.first == nil { list.pointee.first = block } else { EntryBlocks.link(list.pointee.end, block) }
        (list.pointee.next, list.pointee.end) = (block, block + blocks.entriesEnd)
    }

    // MARK: Reading

    /// Adds what arrives in a slice to the rows of its stamps.
    func arrive(_ slice: Range<Int>) {
        for stamp in slice.lowerBound + 1...slice.upperBound {
            let slot = stamp & slotMask
            if isAside[slot] {
                plane.fetchAside(stamp)
                isAside[slot] = false
            }
            drain(lists + slot, into: plane.spikeRows(stamp))
        }
    }

    /// Adds all that waits to the rows aside. Nothing waits here afterwards.
    private func putAside() {
        for slot in 0...slotMask where lists[slot].first != nil {
            drain(lists + slot, into: plane.rowsAside(slot))
            isAside[slot] = true
        }
    }

    /// At the end of a run: the plane is as it was.
    func end() {
        putAside()
        plane.widen()
    }

    private func drain(_ list: UnsafeMutablePointer<EntryList>, into rows: UnsafeMutablePointer<Double>) {
        if takesStretches { addStretches(list.pointee, to: rows) }
        let entriesEnd = blocks.entriesEnd
        list.pointee.forEachBlock(entriesEnd) { block, end, next in
            if !takesStretches {
                if let next { for line in 0..<4 { astro_prefetch(next + 64 * line) } }
                Self.addEvents(block, until: end, to: rows)
            }
            blocks.giveBack(block)
        }
        list.pointee = .empty
    }

    @inline(__always)
    private static func addEvents(
        _ first: UnsafeMutableRawPointer, until end: UnsafeMutableRawPointer, to rows: UnsafeMutablePointer<Double>
    ) {
        var event = first
        while event < end {
            let place = Int(event.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
            rows[place] += event.loadUnaligned(as: Double.self)
            event += eventBytes
        }
    }

    /// So many stretches are asked for before they are read: as many as memory works on at a time.
    private static let stretchesAhead = 16

    private func addStretches(_ list: EntryList, to rows: UnsafeMutablePointer<Double>) {
        var ahead = Stretches(list, blocks.entriesEnd), all = ahead
        for _ in 0..<Self.stretchesAhead { ahead.next()?.pointee.prefetch() }
        var arrivals = Arrivals(to: rows)
        destinations.withUnsafeBufferPointer { destinations in
            while let stretch = all.next() {
                ahead.next()?.pointee.prefetch()
                stretch.pointee.add(to: &arrivals, destinations.baseAddress!)
            }
        }
        arrivals.finish()
    }

    /// Those of a list, one by one.
    private struct Stretches {
        private var entry: UnsafeMutableRawPointer
        private var blockEnd: UnsafeMutableRawPointer
        private let listEnd: UnsafeMutableRawPointer
        private let entriesEnd: Int

        init(_ list: EntryList, _ entriesEnd: Int) {
            (entry, listEnd) = (list.first ?? list.next, list.next)
            self.entriesEnd = entriesEnd
            blockEnd = entry + entriesEnd
        }

        @inline(__always)
        mutating func next() -> UnsafePointer<WaitingStretch>? {
            if entry == listEnd { return nil }
            if entry == blockEnd {
                entry = EntryBlocks.next(atEnd: entry)!
                blockEnd = entry + entriesEnd
            }
            defer { entry += MemoryLayout<WaitingStretch>.stride }
            return UnsafePointer(entry.assumingMemoryBound(to: WaitingStretch.self))
        }
    }
}
