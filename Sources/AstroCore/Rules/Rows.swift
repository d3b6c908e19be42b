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
    case pairs(_ add: (_ pairs: PairList) -> Void)

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
        case .columns: 8
        case .pairs: 24
        }
    }

    /// All rows of a matrix of sources and targets, made by as many workers as can share in it.
    func rows(_ pre: Int, _ post: Int, workers: Int) -> any Rows {
        switch self {
        case .rows(let append): IndependentRows(append)
        case .columns(let append): GroupedRows(rows: pre, columns: post, workers: workers, drawing: append)
        case .pairs(let add): GroupedRows(rows: pre, columns: post, workers: workers, listing: add)
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
