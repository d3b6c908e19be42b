/// A fixed number of partners for each of some nodes, drawn uniformly with replacement, or without where repeats are excluded:
/// what fixed_indegree and fixed_outdegree have in common.
struct FixedDegree {
    private let name, key: String
    /// How many partners.
    let count: Int
    private let allowsAutapses, allowsMultapses: Bool

    init(_ key: String, _ settings: RuleSettings) throws {
        (name, self.key) = (settings.info.name, key)
        count = try settings.count(key)
        allowsAutapses = try settings.flag(.allow_autapses)
        allowsMultapses = try settings.flag(.allow_multapses)
    }

    /// Refuses a number of partners that can't be had.
    ///
    /// - `what`: what the partners are.
    func check(_ nodes: NodeIDs, among partners: NodeIDs, _ what: String) throws {
        let overlap = !allowsAutapses && NodeSearch(partners).common(with: nodes) != nil
        let available = partners.count - (overlap ? 1 : 0)
        if !allowsMultapses, count > available {
            throw impossible("without multapses: there are \(available) \(what)")
        }
        if count > 0, available == 0 { throw impossible("without autapses: there are no other \(what)") }
    }

    private func impossible(_ why: String) -> InputError {
        InputError("\(name): \(key) = \(formatted(Double(count))) is impossible \(why)")
    }

    /// Draws the partners of a node.
    func partners(of nodes: NodeIDs, among partners: NodeIDs, _ call: CallName) -> RuleConnections.Line {
        let filter = allowsAutapses ? nil : AutapseFilter(nodes, partners)
        let count = count, available = partners.count
        guard allowsMultapses else {
            return {
                Self.appendDistinct(count, available, without: filter?.position(of: $0), call.stream($0), to: &$1)
            }
        }
        return { node, list in
            var stream = call.stream(node)
            list.reserveRoom(for: count)
            let end = list.count + count
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: RandomStream.bulk) { drawn in
                while list.count < end {
                    stream.fill(drawn.baseAddress!, below: available, available)
                    guard let filter else {
                        list += drawn.prefix(end - list.count)
                        continue
                    }
                    for partner in drawn where list.count < end && !filter.excludes(node, Int(partner)) {
                        list.append(partner)
                    }
                }
            }
        }
    }

    private static func appendDistinct(
        _ count: Int, _ available: Int, without excluded: Int?, _ stream: RandomStream, to list: inout [UInt32]
    ) {
        var stream = stream
        for index in stream.distinct(count, below: available - (excluded == nil ? 0 : 1)) {
            list.append(UInt32(excluded.map { index >= $0 ? index + 1 : index } ?? index))
        }
    }
}

extension Array {
    /// Room for so many more at once, and for as many again as there are if there has to be more.
    fileprivate mutating func reserveRoom(for more: Int) {
        if capacity < count + more { reserveCapacity(Swift.max(count + more, 2 * count)) }
    }
}

extension RandomStream {
    /// `count` different integers in 0 ..< bound, in ascending order: Floyd's method (Bentley & Floyd 1987).
    mutating func distinct(_ count: Int, below bound: Int) -> [Int] {
        if count == bound { return Array(0..<bound) }
        var chosen = Set<Int>(minimumCapacity: count)
        for candidate in (bound - count)..<bound {
            let drawn = below(candidate + 1)
            chosen.insert(chosen.contains(drawn) ? candidate : drawn)
        }
        return chosen.sorted()
    }
}
