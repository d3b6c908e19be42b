/// An independent Poisson train for each outgoing connection.
struct PoissonGenerator: SpikeSource {
    static let name = "poisson_generator"
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

    /// Trains of a link are drawn for many connections at once, and many steps if spikes are rare.
    func feed(_ piece: DeviceLink.Piece, from firstArrival: Int, seed: Int64) -> any Feed {
        let link = piece.link
        guard counts.mean > 0, piece.isHeard else { return Silence() }
        guard link.count >= RareWindow.fewestConnections, let rareWindow else {
            return PoissonFeed(self, piece, seed: seed)
        }
        let name = link.numbers(.poisson, seed).name
        let trains = RareTrains(rareWindow, seed: seed, name, since: link.trainsSince)
        return RareFeed(self, trains, piece, from: firstArrival)
    }

    /// The train of a single connection, such as a recorder's, step by step.
    func forEachSpike(_ stamps: Range<Int>, of connection: ConnectionNumbers, _ body: (SentSpikes) -> Void) {
        let draws = PoissonDraws(table: counts, seed: connection.seed, connection.link)
        for stamp in stamps where isActive(stamp) {
            let count = draws.number(connection: connection.connection, stamp: stamp)
            if count > 0 { body(SentSpikes(stamp: stamp, count: count)) }
        }
    }
}
