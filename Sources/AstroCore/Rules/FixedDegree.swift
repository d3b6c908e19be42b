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
            Self.appendDrawn(count, available, without: filter?.position(of: node), &stream, to: &list)
        }
    }

    /// Draws below a bound until there are so many; one number does not count.
    private static func appendDrawn(
        _ count: Int, _ available: Int, without excluded: Int?, _ stream: inout RandomStream, to list: inout [UInt32]
    ) {
        let end = list.count + count, some = 8 * RandomStream.bulk
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: some) { drawn in
            while list.count < end {
                let wanted = min(end - list.count, some)
                let filled = (wanted + RandomStream.bulk - 1) / RandomStream.bulk * RandomStream.bulk
                for start in stride(from: 0, to: filled, by: RandomStream.bulk) {
                    stream.fill(drawn.baseAddress! + start, below: available, available)
                }
                let found = UnsafeMutableBufferPointer(rebasing: drawn[..<filled])
                let kept = excluded.map { remove(UInt32($0), from: found) } ?? filled
                list.append(contentsOf: UnsafeBufferPointer(rebasing: found[..<min(kept, wanted)]))
            }
        }
    }

    /// Moves all other numbers to the front; how many they are. Mostly there is nothing to remove.
    private static func remove(_ number: UInt32, from numbers: UnsafeMutableBufferPointer<UInt32>) -> Int {
        var times: UInt32 = 0
        for other in numbers { times &+= other == number ? 1 : 0 }
        guard times > 0 else { return numbers.count }
        var kept = 0
        for other in numbers where other != number {
            numbers[kept] = other
            kept += 1
        }
        return kept
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
