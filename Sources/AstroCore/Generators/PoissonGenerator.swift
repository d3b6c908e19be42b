/// An independent Poisson train for each outgoing connection.
struct PoissonGenerator: Device {
    static let name = "poisson_generator"
    static let family = NodeFamily.stimulator
    static let text = ModelText(
        summary: "Independent Poisson spike trains, one per outgoing connection.",
        equations: "number of spikes in a step ~ Poisson(rate * resolution)",
        notes: [
            "Several spikes of a step travel as one event of that multiplicity.",
            "The first possible stamp is start + 2 steps, the last stop + 1 step.",
            "A parrot_neuron in between gives many cells the same train.",
        ])
    static let ownParameters = [
        Parameter("rate", 0, .Hz, "mean rate of each train", .nonNegative, and: "at most 1e8 spikes a step")
    ]

    let values: Settings
    let counts: PoissonTable
    /// The same for the windows of `PoissonTrains`; nil where they don't pay.
    let windowCounts: PoissonTable?
    /// Where spikes are rare: a window of many connections and steps.
    private(set) var rareWindow: RareWindow?
    private let window: ActivityWindow

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        window = try ActivityWindow(values, resolution, Self.name)
        let mean = values.number("rate") * resolution / 1000
        counts = try PoissonTable(mean: mean)
        windowCounts =
            try mean <= PoissonTrains.largestMean ? PoissonTable(mean: mean * Double(PoissonTrains.steps)) : nil
        rareWindow = try mean > 0 && mean <= RareWindow.largestMean ? RareWindow(mean: mean) : nil
    }

    /// Version 1 drew a number for each connection in every window of eight steps, however rare spikes are; its trains go on so.
    static func fromVersionOne(_ values: Settings, _ resolution: Double) -> (values: Settings, carried: Settings) {
        let mean = values.number("rate") * resolution / 1000
        return (values, mean > 0 && mean <= RareWindow.largestMean ? ["eight_steps": .flag(true)] : [:])
    }

    private var drawsEightSteps: Bool { rareWindow == nil && counts.mean > 0 && counts.mean <= RareWindow.largestMean }

    var carried: Settings { drawsEightSteps ? ["eight_steps": .flag(true)] : [:] }

    func resuming(_ carried: Settings) throws -> Self {
        guard carried.flag("eight_steps") else { return self }
        var result = self
        result.rareWindow = nil
        return result
    }

    func isActive(_ stamp: Int) -> Bool { window.contains(stamp - 1) }
}

/// Poisson numbers by inversion: the number for a random word u is that of the thresholds that u reaches.
///
/// Thresholds are cumulative probabilities times 2^32. They are formed outward from the most probable number by + * /
/// alone, so they are the same on every machine; what is left out has a probability below 2^-32.
package final class PoissonTable: Sendable {
    static let largestMean = 1e8

    /// Thresholds for more than `lowest`, more than `lowest + 1`, …
    package let thresholds: [UInt64]
    package let lowest: Int
    let mean: Double

    package init(mean: Double) throws {
        guard mean <= Self.largestMean else {
            throw InputError(
                "poisson_generator: rate gives \(formatted(mean)) spikes a step (at most \(formatted(Self.largestMean)))"
            )
        }
        self.mean = mean
        guard mean > 0 else {
            (thresholds, lowest) = ([], 0)
            return
        }
        let spread = 10 * mean.squareRoot() + 20
        let mode = Int(mean)
        let low = max(0, mode - Int(spread))
        let probabilities = Self.relative(mean, mode, low, mode + Int(spread))
        let total = probabilities.reversed().reduce(0, +)
        var below = 0.0
        lowest = low
        thresholds = probabilities.map { p in
            below += p
            return UInt64(min(below / total, 1) * 0x1p32)
        }.filter { $0 < 1 << 32 }
    }

    /// Probabilities relative to the most probable number's.
    private static func relative(_ mean: Double, _ mode: Int, _ low: Int, _ high: Int) -> [Double] {
        var p = [Double](repeating: 1, count: high - low + 1)
        for k in stride(from: mode - 1, through: low, by: -1) { p[k - low] = p[k - low + 1] * Double(k + 1) / mean }
        for k in stride(from: mode + 1, through: high, by: 1) { p[k - low] = p[k - low - 1] * mean / Double(k) }
        return p
    }

    package func number(_ word: UInt32) -> Int {
        lowest + thresholds.partitioningIndex { $0 > UInt64(word) }
    }
}
