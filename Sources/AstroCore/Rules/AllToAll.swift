struct AllToAll: NamedConnectionRule {
    static let info = RuleInfo(
        name: "all_to_all", summary: "Every source to every target.", count: "N_pre * N_post",
        flags: [.allow_autapses, .allow_multapses], space: .all)

    private let allowsAutapses: Bool

    init(_ settings: RuleSettings) throws { allowsAutapses = try settings.flag(.allow_autapses) }

    func expectedCount(_ pre: Int, _ post: Int) -> Double { Double(pre) * Double(post) }

    func connections(_ pre: NodeIDs, _ post: NodeIDs, _ call: CallName) -> RuleConnections {
        let everyone = 0..<UInt32(post.count)
        return .rows(pre, post, autapses: allowsAutapses) { _, targets in targets.append(contentsOf: everyone) }
    }

    var joinsAll: Bool { true }

    var numbering: ConnectionNumbering? {
        allowsAutapses ? ConnectionNumbering(count: { $0 * $1 }, start: { row, post in row * post }) : nil
    }
}
