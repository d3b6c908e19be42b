import Equations

/// A rule whose choice depends on where nodes lie: within a mask, by a probability that is a function of place.
///
/// Each row or column looks only at the nodes within the mask, and draws from its own stream, so that the cost is near linear and
/// nobody's results depend on who makes it.
struct SpatialRule: ConnectionRule {
    /// What rules do with the nodes within the mask.
    enum Use { case all, bernoulli, symmetric, poisson, indegree, outdegree }

    /// A probability, a mean or a relative weight.
    private enum Strength {
        case constant(Double)
        case placed(PlacedFunction)
    }

    let name: String
    private let use: Use
    private let geometry: Geometry
    private let neighbours: Neighbours?
    /// Of symmetric pairs, to look from the other end.
    private let opposite: Neighbours?
    private let strength: Strength
    private let degree: Int
    private let allowsAutapses, allowsMultapses: Bool

    /// - `settings`: whose keys are known.
    init(_ settings: RuleSettings, _ use: Use, _ geometry: Geometry) throws {
        (name, self.use, self.geometry) = (settings.info.name, use, geometry)
        allowsAutapses = try settings.flag(.allow_autapses)
        allowsMultapses = try settings.flag(.allow_multapses)
        let mask = try Self.mask(settings, geometry)
        let side: Geometry.Side = use == .indegree ? .targets : .sources
        neighbours = mask.map { Neighbours(geometry, $0, of: side) }
        opposite = use == .symmetric ? mask.map { Neighbours(geometry, $0, of: .targets) } : nil
        degree =
            use == .indegree ? try settings.count("indegree") : use == .outdegree ? try settings.count("outdegree") : 0
        strength = try Self.strength(settings, use, geometry)
        if use == .symmetric {
            let changed = try settings.changedFlags()
            guard changed.contains(.make_symmetric) else { throw InputError("\(name) needs make_symmetric = true") }
            guard changed.contains(.allow_autapses) else { throw InputError("\(name) needs allow_autapses = false") }
        }
        try checkValues()
    }

    private static func mask(_ settings: RuleSettings, _ geometry: Geometry) throws -> Mask? {
        let name = settings.info.name
        switch settings["mask"] {
        case nil: return nil
        case .mask(let mask)?:
            guard mask.dimensions == geometry.dimensions else {
                throw InputError(
                    "\(name): mask: the nodes lie in \(geometry.dimensions) dimensions, the mask in \(mask.dimensions) (\(mask))"
                )
            }
            return mask
        case let other?:
            throw InputError("\(name): mask must be a table, as in { circular = { radius = 0.5 } }, got \(other)")
        }
    }

    private static func key(_ use: Use) -> String { use == .poisson ? "pairwise_avg_num_conns" : "p" }

    /// Refuses a formula that is none, before anybody asks where nodes lie.
    static func checkFormulas(_ settings: RuleSettings, _ use: Use) throws {
        guard use != .all, let function = settings.spatialFunction(key(use)) else { return }
        _ = try PlaceFormula(function.text, of: "\(settings.info.name): \(key(use))")
    }

    private static func strength(_ settings: RuleSettings, _ use: Use, _ geometry: Geometry) throws -> Strength {
        if use == .all { return .constant(1) }
        let key = key(use)
        if let function = settings.spatialFunction(key) {
            return .placed(try PlacedFunction(function, geometry, of: "\(settings.info.name): \(key)"))
        }
        guard use == .poisson else { return .constant(try settings.probability(key, default: 1)) }
        let mean = try settings.number(key)
        guard mean >= 0 && mean.isFinite else {
            throw InputError("\(settings.info.name): \(key) = \(formatted(mean)) is not allowed (>= 0)")
        }
        return .constant(mean)
    }

    // MARK: Candidates

    private var side: Geometry.Side { use == .indegree ? .targets : .sources }

    /// Those whom a node may be connected to, with what there is of each.
    private func candidates(_ node: Int) -> [UInt32] {
        guard let neighbours else { return Array(0..<UInt32(geometry.other(side).count)) }
        var found: [UInt32] = []
        neighbours.append(node, to: &found)
        return found
    }

    /// Strengths of candidates, cut to what they may be.
    private func strengths(_ node: Int, _ candidates: [UInt32], from side: Geometry.Side) -> [Double] {
        switch strength {
        case .constant(let x): return Array(repeating: x, count: candidates.count)
        case .placed(let function):
            return function.values(node, candidates, from: side).map { max($0, 0) }
        }
    }

    /// Some nodes of the side that draws, evenly spread.
    private var sample: [Int] {
        let count = geometry.layer(side).count, wanted = min(count, 16)
        return (0..<wanted).map { $0 * count / wanted }
    }

    /// Refuses a function that is no number somewhere.
    private func checkValues() throws {
        guard case .placed(let function) = strength else { return }
        for node in sample.prefix(4) {
            let near = Array(candidates(node).prefix(1000))
            for (other, x) in zip(near, function.values(node, near, from: side)) where x.isNaN {
                throw InputError(
                    "\(name): \(function) is not a number between nodes \(node + 1) and \(other + 1) (counted in their groups)"
                )
            }
        }
    }

    // MARK: The rule

    func check(_ pre: NodeIDs, _ post: NodeIDs) throws {
        switch use {
        case .symmetric:
            guard pre == post else {
                throw InputError(
                    "\(name) connects a population with itself: sources and targets must be the same nodes")
            }
            guard Double(pre.count) * Double(pre.count) < Double(StreamName.mostMembers) else {
                throw InputError("\(name): \(pre.count) nodes are too many")
            }
        case .indegree: try checkDegree(post, among: pre, "sources", "target")
        case .outdegree: try checkDegree(pre, among: post, "targets", "source")
        default: break
        }
    }

    /// Refuses more partners than a node has.
    private func checkDegree(_ nodes: NodeIDs, among partners: NodeIDs, _ what: String, _ who: String) throws {
        guard degree > 0 else { return }
        let filter = allowsAutapses ? nil : AutapseFilter(nodes, partners)
        let wanted = allowsMultapses ? 1 : degree
        for node in nodes.indices {
            let available = available(node, filter, atLeast: wanted)
            guard available < wanted else { continue }
            let key = use == .indegree ? "indegree" : "outdegree"
            let few = allowsMultapses ? "none" : "\(available)"
            throw InputError(
                "\(name): \(key) = \(degree) is impossible: \(who) \(nodes[node]) has \(few) of the \(what) within the mask, with p above 0\(allowsMultapses ? "" : ", and multapses are not allowed")"
            )
        }
    }

    private func available(_ node: Int, _ filter: AutapseFilter?, atLeast wanted: Int) -> Int {
        if neighbours == nil, case .constant(let x) = strength {
            return x > 0 ? geometry.other(side).count - (filter?.position(of: node) == nil ? 0 : 1) : 0
        }
        var found = candidates(node)
        filter?.remove(node, from: &found, since: 0)
        guard case .placed = strength else {
            return strengths(node, Array(found.prefix(1)), from: side).first ?? 0 > 0 ? found.count : 0
        }
        var count = 0
        for first in stride(from: 0, to: found.count, by: 4096) where count < wanted {
            let some = Array(found[first..<min(found.count, first + 4096)])
            count += strengths(node, some, from: side).count { $0 > 0 }
        }
        return count
    }

    func expectedCount(_ pre: Int, _ post: Int) -> Double {
        if use == .indegree { return Double(degree) * Double(post) }
        if use == .outdegree { return Double(degree) * Double(pre) }
        var sum = 0.0
        for node in sample {
            let strengths = strengths(node, candidates(node), from: side)
            sum += strengths.reduce(0) { $0 + (use == .poisson ? $1 : min($1, 1)) }
        }
        return sum / Double(max(sample.count, 1)) * Double(pre)
    }

    func connections(_ pre: NodeIDs, _ post: NodeIDs, _ call: CallName) -> RuleConnections {
        let filter = allowsAutapses ? nil : use == .indegree ? AutapseFilter(post, pre) : AutapseFilter(pre, post)
        let open: @Sendable (Int) -> [UInt32] = { node in
            var found = candidates(node)
            filter?.remove(node, from: &found, since: 0)
            return found
        }
        switch use {
        case .all: return .rows { $1 += open($0) }
        case .bernoulli: return .rows { appendTrials($0, open($0), call, to: &$1) }
        case .poisson: return .rows { appendEvents($0, open($0), call, to: &$1) }
        case .symmetric: return .rows { appendPairs($0, pre.count, call, to: &$1) }
        case .indegree: return .columns { appendPartners($0, open($0), call, to: &$1) }
        case .outdegree:
            return .rows { row, targets in
                let start = targets.count
                appendPartners(row, open(row), call, to: &targets)
                targets[start...].sort()
            }
        }
    }

    var makesSymmetric: Bool { use == .symmetric }

    // MARK: Draws

    private func appendTrials(_ row: Int, _ found: [UInt32], _ call: CallName, to targets: inout [UInt32]) {
        switch strength {
        case .constant(let p):
            var hits: [UInt32] = []
            BernoulliTrials(p, found.count, call).append(row: row, to: &hits)
            for hit in hits { targets.append(found[Int(hit)]) }
        case .placed:
            let p = strengths(row, found, from: .sources)
            var random = call.stream(row)
            for (i, target) in found.enumerated() where random.uniform() < p[i] { targets.append(target) }
        }
    }

    /// The events of a Poisson process along a row whose stretches are as long as their means.
    private func appendEvents(_ row: Int, _ found: [UInt32], _ call: CallName, to targets: inout [UInt32]) {
        let means = strengths(row, found, from: .sources)
        var gaps = LogUniforms(seed: call.seed, call.name(row))
        var next = -gaps.next(), end = 0.0
        for (i, target) in found.enumerated() {
            end += means[i]
            while next < end {
                targets.append(target)
                next -= gaps.next()
            }
        }
    }

    /// A pair draws once, by its name: its lower node is its sender, whichever row is made.
    private func appendPairs(_ row: Int, _ count: Int, _ call: CallName, to targets: inout [UInt32]) {
        var below: [UInt32] = [], above: [UInt32] = []
        if let neighbours, let opposite {
            opposite.append(row, to: &below)
            neighbours.append(row, to: &above)
            below.removeAll { $0 >= row }
            above.removeAll { $0 <= row }
        } else {
            (below, above) = (Array(0..<UInt32(row)), Array(UInt32(row) + 1..<UInt32(count)))
        }
        let p = strengths(row, below, from: .targets) + strengths(row, above, from: .sources)
        for (i, other) in (below + above).enumerated() {
            let pair = min(row, Int(other)) * count + max(row, Int(other))
            var random = call.stream(pair)
            if random.uniform() < p[i] { targets.append(other) }
        }
    }

    private func appendPartners(_ node: Int, _ found: [UInt32], _ call: CallName, to list: inout [UInt32]) {
        guard degree > 0, !found.isEmpty else { return }
        var random = call.stream(node)
        switch strength {
        case .constant:
            if allowsMultapses {
                for _ in 0..<degree { list.append(found[random.below(found.count)]) }
            } else {
                for i in random.distinct(degree, below: found.count) { list.append(found[i]) }
            }
        case .placed:
            let weights = strengths(node, found, from: side)
            list +=
                allowsMultapses
                ? random.weighted(degree, found, weights) : random.weightedDistinct(degree, found, weights)
        }
    }
}

extension RandomStream {
    /// `count` of some values, each drawn by its weight.
    fileprivate mutating func weighted(_ count: Int, _ values: [UInt32], _ weights: [Double]) -> [UInt32] {
        var sums: [Double] = [], sum = 0.0
        for weight in weights {
            sum += weight
            sums.append(sum)
        }
        return (0..<count).map { _ in
            let x = uniform() * sum
            return values[min(sums.partitioningIndex { $0 > x }, values.count - 1)]
        }
    }

    /// The same without repeats, as if those drawn before were drawn again: the smallest of waiting times with the weights as rates
    /// (Efraimidis & Spirakis 2006).
    fileprivate mutating func weightedDistinct(_ count: Int, _ values: [UInt32], _ weights: [Double]) -> [UInt32] {
        var waits: [(time: Double, value: UInt32)] = []
        for (value, weight) in zip(values, weights) {
            let wait = exponentialDeviate()
            if weight > 0 { waits.append((wait / weight, value)) }
        }
        waits.sort { ($0.time, $0.value) < ($1.time, $1.value) }
        return waits.prefix(count).map(\.value).sorted()
    }
}

extension RuleSettings {
    /// What a key says that is no plain number: a function, or a formula; nil for others.
    func spatialFunction(_ key: String) -> SpatialFunction? {
        switch self[key] {
        case .text(let text)?: SpatialFunction(text: text)
        case .function(let function)?: function
        default: nil
        }
    }

    /// Does the choice depend on where nodes lie?
    var isSpatial: Bool {
        guard let use = info.space else { return false }
        if self["mask"] != nil { return true }
        if use == .indegree || use == .outdegree { return self["p"] != nil }
        return use != .all && spatialFunction(use == .poisson ? "pairwise_avg_num_conns" : "p") != nil
    }
}
