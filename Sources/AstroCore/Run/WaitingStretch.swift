import CLanes

/// Neighbours in a row of connections to whose targets a spike is on its way and arrives at one stamp. Targets and weights are read
/// only then: no weight of theirs changes during a run.
struct WaitingStretch {
    private let targets: UnsafePointer<UInt16>
    /// The address of the weights; where all hand over one amount, that.
    private let weights: UInt
    /// Negative where all hand over one amount.
    private let count: Int32
    /// Among those of the queue.
    private let destination: UInt32

    /// Among the rows of a stamp: the place that targets count from, in the row of positive weights; and how far it is to that of
    /// all others.
    struct Destination {
        let base, toNegative: Int
    }

    init(_ count: Int, _ targets: UnsafePointer<UInt16>, _ weights: UnsafePointer<Double>, _ destination: UInt32) {
        (self.targets, self.weights, self.destination) = (targets, UInt(bitPattern: weights), destination)
        self.count = Int32(truncatingIfNeeded: count)
    }

    /// - `amount`: of each.
    init(_ count: Int, _ targets: UnsafePointer<UInt16>, amount: Double, _ destination: UInt32) {
        (self.targets, weights, self.destination) = (targets, UInt(amount.bitPattern), destination)
        self.count = Int32(truncatingIfNeeded: -count)
    }

    /// A single target.
    init(_ amount: Double, to target: UInt16, _ destination: UInt32) {
        self.init(1, Self.places + Int(target), amount: amount, destination)
    }

    /// Each place, so that there is memory to point to, and a block behind the last one.
    private nonisolated(unsafe) static let places: UnsafePointer<UInt16> = {
        let all = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: Segment.span + RowChunk.block)
        _ = all.initialize(from: (0..<Segment.span + RowChunk.block).lazy.map { UInt16(truncatingIfNeeded: $0) })
        return UnsafePointer(all.baseAddress!)
    }()

    /// Asks for what `add` reads. The processor goes on by itself where a stretch is long.
    @inline(__always)
    func prefetch() {
        // in blocks
        let count = (Int(abs(count)) &+ RowChunk.block &- 1) / RowChunk.block &* RowChunk.block
        Self.prefetch(targets, count)
        if self.count > 0 { Self.prefetch(UnsafePointer<Double>(bitPattern: weights).unsafelyUnwrapped, count) }
    }

    @inline(__always)
    private static func prefetch<T>(_ values: UnsafePointer<T>, _ count: Int) {
        let first = UnsafeRawPointer(values), last = UnsafeRawPointer(values + count) - 1
        var line = first
        while line < last && line < first + 1024 {
            astro_prefetch_far(line)
            line += 64
        }
        astro_prefetch_far(last)
    }

    /// Adds what arrives.
    @inline(__always)
    func add(to arrivals: inout Arrivals, _ destinations: UnsafePointer<Destination>) {
        let destination = destinations[Int(destination)]
        guard count > 0 else {
            let value = Double(bitPattern: UInt64(weights))
            let base = destination.base &+ (value > 0 ? 0 : destination.toNegative)
            return arrivals.add(Int(0 &- count), abs(value), targets, base)
        }
        let weights = UnsafePointer<Double>(bitPattern: weights).unsafelyUnwrapped
        arrivals.add(Int(count), weights, targets, destination)
    }
}

/// Amounts on the way to the rows of a stamp: collected in vectors, then added one after the other, in order. How long a stretch is
/// no processor can guess; the loop over single amounts does not depend on it.
struct Arrivals: ~Copyable {
    private static let capacity = 1024
    private let amounts = UnsafeMutablePointer<Double>.allocate(capacity: capacity)
    private let places = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
    private var count = 0
    private var rows: UnsafeMutablePointer<Double>

    init(to rows: UnsafeMutablePointer<Double>) { self.rows = rows }

    deinit {
        amounts.deallocate()
        places.deallocate()
    }

    /// Weights of as many targets.
    @inline(__always)
    mutating func add(
        _ number: Int, _ weights: UnsafePointer<Double>, _ targets: UnsafePointer<UInt16>,
        _ destination: WaitingStretch.Destination
    ) {
        let base = Int32(truncatingIfNeeded: destination.base)
        let toNegative = Int32(truncatingIfNeeded: destination.toNegative)
        addBlocks(number) {
            astro_amounts(weights + $0, targets + $0, base, toNegative, $1, $2)
        }
    }

    /// The same amount for each.
    @inline(__always)
    mutating func add(_ number: Int, _ amount: Double, _ targets: UnsafePointer<UInt16>, _ base: Int) {
        addBlocks(number) {
            astro_same_amounts(amount, targets + $0, Int32(truncatingIfNeeded: base), $1, $2)
        }
    }

    /// Calls `collect(first, amounts, places)` for each block of as many connections. It may read and write a whole block, also beyond
    /// the last connection.
    @inline(__always)
    private mutating func addBlocks(
        _ number: Int, _ collect: (Int, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Int32>) -> Void
    ) {
        var first = 0
        repeat {
            makeRoom()
            collect(first, amounts + count, places + count)
            count &+= min(RowChunk.block, number &- first)
            first &+= RowChunk.block
        } while first < number
    }

    /// For a block.
    @inline(__always)
    private mutating func makeRoom() {
        if count > Self.capacity &- RowChunk.block { finish() }
    }

    /// Adds what has been collected.
    mutating func finish() {
        for i in 0..<count { rows[Int(places[i])] += amounts[i] }
        count = 0
    }
}
