/// Samples in memory. Whoever writes or reads one does so through this table, which alone knows where a value stands: in the
/// column of its quantity, sample after sample, and in a sample node after node.
final class SampleTable {
    /// When samples were taken, and of how many of the nodes: later ones may have been connected since.
    private(set) var list: SampleList
    /// Nodes in the order in which they stand in a sample: global ids.
    private(set) var nodes: [Int]
    private var columns: [GrowingColumn]
    /// Values of a quantity.
    private(set) var count: Int

    init(quantities: Int) {
        (list, nodes, count) = (SampleList(), [], 0)
        columns = (0..<quantities).map { _ in GrowingColumn() }
    }

    /// - `columns`: one for each quantity, as long as the list says.
    init(_ list: SampleList, nodes: [Int], columns: [GrowingColumn]) {
        (self.list, self.nodes, self.columns, count) = (list, nodes, columns, list.events)
    }

    func add(nodes more: [Int]) { nodes += more }

    func removeAll() {
        (list, count) = (SampleList(), 0)
        columns = columns.map { _ in GrowingColumn() }
    }

    // MARK: Writing

    /// The samples of a run.
    struct Plan {
        var stamps = EvenRun(0, 0, 1)
        /// Where the first value stands.
        fileprivate var first = 0
    }

    /// Makes room for samples of all nodes, which are 0 until they are written.
    ///
    /// - `sparing`: no more than they need.
    func makeRoom(for stamps: EvenRun, sparing: Bool) -> Plan {
        let plan = Plan(stamps: stamps, first: count)
        list.append(stamps, width: nodes.count)
        count += stamps.count * nodes.count
        columns.forEach { $0.grow(to: count, sparing: sparing) }
        return plan
    }

    /// What the columns take more when there is room for so many samples.
    func growth(by samples: Int, sparing: Bool) -> GrowingColumn.Growth {
        guard let column = columns.first else { return .none }
        let one = column.growth(by: Double(samples) * Double(nodes.count), sparing: sparing)
        return .init(bytes: one.bytes * Double(columns.count), copied: one.copied)
    }

    /// Where the values of a quantity are written, from one node on, sample by sample. Good until the table grows; workers may
    /// write side by side.
    struct Slot {
        fileprivate let first: UnsafeMutablePointer<Double>
        fileprivate let width: Int

        /// In a sample of the plan, counted from 0; the values of the next nodes follow.
        @inline(__always)
        subscript(sample: Int) -> UnsafeMutablePointer<Double> { first + sample * width }
    }

    func slot(_ quantity: Int, from place: Int, _ plan: Plan) -> Slot {
        Slot(first: columns[quantity].base + plan.first + place, width: nodes.count)
    }

    /// Takes away samples after `stamp`.
    func cut(after stamp: Int) {
        count -= list.cut(after: stamp)
        columns.forEach { $0.count = count }
    }

    // MARK: Reading

    /// A sample, or the rest of one.
    struct Sample {
        let stamp: Int
        /// Which of the nodes.
        let places: Range<Int>
        /// Which values of a quantity.
        let values: Range<Int>
    }

    /// Calls `body` for the samples from a value on, up to a stamp; the index of the next value.
    func forEach(from first: Int, through stamp: Int, _ body: (Sample) throws -> Void) rethrows -> Int {
        var next = 0
        for sample in list {
            if sample.stamp > stamp { break }
            let begin = next, end = next + sample.width
            next = end
            let skipped = max(first - begin, 0)
            guard skipped < sample.width else { continue }
            try body(Sample(stamp: sample.stamp, places: skipped..<sample.width, values: begin + skipped..<end))
        }
        return next
    }

    /// What `part` makes of each sample, one behind the other.
    func perValue<Part: Collection<Double>>(_ part: (Sample) -> Part) -> [Double] {
        var all: [Double] = []
        all.reserveCapacity(count)
        _ = forEach(from: 0, through: .max) { all += part($0) }
        return all
    }

    subscript(quantity: Int, index: Int) -> Double { columns[quantity].base[index] }

    /// Some values of a quantity. Good until the table grows.
    func values(_ quantity: Int, _ range: Range<Int>) -> UnsafeBufferPointer<Double> {
        UnsafeBufferPointer(start: columns[quantity].base + range.lowerBound, count: range.count)
    }

    /// All values of a quantity.
    func column(_ quantity: Int) -> [Double] { Array(values(quantity, 0..<count)) }

    var quantities: Range<Int> { columns.indices }

    var bytes: Int { list.bytes + columns.reduce(0) { $0 + $1.bytes } }
}
