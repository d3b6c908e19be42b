/// How astrocytes are chosen for primary connections.
struct ThirdFactorRule {
    static let info = RuleInfo(
        name: "third_factor_bernoulli_with_pool",
        summary: "For each primary connection an astrocyte of the target's pool, with probability p.",
        count: "on average p for each primary connection",
        keys: [
            RuleKey("p", "probability that an astrocyte takes part, 0 to 1", default: "1"),
            RuleKey("pool_size", "astrocytes in the pool of a target", default: "all astrocytes"),
            RuleKey(
                "pool_type",
                "how pools are assigned: \"random\", \"block\" (neighbours share) or \"nearest\" (to the target's place)",
                default: "random"),
        ],
        notes: [
            "Give it to tripartite_connect as third_rule, together with a rule for the primary connections.",
            "With \"block\" and pool_size = 1 the number of targets must be a multiple of the number of astrocytes; "
                + "with a larger pool N_post * pool_size must equal the number of astrocytes.",
            "With \"nearest\" targets and astrocytes need positions; of astrocytes that are equally near, the first are taken. "
                + "With pool_size = 1 these are territories that do not overlap.",
        ])

    enum PoolType: String, CaseIterable { case random, block, nearest }

    let p: Double
    let poolSize: Int
    let poolType: PoolType
    /// The numbers of targets and of third-factor nodes that it was checked against.
    let postCount, thirdCount: Int

    private static var name: String { info.name }

    /// Checked against the number of targets and of third-factor cells.
    init(_ settings: Settings, post: Int, third: Int) throws {
        let known = ["rule"] + Self.info.keys.map(\.name)
        for key in settings.keys.sorted() where !known.contains(key) {
            throw InputError.unknown("\(Self.name) has no key", key, among: known)
        }
        try Self.checkName(settings)
        let checked = RuleSettings(settings, Self.info)
        p = try checked.probability("p", default: 1)
        poolSize = try Self.poolSize(checked, third)
        poolType = try Self.poolType(checked)
        (postCount, thirdCount) = (post, third)
        if poolType == .block { try checkBlocks() }
    }

    private static func checkName(_ settings: Settings) throws {
        switch settings["rule"] ?? .text(name) {
        case .text(name): return
        case .text(let other): throw InputError.unknown("there is no third-factor rule", other, among: [name])
        case let other: throw InputError("third-factor rule must be a name, got \(other)")
        }
    }

    private static func poolSize(_ settings: RuleSettings, _ third: Int) throws -> Int {
        let size = try settings.number("pool_size", default: Double(third))
        guard size >= 1, size <= Double(third), size == size.rounded() else {
            throw InputError(
                "\(name): pool_size = \(formatted(size)) is not allowed (1 to \(third), the number of third-factor nodes)"
            )
        }
        return Int(size)
    }

    private static func poolType(_ settings: RuleSettings) throws -> PoolType {
        switch settings["pool_type"] ?? .text("random") {
        case .text(let text):
            if let type = PoolType(rawValue: text) { return type }
            throw InputError.unknown("\(name) has no pool_type", text, among: PoolType.allCases.map(\.rawValue))
        case let other: throw InputError("\(name): pool_type must be 'random', 'block' or 'nearest', got \(other)")
        }
    }

    private func checkBlocks() throws {
        if poolSize == thirdCount && (postCount == 1 || thirdCount == 1) { return }
        if poolSize == 1 {
            guard postCount % thirdCount == 0 else {
                throw InputError(
                    "\(Self.name): block pools of pool_size = 1 need a number of targets (\(postCount)) that is a multiple of the number of third-factor nodes (\(thirdCount))"
                )
            }
        } else if postCount * poolSize != thirdCount {
            throw InputError(
                "\(Self.name): block pools of pool_size = \(poolSize) need \(postCount) * \(poolSize) = \(postCount * poolSize) third-factor nodes, there are \(thirdCount)"
            )
        }
    }

    /// The first astrocyte of a target's pool where pools are blocks, smaller than all.
    func firstOfBlock(_ target: UInt32) -> UInt32 {
        poolSize == 1 ? target / UInt32(postCount / thirdCount) : target * UInt32(poolSize)
    }
}
