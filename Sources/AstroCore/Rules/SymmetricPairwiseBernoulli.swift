struct SymmetricPairwiseBernoulli: NamedConnectionRule {
    static let info = RuleInfo(
        name: "symmetric_pairwise_bernoulli",
        summary: "Within one population: a pair in both directions with probability p, or not at all.",
        count: "on average p * N * (N - 1)",
        ownKeys: [RuleKey("p", "probability of a pair, from 0 to below 1, or a function of distance")],
        flags: [.allow_autapses, .make_symmetric],
        notes: ["It needs make_symmetric = true, allow_autapses = false and p < 1."], space: .symmetric)

    private let p: Double

    init(_ settings: RuleSettings) throws {
        p = try settings.probability("p")
        guard p < 1 else { throw InputError("\(name): p must be below 1 (all_to_all connects every pair)") }
        let changed = try settings.changedFlags()
        guard changed.contains(.make_symmetric) else { throw InputError("\(name) needs make_symmetric = true") }
        guard changed.contains(.allow_autapses) else { throw InputError("\(name) needs allow_autapses = false") }
    }

    func check(_ pre: NodeIDs, _ post: NodeIDs) throws {
        guard pre == post else {
            throw InputError(
                "\(name) connects a population with itself: sources and targets must be the same nodes")
        }
    }

    func expectedCount(_ pre: Int, _ post: Int) -> Double { p * (Double(pre) * Double(post)) }

    func connections(_ pre: NodeIDs, _ post: NodeIDs, _ call: CallName) -> RuleConnections {
        .pairs { pairs in
            pairs.reserve(Int(expectedCount(pre.count, post.count)))
            let half = BernoulliTrials(p, pre.count, call)
            var row: [UInt32] = []
            for i in 0..<pre.count {
                row.removeAll(keepingCapacity: true)
                half.append(row: i, to: &row)
                for j in row where Int(j) > i {
                    pairs.add(i, Int(j))
                    pairs.add(Int(j), i)
                }
            }
        }
    }

    var makesSymmetric: Bool { true }
}
