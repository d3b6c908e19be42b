/// Copies of a Poisson train, each spike of it with a probability.
struct MIPGenerator: SharedTrainSource {
    static let name = "mip_generator"
    static let text = ModelText(
        summary:
            "Correlated Poisson spike trains: each connection copies each spike of one mother train with a probability.",
        equations: """
            spikes of the mother train in a step ~ Poisson(rate * resolution)
            spikes of a connection ~ Binomial(spikes of the mother train, p_copy)
            """,
        references: [
            "Kuhn, Aertsen & Rotter (2003) Neural Computation 15, 67-101. doi:10.1162/089976603321043702"
        ],
        notes: [
            "A connection's rate is p_copy * rate; the counts of two connections of a generator have the correlation p_copy.",
            "All connections of a generator, including those to recorders, share its mother train; each generator has its own.",
            "The first possible stamp is start + 2 steps, the last stop + 1 step.",
        ])
    static let ownParameters = [
        Parameter("rate", 0, .Hz, "rate of the mother train", .nonNegative, and: "at most 1000 spikes a step"),
        Parameter("p_copy", 1, .one, "probability that a connection copies a spike", .fraction),
    ]
    private static let largestMean = 1000.0

    let values: Settings
    private let window: ActivityWindow
    private let mother: PoissonTable
    /// What a random word must be below for a copy.
    private let copyThreshold: UInt64

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        window = try ActivityWindow(values, resolution, Self.name)
        let mean = values.number("rate") * resolution / 1000
        try PoissonTable.check(mean: mean, of: Self.name, largest: Self.largestMean)
        mother = PoissonTable(admissible: mean)
        copyThreshold = UInt64((values.number("p_copy") * 0x1p32).rounded())
    }

    func sharedSpikes(_ stamps: Range<Int>, _ numbers: ConnectionNumbers) -> [SentSpikes] {
        guard mother.mean > 0 else { return [] }
        return stamps.compactMap { stamp in
            guard window.contains(stamp - 1) else { return nil }
            var stream = numbers.shared(from: stamp)
            let count = mother.number(stream.word())
            return count > 0 ? SentSpikes(stamp: stamp, count: count) : nil
        }
    }

    /// A word for each spike: a block of the connection at the stamp has four, further ones are members of their own.
    func copies(of spikes: SentSpikes, _ connection: ConnectionNumbers) -> Int {
        var copies = 0
        for group in 0...(spikes.count - 1) / 4 {
            let name = connection.link.of(member: connection.connection + group << 32)
            var stream = RandomStream(seed: connection.seed, name, from: spikes.stamp)
            for _ in 4 * group..<min(4 * group + 4, spikes.count) where UInt64(stream.word()) < copyThreshold {
                copies += 1
            }
        }
        return copies
    }
}
