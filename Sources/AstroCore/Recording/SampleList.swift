/// When samples were taken, and of how many nodes. Samples at even intervals are one entry, so that their times take no room
/// beside the values.
struct SampleList: RandomAccessCollection {
    private struct Run {
        var stamps: EvenRun
        let width: Int
        /// Samples before it.
        let start: Int
    }

    private var runs: [Run] = []
    let startIndex = 0
    private(set) var endIndex = 0

    init() {}

    init(_ stamps: [Int], _ widths: [Int]) {
        for (stamp, width) in zip(stamps, widths) { append(EvenRun(stamp, 1, 1), width: width) }
    }

    subscript(index: Int) -> (stamp: Int, width: Int) {
        let run = runs[runs.count == 1 ? 0 : runs.partitioningIndex { $0.start > index } - 1]
        return (run.stamps[index - run.start], run.width)
    }

    /// Values of a quantity.
    var events: Int { runs.reduce(0) { $0 + $1.stamps.count * $1.width } }

    var bytes: Int { runs.capacity * MemoryLayout<Run>.stride }

    mutating func append(_ stamps: EvenRun, width: Int) {
        guard stamps.count > 0 else { return }
        if let last = runs.last, last.width == width, let both = last.stamps.continued(by: stamps) {
            runs[runs.count - 1].stamps = both
        } else {
            runs.append(Run(stamps: stamps, width: width, start: endIndex))
        }
        endIndex += stamps.count
    }

    /// Takes away samples after `stamp`; how many values of a quantity they were.
    mutating func cut(after stamp: Int) -> Int {
        var gone = 0
        while let run = runs.last, run.stamps.last > stamp {
            let kept = run.stamps.positions(in: run.stamps.first..<Swift.max(stamp + 1, run.stamps.first)).count
            gone += (run.stamps.count - kept) * run.width
            endIndex -= run.stamps.count - kept
            runs.removeLast()
            if kept == 0 { continue }
            runs.append(
                Run(stamps: EvenRun(run.stamps.first, kept, run.stamps.step), width: run.width, start: run.start))
        }
        return gone
    }

    /// The same samples, of other numbers of nodes.
    func narrowed(_ width: (Int) -> Int) -> SampleList {
        var result = SampleList()
        for run in runs { result.append(run.stamps, width: width(run.width)) }
        return result
    }
}

extension EvenRun {
    /// These numbers and then those, where they are evenly spaced together.
    fileprivate func continued(by next: EvenRun) -> EvenRun? {
        let gap = next.first - last
        guard gap > 0, count == 1 || gap == step, next.count == 1 || gap == next.step else { return nil }
        return EvenRun(first, count + next.count, gap)
    }
}
