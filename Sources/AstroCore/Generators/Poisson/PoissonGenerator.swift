/// An independent Poisson train for each outgoing connection.
struct PoissonGenerator: RatedSource {
    static let name = "poisson_generator"
    static let text = ModelText(
        summary: "Independent Poisson spike trains, one per outgoing connection.",
        equations: """
            number of spikes in a step ~ Poisson(rate(t) * resolution)
            rate(t) = max(0, r + amplitude sin(2 pi frequency t + phase))
            r = rate before the first of rate_times, rate_values[i] from rate_times[i] on
            """,
        notes: [
            "The rate may depend on time: by steps, by a sine, or both; times are those of the simulation. The rate at a spike's "
                + "stamp counts.",
            "A rate set between runs holds until the next of rate_times; after new times are set, the rate stays as it is until the first "
                + "of them that is still to come.",
            "Several spikes in one step are sent as one event with this multiplicity.",
            "The first possible stamp is start + 2 steps, the last stop + 1 step.",
            "A parrot_neuron in between gives many cells the same train.",
        ])
    static let ownParameters =
        [Parameter("rate", 0, .Hz, "mean rate of each train", .nonNegative, and: "at most 1e8 spikes a step")]
        + RateCourse.stepParameters + RateCourse.waveParameters

    let values: Settings
    private(set) var course: RateCourse
    let counts: PoissonTable
    /// The same for the windows of `PoissonTrains`; nil where they don't pay.
    let windowCounts: PoissonTable?
    /// Where spikes are rare: a window of many connections and steps.
    private(set) var rareWindow: RareWindow?
    let window: Window

    /// When it sends.
    struct Window {
        fileprivate let window: ActivityWindow
        func isActive(_ stamp: Int) -> Bool { window.contains(stamp - 1) }
    }

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        window = Window(window: try ActivityWindow(values, resolution, Self.name))
        course = try RateCourse(values, resolution, Self.name)
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

    func succeeding(_ old: Self?, now: Int) -> Self {
        var result = self
        // without times there is nothing that a held rate could wait for
        if course.hasChanges { result.course = course.succeeding(old?.course, now: now) }
        return result
    }

    private var drawsEightSteps: Bool { rareWindow == nil && counts.mean > 0 && counts.mean <= RareWindow.largestMean }

    var carried: Settings {
        course.carried.merging(drawsEightSteps ? ["eight_steps": .flag(true)] : [:]) { $1 }
    }

    func resuming(_ carried: Settings) throws -> Self {
        var result = self
        result.course = try course.resuming(carried, Self.name)
        if carried.flag("eight_steps") { result.rareWindow = nil }
        return result
    }

    func isActive(_ stamp: Int) -> Bool { window.isActive(stamp) }

    /// Trains of a link are drawn for many connections at once, and many steps if spikes are rare.
    func feed(_ piece: DeviceLink.Piece, from firstArrival: Int, seed: Int64) -> any Feed {
        let link = piece.link
        guard course.isConstant else { return piece.isHeard ? RatedFeed(self, piece, seed: seed) : Silence() }
        guard counts.mean > 0, piece.isHeard else { return Silence() }
        guard link.count >= RareWindow.fewestConnections, let rareWindow else {
            return PoissonFeed(self, piece, seed: seed)
        }
        let name = link.numbers(.poisson, seed).name
        let trains = RareTrains(rareWindow, seed: seed, name, since: link.trainsSince)
        return RareFeed(self, trains, piece, from: firstArrival)
    }
}
