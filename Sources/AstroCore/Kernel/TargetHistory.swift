import Equations

/// Spikes of the cells of one worker and model that have input which looks at them: so far back as a synapse may ask.
///
/// A spike is written down before those that arrive at its time are handed over. What is kept is asked for by time, so results do
/// not depend on when the rest is forgotten.
final class TargetHistory {
    struct Spike: BitwiseCopyable {
        /// ms
        let time: Double
        /// The post-spike trace, this spike included: each adds 1, and it decays with the cell's tau_minus.
        let trace: Double
    }

    /// The spikes of one cell, in order of time.
    struct Cell {
        fileprivate(set) var isKept = false
        /// ms
        fileprivate(set) var tau_minus = 1.0
        fileprivate var spikes = KeptList<Spike>()
        /// What the cell had as each spike left it, spike by spike: a value for each of the history's names.
        fileprivate var values = KeptList<Double>()

        var all: UnsafeBufferPointer<Spike> { spikes.all }
        var count: Int { spikes.count }

        var allValues: UnsafeBufferPointer<Double> { values.all }
    }

    /// States and quantities that are written down with each spike, since synapses read them.
    private(set) var names: [String] = []

    /// The parameter that a model must have for its spikes to be kept: the time constant of the trace.
    static let parameter = TargetTrace.timeConstant

    /// By the cell's place in its plane.
    private(set) var cells = UnsafeMutableBufferPointer<Cell>.allocate(capacity: 0)

    /// The times (ms) and the traces of each cell's last spikes, the latest last, by its place: most connections need no others. Before
    /// there are so many, those that are missing are long ago and have left nothing.
    private var latest = UnsafeMutablePointer<SIMD4<Double>>.allocate(capacity: 0)
    private var latestTraces = UnsafeMutablePointer<SIMD4<Double>>.allocate(capacity: 0)

    /// What is kept of the cells from a place on.
    struct Places {
        fileprivate let cells: UnsafePointer<Cell>
        fileprivate let latest, latestTraces: UnsafePointer<SIMD4<Double>>
        /// At most as many as the 16 bits of a connection can name.
        let count: Int

        @inline(__always)
        subscript(place: Int) -> Cell { cells[place] }

        /// More spikes than these are not counted.
        static let mostCounted = 4

        /// Which of a cell's last spikes were after a time (ms) and not after another, a bit each, the earliest first.
        ///
        /// - `mayBeMore`: 1 where all of them were after the first time.
        @inline(__always)
        func latest(_ place: Int, after first: Double, through last: Double) -> (which: UInt8, mayBeMore: Int) {
            let times = latest[place]
            let isAfter = SIMD4(repeating: first).isLess(than: times).bits
            let isLater = SIMD4(repeating: last).isLess(than: times).bits
            return (UInt8(truncatingIfNeeded: isAfter & ~isLater), Int(isAfter & 1))
        }

        /// The time of one of them.
        @inline(__always)
        func time(_ place: Int, _ index: Int) -> Double {
            Self.number(latest, place, index)
        }

        @inline(__always)
        private static func number(_ all: UnsafePointer<SIMD4<Double>>, _ place: Int, _ index: Int) -> Double {
            UnsafeRawPointer(all + place).assumingMemoryBound(to: Double.self)[index]
        }

        /// A cell's last spike up to a time that none has; long ago where there is none.
        @inline(__always)
        func last(_ place: Int, before time: Double) -> Spike {
            let later = SIMD4(repeating: time).isLess(than: latest[place]).bits.nonzeroBitCount
            if later == Self.mostCounted { return lastOfAll(place, before: time) }
            let index = Self.mostCounted &- 1 &- later
            return Spike(
                time: Self.number(latest, place, index), trace: Self.number(latestTraces, place, index))
        }

        @inline(never)
        private func lastOfAll(_ place: Int, before time: Double) -> Spike {
            cells[place].all.last { $0.time < time } ?? Spike(time: -.infinity, trace: 0)
        }
    }

    /// nil where nothing is kept.
    func places(from first: Int) -> Places? {
        cells.baseAddress.map {
            Places(
                cells: $0 + first, latest: latest + first, latestTraces: latestTraces + first,
                count: min(cells.count - first, Int(UInt16.max) + 1))
        }
    }

    private var spikesWritten = 0

    /// Of cells that synapses follow from step to step, by the identity of the synapse model.
    private(set) var steps: [String: StepHistory] = [:]

    deinit {
        for cell in cells {
            cell.spikes.deallocate()
            cell.values.deallocate()
        }
        cells.deallocate()
        latest.deallocate()
        latestTraces.deallocate()
    }

    /// From now on, these are written down. Nobody asks what those had in earlier spikes that are new.
    func setNames(_ new: [String]) {
        if new == names { return }
        let from = new.map { name in names.firstIndex(of: name) }, width = names.count
        for place in cells.indices {
            let old = cells[place].values
            cells[place].values = KeptList()
            cells[place].values.reserve(cells[place].spikes.capacity * new.count)
            for i in 0..<cells[place].spikes.count {
                for column in from { cells[place].values.append(column.map { old.all[i * width + $0] } ?? 0) }
            }
            old.deallocate()
        }
        names = new
    }

    /// From now on, the cell's spikes are kept.
    ///
    /// - `places`: that there are in the plane.
    func keep(_ place: Int, of places: Int) {
        if places > cells.count {
            let larger = UnsafeMutableBufferPointer<Cell>.allocate(capacity: places)
            let filled = larger.moveInitialize(fromContentsOf: cells)
            larger[filled...].initialize(repeating: Cell())
            cells.deallocate()
            cells = larger
            latest.deallocate()
            latestTraces.deallocate()
            (latest, latestTraces) = (.allocate(capacity: places), .allocate(capacity: places))
            for place in 0..<places { readLatest(place) }
        }
        cells[place].isKept = true
    }

    /// From now on, the cell is followed from step to step, too.
    func follow(_ place: Int, of places: Int, _ identity: String, _ rule: StepRule) {
        if steps[identity] == nil { steps[identity] = StepHistory(rule) }
        steps[identity]!.keep(place, of: places)
    }

    /// From now on, none of the cell's spikes is kept, not those that there are either.
    func stop(_ place: Int) {
        cells[place].isKept = false
        cells[place].spikes.removeAll()
        cells[place].values.removeAll()
        readLatest(place)
    }

    private func readLatest(_ place: Int) {
        (latest + place).initialize(to: SIMD4(repeating: -.infinity))
        (latestTraces + place).initialize(to: .zero)
        for spike in cells[place].all.suffix(Places.mostCounted) { noteLatest(place, spike) }
    }

    private func noteLatest(_ place: Int, _ spike: Spike) {
        let (times, traces) = (latest[place], latestTraces[place])
        latest[place] = SIMD4(times[1], times[2], times[3], spike.time)
        latestTraces[place] = SIMD4(traces[1], traces[2], traces[3], spike.trace)
    }

    func setTimeConstant(_ tau_minus: Double, _ place: Int) {
        if place < cells.count { cells[place].tau_minus = tau_minus }
    }

    /// - `since`: ms; nobody asks for what was before, except for its trace.
    /// - `value`: by the place of a name.
    func record(_ place: Int, at time: Double, forgetting since: Double, _ value: (Int) -> Double) {
        guard place < cells.count, cells[place].isKept else { return }
        if cells[place].spikes.isFull {
            forget(place, before: since)
            cells[place].spikes.makeRoom(least: 4)
            cells[place].values.reserve(cells[place].spikes.capacity * names.count)
        }
        let trace = cells[place].all.last.map {
            $0.trace * exponentialEverywhere(($0.time - time) / cells[place].tau_minus)
        }
        append(Spike(time: time, trace: (trace ?? 0) + 1), place, value)
    }

    private func append(_ spike: Spike, _ place: Int, _ value: (Int) -> Double) {
        cells[place].spikes.append(spike)
        noteLatest(place, spike)
        spikesWritten += 1
        for k in names.indices { cells[place].values.append(value(k)) }
    }

    /// Keeps the spikes after `since` (ms), the last one before, whose trace goes on, and some others by their index.
    func forget(_ place: Int, before since: Double, but others: [Range<Int>] = []) {
        let first = max(cells[place].all.partitioningIndex { $0.time > since } - 1, 0)
        cells[place].spikes.keep(from: first, and: others)
        cells[place].values.keep(from: first, and: others, size: names.count)
        readLatest(place)
    }

    /// Spikes and events that were written down since the count began, and that were kept then.
    var written: Int { steps.values.reduce(spikesWritten) { $0 + $1.written } }
    private(set) var keptBefore = 0

    func beginCount() {
        keptBefore = steps.values.reduce(cells.reduce(0) { $0 + $1.spikes.count }) { $0 + $1.kept }
        spikesWritten = 0
        steps.values.forEach { $0.beginCount() }
    }

    /// Makes these the spikes of a cell.
    ///
    /// - `values`: of all spikes, one after the other, for each name.
    func restore(_ place: Int, _ spikes: [Spike], _ values: [Double] = []) {
        guard place < cells.count else { return }
        cells[place].spikes.removeAll()
        cells[place].values.removeAll()
        readLatest(place)
        cells[place].spikes.reserve(spikes.count)
        cells[place].values.reserve(spikes.count * names.count)
        for (i, spike) in spikes.enumerated() { append(spike, place) { values[i * names.count + $0] } }
    }

    var memoryBytes: Int {
        cells.count * (MemoryLayout<Cell>.stride + 2 * MemoryLayout<SIMD4<Double>>.stride)
            + cells.reduce(0) { $0 + $1.spikes.memoryBytes + $1.values.memoryBytes }
            + steps.values.reduce(0) { $0 + $1.memoryBytes }
    }
}

/// The spikes of a target, as a synapse may ask for them. Times are in ms, and count as equal within half a step.
struct TargetSpikes: @unchecked Sendable {
    private let spikes: UnsafeBufferPointer<TargetHistory.Spike>
    private let tau_minus, halfStep: Double

    /// Of a target whose spikes are not kept: none.
    static let none = TargetSpikes(TargetHistory.Cell(), resolution: 0)

    @inline(__always)
    init(_ cell: TargetHistory.Cell, resolution: Double) {
        (spikes, tau_minus, halfStep) = (cell.all, cell.tau_minus, resolution / 2)
    }

    /// after < time <= through
    @inline(__always)
    func between(after: Double, through: Double) -> Slice<UnsafeBufferPointer<TargetHistory.Spike>> {
        spikes[range(after: after, through: through)]
    }

    /// The indices of these spikes.
    @inline(__always)
    func range(after: Double, through: Double) -> Range<Int> {
        let end = end(through + halfStep)
        var first = end
        while first > 0, spikes[first - 1].time > after + halfStep { first -= 1 }
        return first..<end
    }

    /// The post-spike trace of what was strictly before a time.
    @inline(__always)
    func trace(before time: Double) -> Double {
        let end = end(time - halfStep)
        guard end > 0 else { return 0 }
        let last = spikes[end - 1]
        return last.trace * exponentialEverywhere((last.time - time) / tau_minus)
    }

    /// Spikes up to a time that no spike has. What is asked for is near the end.
    @inline(__always)
    private func end(_ time: Double) -> Int {
        var end = spikes.count
        while end > 0, spikes[end - 1].time > time { end -= 1 }
        return end
    }
}
