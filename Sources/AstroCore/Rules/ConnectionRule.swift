/// A connection rule with its parameters, checked against the sizes of both sides.
struct ConnectionRule {
    enum Kind: String, CaseIterable {
        case one_to_one, all_to_all, fixed_indegree, fixed_outdegree, fixed_total_number
        case pairwise_bernoulli, symmetric_pairwise_bernoulli, pairwise_poisson

        /// The rule's own key, if it has one.
        var key: String? {
            switch self {
            case .one_to_one, .all_to_all: return nil
            case .fixed_indegree: return "indegree"
            case .fixed_outdegree: return "outdegree"
            case .fixed_total_number: return "N"
            case .pairwise_bernoulli, .symmetric_pairwise_bernoulli: return "p"
            case .pairwise_poisson: return "pairwise_avg_num_conns"
            }
        }
    }

    let kind: Kind
    /// The value of the rule's own key.
    let value: Double
    let allowsAutapses, allowsMultapses, makesSymmetric: Bool
    /// Connections one by one, in place of what the kind would make.
    private(set) var list: ConnectionList?

    init(_ list: ConnectionList) throws {
        try self.init([:])
        self.list = list
    }

    /// Every source to every target, but for autapses.
    var joinsAll: Bool { kind == .all_to_all && list == nil }

    /// Where a row begins in a list of values for all connections.
    func start(ofRow row: Int, _ postCount: Int) -> Int {
        if let list { return list.starts[row] }
        return kind == .one_to_one ? row : row * postCount
    }

    init(_ settings: Settings) throws {
        kind = try Self.kind(settings)
        let known = ["rule", "allow_autapses", "allow_multapses", "make_symmetric"] + (kind.key.map { [$0] } ?? [])
        for key in settings.keys.sorted() where !known.contains(key) {
            throw Self.unknown(key, settings, kind, known)
        }
        value = try Self.value(settings, kind)
        allowsAutapses = try Self.flag(settings, "allow_autapses", true)
        allowsMultapses = try Self.flag(settings, "allow_multapses", true)
        makesSymmetric = try Self.flag(settings, "make_symmetric", false)
        try checkFlags()
    }

    /// What was meant may be a key of the synapse, or of a rule that was not named.
    private static func unknown(_ key: String, _ settings: Settings, _ kind: Kind, _ known: [String]) -> InputError {
        if SynapseSpec.allKeys.contains(key) {
            return InputError(
                "\(kind.rawValue) has no key '\(key)': that is the synapse's, which is an argument of its own, behind the rule"
            )
        }
        let others = Kind.allCases.filter { $0.key == key }.map(\.rawValue)
        if settings["rule"] == nil, let first = others.first {
            let owners = "\(others.joined(separator: ", ")) \(others.count == 1 ? "has" : "have") one"
            return InputError(
                "\(kind.rawValue) has no key '\(key)', and no rule is named (\(owners), as in { rule = '\(first)', \(key) = … })"
            )
        }
        return InputError.unknown("\(kind.rawValue) has no key", key, among: known)
    }

    private static func kind(_ settings: Settings) throws -> Kind {
        switch settings["rule"] ?? .text(Kind.all_to_all.rawValue) {
        case .text(let name):
            if let kind = Kind(rawValue: name) { return kind }
            if name == ThirdFactorRule.name {
                throw InputError(
                    "\(name) is a third-factor rule: it goes into tripartite_connect, beside a rule for the primary connections"
                )
            }
            throw InputError.unknown("there is no connection rule", name, among: Kind.allCases.map(\.rawValue))
        case let other:
            throw InputError("rule must be the name of a connection rule, got \(other)")
        }
    }

    private static func value(_ settings: Settings, _ kind: Kind) throws -> Double {
        guard let key = kind.key else { return 0 }
        guard let given = settings[key] else { throw InputError("\(kind.rawValue) needs '\(key)'") }
        guard case .number(let x) = given else {
            throw InputError("\(kind.rawValue): \(key) must be a number, got \(given)")
        }
        switch kind {
        case .pairwise_bernoulli, .symmetric_pairwise_bernoulli:
            guard x >= 0 && x <= 1 else {
                throw InputError("\(kind.rawValue): p = \(formatted(x)) is not a probability (0 to 1)")
            }
            if kind == .symmetric_pairwise_bernoulli, x == 1 {
                throw InputError("\(kind.rawValue): p must be below 1 (all_to_all connects every pair)")
            }
        case .pairwise_poisson:
            guard x >= 0 && x.isFinite else {
                throw InputError("\(kind.rawValue): \(key) = \(formatted(x)) is not allowed (>= 0)")
            }
        default:
            guard x >= 0, x == x.rounded(), x < 0x1p53 else {
                throw InputError(
                    "\(kind.rawValue): \(key) = \(formatted(x)) is not a number of connections (0, 1, 2, …)")
            }
        }
        return x
    }

    private static func flag(_ settings: Settings, _ key: String, _ standard: Bool) throws -> Bool {
        switch settings[key] {
        case nil: return standard
        case .flag(let b)?: return b
        case let other?: throw InputError("\(key) must be true or false, got \(other)")
        }
    }

    private func checkFlags() throws {
        if makesSymmetric, ![.one_to_one, .symmetric_pairwise_bernoulli].contains(kind) {
            throw InputError(
                "\(kind.rawValue) can't be made symmetric (one_to_one and symmetric_pairwise_bernoulli can)")
        }
        if kind == .symmetric_pairwise_bernoulli {
            if !makesSymmetric { throw InputError("\(kind.rawValue) needs make_symmetric = true") }
            if allowsAutapses { throw InputError("\(kind.rawValue) needs allow_autapses = false") }
        }
        if !allowsMultapses, [.fixed_total_number, .pairwise_poisson, .symmetric_pairwise_bernoulli].contains(kind) {
            throw InputError("\(kind.rawValue) can't avoid multapses (allow_multapses must be true)")
        }
    }

    /// Refuses what can't be built between these sets.
    func check(_ pre: NodeIDs, _ post: NodeIDs) throws {
        if kind == .one_to_one, pre.count != post.count {
            throw InputError("one_to_one needs as many sources as targets, got \(pre.count) and \(post.count)")
        }
        if kind == .symmetric_pairwise_bernoulli, pre != post {
            throw InputError(
                "symmetric_pairwise_bernoulli connects a population with itself: sources and targets must be the same nodes"
            )
        }
        switch kind {
        case .fixed_indegree: try checkDegree(from: pre, to: post, "sources")
        case .fixed_outdegree: try checkDegree(from: post, to: pre, "targets")
        case .fixed_total_number where value > 0 && !allowsAutapses && pre.count == 1 && pre == post:
            throw InputError(
                "fixed_total_number: N = \(formatted(value)) is impossible without autapses: there is only one node")
        default: break
        }
    }

    /// With `value` partners for each of `nodes` among `partners`.
    private func checkDegree(from partners: NodeIDs, to nodes: NodeIDs, _ what: String) throws {
        let key = kind.key!
        let overlap = !allowsAutapses && NodeSearch(partners).common(with: nodes) != nil
        let available = partners.count - (overlap ? 1 : 0)
        if !allowsMultapses, Int(value) > available {
            throw InputError(
                "\(kind.rawValue): \(key) = \(formatted(value)) is impossible without multapses: there are \(available) \(what)"
            )
        }
        if Int(value) > 0, available == 0 {
            throw InputError(
                "\(kind.rawValue): \(key) = \(formatted(value)) is impossible without autapses: there are no other \(what)"
            )
        }
    }

    /// Bytes a connection that are needed beside the store while connections are made.
    var temporaryBytes: Double {
        switch kind {
        case .fixed_indegree: return 8
        case .fixed_total_number, .symmetric_pairwise_bernoulli: return 24
        default: return 0
        }
    }

    /// About how many connections will be made.
    func expectedCount(_ pre: Int, _ post: Int) -> Double {
        let pairs = Double(pre) * Double(post)
        if let list { return Double(list.count) }
        switch kind {
        case .one_to_one: return Double(pre) * (makesSymmetric ? 2 : 1)
        case .all_to_all: return pairs
        case .fixed_indegree: return value * Double(post)
        case .fixed_outdegree: return value * Double(pre)
        case .fixed_total_number: return value
        case .pairwise_bernoulli, .pairwise_poisson, .symmetric_pairwise_bernoulli: return value * pairs
        }
    }
}

/// How astrocytes are chosen for primary connections.
struct ThirdFactorRule {
    static let name = "third_factor_bernoulli_with_pool"
    static let keys = ["rule", "p", "pool_size", "pool_type"]

    enum PoolType: String, CaseIterable { case random, block }

    let p: Double
    let poolSize: Int
    let poolType: PoolType

    /// Checked against the number of targets and of third-factor cells.
    init(_ settings: Settings, post: Int, third: Int) throws {
        for key in settings.keys.sorted() where !Self.keys.contains(key) {
            throw InputError.unknown("\(Self.name) has no key", key, among: Self.keys)
        }
        try Self.checkName(settings)
        p = try Self.number(settings, "p", 1)
        guard p >= 0 && p <= 1 else {
            throw InputError("\(Self.name): p = \(formatted(p)) is not a probability (0 to 1)")
        }
        let size = try Self.number(settings, "pool_size", Double(third))
        guard size >= 1, size <= Double(third), size == size.rounded() else {
            throw InputError(
                "\(Self.name): pool_size = \(formatted(size)) is not allowed (1 to \(third), the number of third-factor nodes)"
            )
        }
        poolSize = Int(size)
        poolType = try Self.poolType(settings)
        if poolType == .block { try checkBlocks(post, third) }
    }

    private static func checkName(_ settings: Settings) throws {
        switch settings["rule"] ?? .text(name) {
        case .text(name): return
        case .text(let other): throw InputError.unknown("there is no third-factor rule", other, among: [name])
        case let other: throw InputError("third-factor rule must be a name, got \(other)")
        }
    }

    private static func number(_ settings: Settings, _ key: String, _ standard: Double) throws -> Double {
        switch settings[key] {
        case nil: return standard
        case .number(let x)?: return x
        case let other?: throw InputError("\(name): \(key) must be a number, got \(other)")
        }
    }

    private static func poolType(_ settings: Settings) throws -> PoolType {
        switch settings["pool_type"] ?? .text("random") {
        case .text(let text):
            if let type = PoolType(rawValue: text) { return type }
            throw InputError.unknown("\(name) has no pool_type", text, among: PoolType.allCases.map(\.rawValue))
        case let other: throw InputError("\(name): pool_type must be 'random' or 'block', got \(other)")
        }
    }

    private func checkBlocks(_ post: Int, _ third: Int) throws {
        if poolSize == third && (post == 1 || third == 1) { return }
        if poolSize == 1 {
            guard post % third == 0 else {
                throw InputError(
                    "\(Self.name): block pools of pool_size = 1 need a number of targets (\(post)) that is a multiple of the number of third-factor nodes (\(third))"
                )
            }
        } else if post * poolSize != third {
            throw InputError(
                "\(Self.name): block pools of pool_size = \(poolSize) need \(post) * \(poolSize) = \(post * poolSize) third-factor nodes, there are \(third)"
            )
        }
    }
}
