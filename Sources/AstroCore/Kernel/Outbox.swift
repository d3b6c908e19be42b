/// What one worker's cells send in a slice: spikes by the step they fall in, each list in ascending order of cells.
///
/// Two outboxes a worker take turns, so that one slice's spikes can still be read while the next is computed.
package final class Outbox: @unchecked Sendable {
    struct Spike {
        var population: Int32
        var cell: Int32
        /// Where what this spike carries begins in the worker's `carried`.
        var carried: Int32
    }

    /// Spikes by lag, the step within the slice.
    var spikes: [[Spike]] = []
    /// For each spike, what the synapses of each projection that leaves its population have released.
    var carried: [Double] = []
    /// What recorders of events listen to: event, then as spikes have it.
    private(set) var noted: [(event: Int, lag: Int, population: Int, cell: Int)] = []
    let deferred = DeferredCells()
    /// Where kernels put down their signals step by step.
    let signalBuffer = ReusedMemory()
    /// Did a cell send a signal of anything but 0 in this slice?
    let signalIsActive = UnsafeMutablePointer<Bool>.allocate(capacity: 1)
    /// What names the random numbers of cells: the run's seed, and for each population how many nodes there were before.
    private(set) var seed: Int64 = 0
    private(set) var firstStreamed: [Int] = []
    /// The first cell, by time and then by place, found unstable in this slice.
    private(set) var instability: (step: Int, population: Int, cell: Int)?

    /// Spikes of a slice that there is memory for. More are not kept, and the run ends.
    var room = Int.max
    private var held = 0
    /// The first spike that was not kept: the step within the slice, and whose.
    private(set) var overflow: (lag: Int, population: Int, cell: Int)?

    init() { signalIsActive.initialize(to: false) }

    deinit { signalIsActive.deallocate() }

    func prepare(seed: Int64, firstStreamed: [Int]) { (self.seed, self.firstStreamed) = (seed, firstStreamed) }

    func clear(lags: Int) {
        signalIsActive.pointee = false
        while spikes.count < lags { spikes.append([]) }
        for lag in spikes.indices { spikes[lag].removeAll(keepingCapacity: true) }
        carried.removeAll(keepingCapacity: true)
        noted.removeAll(keepingCapacity: true)
        instability = nil
        (held, overflow) = (0, nil)
    }

    /// Cells that a kernel puts off send later than their neighbours.
    func sort() {
        let isOrdered = { (a: Spike, b: Spike) in (a.population, a.cell) <= (b.population, b.cell) }
        for lag in spikes.indices where !zip(spikes[lag], spikes[lag].dropFirst()).allSatisfy(isOrdered) {
            spikes[lag].sort { ($0.population, $0.cell) < ($1.population, $1.cell) }
        }
    }

    func report(instability found: (step: Int, population: Int, cell: Int)) {
        if let first = instability, first < found { return }
        instability = found
    }

    func note(event: Int, lag: Int, population: Int, cell: Int) {
        guard held < room else {
            if overflow == nil { overflow = (lag, population, cell) }
            return
        }
        held += 1
        noted.append((event, lag, population, cell))
    }

    func add(_ count: Int, lag: Int, population: Int, cell: Int) {
        let kept = min(count, room - held)
        held += kept
        for _ in 0..<kept {
            spikes[lag].append(Spike(population: Int32(population), cell: Int32(cell), carried: 0))
        }
        if kept < count, overflow == nil { overflow = (lag, population, cell) }
    }
}
