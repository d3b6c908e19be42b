struct OneToOne: NamedConnectionRule {
    static let info = RuleInfo(
        name: "one_to_one", summary: "The first source to the first target, and so on; both must be equally many.",
        count: "N_pre", flags: [.allow_autapses, .allow_multapses, .make_symmetric])

    private let allowsAutapses: Bool
    let makesSymmetric: Bool

    init(_ settings: RuleSettings) throws {
        self.init(
            allowsAutapses: try settings.flag(.allow_autapses), makesSymmetric: try settings.flag(.make_symmetric))
    }

    private init(allowsAutapses: Bool, makesSymmetric: Bool) {
        (self.allowsAutapses, self.makesSymmetric) = (allowsAutapses, makesSymmetric)
    }

    func check(_ pre: NodeIDs, _ post: NodeIDs) throws {
        guard pre.count == post.count else {
            throw InputError("\(name) needs as many sources as targets, got \(pre.count) and \(post.count)")
        }
    }

    func expectedCount(_ pre: Int, _ post: Int) -> Double { Double(pre) * (makesSymmetric ? 2 : 1) }

    func connections(_ pre: NodeIDs, _ post: NodeIDs, _ call: CallName) -> RuleConnections {
        .rows(pre, post, autapses: allowsAutapses) { row, targets in targets.append(UInt32(row)) }
    }

    /// Without autapses nobody knows beforehand which connections there are.
    var numbering: ConnectionNumbering? {
        allowsAutapses ? ConnectionNumbering(count: { pre, _ in pre }, start: { row, _ in row }) : nil
    }

    var wayBack: (any ConnectionRule)? {
        makesSymmetric ? OneToOne(allowsAutapses: allowsAutapses, makesSymmetric: false) : nil
    }
}
