/// The connection rules that scripts can name. A new one is a file beside this one, and a line here.
enum ConnectionRules {
    /// In the order in which help lists them.
    static let all: [any NamedConnectionRule.Type] = [
        OneToOne.self,
        AllToAll.self,
        FixedIndegree.self,
        FixedOutdegree.self,
        FixedTotalNumber.self,
        PairwiseBernoulli.self,
        SymmetricPairwiseBernoulli.self,
        PairwisePoisson.self,
    ]

    private static let standard = AllToAll.info.name

    /// The rule that a table names, with the table's keys.
    ///
    /// - `rules`: those that can be named.
    /// - `synapseKeys`: what belongs into another table, for messages.
    /// - `space`: where the nodes lie; asked for where the rule heeds it.
    static func rule(
        _ settings: Settings, among rules: [any NamedConnectionRule.Type] = all,
        synapseKeys: @autoclosure () -> [String] = [], space: (() throws -> Geometry)? = nil
    ) throws -> any ConnectionRule {
        let type = try named(settings["rule"] ?? .text(standard), rules)
        let known = ["rule"] + RuleFlag.allCases.map(\.rawValue) + type.info.ownKeys.map(\.name)
        for key in settings.keys.sorted() where !known.contains(key) {
            if synapseKeys().contains(key) { throw isSynapses(key, type.info) }
            throw unknown(key, settings, type.info, known, rules)
        }
        let checked = RuleSettings(settings, type.info)
        if let use = type.info.space, checked.isSpatial {
            guard let space else {
                throw InputError("\(type.info.name): masks and functions of distance are not possible here")
            }
            try SpatialRule.checkFormulas(checked, use)
            let rule = try SpatialRule(checked, use, Self.geometry(type.info.name, space))
            try checkFlags(checked, rules)
            return rule
        }
        let rule = try type.init(checked)
        try checkFlags(checked, rules)
        return rule
    }

    /// Rules that know beforehand which connection is which, unless their flags are changed; those that need keys never do.
    static let numbered: [String] = all.compactMap { rule in
        let standard = try? rule.init(RuleSettings([:], rule.info))
        return standard?.numbering == nil ? nil : rule.info.name
    }

    private static func named(_ name: Value, _ rules: [any NamedConnectionRule.Type]) throws
        -> any NamedConnectionRule.Type
    {
        guard case .text(let name) = name else {
            throw InputError("rule must be the name of a connection rule, got \(name)")
        }
        if let rule = rules.first(where: { $0.info.name == name }) { return rule }
        if name == ThirdFactorRule.info.name {
            throw InputError(
                "\(name) is a third-factor rule: give it to tripartite_connect, together with a rule for the primary connections"
            )
        }
        throw InputError.unknown("there is no connection rule", name, among: rules.map { $0.info.name })
    }

    private static func geometry(_ name: String, _ space: () throws -> Geometry) throws -> Geometry {
        do { return try space() } catch let error as InputError { throw InputError("\(name): \(error.message)") }
    }

    private static func isSynapses(_ key: String, _ rule: RuleInfo) -> InputError {
        InputError(
            "\(rule.name) has no key '\(key)': it belongs to the synapse, the argument after the rule")
    }

    /// What was meant may be a key of a rule that was not named.
    private static func unknown(
        _ key: String, _ settings: Settings, _ rule: RuleInfo, _ known: [String],
        _ rules: [any NamedConnectionRule.Type]
    ) -> InputError {
        let what = "\(rule.name) has no key"
        let owners = rules.map { $0.info }.filter { $0.ownKeys.contains { $0.name == key } }
        // those that need it are meant rather than those that can have it
        let needing = owners.filter { $0.ownKeys.contains { $0.name == key && $0.defaultText == nil } }
        let others = (needing.isEmpty ? owners : needing).map(\.name)
        if settings["rule"] == nil, let first = others.first {
            let owners = "\(others.joined(separator: ", ")) \(others.count == 1 ? "has" : "have") one"
            return InputError(
                "\(what) '\(key)', and no rule is named (\(owners), as in { rule = '\(first)', \(key) = … })")
        }
        return InputError.unknown(what, key, among: known)
    }

    /// Refuses flags that the rule can't heed; of several the last is named.
    private static func checkFlags(_ settings: RuleSettings, _ rules: [any NamedConnectionRule.Type]) throws {
        let name = settings.info.name
        for flag in try settings.changedFlags().reversed() where !settings.info.flags.contains(flag) {
            switch flag {
            case .make_symmetric:
                let able = rules.map { $0.info }.filter { $0.flags.contains(flag) }.map(\.name)
                throw InputError("\(name) can't be made symmetric (\(able.joined(separator: " and ")) can)")
            case .allow_autapses: throw InputError("\(name) can't avoid autapses (allow_autapses must be true)")
            case .allow_multapses: throw InputError("\(name) can't avoid multapses (allow_multapses must be true)")
            }
        }
    }
}
