/// What a rule makes, a row of targets for each source: positions in the list of targets, counted from 0.
///
/// Rows are made independently of each other, by any worker, in any order: what a row holds is a function of the run's
/// seed, the number of the connect call and the row's number.
protocol Rows: AnyObject {
    /// Appends the targets of source number `source`.
    func append(row source: Int, to targets: inout [UInt32])
}

/// Names the random numbers of a connect call.
struct CallName {
    let seed: Int64
    let number: Int
    /// What the rule draws for.
    let purpose: Purpose

    init(seed: Int64, number: Int) throws {
        for purpose in [Purpose.connection, .thirdFactor, .pool, .synapseParameter] {
            try StreamName.check(purpose, call: number, "connect calls")
        }
        (self.seed, self.number, purpose) = (seed, number, .connection)
    }

    /// Random rules that connect recorders draw from streams of their own, so that recorders shift no other.
    init(ofRecordersWith seed: Int64) { (self.seed, number, purpose) = (seed, 0, .recorderRule) }

    /// Of the rule's draws for a row or a column.
    func name(_ member: Int = 0) -> StreamName { StreamName(purpose, call: number, member: member) }
}

extension ConnectionRule {
    func rows(_ pre: NodeIDs, _ post: NodeIDs, _ call: CallName) -> any Rows {
        if let list { return list }
        let exclusion = allowsAutapses ? nil : AutapseFilter(pre, post)
        switch kind {
        case .one_to_one: return OneToOne(exclusion)
        case .all_to_all: return AllToAll(post.count, exclusion)
        case .pairwise_bernoulli: return PairwiseBernoulli(p: value, post.count, exclusion, call)
        case .pairwise_poisson: return PairwisePoisson(mean: value, post.count, exclusion, call)
        case .fixed_outdegree:
            return FixedOutdegree(Partners(Int(value), among: post, of: pre, self, call))
        case .fixed_indegree:
            let partners = Partners(Int(value), among: pre, of: post, self, call)
            return TransposedRows(rows: pre.count, columns: post.count) { partners.append(of: $0, to: &$1) }
        case .fixed_total_number:
            return fixedTotalNumber(pre.count, post.count, exclusion, call)
        case .symmetric_pairwise_bernoulli:
            return symmetricBernoulli(pre.count, call)
        }
    }

    /// The rows that a rank draws, as turns say: what is made of columns or pairs is shared out. Collective.
    func rows(_ pre: NodeIDs, _ post: NodeIDs, _ call: CallName, on simulation: Simulation) -> any Rows {
        guard !simulation.ranks.isAlone, list == nil else { return rows(pre, post, call) }
        let turns = simulation.turns(rows: pre.count)
        switch kind {
        case .fixed_indegree:
            let partners = Partners(Int(value), among: pre, of: post, self, call)
            return SharedColumns(simulation, rows: pre.count, columns: post.count) { partners.append(of: $0, to: &$1) }
        case .fixed_total_number:
            let exclusion = allowsAutapses ? nil : AutapseFilter(pre, post)
            return fixedTotalNumber(pre.count, post.count, exclusion, call, turns)
        case .symmetric_pairwise_bernoulli:
            return symmetricBernoulli(pre.count, call, turns)
        default: return rows(pre, post, call)
        }
    }

    private func fixedTotalNumber(
        _ pre: Int, _ post: Int, _ exclusion: AutapseFilter?, _ call: CallName, _ turns: RowTurns? = nil
    ) -> any Rows {
        var stream = RandomStream(seed: call.seed, call.name())
        var pairs = PairedRows(rows: pre, turns)
        var made = 0
        while made < Int(value) {
            let source = stream.below(pre), target = stream.below(post)
            if exclusion?.excludes(source, target) ?? false { continue }
            pairs.add(source, target)
            made += 1
        }
        return pairs.rows
    }

    private func symmetricBernoulli(_ count: Int, _ call: CallName, _ turns: RowTurns? = nil) -> any Rows {
        let half = PairwiseBernoulli(p: value, count, nil, call)
        var pairs = PairedRows(rows: count, turns)
        var row: [UInt32] = []
        for i in 0..<count {
            row.removeAll(keepingCapacity: true)
            half.append(row: i, to: &row)
            for j in row where Int(j) > i {
                pairs.add(i, Int(j))
                pairs.add(Int(j), i)
            }
        }
        return pairs.rows
    }
}

/// Pairs of a source and a target that a rule makes in an order of its own, on their way to rows. Where there are several
/// ranks, each keeps those whose rows it hands out.
private struct PairedRows {
    private let count: Int
    private let turns: RowTurns?
    private var pairs: [(UInt32, UInt32)] = []

    init(rows: Int, _ turns: RowTurns?) { (count, self.turns) = (rows, turns) }

    mutating func add(_ source: Int, _ target: Int) {
        if let turns, !turns.isOwn(source) { return }
        pairs.append((UInt32(turns?.place(of: source) ?? source), UInt32(target)))
    }

    var rows: any Rows {
        guard let turns else { return ListedRows(rows: count, pairs) }
        return RowsInTurn(ListedRows(rows: turns.ownCount, pairs), turns)
    }
}

/// Tells which position of the targets is a given source itself.
final class AutapseFilter {
    private let sources, targets: NodeIDs
    private let search: NodeSearch

    init(_ pre: NodeIDs, _ post: NodeIDs) { (sources, targets, search) = (pre, post, NodeSearch(post)) }

    func excludes(_ source: Int, _ target: Int) -> Bool { sources[source] == targets[target] }

    /// The position among the targets; nil where the source is none of them.
    func position(of source: Int) -> Int? { search.position(of: sources[source]) }

    func remove(_ source: Int, from targets: inout [UInt32], since start: Int) {
        guard let own = position(of: source) else { return }
        var kept = start
        for i in start..<targets.count where Int(targets[i]) != own {
            targets[kept] = targets[i]
            kept += 1
        }
        targets.removeLast(targets.count - kept)
    }
}

final class OneToOne: Rows {
    private let exclusion: AutapseFilter?
    init(_ exclusion: AutapseFilter?) { self.exclusion = exclusion }

    func append(row source: Int, to targets: inout [UInt32]) {
        if !(exclusion?.excludes(source, source) ?? false) { targets.append(UInt32(source)) }
    }
}

final class AllToAll: Rows {
    private let count: Int
    private let exclusion: AutapseFilter?
    init(_ count: Int, _ exclusion: AutapseFilter?) { (self.count, self.exclusion) = (count, exclusion) }

    func append(row source: Int, to targets: inout [UInt32]) {
        let start = targets.count
        targets.append(contentsOf: (0..<UInt32(count)))
        exclusion?.remove(source, from: &targets, since: start)
    }
}

/// Every pair with probability p: jumps from hit to hit, the gaps being geometric.
final class PairwiseBernoulli: Rows {
    private let p: Double
    private let count: Int
    private let exclusion: AutapseFilter?
    private let call: CallName
    private let scale: Double

    init(p: Double, _ count: Int, _ exclusion: AutapseFilter?, _ call: CallName) {
        (self.p, self.count, self.exclusion, self.call) = (p, count, exclusion, call)
        // ln(1 - p), accurate for small p too
        scale = 1 / (p < 0.01 ? -2 * Self.atanhSeries(p / (2 - p)) : logarithmEverywhere(1 - p))
    }

    private static func atanhSeries(_ s: Double) -> Double {
        let z = s * s
        return s + s * z * (1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z * (1.0 / 9))))
    }

    func append(row source: Int, to targets: inout [UInt32]) {
        guard p > 0 else { return }
        let start = targets.count
        if p == 1 {
            targets.append(contentsOf: (0..<UInt32(count)))
        } else {
            var gaps = LogUniforms(seed: call.seed, call.name(source))
            let end = Double(count)
            var position = (gaps.next() * scale).rounded(.down)
            while position < end {
                targets.append(UInt32(position))
                position += 1 + (gaps.next() * scale).rounded(.down)
            }
        }
        exclusion?.remove(source, from: &targets, since: start)
    }
}

/// A Poisson number of connections for every pair: the events of a Poisson process along the row.
final class PairwisePoisson: Rows {
    private let mean: Double
    private let count: Int
    private let exclusion: AutapseFilter?
    private let call: CallName

    init(mean: Double, _ count: Int, _ exclusion: AutapseFilter?, _ call: CallName) {
        (self.mean, self.count, self.exclusion, self.call) = (mean, count, exclusion, call)
    }

    func append(row source: Int, to targets: inout [UInt32]) {
        guard mean > 0 else { return }
        let start = targets.count
        var gaps = LogUniforms(seed: call.seed, call.name(source))
        let end = Double(count)
        var position = -gaps.next() / mean
        while position < end {
            targets.append(UInt32(position))
            position -= gaps.next() / mean
        }
        exclusion?.remove(source, from: &targets, since: start)
    }
}

/// A fixed number of partners for each node, drawn uniformly with replacement, or without where repeats are excluded.
final class Partners {
    private let number: Int
    private let available: Int
    private let exclusion: AutapseFilter?
    private let allowsMultapses: Bool
    private let call: CallName

    init(_ number: Int, among partners: NodeIDs, of nodes: NodeIDs, _ rule: ConnectionRule, _ call: CallName) {
        (self.number, self.call, available) = (number, call, partners.count)
        exclusion = rule.allowsAutapses ? nil : AutapseFilter(nodes, partners)
        allowsMultapses = rule.allowsMultapses
    }

    func append(of node: Int, to list: inout [UInt32]) {
        var stream = RandomStream(seed: call.seed, call.name(node))
        guard allowsMultapses else { return appendDistinct(of: node, &stream, to: &list) }
        var drawn = 0
        while drawn < number {
            let partner = stream.below(available)
            if exclusion?.excludes(node, partner) ?? false { continue }
            list.append(UInt32(partner))
            drawn += 1
        }
    }

    private func appendDistinct(of node: Int, _ stream: inout RandomStream, to list: inout [UInt32]) {
        let excluded = exclusion?.position(of: node)
        let pool = available - (excluded == nil ? 0 : 1)
        for index in stream.distinct(number, below: pool) {
            list.append(UInt32(excluded.map { index >= $0 ? index + 1 : index } ?? index))
        }
    }
}

extension RandomStream {
    /// `number` different integers in 0 ..< bound, in ascending order: Floyd's method (Bentley & Floyd 1987).
    mutating func distinct(_ number: Int, below bound: Int) -> [Int] {
        if number == bound { return Array(0..<bound) }
        var chosen = Set<Int>(minimumCapacity: number)
        for candidate in (bound - number)..<bound {
            let drawn = below(candidate + 1)
            chosen.insert(chosen.contains(drawn) ? candidate : drawn)
        }
        return chosen.sorted()
    }
}

final class FixedOutdegree: Rows {
    private let partners: Partners
    init(_ partners: Partners) { self.partners = partners }

    func append(row source: Int, to targets: inout [UInt32]) {
        let start = targets.count
        partners.append(of: source, to: &targets)
        targets[start...].sort()
    }
}

/// Pairs put in order of source, then as listed.
final class ListedRows: Rows {
    private var starts: [Int]
    private var targets: [UInt32]

    init(rows: Int, _ pairs: [(UInt32, UInt32)]) {
        starts = Array(repeating: 0, count: rows + 1)
        for (source, _) in pairs { starts[Int(source) + 1] += 1 }
        for row in 0..<rows { starts[row + 1] += starts[row] }
        var next = starts
        targets = Array(repeating: 0, count: pairs.count)
        for (source, target) in pairs {
            targets[next[Int(source)]] = target
            next[Int(source)] += 1
        }
        for row in 0..<rows { targets[starts[row]..<starts[row + 1]].sort() }
    }

    func append(row source: Int, to list: inout [UInt32]) {
        list.append(contentsOf: targets[starts[source]..<starts[source + 1]])
    }
}

/// Rows of a rule that draws the sources of each target: made column by column, then transposed.
final class TransposedRows: Rows {
    private var starts: [Int]
    private let targets: UnsafeMutableBufferPointer<UInt32>

    init(rows: Int, columns: Int, _ column: (Int, inout [UInt32]) -> Void) {
        var sources: [UInt32] = []
        var ends: [Int] = []
        for i in 0..<columns {
            column(i, &sources)
            ends.append(sources.count)
        }
        var starts = [Int](repeating: 0, count: rows + 1)
        for source in sources { starts[Int(source) + 1] += 1 }
        for row in 0..<rows { starts[row + 1] += starts[row] }
        self.starts = starts
        targets = .allocate(capacity: sources.count)
        var index = 0
        for i in 0..<columns {
            while index < ends[i] {
                let source = Int(sources[index])
                targets[starts[source]] = UInt32(i)
                starts[source] += 1
                index += 1
            }
        }
    }

    deinit { targets.deallocate() }

    func append(row source: Int, to list: inout [UInt32]) {
        list.append(contentsOf: targets[starts[source]..<starts[source + 1]])
    }
}
