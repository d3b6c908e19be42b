/// How a synapse model follows its targets from step to step, where their spikes do not tell enough.
///
/// At the end of each step the rule makes two numbers of what a target has: an *event*, which is kept, unless it is 0, for as long as a
/// synapse may ask for it, and a *level*, which is kept for the longest delay. Values are in units of formulas: mV, ms, pA.
struct StepRule: Sendable {
    /// States and quantities of the target that the rule reads as they are.
    let states: [String]
    /// Those that it reads as they were some time ago, and the target's parameter (ms) that says how long ago.
    let earlier: [String]
    let lag: String
    let parameters: [String]
    /// Models that have all of these: for errors.
    let models: [String]
    let make: @Sendable (borrowing TargetStep) -> (event: Double, level: Double)

    /// What has to change while a target runs.
    var changing: [String] { states + earlier }
    /// Numbers that are kept of a step: what is read later, and the level.
    var rowWidth: Int { earlier.count + 1 }
}

/// The end of a target's step, as a rule sees it.
struct TargetStep {
    /// By the places of names in the rule. Before a target was followed, all that it had counts as 0.
    let states, earlier, parameters: UnsafePointer<Double>
    /// ms
    let length: Double
}

/// What a rule has made of the steps of one worker and model's cells that have input which asks for it.
///
/// Events are asked for by time; levels, and what the rule reads as it was, lie in a ring of rows, one a step. What is asked for does not
/// depend on when the rest is forgotten.
final class StepHistory {
    struct Event: BitwiseCopyable {
        /// ms
        let time, value: Double
    }

    /// What is kept of one cell.
    struct Cell {
        fileprivate(set) var isKept = false
        /// Steps.
        fileprivate(set) var lag = 0
        fileprivate var events = KeptList<Event>()
        /// The row of stamp s is `s & mask`: values that the rule reads later, then the level.
        fileprivate var rows: UnsafeMutablePointer<Double>?
        fileprivate var mask = 0, width = 1

        var all: UnsafeBufferPointer<Event> { events.all }

        func row(_ stamp: Int) -> UnsafeMutablePointer<Double> { rows! + (stamp & mask) &* width }
    }

    let rule: StepRule
    /// By the cell's place in its plane.
    private(set) var cells = UnsafeMutableBufferPointer<Cell>.allocate(capacity: 0)
    private var parameters: [Double] = []
    private let states: UnsafeMutablePointer<Double>
    /// Events, since the count began.
    private(set) var written = 0
    /// Steps in a ring: none, or a power of 2.
    private var length = 0

    init(_ rule: StepRule) {
        self.rule = rule
        states = .allocate(capacity: max(rule.states.count, 1))
    }

    deinit {
        for cell in cells {
            cell.events.deallocate()
            cell.rows?.deallocate()
        }
        cells.deallocate()
        states.deallocate()
    }

    private var width: Int { rule.rowWidth }

    // MARK: Which cells

    /// From now on, the cell is followed.
    ///
    /// - `places`: that there are in the plane.
    func keep(_ place: Int, of places: Int) {
        if places > cells.count {
            let larger = UnsafeMutableBufferPointer<Cell>.allocate(capacity: places)
            let filled = larger.moveInitialize(fromContentsOf: cells)
            larger[filled...].initialize(repeating: Cell())
            cells.deallocate()
            cells = larger
            parameters += repeatElement(0, count: places * rule.parameters.count - parameters.count)
        }
        cells[place].isKept = true
    }

    /// From now on, the cell is not followed, and nothing of what was is kept.
    func stop(_ place: Int) {
        cells[place].events.deallocate()
        cells[place].rows?.deallocate()
        cells[place] = Cell()
    }

    // MARK: Before a run

    /// - `lag`: steps. What was before one that is shorter is not known any more.
    func set(_ place: Int, _ values: [Double], lag: Int, now: Int) {
        if lag > cells[place].lag {
            forgetRows(place, levelsBefore: 0, earlierBefore: now - cells[place].lag, now: now)
        }
        cells[place].lag = lag
        parameters.replaceSubrange(place * values.count..<(place + 1) * values.count, with: values)
    }

    /// Room for so many steps in the rings, and for what the rule reads as it was.
    func reserve(_ steps: Int, now: Int) throws {
        let old = length, wanted = max(steps, 1 + (cells.lazy.map(\.lag).max() ?? 0))
        while length < wanted { length = max(1, 2 * length) }
        let places = cells.indices.filter { cells[$0].isKept && (length != old || cells[$0].rows == nil) }
        if places.isEmpty { return }
        try Memory.refuse(
            Double(places.count * length * width * 8), for: "\(length) steps of targets that synapses read")
        for place in places {
            let cell = cells[place]
            let rows = UnsafeMutablePointer<Double>.allocate(capacity: length * width)
            rows.initialize(repeating: 0, count: length * width)
            (cells[place].rows, cells[place].mask, cells[place].width) = (rows, length - 1, width)
            guard cell.rows != nil else { continue }
            for stamp in now - cell.mask...now { cells[place].row(stamp).update(from: cell.row(stamp), count: width) }
            cell.rows?.deallocate()
        }
    }

    // MARK: In a run

    /// The end of a step.
    ///
    /// - `since`: ms; nobody asks for events before.
    /// - `value`: by the place of a name among what changes.
    func record(
        _ place: Int, stamp: Int, _ resolution: Double, forgetting since: Double, _ value: (Int) -> Double
    ) {
        let cell = cells[place], row = cell.row(stamp)
        for k in rule.states.indices { states[k] = value(k) }
        for k in rule.earlier.indices { row[k] = value(rule.states.count + k) }
        let made = parameters.withUnsafeBufferPointer {
            rule.make(
                TargetStep(
                    states: states, earlier: cell.row(stamp - cell.lag),
                    parameters: $0.baseAddress! + place * rule.parameters.count, length: resolution))
        }
        row[width - 1] = made.level
        guard made.event != 0 else { return }
        if cells[place].events.isFull {
            forget(place, before: since)
            cells[place].events.makeRoom(least: 16)
        }
        cells[place].events.append(Event(time: TimeGrid.ms(stamp, resolution), value: made.event))
        written += 1
    }

    // MARK: What is left

    /// Keeps the events after `since` (ms), and some others by their index.
    func forget(_ place: Int, before since: Double, but others: [Range<Int>] = []) {
        cells[place].events.keep(from: cells[place].all.partitioningIndex { $0.time > since }, and: others)
    }

    /// Events.
    var kept: Int { cells.reduce(0) { $0 + $1.events.count } }

    func beginCount() { written = 0 }

    /// Keeps levels from one stamp on, and from another one what the rule reads as it was.
    func forgetRows(_ place: Int, levelsBefore: Int, earlierBefore: Int, now: Int) {
        let cell = cells[place]
        guard cell.rows != nil else { return }
        for stamp in now - cell.mask...now {
            let row = cell.row(stamp)
            if stamp < levelsBefore { row[width - 1] = 0 }
            if stamp < earlierBefore { row.update(repeating: 0, count: width - 1) }
        }
    }

    /// The rows of a cell that are not all 0, each with its stamp.
    func rows(_ place: Int, now: Int) -> [(stamp: Int, values: [Double])] {
        let cell = cells[place]
        guard cell.rows != nil else { return [] }
        return (now - cell.mask...now).compactMap { stamp in
            let values = Array(UnsafeBufferPointer(start: cell.row(stamp), count: width))
            return values.allSatisfy { $0 == 0 } ? nil : (stamp, values)
        }
    }

    /// Makes these a cell's events and rows.
    func restore(
        _ place: Int, _ events: [Event], _ rows: [(stamp: Int, values: [Double])], lag: Int, now: Int
    ) throws {
        cells[place].lag = lag
        cells[place].events.removeAll()
        cells[place].events.reserve(events.count)
        events.forEach { cells[place].events.append($0) }
        try reserve(1 + now - (rows.first?.stamp ?? now), now: now)
        cells[place].rows!.update(repeating: 0, count: length * width)
        for (stamp, values) in rows { for (k, x) in values.enumerated() { cells[place].row(stamp)[k] = x } }
    }

    var memoryBytes: Int {
        cells.reduce(cells.count * MemoryLayout<Cell>.stride + 8 * parameters.count) {
            $0 + $1.events.memoryBytes + ($1.rows == nil ? 0 : 8 * length * width)
        }
    }
}

/// What a target has left from step to step, as a synapse may ask for it. Times are in ms, and count as equal within half a step.
struct TargetSteps: @unchecked Sendable {
    private let cell: StepHistory.Cell
    private let resolution: Double

    /// Of a target that is not followed: nothing.
    static let none = TargetSteps(StepHistory.Cell(), resolution: 1)

    @inline(__always)
    init(_ cell: StepHistory.Cell, resolution: Double) { (self.cell, self.resolution) = (cell, resolution) }

    /// after < time <= through
    @inline(__always)
    func events(after: Double, through: Double) -> Slice<UnsafeBufferPointer<StepHistory.Event>> {
        let all = cell.all
        let end = all.partitioningIndex { $0.time > through + resolution / 2 }
        let first = all[..<end].partitioningIndex { $0.time > after + resolution / 2 }
        return all[first..<end]
    }

    /// That of the step that ends at a time; 0 of one before the start.
    @inline(__always)
    func level(at time: Double) -> Double {
        let stamp = Int((time / resolution).rounded())
        guard stamp > 0, cell.isKept else { return 0 }
        return cell.row(stamp)[cell.width - 1]
    }
}
