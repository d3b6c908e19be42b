struct PairwisePoisson: NamedConnectionRule {
    private static let key = "pairwise_avg_num_conns"
    static let info = RuleInfo(
        name: "pairwise_poisson", summary: "Each pair a Poisson number of times.",
        count: "on average pairwise_avg_num_conns * N_pre * N_post",
        ownKeys: [RuleKey(key, "mean number of connections of a pair, or a function of distance")],
        flags: [.allow_autapses],
        notes: ["It cannot avoid multapses."], space: .poisson)

    private let mean: Double
    private let allowsAutapses: Bool

    init(_ settings: RuleSettings) throws {
        mean = try settings.number(Self.key)
        guard mean >= 0 && mean.isFinite else {
            throw InputError("\(Self.info.name): \(Self.key) = \(formatted(mean)) is not allowed (>= 0)")
        }
        allowsAutapses = try settings.flag(.allow_autapses)
    }

    func expectedCount(_ pre: Int, _ post: Int) -> Double { mean * (Double(pre) * Double(post)) }

    /// The events of a Poisson process along each row.
    func connections(_ pre: NodeIDs, _ post: NodeIDs, _ call: CallName) -> RuleConnections {
        let end = Double(post.count), mean = mean
        return .rows(pre, post, autapses: allowsAutapses) { row, targets in
            guard mean > 0 else { return }
            var gaps = LogUniforms(seed: call.seed, call.name(row))
            var position = -gaps.next() / mean
            while position < end {
                targets.append(UInt32(position))
                position -= gaps.next() / mean
            }
        }
    }
}
