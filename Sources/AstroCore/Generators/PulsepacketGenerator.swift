/// Packets of spikes, normally distributed around their centres.
struct PulsepacketGenerator: SharedTrainSource {
    static let name = "pulsepacket_generator"
    static let text = ModelText(
        summary: "Packets of a number of spikes, normally distributed in time around given centres.",
        equations: "time of a spike ~ N(pulse_time, sdev), up to the end of its step, sent a step later",
        references: [
            "Diesmann, Gewaltig & Aertsen (1999) Nature 402, 529-533. doi:10.1038/990101"
        ],
        notes: [
            "All connections of a generator send the same spikes; each generator draws its own.",
            "As in NEST, a spike's stamp is one step after the end of the step that contains its time: with sdev = 0 and a resolution "
                + "of 0.1 ms, a packet at 10 ms is sent at 10.1 ms.",
            "The first possible stamp is start, the last stop - 1 step; earlier spikes are lost.",
            "As in NEST, pulse_times count from the beginning of the simulation, not from origin.",
            "A packet's random deviates belong to its centre: a change in the middle of a packet moves the spikes that are still to "
                + "come.",
        ])
    static let ownParameters = [
        Parameter("pulse_times", .numbers([]), .ms, "centres of the packets", and: "in any order"),
        Parameter("activity", 0, .one, "number of spikes in a packet", .nonNegative, and: "whole, at most 1000000"),
        Parameter("sdev", 0, .ms, "standard deviation of a packet", .nonNegative),
    ]
    private static let mostSpikes = 1e6
    /// Beyond any deviate that there is.
    private static let reach = 9.0

    let values: Settings
    private let window: ActivityWindow
    private let resolution: Double
    private let pulses: [Double]
    private let activity: Int
    private let deviation: Double

    init(_ values: Settings, resolution: Double) throws {
        (self.values, self.resolution) = (values, resolution)
        window = try ActivityWindow(values, resolution, Self.name)
        let activity = values.number("activity")
        guard activity == activity.rounded(), activity <= Self.mostSpikes else {
            throw InputError("\(Self.name): activity = \(formatted(activity)) is not a whole number up to 1000000")
        }
        self.activity = Int(activity)
        pulses = values.numbers("pulse_times").sorted()
        deviation = values.number("sdev")
    }

    static func adapted(_ changes: Settings, of _: Settings, _: Double, now _: Int) -> Settings {
        guard case .numbers(let times)? = changes["pulse_times"] else { return changes }
        return changes.merging(["pulse_times": .numbers(times.sorted())]) { $1 }
    }

    /// A current's window.
    private func isActive(_ stamp: Int) -> Bool { window.contains(stamp + 1) }

    func sharedSpikes(_ stamps: Range<Int>, _ numbers: ConnectionNumbers) -> [SentSpikes] {
        guard activity > 0 else { return [] }
        let margin = Self.reach * deviation + 3 * resolution
        let from = TimeGrid.ms(stamps.lowerBound, resolution) - margin
        let until = TimeGrid.ms(stamps.upperBound, resolution) + margin
        var counts: [Int: Int] = [:]
        var index = pulses.partitioningIndex { $0 >= from }
        while index < pulses.count, pulses[index] <= until {
            let equalBefore = index - pulses.partitioningIndex { $0 >= pulses[index] }
            forEachStamp(pulses[index], equalBefore, numbers) { stamp in
                if stamps.contains(stamp) && isActive(stamp) { counts[stamp, default: 0] += 1 }
            }
            index += 1
        }
        return counts.inOrder.map { SentSpikes(stamp: $0.key, count: $0.value) }
    }

    /// The stamps of a packet's spikes, in no order.
    private func forEachStamp(
        _ pulse: Double, _ equalBefore: Int, _ numbers: ConnectionNumbers, _ body: (Int) -> Void
    ) {
        guard deviation > 0 else {
            let stamp = TimeGrid.stepsUp(pulse, resolution) + 1
            for _ in 0..<activity { body(stamp) }
            return
        }
        // a deviate takes a block
        var stream = numbers.shared(Self.member(pulse), from: equalBefore * activity)
        for _ in 0..<activity { body(TimeGrid.stepsUp(pulse + deviation * stream.normal(), resolution) + 1) }
    }

    /// Tells packets apart by their centres, to 0.001 ms.
    private static func member(_ pulse: Double) -> Int {
        let half = 0x1p42
        return Int(max(-half, min(half - 1, (pulse / TimeGrid.unit).rounded())) + half)
    }
}
