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

    /// Among the rows of a stamp: the place that targets count from, in the row of positive weights; and how far it is to that of all
    /// others.
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

    /// Each place, so that there is memory to point to.
    private nonisolated(unsafe) static let places: UnsafePointer<UInt16> = {
        let all = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: Segment.span)
        _ = all.initialize(from: (0..<Segment.span).lazy.map { UInt16($0) })
        return UnsafePointer(all.baseAddress!)
    }()

    /// Asks for what `add` reads. The processor goes on by itself where a stretch is long.
    @inline(__always)
    func prefetch() {
        Self.prefetch(targets, abs(count))
        if count > 0 { Self.prefetch(UnsafePointer<Double>(bitPattern: weights).unsafelyUnwrapped, count) }
    }

    @inline(__always)
    private static func prefetch<T>(_ values: UnsafePointer<T>, _ count: Int32) {
        let first = UnsafeRawPointer(values), last = UnsafeRawPointer(values + Int(count)) - 1
        var line = first
        while line < last && line < first + 1024 {
            astro_prefetch(line)
            line += 64
        }
        astro_prefetch(last)
    }

    /// Adds what arrives to the rows of its stamp.
    @inline(__always)
    func add(to rows: UnsafeMutablePointer<Double>, _ destinations: UnsafePointer<Destination>) {
        let destination = destinations[Int(destination)], toNegative = destination.toNegative
        let positive = rows + destination.base
        guard count > 0 else {
            let value = Double(bitPattern: UInt64(weights)), amount = abs(value)
            let row = positive + (value > 0 ? 0 : toNegative)
            for n in 0..<Int(0 &- count) { row[Int(targets[n])] += amount }
            return
        }
        let weights = UnsafePointer<Double>(bitPattern: weights).unsafelyUnwrapped
        for n in 0..<Int(count) {
            let value = weights[n]
            positive[Int(targets[n]) &+ (value > 0 ? 0 : toNegative)] += abs(value)
        }
    }
}
