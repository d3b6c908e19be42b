struct FixedOutdegree: NamedConnectionRule {
    static let info = RuleInfo(
        name: "fixed_outdegree", summary: "For each source so many targets, drawn at random.",
        count: "outdegree * N_pre", ownKeys: [RuleKey("outdegree", "connections from each source")],
        flags: [.allow_autapses, .allow_multapses], space: .outdegree)

    private let degree: FixedDegree

    init(_ settings: RuleSettings) throws { degree = try FixedDegree("outdegree", settings) }

    func check(_ pre: NodeIDs, _ post: NodeIDs) throws { try degree.check(pre, among: post, "targets") }

    func expectedCount(_ pre: Int, _ post: Int) -> Double { Double(degree.count) * Double(pre) }

    func connections(_ pre: NodeIDs, _ post: NodeIDs, _ call: CallName) -> RuleConnections {
        let draw = degree.partners(of: pre, among: post, call)
        return .rows { row, targets in
            let start = targets.count
            draw(row, &targets)
            targets[start...].sort()
        }
    }
}
