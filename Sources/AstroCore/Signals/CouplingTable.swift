import CLanes
import Equations

/// What the connections of a coupling send to the cells of one plane.
///
/// A connection's value is worked out of what its two cells are at the end of a step, many connections side by side, and multiplied by
/// its weight. Connections onto one cell with the same delay are a group: they add up, in the order in which they were made, to a run
/// of values that the plane's signal table hands on as if a cell had sent it.
///
/// The worker that owns the plane has it.
final class CouplingTable: @unchecked Sendable {
    struct Group {
        let place, delay: Int
        let pairs: Range<Int>
    }

    let plane: InputPlane
    /// By place, longer delays first.
    private(set) var groups: [Group] = []
    /// Where the runs of groups begin among all runs of a slice's output.
    let firstRun: Int
    private unowned let projection: SignalProjection
    private let plan: CouplingPlan
    private let resolution: Double
    private let every: Int
    /// Of connections in the order of groups: entries of the projection.
    private var entries: [Int32] = []
    private let count: Int
    /// For each name that is read, the run of what each connection's cell sends.
    private let preRuns, postRuns: [UnsafeMutablePointer<Int32>]
    private let weights, held: UnsafeMutablePointer<Double>
    /// By group: what is sent until the next evaluation.
    private let sums: UnsafeMutablePointer<Double>
    /// By leaf of the program: where it lies for the first connection; nil where it changes while the simulation runs.
    private let fixed: [Place?]
    private let frame: Frame
    /// By group: the end of its connections.
    private let ends: UnsafeMutablePointer<Int32>
    /// Weighted values of a chunk's connections.
    private let products: UnsafeMutablePointer<Double>
    private let readsTime: Bool
    /// Values of a chunk's connections, by name; the moment, and the length of a step.
    private let preRows, postRows: [UnsafeMutablePointer<Double>]
    private let time, stepLength: UnsafeMutablePointer<Double>
    private let memory: ReadyMemory

    /// For what a connection takes here, beside its own parameters.
    static let bytesPerConnection = 64

    /// How cells are found.
    struct Finder {
        /// Of a cell by its global id in the plane; nil for those elsewhere.
        let place: (Int) -> Int?
        /// The run of what a cell sends, by the name of the signal and the cell's global id.
        let run: (String, Int) -> Int
        /// How many connections of the coupling end at a place.
        let incoming: (Int) -> Int
    }

    init(
        _ projection: SignalProjection, plane: InputPlane, firstRun: Int, resolution: Double, _ cells: Finder
    ) {
        (self.projection, self.plane, self.firstRun, self.resolution) = (projection, plane, firstRun, resolution)
        let plan = projection.model.coupling!, values = projection.values!
        (self.plan, every) = (plan, values.every)
        let pairs = Self.pairs(projection, cells.place)
        (groups, entries, count) = (Self.groups(pairs), pairs.map(\.entry), pairs.count)
        let memory = ReadyMemory()
        (self.memory, frame) = (memory, Frame(plan.program))
        let list = pairs.map { projection.entries[Int($0.entry)] }
        preRuns = plan.facts.pre.map { name in memory.runs(list.map { cells.run(name, Int($0.source)) }) }
        postRuns = plan.facts.post.map { name in memory.runs(list.map { cells.run(name, Int($0.target)) }) }
        weights = memory.values(list.map(\.weight))
        held = memory.values(values.held.isEmpty ? [] : pairs.map { values.held[Int($0.entry)] })
        sums = memory.values(groups.map { _ in 0 })
        ends = memory.runs(groups.map(\.pairs.upperBound))
        products = memory.row()
        readsTime = plan.program.leaves.contains { $0.kind == .time }
        preRows = plan.facts.pre.map { _ in memory.row() }
        postRows = plan.facts.post.map { _ in memory.row() }
        (time, stepLength) = (memory.shared(0), memory.shared(resolution))
        let known = FixedValues(
            plan: plan, values: values, entries: entries, incoming: pairs.map { cells.incoming(Int($0.place)) },
            stepLength: stepLength, memory: memory)
        fixed = plan.program.leaves.map { known.place(of: $0) }
        if every > 1 { for group in groups.indices { sums[group] = sum(of: group) } }
        bindOnce()
    }

    /// A connection onto the plane.
    private struct Pair: Comparable {
        let place, delay, entry: Int32

        static func < (a: Pair, b: Pair) -> Bool { (a.place, b.delay, a.entry) < (b.place, a.delay, b.entry) }
    }

    private static func pairs(_ projection: SignalProjection, _ place: (Int) -> Int?) -> [Pair] {
        var found: [Pair] = []
        for (index, entry) in projection.entries.enumerated() {
            guard let place = place(Int(entry.target)) else { continue }
            found.append(Pair(place: Int32(place), delay: entry.delay, entry: Int32(index)))
        }
        return found.sorted()
    }

    private static func groups(_ pairs: [Pair]) -> [Group] {
        var groups: [Group] = [], first = 0
        for end in pairs.indices.map({ $0 + 1 }) {
            let last = pairs[end - 1]
            if end < pairs.count, (pairs[end].place, pairs[end].delay) == (last.place, last.delay) { continue }
            groups.append(Group(place: Int(last.place), delay: Int(last.delay), pairs: first..<end))
            first = end
        }
        return groups
    }

    private func sum(of group: Int) -> Double { groups[group].pairs.reduce(0) { $0 + held[$1] } }

    /// Groups of the cells at some places.
    func groups(at places: Range<Int>) -> Range<Int> {
        groups.partitioningIndex {
            $0.place >= places.lowerBound
        }..<groups.partitioningIndex {
            $0.place >= places.upperBound
        }
    }

    // MARK: Evaluating

    /// Is it worked out now and then only?
    var isHeld: Bool { every > 1 }

    /// Is it worked out at the end of one of these steps?
    func isDue(_ steps: Range<Int>) -> Bool { steps.upperBound / every > steps.lowerBound / every }

    /// What a group sends until the next evaluation.
    func held(_ group: Int) -> Double { sums[group] }

    /// Leaves that lie where they are for all chunks.
    private func bindOnce() {
        for (index, leaf) in plan.program.leaves.enumerated() {
            let which = Int(leaf.index)
            switch leaf.kind {
            case .preSignal: frame[index] = Place(base: preRows[which], stride: 1)
            case .postSignal: frame[index] = Place(base: postRows[which], stride: 1)
            case .time: frame[index] = Place(base: time, stride: 0)
            default: break
            }
        }
    }

    private func bind(_ first: Int) {
        for case (let index, let place?) in fixed.enumerated() {
            frame[index] = Place(base: place.base + first * place.stride, stride: place.stride)
        }
    }

    /// Puts what some groups send at the ends of a slice's steps into their runs.
    ///
    /// - `runs`: of all that is sent in the slice, `stride` apart.
    func evaluate(_ some: Range<Int>, _ runs: UnsafeMutablePointer<Double>, stride: Int, steps: Range<Int>) {
        let due = dueLags(steps)
        evaluate(some, runs, stride, steps.lowerBound, due)
        guard every > 1 else { return }
        for group in some {
            let run = runs + (firstRun &+ group) &* stride
            var last = sums[group], from = 0
            for lag in due {
                for k in from..<lag { run[k] = last }
                (last, from) = (run[lag], lag + 1)
            }
            for k in from..<steps.count { run[k] = last }
            sums[group] = last
        }
    }

    /// Steps of a slice at whose ends the coupling is evaluated.
    private func dueLags(_ steps: Range<Int>) -> StrideTo<Int> {
        let first = (steps.lowerBound + every) / every * every
        return Swift.stride(from: first - steps.lowerBound - 1, to: steps.count, by: every)
    }

    private func evaluate(
        _ some: Range<Int>, _ runs: UnsafeMutablePointer<Double>, _ stride: Int, _ firstStep: Int,
        _ lags: StrideTo<Int>
    ) {
        let firstRuns = runs + firstRun &* stride, lastGroup = some.upperBound - 1
        for lag in lags { for group in some { firstRuns[group &* stride &+ lag] = 0 } }
        var group = some.lowerBound, first = group == 0 ? 0 : Int(ends[group - 1])
        let end = Int(ends[lastGroup])
        while first < end {
            let pairs = first..<min(first + Frame.largest, end)
            bind(first)
            for lag in lags {
                gather(pairs, runs + lag, stride)
                if readsTime {
                    time.update(repeating: TimeGrid.ms(firstStep + lag + 1, resolution), count: Machine.width)
                }
                frame.run((pairs.count + Machine.width - 1) / Machine.width * Machine.width)
                weigh(pairs)
                addUp(pairs, from: group, firstRuns + lag, stride)
            }
            while group < lastGroup, Int(ends[group]) <= pairs.upperBound { group += 1 }
            first = pairs.upperBound
        }
    }

    @inline(__always)
    private func gather(_ pairs: Range<Int>, _ values: UnsafePointer<Double>, _ stride: Int) {
        for name in preRuns.indices {
            Self.gather(preRuns[name] + pairs.lowerBound, pairs.count, values, stride, preRows[name])
        }
        for name in postRuns.indices {
            Self.gather(postRuns[name] + pairs.lowerBound, pairs.count, values, stride, postRows[name])
        }
    }

    private static func gather(
        _ runs: UnsafePointer<Int32>, _ count: Int, _ values: UnsafePointer<Double>, _ stride: Int,
        _ row: UnsafeMutablePointer<Double>
    ) {
        if stride == 1 {
            for i in 0..<count { row[i] = values[Int(runs[i])] }
        } else {
            for i in 0..<count { row[i] = values[Int(runs[i]) &* stride] }
        }
    }

    /// Multiplies the program's values by weights.
    private func weigh(_ pairs: Range<Int>) {
        let values = frame.output(0), weights = weights + pairs.lowerBound
        var pair = 0
        // behind the last connection there is room
        while pair < pairs.count {
            (Machine.Vector(at: weights + pair) * Machine.Vector(at: values + pair)).store(at: products + pair)
            pair &+= Machine.Vector.laneCount
        }
        if every > 1 { (held + pairs.lowerBound).update(from: products, count: pairs.count) }
    }

    /// Adds weighted values to the runs of their groups, one after the other.
    private func addUp(_ pairs: Range<Int>, from first: Int, _ runs: UnsafeMutablePointer<Double>, _ stride: Int) {
        let ends = ends, products = products - pairs.lowerBound
        var pair = pairs.lowerBound, group = first
        while pair < pairs.upperBound {
            let stop = min(Int(ends[group]), pairs.upperBound)
            var sum = runs[group &* stride]
            while pair < stop {
                sum += products[pair]
                pair &+= 1
            }
            runs[group &* stride] = sum
            group &+= 1
        }
    }

    /// Lets the projection know what is held, at the end of a run.
    func handBack() {
        guard every > 1 else { return }
        for (pair, entry) in entries.enumerated() { projection.values!.held[Int(entry)] = held[pair] }
    }

    var memoryBytes: Int { memory.bytes + groups.count * MemoryLayout<Group>.stride + entries.count * 4 }
}

/// What parameters and the number of connections decide: for each connection, or once for all.
private struct FixedValues {
    let plan: CouplingPlan
    let values: CouplingValues
    /// Of connections in the order of groups.
    let entries: [Int32]
    let incoming: [Int]
    let stepLength: UnsafeMutablePointer<Double>
    let memory: ReadyMemory

    /// Where a leaf of the coupling's program lies; nil where it changes while the simulation runs.
    func place(of leaf: Leaf) -> Place? {
        switch leaf.kind {
        case .preSignal, .postSignal, .time: nil
        case .stepLength: Place(base: stepLength, stride: 0)
        case .derived: place(of: Assembler.program(plan.graph, parameterValues: [plan.derived.nodes[Int(leaf.index)]]))
        default: stored(isShared(leaf) ? [value(leaf, 0)] : entries.indices.map { value(leaf, $0) }, isShared(leaf))
        }
    }

    private func isShared(_ leaf: Leaf) -> Bool {
        leaf.kind == .parameter ? values.shared[Int(leaf.index)] != nil : leaf.kind != .incoming
    }

    private func stored(_ values: [Double], _ isShared: Bool) -> Place {
        isShared
            ? Place(base: memory.shared(values.first ?? 0), stride: 0) : Place(base: memory.values(values), stride: 1)
    }

    private func place(of program: Program) -> Place {
        let frame = Frame(program), isShared = program.leaves.allSatisfy { self.isShared($0) }
        let count = isShared ? 1 : entries.count, rows = program.leaves.map { _ in memory.row() }
        for (index, row) in rows.enumerated() { frame[index] = Place(base: row, stride: 1) }
        var result: [Double] = []
        result.reserveCapacity(count)
        for first in stride(from: 0, to: count, by: Frame.largest) {
            let some = first..<min(first + Frame.largest, count)
            for (leaf, row) in zip(program.leaves, rows) { for pair in some { row[pair - first] = value(leaf, pair) } }
            frame.run((some.count + Machine.width - 1) / Machine.width * Machine.width)
            result += UnsafeBufferPointer(start: frame.output(0), count: some.count)
        }
        return stored(result, isShared)
    }

    private func value(_ leaf: Leaf, _ pair: Int) -> Double {
        switch leaf.kind {
        case .parameter: values.shared[Int(leaf.index)] ?? values.own[Int(leaf.index)][Int(entries[pair])]
        case .incoming: Double(incoming[pair])
        default: stepLength.pointee
        }
    }
}

/// Memory that is filled once, with room behind it for a chunk, which programs may read.
private final class ReadyMemory {
    private var owned: [UnsafeMutableRawPointer] = []
    private(set) var bytes = 0

    deinit { owned.forEach { $0.deallocate() } }

    private func take<T>(_ values: [T], room: Int, filling: T) -> UnsafeMutablePointer<T> {
        let size = values.count + room
        let raw = UnsafeMutableRawPointer.allocate(byteCount: size * MemoryLayout<T>.stride, alignment: 64)
        owned.append(raw)
        bytes += size * MemoryLayout<T>.stride
        let memory = raw.bindMemory(to: T.self, capacity: size)
        memory.initialize(repeating: filling, count: size)
        values.withUnsafeBufferPointer {
            if let base = $0.baseAddress { memory.update(from: base, count: values.count) }
        }
        return memory
    }

    func values(_ values: [Double]) -> UnsafeMutablePointer<Double> { take(values, room: Frame.stride, filling: 0) }

    func runs(_ runs: [Int]) -> UnsafeMutablePointer<Int32> { take(runs.map { Int32($0) }, room: 1, filling: 0) }

    /// A row of a chunk.
    func row() -> UnsafeMutablePointer<Double> { take([], room: Frame.stride, filling: 0) }

    /// A value, so often that a vector can read it.
    func shared(_ value: Double) -> UnsafeMutablePointer<Double> { take([], room: Machine.width, filling: value) }
}
