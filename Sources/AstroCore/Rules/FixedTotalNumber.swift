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
        let draws = PairDraws(pre, post, call, allowsAutapses ? nil : AutapseFilter(pre, post))
        return .pairs { [count] pairs in
            pairs.reserve(count)
            guard let kept = draws.appendShares(of: count, to: pairs) else {
                pairs.removeAll()
                return draws.append(count, from: 0, to: pairs)
            }
            // in place of autapses
            draws.append(count - kept, from: count, to: pairs, share: pairs.shares - 1)
        }
    }
}

/// Draws of a source and a target each. A pair takes a block of random words, unless a word is drawn again.
private struct PairDraws: Sendable {
    private let pre, post: Int
    private let call: CallName
    private let filter: AutapseFilter?
    private static let pairsAtOnce = RandomStream.bulk / 2

    init(_ pre: NodeIDs, _ post: NodeIDs, _ call: CallName, _ filter: AutapseFilter?) {
        (self.pre, self.post, self.call, self.filter) = (pre.count, post.count, call, filter)
    }

    /// Draws until there are `count` more.
    ///
    /// - `first`: the block of the first.
    func append(_ count: Int, from first: Int, to pairs: PairList, share: Int = 0) {
        var stream = call.stream(from: first), left = count
        while left > 0 { draw(Self.pairsAtOnce, &stream) { add($0, $1, pairs, share, &left) } }
    }

    /// Lets workers draw the first `count` pairs of the stream side by side: how many of them count. nil, if a word was drawn again: then
    /// the pairs behind it begin elsewhere.
    func appendShares(of count: Int, to pairs: PairList) -> Int? {
        let shares = pairs.shares
        var left = [Int?](repeating: nil, count: shares)
        left.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let left = buffer
            Team.shared.forEach(shares, workers: shares) { share, _ in
                left[share] = append(count * share / shares..<count * (share + 1) / shares, to: pairs, share: share)
            }
        }
        return left.contains(nil) ? nil : count - left.reduce(0) { $0 + $1! }
    }

    /// Draws some pairs of the stream: how many of them do not count.
    private func append(_ numbers: Range<Int>, to pairs: PairList, share: Int) -> Int? {
        var stream = call.stream(from: numbers.lowerBound), left = numbers.count
        for first in stride(from: numbers.lowerBound, to: numbers.upperBound, by: Self.pairsAtOnce) {
            draw(min(Self.pairsAtOnce, numbers.upperBound - first), &stream) { add($0, $1, pairs, share, &left) }
            guard stream.blocksDrawn == first + Self.pairsAtOnce else { return nil }
        }
        return left
    }

    /// Calls `body` with the first `count` of the stream's next pairs.
    @inline(__always)
    private func draw(_ count: Int, _ stream: inout RandomStream, _ body: (Int, Int) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: RandomStream.bulk) { drawn in
            stream.fill(drawn.baseAddress!, below: pre, post)
            for i in 0..<count { body(Int(drawn[2 &* i]), Int(drawn[2 &* i &+ 1])) }
        }
    }

    @inline(__always)
    private func add(_ source: Int, _ target: Int, _ pairs: PairList, _ share: Int, _ left: inout Int) {
        if left == 0 || filter?.excludes(source, target) ?? false { return }
        pairs.add(source, target, share: share)
        left &-= 1
    }
}
