struct PairwiseBernoulli: NamedConnectionRule {
    static let info = RuleInfo(
        name: "pairwise_bernoulli", summary: "Each pair with probability p, never twice.",
        count: "on average p * N_pre * N_post",
        ownKeys: [RuleKey("p", "probability of a pair, 0 to 1, or a function of distance")],
        flags: [.allow_autapses, .allow_multapses],
        notes: ["The number of connections has the standard deviation sqrt(N_pre * N_post * p * (1 - p))."],
        space: .bernoulli)

    private let p: Double
    private let allowsAutapses: Bool

    init(_ settings: RuleSettings) throws {
        p = try settings.probability("p")
        allowsAutapses = try settings.flag(.allow_autapses)
    }

    func expectedCount(_ pre: Int, _ post: Int) -> Double { p * (Double(pre) * Double(post)) }

    func connections(_ pre: NodeIDs, _ post: NodeIDs, _ call: CallName) -> RuleConnections {
        .rows(pre, post, autapses: allowsAutapses, BernoulliTrials(p, post.count, call).append)
    }
}

/// Every target of a row with probability p: jumps from hit to hit, the gaps being geometric.
struct BernoulliTrials {
    private let p: Double
    private let count: Int
    private let call: CallName
    private let scale: Double

    init(_ p: Double, _ count: Int, _ call: CallName) {
        (self.p, self.count, self.call) = (p, count, call)
        // ln(1 - p), accurate for small p too
        scale = 1 / (p < 0.01 ? -2 * Self.atanhSeries(p / (2 - p)) : logarithmEverywhere(1 - p))
    }

    private static func atanhSeries(_ s: Double) -> Double {
        let z = s * s
        return s + s * z * (1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z * (1.0 / 9))))
    }

    func append(row: Int, to targets: inout [UInt32]) {
        guard p > 0 else { return }
        guard p < 1 else { return targets.append(contentsOf: 0..<UInt32(count)) }
        var waiting = LogUniforms(seed: call.seed, call.name(row))
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: LogUniforms.most) { hits in
            var position = 0
            while position < count {
                let gaps = Self.wholeParts(of: waiting.nextFew(), scale)
                var found = 0
                for gap in gaps {
                    position &+= Int(truncatingIfNeeded: gap)
                    hits[found] = UInt32(truncatingIfNeeded: position)
                    found &+= position < count ? 1 : 0
                    position &+= 1
                }
                targets.append(contentsOf: hits[..<found])
            }
        }
    }

    /// Whole parts of numbers times a factor, in their place. What is beyond all rows counts as 2^50.
    @inline(__always)
    private static func wholeParts(
        of numbers: UnsafeMutableBufferPointer<Double>, _ factor: Double
    ) -> UnsafeMutableBufferPointer<Int64> {
        let memory = UnsafeMutableRawPointer(numbers.baseAddress!)
        for i in stride(from: 0, to: numbers.count, by: Lanes.scalarCount) {
            let scaled = Lanes(at: numbers.baseAddress! + i) * Lanes(repeating: factor)
            let whole = scaled.orSmaller(Lanes(repeating: 0x1p50)).wholePart
            memory.storeBytes(of: whole, toByteOffset: 8 &* i, as: IntLanes.self)
        }
        return UnsafeMutableBufferPointer(
            start: memory.assumingMemoryBound(to: Int64.self), count: numbers.count)
    }
}
