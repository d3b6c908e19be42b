struct FixedTotalNumber: NamedConnectionRule {
    static let info = RuleInfo(
        name: "fixed_total_number", summary: "So many times a random source and a random target.", count: "N",
        ownKeys: [RuleKey("N", "connections in all")], flags: [.allow_autapses],
        notes: ["It cannot avoid multapses."])

    private let count: Int
    private let allowsAutapses: Bool

    init(_ settings: RuleSettings) throws {
        count = try settings.count("N")
        allowsAutapses = try settings.flag(.allow_autapses)
    }

    func check(_ pre: NodeIDs, _ post: NodeIDs) throws {
        if count > 0, !allowsAutapses, pre.count == 1, pre == post {
            throw InputError(
                "\(name): N = \(formatted(Double(count))) is impossible without autapses: there is only one node")
        }
    }

    func expectedCount(_ pre: Int, _ post: Int) -> Double { Double(count) }

    func connections(_ pre: NodeIDs, _ post: NodeIDs, _ call: CallName) -> RuleConnections {
        let filter = allowsAutapses ? nil : AutapseFilter(pre, post)
        return .pairs { pairs in
            var stream = call.stream(), left = count
            pairs.reserve(count)
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: RandomStream.bulk) { drawn in
                while left > 0 {
                    stream.fill(drawn.baseAddress!, below: pre.count, post.count)
                    for i in stride(from: 0, to: drawn.count, by: 2) where left > 0 {
                        let source = Int(drawn[i]), target = Int(drawn[i + 1])
                        if filter?.excludes(source, target) ?? false { continue }
                        pairs.add(source, target)
                        left -= 1
                    }
                }
            }
        }
    }
}
