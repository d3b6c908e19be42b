/// What there is to know about a connection rule; `help`, completion and the reference pages read it.
public struct RuleInfo: Sendable {
    public let name: String
    public let summary: String
    /// How many connections it makes.
    public let count: String
    public let keys: [RuleKey]
    public let notes: [String]
    /// Keys that no other rule need have.
    let ownKeys: [RuleKey]
    /// What the rule can do; other flags have to keep their defaults.
    let flags: [RuleFlag]
    /// What it does with the nodes within a mask; nil where it can't heed where nodes lie.
    let space: SpatialRule.Use?

    init(
        name: String, summary: String, count: String, ownKeys: [RuleKey] = [], flags: [RuleFlag] = [],
        notes: [String] = [], space: SpatialRule.Use? = nil
    ) {
        (self.name, self.summary, self.count, self.notes) = (name, summary, count, notes)
        let ofSpace = space.map(RuleKey.ofSpace) ?? []
        (self.ownKeys, self.flags, self.space) = (ownKeys + ofSpace, flags, space)
        keys = ownKeys + RuleFlag.allCases.filter { $0.isShownAlways || flags.contains($0) }.map(\.key) + ofSpace
    }

    /// Of a rule without flags.
    init(name: String, summary: String, count: String, keys: [RuleKey], notes: [String]) {
        (self.name, self.summary, self.count, self.notes) = (name, summary, count, notes)
        (self.keys, ownKeys, flags, space) = (keys, keys, [], nil)
    }
}

/// A key in the rule's table.
public struct RuleKey: Sendable {
    public let name: String
    /// nil where it must be given.
    public let defaultText: String?
    public let meaning: String

    init(_ name: String, _ meaning: String, default text: String? = nil) {
        (self.name, self.meaning, defaultText) = (name, meaning, text)
    }

    /// Of rules that can heed where nodes lie.
    fileprivate static func ofSpace(_ use: SpatialRule.Use) -> [RuleKey] {
        let mask = RuleKey("mask", "region around a sender in which its targets lie", default: "everywhere")
        guard use == .indegree || use == .outdegree else { return [mask] }
        return [
            mask, RuleKey("p", "relative probability of partners, a function of distance", default: "the same for all"),
        ]
    }
}

/// Keys that all connection rules have in common. One that a rule can't heed has to keep its default.
enum RuleFlag: String, CaseIterable {
    case allow_autapses, allow_multapses, make_symmetric

    var standard: Bool { self != .make_symmetric }

    /// Is it listed among the keys of rules that can't heed it?
    fileprivate var isShownAlways: Bool { self != .make_symmetric }

    fileprivate var key: RuleKey {
        switch self {
        case .allow_autapses: RuleKey(rawValue, "may a node connect to itself?", default: "true")
        case .allow_multapses: RuleKey(rawValue, "may a pair be connected more than once?", default: "true")
        case .make_symmetric: RuleKey(rawValue, "also make the opposite of each connection?", default: "false")
        }
    }
}
