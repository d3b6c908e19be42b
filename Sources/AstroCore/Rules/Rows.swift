/// How many connections of a row ahead memory is asked for.
let prefetchDistance = 24

/// What a rule makes, a row of targets for each source: positions in the list of targets, counted from 0.
///
/// Rows are made independently of each other, by any worker, in any order: what a row holds is a function of the run's
/// seed, the number of the connect call and the row's number.
protocol Rows {
    /// Appends the targets of source number `source`.
    func append(row source: Int, to targets: inout [UInt32])
}

/// What a rule makes, in the way in which it makes it; nothing is made yet. Nodes are positions among sources and targets,
/// counted from 0. Where there are several ranks they share the work, each way as it can be shared (Ranks/SharedRows.swift).
enum RuleConnections {
    /// Appends the targets of a source, or the sources of a target. A function of its number alone: any worker may ask for any.
    typealias Line = @Sendable (_ number: Int, _ line: inout [UInt32]) -> Void

    /// The targets of each source.
    case rows(Line)
    /// The sources of each target.
    case columns(Line)
    /// Pairs of a source and a target, in an order of the rule's own.
    case pairs(_ add: (_ pairs: inout PairList) -> Void)

    /// Rows, without what would connect a node with itself unless autapses are allowed.
    static func rows(_ pre: NodeIDs, _ post: NodeIDs, autapses: Bool, _ append: @escaping Line) -> RuleConnections {
        if autapses { return .rows(append) }
        let filter = AutapseFilter(pre, post)
        return .rows { row, targets in
            let start = targets.count
            append(row, &targets)
            filter.remove(row, from: &targets, since: start)
        }
    }

    /// Bytes a connection that are needed beside the store while connections are made.
    var temporaryBytes: Double {
        switch self {
        case .rows: 0
        case .columns: 4
        case .pairs: 24
        }
    }

    /// All rows of a matrix of sources and targets, made by as many workers as can share in it.
    func rows(_ pre: Int, _ post: Int, workers: Int) -> any Rows {
        switch self {
        case .rows(let append): IndependentRows(append)
        case .columns(let append): TransposedRows(rows: pre, columns: post, workers: workers, append)
        case .pairs(let add): ListedRows(rows: pre, add)
        }
    }
}

extension ConnectionRule {
    /// The rows of a call that no other rank shares in.
    func rows(_ pre: NodeIDs, _ post: NodeIDs, _ call: CallName, workers: Int = 1) -> any Rows {
        connections(pre, post, call).rows(pre.count, post.count, workers: workers)
    }
}

struct IndependentRows: Rows {
    private let append: RuleConnections.Line

    init(_ append: @escaping RuleConnections.Line) { self.append = append }

    func append(row source: Int, to targets: inout [UInt32]) { append(source, &targets) }
}

/// Pairs of a source and a target on their way to rows.
struct PairList {
    fileprivate var pairs: [(row: UInt32, target: UInt32)] = []
    /// The row of a source; nil where its pairs are not kept. Without it, sources are rows.
    fileprivate let row: ((_ source: Int) -> Int?)?

    /// There will be so many.
    mutating func reserve(_ count: Int) {
        if row == nil { pairs.reserveCapacity(pairs.count + count) }
    }

    @inline(__always)
    mutating func add(_ source: Int, _ target: Int) {
        var place = source
        if let row {
            guard let own = row(source) else { return }
            place = own
        }
        pairs.append((UInt32(truncatingIfNeeded: place), UInt32(truncatingIfNeeded: target)))
    }
}

/// Pairs put in order of source, then of target.
struct ListedRows: Rows {
    private let starts: [Int]
    private let targets: [UInt32]

    /// - `row`: the row of a source; nil where its pairs are not kept. Without it, sources are rows.
    init(rows: Int, _ add: (inout PairList) -> Void, row: ((_ source: Int) -> Int?)? = nil) {
        var list = PairList(row: row)
        add(&list)
        // dealt out by target, then by row: each row's targets are in order without being compared
        let columns = 1 + Int(list.pairs.lazy.map(\.target).max() ?? 0)
        let ends = Self.starts(columns, list.pairs.lazy.map(\.target))
        let starts = Self.starts(rows, list.pairs.lazy.map(\.row))
        let byTarget = Self.dealt(list.pairs.count, ends) {
            list.pairs[$0].target
        } value: {
            list.pairs[$0].row
        }
        list.pairs = []
        targets = [UInt32](unsafeUninitializedCapacity: byTarget.count) { targets, filled in
            var next = starts
            next.withUnsafeMutableBufferPointer { next in
                for target in 0..<columns {
                    for index in ends[target]..<ends[target + 1] {
                        let row = Int(byTarget[index])
                        targets[next[row]] = UInt32(truncatingIfNeeded: target)
                        next[row] &+= 1
                    }
                }
            }
            filled = byTarget.count
        }
        self.starts = starts
    }

    /// Values put into the order of their keys; those of one key stay in their order.
    ///
    /// - `starts`: where those of each key begin.
    private static func dealt(
        _ count: Int, _ starts: [Int], key: (Int) -> UInt32, value: (Int) -> UInt32
    ) -> [UInt32] {
        [UInt32](unsafeUninitializedCapacity: count) { values, filled in
            var next = starts
            next.withUnsafeMutableBufferPointer { next in
                for i in 0..<count {
                    let key = Int(key(i))
                    values[next[key]] = value(i)
                    next[key] &+= 1
                }
            }
            filled = count
        }
    }

    /// Where the connections of each row begin, in order of rows; one more than there are rows.
    static func starts(_ rows: Int, _ sources: some Sequence<UInt32>) -> [Int] {
        var starts = [Int](repeating: 0, count: rows + 1)
        for source in sources { starts[Int(source) + 1] += 1 }
        for row in 0..<rows { starts[row + 1] += starts[row] }
        return starts
    }

    func append(row source: Int, to list: inout [UInt32]) {
        list.append(contentsOf: targets[starts[source]..<starts[source + 1]])
    }
}
