/// The global ids of some nodes, in an order and each once, without a list of them: a call may join a hundred million.
struct NodeIDs: RandomAccessCollection {
    /// Positions start ..< start + ids.count have these ids.
    struct Run {
        let start: Int
        let ids: EvenRun
    }

    private(set) var runs: [Run] = []
    private(set) var count = 0

    init() {}

    init(_ ids: some Sequence<Int>) {
        for id in ids { append(id) }
    }

    mutating func append(_ ids: EvenRun) {
        runs.append(Run(start: count, ids: ids))
        count += ids.count
    }

    /// Makes the last run longer where the id follows on it.
    mutating func append(_ id: Int) {
        if let last = runs.last {
            let gap = id - last.ids.last
            if gap > 0, last.ids.count == 1 || gap == last.ids.step {
                runs[runs.count - 1] = Run(start: last.start, ids: EvenRun(last.ids.first, last.ids.count + 1, gap))
                count += 1
                return
            }
        }
        append(EvenRun(id, 1, 1))
    }

    mutating func append(_ other: NodeIDs) {
        for run in other.runs {
            if run.ids.count == 1 { append(run.ids.first) } else { append(run.ids) }
        }
    }

    /// In ascending order, each once.
    var ordered: NodeIDs {
        let isOrdered = zip(runs, runs.dropFirst()).allSatisfy { $0.ids.last < $1.ids.first }
        return isOrdered ? self : NodeIDs(Set(self).sorted())
    }

    /// From the least to the greatest. There are some.
    var extent: ClosedRange<Int> { runs.map(\.ids.first).min()!...runs.map(\.ids.last).max()! }

    var startIndex: Int { 0 }
    var endIndex: Int { count }

    subscript(position: Int) -> Int {
        let run = runs.count == 1 ? runs[0] : runs[runs.partitioningIndex { $0.start > position } - 1]
        return run.ids[position - run.start]
    }
}

extension NodeIDs: Equatable {
    static func == (a: NodeIDs, b: NodeIDs) -> Bool { a.count == b.count && a.elementsEqual(b) }
}

/// Finds ids among some nodes.
struct NodeSearch {
    /// By first id.
    private let runs: [NodeIDs.Run]
    /// The greatest id in each run and those before it: runs with steps may lie between each other.
    private let reach: [Int]

    init(_ ids: NodeIDs) {
        runs = ids.runs.ordered { $0.ids.first }
        var greatest = 0
        reach = runs.map { run in
            greatest = Swift.max(greatest, run.ids.last)
            return greatest
        }
    }

    /// The position of an id; nil where it is none of theirs.
    func position(of id: Int) -> Int? {
        first(near: id...id) { run in run.ids.position(of: id).map { run.start + $0 } }
    }

    func contains(_ id: Int) -> Bool { position(of: id) != nil }

    /// An id that is among others as well.
    func common(with others: NodeIDs) -> Int? {
        others.runs.lazy.compactMap { common(with: $0.ids) }.first
    }

    /// Is an id there twice?
    var hasRepeats: Bool { runs.indices.contains { common(with: runs[$0].ids, below: $0) != nil } }

    private func common(with ids: EvenRun, below end: Int? = nil) -> Int? {
        first(near: ids.first...ids.last, below: end) { $0.ids.common(with: ids) }
    }

    /// What `body` finds in one of the runs that reach into a range of ids.
    private func first<Result>(
        near range: ClosedRange<Int>, below end: Int? = nil, _ body: (NodeIDs.Run) -> Result?
    ) -> Result? {
        var index = (end ?? runs.partitioningIndex { $0.ids.first > range.upperBound }) - 1
        while index >= 0, reach[index] >= range.lowerBound {
            if let found = body(runs[index]) { return found }
            index -= 1
        }
        return nil
    }
}
