/// Says which sources are connected to which targets. A checked value: its parameters are known to be allowed.
///
/// The engine asks for nothing else about a rule, so any type that answers can be handed to `Simulation.connect`. Those that
/// scripts can name are a `NamedConnectionRule` each.
protocol ConnectionRule: Sendable {
    /// As messages call it.
    var name: String { get }

    /// Refuses what can't be built between these nodes.
    func check(_ pre: NodeIDs, _ post: NodeIDs) throws

    /// About how many connections will be made between so many nodes.
    func expectedCount(_ pre: Int, _ post: Int) -> Double

    /// The connections, which are not made before somebody asks for their rows.
    func connections(_ pre: NodeIDs, _ post: NodeIDs, _ call: CallName) -> RuleConnections

    /// Which connection is which, where that is known beforehand: then parameters can be lists.
    var numbering: ConnectionNumbering? { get }

    /// Is everything connected to everything, except for autapses? Then there may be a shorter way than row by row.
    var joinsAll: Bool { get }

    /// Has each connection an opposite one with the same parameters?
    var makesSymmetric: Bool { get }

    /// Makes the opposite connections, from targets to sources; nil where `connections` has them already, or there are none.
    var wayBack: (any ConnectionRule)? { get }
}

extension ConnectionRule {
    var name: String { "\(Self.self)" }
    func check(_ pre: NodeIDs, _ post: NodeIDs) throws {}
    var numbering: ConnectionNumbering? { nil }
    var joinsAll: Bool { false }
    var makesSymmetric: Bool { false }
    var wayBack: (any ConnectionRule)? { nil }

    /// Where a row begins in a list of values for all connections. Only of a rule with a numbering.
    func start(ofRow row: Int, _ postCount: Int) -> Int { numbering!.start(row, postCount) }
}

/// The order of a rule's connections in a list that has a value for each.
struct ConnectionNumbering {
    /// How many there are between so many nodes.
    let count: (_ pre: Int, _ post: Int) -> Int
    /// The number of a row's first connection.
    let start: (_ row: Int, _ post: Int) -> Int
}

/// A rule that scripts can name: `{ rule = "fixed_indegree", indegree = 800 }`.
protocol NamedConnectionRule: ConnectionRule {
    /// Name, keys and text.
    static var info: RuleInfo { get }

    /// Reads the rule's own keys, and the flags that it heeds.
    init(_ settings: RuleSettings) throws
}

extension NamedConnectionRule {
    var name: String { Self.info.name }
}
