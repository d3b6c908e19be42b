/// What there is to know about a connection rule; `help`, completion and the reference pages read it.
public struct RuleInfo: Sendable {
    public let name: String
    public let summary: String
    /// How many connections it makes.
    public let count: String
    public let keys: [RuleKey]
    public let notes: [String]
}

/// A key in the rule's table.
public struct RuleKey: Sendable {
    public let name: String
    /// nil where it must be given.
    public let defaultText: String?
    public let meaning: String
}

extension Catalogue {
    public static let ruleInfos: [RuleInfo] = ConnectionRule.Kind.allCases.map(\.info) + [ThirdFactorRule.info]

    public static func rule(_ name: String) throws -> RuleInfo {
        if let rule = ruleInfos.first(where: { $0.name == name }) { return rule }
        throw InputError.unknown("there is no connection rule", name, among: rules)
    }
}

extension ConnectionRule.Kind {
    var info: RuleInfo {
        RuleInfo(
            name: rawValue, summary: texts.summary, count: texts.count, keys: ownKeys + switches,
            notes: texts.note.map { [$0] } ?? [])
    }

    private var texts: (summary: String, count: String, note: String?) {
        switch self {
        case .one_to_one:
            return ("The first source to the first target, and so on; both must be equally many.", "N_pre", nil)
        case .all_to_all: return ("Every source to every target.", "N_pre * N_post", nil)
        case .fixed_indegree:
            return ("For each target so many sources, drawn at random.", "indegree * N_post", nil)
        case .fixed_outdegree:
            return ("For each source so many targets, drawn at random.", "outdegree * N_pre", nil)
        case .fixed_total_number:
            return ("So many times a random source and a random target.", "N", "It cannot avoid multapses.")
        case .pairwise_bernoulli:
            return (
                "Each pair with probability p, never twice.", "on average p * N_pre * N_post",
                "The number of connections has the standard deviation sqrt(N_pre * N_post * p * (1 - p))."
            )
        case .symmetric_pairwise_bernoulli:
            return (
                "Within one population: a pair in both directions with probability p, or not at all.",
                "on average p * N * (N - 1)",
                "It demands make_symmetric = true, allow_autapses = false and p < 1."
            )
        case .pairwise_poisson:
            return (
                "Each pair a Poisson number of times.", "on average pairwise_avg_num_conns * N_pre * N_post",
                "It cannot avoid multapses."
            )
        }
    }

    private var ownKeys: [RuleKey] {
        guard let key else { return [] }
        return [RuleKey(name: key, defaultText: nil, meaning: keyMeaning)]
    }

    private var keyMeaning: String {
        switch self {
        case .one_to_one, .all_to_all: return ""
        case .fixed_indegree: return "connections onto each target"
        case .fixed_outdegree: return "connections from each source"
        case .fixed_total_number: return "connections in all"
        case .pairwise_bernoulli: return "probability of a pair, 0 to 1"
        case .symmetric_pairwise_bernoulli: return "probability of a pair, from 0 to below 1"
        case .pairwise_poisson: return "mean number of connections of a pair"
        }
    }

    private var switches: [RuleKey] {
        let symmetric = [.one_to_one, .symmetric_pairwise_bernoulli].contains(self)
        return [
            RuleKey(name: "allow_autapses", defaultText: "true", meaning: "may a node connect to itself?"),
            RuleKey(name: "allow_multapses", defaultText: "true", meaning: "may a pair be connected more than once?"),
        ]
            + (symmetric
                ? [RuleKey(name: "make_symmetric", defaultText: "false", meaning: "the opposite of each one, too")]
                : [])
    }
}

extension ThirdFactorRule {
    static let info = RuleInfo(
        name: name,
        summary: "For each primary connection an astrocyte of the target's pool, with probability p.",
        count: "on average p for each primary connection",
        keys: [
            RuleKey(name: "p", defaultText: "1", meaning: "probability that an astrocyte takes part, 0 to 1"),
            RuleKey(name: "pool_size", defaultText: "all astrocytes", meaning: "astrocytes in the pool of a target"),
            RuleKey(
                name: "pool_type", defaultText: "random",
                meaning: "how pools are dealt out: \"random\", or \"block\" (neighbours share)"),
        ],
        notes: [
            "It goes into tripartite_connect as third_rule, beside a rule for the primary connections.",
            "With \"block\" and pool_size = 1 the number of targets must be a multiple of the number of astrocytes; "
                + "with a larger pool N_post * pool_size must equal the number of astrocytes.",
        ])
}
