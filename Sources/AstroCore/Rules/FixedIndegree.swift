struct FixedIndegree: NamedConnectionRule {
    static let info = RuleInfo(
        name: "fixed_indegree", summary: "For each target so many sources, drawn at random.",
        count: "indegree * N_post", ownKeys: [RuleKey("indegree", "connections onto each target")],
        flags: [.allow_autapses, .allow_multapses], space: .indegree)

    private let degree: FixedDegree

    init(_ settings: RuleSettings) throws { degree = try FixedDegree("indegree", settings) }

    func check(_ pre: NodeIDs, _ post: NodeIDs) throws { try degree.check(post, among: pre, "sources") }

    func expectedCount(_ pre: Int, _ post: Int) -> Double { Double(degree.count) * Double(post) }

    func connections(_ pre: NodeIDs, _ post: NodeIDs, _ call: CallName) -> RuleConnections {
        .columns(degree.partners(of: post, among: pre, call))
    }
}
