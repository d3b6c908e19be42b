/// Poisson trains whose rate is a sine around a mean.
struct SinusoidalPoissonGenerator: RatedSource, SharedTrainSource {
    static let name = "sinusoidal_poisson_generator"
    static let text = ModelText(
        summary: "Poisson spike trains with a sinusoidal rate, one per outgoing connection or one for all.",
        equations: """
            number of spikes in a step ~ Poisson(rate(t) * resolution)
            rate(t) = max(0, rate + amplitude sin(2 pi frequency t + phase))
            """,
        references: [
            "Daley & Vere-Jones (2003) An Introduction to the Theory of Point Processes, vol. 1, ch. 2. doi:10.1007/b97277"
        ],
        notes: [
            "The sine runs in simulation time; start and stop do not shift its phase.",
            "A spike's rate is that of its stamp; the first possible stamp is start, the last stop - 1 step.",
            "With individual_spike_trains = false all connections of a generator send the same spikes.",
            "poisson_generator takes amplitude, frequency and phase, too.",
        ])
    static let ownParameters =
        [Parameter("rate", 0, .Hz, "mean rate of each train", .nonNegative, and: "at most 1e8 spikes a step")]
        + RateCourse.waveParameters + [
            Parameter("individual_spike_trains", .flag(true), .flag, "does each connection have a train of its own?")
        ]

    let values: Settings
    let course: RateCourse
    private let window: ActivityWindow
    private let isShared: Bool

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        window = try ActivityWindow(values, resolution, Self.name)
        course = try RateCourse(values, resolution, Self.name)
        isShared = !values.flag("individual_spike_trains")
    }

    /// As a current's: a step earlier than that of other generators of spikes.
    func isActive(_ stamp: Int) -> Bool { window.contains(stamp + 1) }

    func feed(_ piece: DeviceLink.Piece, from firstArrival: Int, seed: Int64) -> any Feed {
        guard piece.isHeard else { return Silence() }
        return isShared ? SharedFeed(self, piece, seed: seed) : RatedFeed(self, piece, seed: seed)
    }

    func sharedSpikes(_ stamps: Range<Int>, _ numbers: ConnectionNumbers) -> [SentSpikes] {
        let tables = RateTables(course)
        return stamps.compactMap { stamp in
            guard isActive(stamp), case let table = tables.table(at: stamp), table.mean > 0 else { return nil }
            var stream = numbers.shared(from: stamp)
            let count = table.number(stream.word())
            return count > 0 ? SentSpikes(stamp: stamp, count: count) : nil
        }
    }

    func forEachSpike(_ stamps: Range<Int>, of connection: ConnectionNumbers, _ body: (SentSpikes) -> Void) {
        isShared ? forEachShared(stamps, of: connection, body) : forEachOwn(stamps, of: connection, body)
    }
}
