import CLanes

/// Neighbours in a row of connections to whose targets a spike is on its way and arrives at one stamp. Targets and weights are read
/// only then: no weight of theirs changes during a run.
struct WaitingStretch {
    private let targets: UnsafePointer<UInt16>
    /// nil where all hand over `factor`.
    private let weights: UnsafePointer<Double>?
    private let factor: Double
    /// Among the rows of a stamp: the place that targets count from, in the row of positive weights; and how far it is to that of all
    /// others.
    private let base, toNegative: Int32
    private let count: Int32

    init(
        _ count: Int, _ targets: UnsafePointer<UInt16>, _ weights: UnsafePointer<Double>?, factor: Double, base: Int,
        toNegative: Int
    ) {
        (self.targets, self.weights, self.factor) = (targets, weights, factor)
        (self.base, self.toNegative) = (Int32(truncatingIfNeeded: base), Int32(truncatingIfNeeded: toNegative))
        self.count = Int32(truncatingIfNeeded: count)
    }

    /// A single target at `base`.
    init(_ value: Double, base: Int, toNegative: Int) {
        self.init(1, Self.noOffset, nil, factor: value, base: base, toNegative: toNegative)
    }

    private nonisolated(unsafe) static let noOffset: UnsafePointer<UInt16> = {
        let zero = UnsafeMutablePointer<UInt16>.allocate(capacity: 1)
        zero.initialize(to: 0)
        return UnsafePointer(zero)
    }()

    /// Asks for what `add` reads. The processor goes on by itself where a stretch is long.
    @inline(__always)
    func prefetch() {
        Self.prefetch(targets, count)
        if let weights { Self.prefetch(weights, count) }
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
    func add(to rows: UnsafeMutablePointer<Double>) {
        let positive = rows + Int(base), toNegative = Int(toNegative)
        guard let weights else {
            let row = positive + (factor > 0 ? 0 : toNegative), amount = abs(factor)
            for n in 0..<Int(count) { row[Int(targets[n])] += amount }
            return
        }
        for n in 0..<Int(count) {
            let value = weights[n] * factor
            positive[Int(targets[n]) &+ (value > 0 ? 0 : toNegative)] += abs(value)
        }
    }
}
