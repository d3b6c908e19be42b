import CLanes

/// Spikes on their way to the cells of one worker's plane, in lists by the stamp at which they arrive.
///
/// Where delays differ from connection to connection, a spike goes to all stamps to come: to places all over a plane, which no cache
/// holds. Here they are written down one after the other, and added to the rows of a single slice when they arrive: the nearest caches hold
/// these. Each sum forms in the same order as without a queue, so no result shows what waits here.
final class ArrivalQueue {
    let plane: InputPlane
    /// By `stamp & slotMask`.
    private let lists: UnsafeMutablePointer<List>
    private let slotMask: Int
    /// May there be something aside for a stamp? From runs before, or since it became too much to wait here.
    private var isAside: [Bool]
    private var blocks = EventBlocks()
    /// No more than all rows take.
    private let mostBlocks: Int

    /// Where the next event goes, and the end of its block.
    fileprivate struct List {
        var first: UnsafeMutableRawPointer?
        var next, end: UnsafeMutableRawPointer

        static var empty: List { List(first: nil, next: nothing, end: nothing) }
        nonisolated(unsafe) private static let nothing = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
    }

    /// - `steps`: of a slice.
    init(_ plane: InputPlane, slice steps: Int) {
        self.plane = plane
        slotMask = plane.slotMask
        lists = .allocate(capacity: plane.slots)
        lists.initialize(repeating: .empty, count: plane.slots)
        isAside = Array(repeating: true, count: plane.slots)
        mostBlocks = max(plane.slots, plane.slots * plane.spikeStride * 8 / EventBlocks.bytes)
        plane.narrow(to: steps)
    }

    deinit { lists.deallocate() }

    // MARK: Whether it pays

    /// For the planes of a worker.
    ///
    /// - `steps`: of the run.
    static func all(_ simulation: Simulation, worker: Int, steps: Int) -> [ArrivalQueue] {
        simulation.planes[worker].filter { pays(for: $0, simulation, steps: steps) }.map {
            ArrivalQueue($0, slice: simulation.sliceLength)
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
            let count = projection.segmentsOfWorker[plane.worker].reduce(0) { $0 + ($1.plane === plane ? $1.count : 0) }
            all += count
            if projection.delay == nil { own += count }
        }
        return 2 * own > all
    }

    // MARK: Writing

    /// What a route needs to write events.
    struct Writer {
        fileprivate let lists: UnsafeMutablePointer<List>
        fileprivate let slotMask: Int
        /// Among the rows of a stamp: the place that targets count from, in the row of positive weights; and how far it is to that
        /// of all others.
        fileprivate let base, toNegative: Int
        fileprivate let queue: Unmanaged<ArrivalQueue>

        @inline(__always)
        func add(_ value: Double, at stamp: Int, to target: UInt16) {
            let list = lists + (stamp & slotMask), place = base &+ Int(target) &+ (value > 0 ? 0 : toNegative)
            if list.pointee.next == list.pointee.end { extend(list) }
            let event = list.pointee.next
            // other lists come first: memory has time to bring the next line
            astro_prefetch_for_writing(event + 64)
            event.storeBytes(of: abs(value), as: Double.self)
            event.storeBytes(of: UInt32(truncatingIfNeeded: place), toByteOffset: 8, as: UInt32.self)
            list.pointee.next = event + EventBlocks.eventBytes
        }

        @inline(never)
        private func extend(_ list: UnsafeMutablePointer<List>) { queue._withUnsafeGuaranteedRef { $0.extend(list) } }
    }

    /// - `destination`: in rows of the plane, as it is now.
    func writer(_ destination: SpikeDestination, base: Int) -> Writer {
        Writer(
            lists: lists, slotMask: slotMask, base: (destination.rows - plane.spikes) + base,
            toNegative: destination.toNegative, queue: .passUnretained(self))
    }

    private func extend(_ list: UnsafeMutablePointer<List>) {
        if blocks.used >= mostBlocks { putAside() }
        let block = blocks.take()
        if list.pointee.first == nil { list.pointee.first = block } else { EventBlocks.link(list.pointee.end, block) }
        (list.pointee.next, list.pointee.end) = (block, block + EventBlocks.eventsEnd)
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

    private func drain(_ list: UnsafeMutablePointer<List>, into rows: UnsafeMutablePointer<Double>) {
        var rest = list.pointee.first
        while let block = rest {
            let isLast = block + EventBlocks.eventsEnd == list.pointee.end
            rest = isLast ? nil : EventBlocks.next(block)
            if let rest { for line in 0..<4 { astro_prefetch(rest + 64 * line) } }
            Self.add(block, until: isLast ? list.pointee.next : block + EventBlocks.eventsEnd, to: rows)
            blocks.giveBack(block)
        }
        list.pointee = .empty
    }

    @inline(__always)
    private static func add(
        _ first: UnsafeMutableRawPointer, until end: UnsafeMutableRawPointer, to rows: UnsafeMutablePointer<Double>
    ) {
        var event = first
        while event < end {
            let place = Int(event.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
            rows[place] += event.loadUnaligned(as: Double.self)
            event += EventBlocks.eventBytes
        }
    }
}

/// Memory of events, a value and a place each, in blocks that are linked to lists. What was given back last is taken first: it is
/// still in the cache.
private struct EventBlocks: ~Copyable {
    static let bytes = 4096
    static let eventBytes = 12
    /// Where the link to the next block is.
    static let eventsEnd = (bytes - 8) / eventBytes * eventBytes
    private static let blocksPerPiece = 1024

    private var pieces: [UnsafeMutableRawPointer] = []
    private var free: UnsafeMutableRawPointer?
    private(set) var used = 0

    deinit { pieces.forEach { $0.deallocate() } }

    mutating func take() -> UnsafeMutableRawPointer {
        if free == nil { addPiece() }
        let block = free!
        free = Self.next(block)
        used += 1
        Self.link(block + Self.eventsEnd, nil)
        return block
    }

    mutating func giveBack(_ block: UnsafeMutableRawPointer) {
        Self.link(block + Self.eventsEnd, free)
        free = block
        used -= 1
    }

    private mutating func addPiece() {
        let piece = Memory.allocate(bytes: Self.bytes * Self.blocksPerPiece)
        pieces.append(piece)
        for i in (0..<Self.blocksPerPiece).reversed() {
            Self.link(piece + (i * Self.bytes + Self.eventsEnd), free)
            free = piece + i * Self.bytes
        }
    }

    static func next(_ block: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        (block + eventsEnd).load(as: UnsafeMutableRawPointer?.self)
    }

    /// - `end`: of a block's events.
    static func link(_ end: UnsafeMutableRawPointer, _ next: UnsafeMutableRawPointer?) {
        end.storeBytes(of: next, as: UnsafeMutableRawPointer?.self)
    }
}
