/// Where one worker collects what its cells of one model receive: for each port and stamp to come a row, with a place for every
/// cell. A ring: the row of stamp s is `s & slotMask`.
final class InputPlane {
    let worker: Int
    let ports: Ports
    /// Cells, padded; batches lie one after the other.
    private(set) var size = 0
    private(set) var slots = 0
    /// By place in the model's list of ports.
    let rows: UnsafeMutablePointer<PortRows>
    /// Rows of all ports of spikes: those of a stamp lie together.
    private(set) var spikes: UnsafeMutablePointer<Double>
    /// Stamps that have rows of spikes: `slots`, or the few of a slice while an `ArrivalQueue` keeps what comes later.
    private(set) var spikeSlots = 0
    /// Rows of all stamps, while there are but those of a slice.
    private var aside: UnsafeMutablePointer<Double>?
    /// Spikes of the cells, where synapses look back at them.
    private(set) var history: TargetHistory?

    /// Sizes that the memory above has; behind the wanted ones until `prepare`.
    private var allocatedSize = 0

    init(worker: Int, ports: Ports) {
        self.worker = worker
        self.ports = ports
        rows = .allocate(capacity: max(ports.list.count, 1))
        rows.initialize(repeating: PortRows(), count: max(ports.list.count, 1))
        spikes = ColumnStore.allocate(1)
        placeRows()
    }

    deinit {
        spikes.deallocate()
        for input in ports.inputs where !input.isSpikes { rows[input.port].rows?.deallocate() }
        rows.deallocate()
    }

    var memoryBytes: Int {
        let held = ports.inputs.count { !$0.isSpikes && rows[$0.port].rows != nil }
        return size * slots * (ports.spikeRows + held) * 8 + (history?.memoryBytes ?? 0)
    }

    var slotMask: Int { slots - 1 }
    var spikeSlotMask: Int { spikeSlots - 1 }
    /// How far it is from one stamp to the next: of all ports of spikes, and of all others.
    var spikeStride: Int { allocatedSize * ports.spikeRows }
    var heldStride: Int { allocatedSize }

    /// Whose cells have which places.
    private(set) var residents: [(offset: Int, population: Int, cells: Range<Int>)] = []

    /// Room for more cells, behind those there are.
    ///
    /// - `place`: of the first of them.
    func add(cells: Range<Int>, of population: Int, at place: Int) {
        residents.append((place, population, cells))
        size = padded(place + cells.count)
    }

    /// The population and the cell that live at a place.
    func resident(at place: Int) -> (population: Int, cell: Int) {
        let found = residents[residents.partitioningIndex { $0.offset > place } - 1]
        return (found.population, found.cells.lowerBound + place - found.offset)
    }

    /// - `follows`: by which rule synapses of a model follow the cell's steps, where they do.
    func keepHistory(of place: Int, _ identity: String, follows: StepRule?) {
        if history == nil { history = TargetHistory() }
        history!.keep(place, of: size)
        if let follows { history!.follow(place, of: size, identity, follows) }
    }

    // MARK: Memory

    /// Memory for at least `slots` stamps; what is pending at and after `now` stays.
    ///
    /// - `wanted`: ports of currents and signals at which something can arrive.
    func prepare(slots wantedSlots: Int, now: Int, _ wanted: (Ports.Input) -> Bool) {
        let newSlots = max(slots, wantedSlots)
        if newSlots != slots || size != allocatedSize {
            spikes = moved(spikes, rows: ports.spikeRows, newSlots, now)
            for input in ports.inputs where !input.isSpikes {
                rows[input.port].rows = rows[input.port].rows.map { moved($0, rows: 1, newSlots, now) }
            }
            (slots, spikeSlots) = (newSlots, newSlots)
            allocatedSize = size
        }
        for input in ports.inputs where !input.isSpikes && rows[input.port].rows == nil && wanted(input) {
            rows[input.port].rows = zeroed(slots * size)
        }
        placeRows()
    }

    private func placeRows() {
        for input in ports.inputs {
            if case .spikes(let row) = input.kind {
                rows[input.port] = PortRows(
                    rows: spikes + row * allocatedSize, stride: spikeStride, slotMask: spikeSlotMask)
            } else {
                (rows[input.port].stride, rows[input.port].slotMask) = (heldStride, slotMask)
            }
        }
    }

    private func zeroed(_ count: Int) -> UnsafeMutablePointer<Double> {
        let memory = ColumnStore.allocate(count)
        memory.initialize(repeating: 0, count: max(count, 1))
        return memory
    }

    private func moved(
        _ old: UnsafeMutablePointer<Double>, rows: Int, _ newSlots: Int, _ now: Int
    ) -> UnsafeMutablePointer<Double> {
        let new = zeroed(newSlots * rows * size)
        for stamp in now..<now + slots {
            for row in 0..<rows {
                let from = old + ((stamp & slotMask) * rows + row) * allocatedSize
                (new + ((stamp & (newSlots - 1)) * rows + row) * size).update(from: from, count: allocatedSize)
            }
        }
        old.deallocate()
        return new
    }

    // MARK: Rows of a slice in place of all

    /// Puts the rows of all stamps aside until `widen`: those of at least so many stamps, small enough for the cache, take their place.
    func narrow(to stamps: Int) {
        var few = 1
        while few < stamps { few *= 2 }
        (aside, spikeSlots) = (spikes, few)
        spikes = zeroed(few * spikeStride)
        placeRows()
    }

    func widen() {
        guard let all = aside else { return }
        spikes.deallocate()
        (spikes, aside, spikeSlots) = (all, nil, slots)
        placeRows()
    }

    /// What lies aside for a stamp, place by place, row by row.
    func rowsAside(_ stamp: Int) -> UnsafeMutablePointer<Double> { aside! + (stamp & slotMask) * spikeStride }

    /// Fetches what lies aside for a stamp.
    func fetchAside(_ stamp: Int) {
        let from = rowsAside(stamp)
        spikeRows(stamp).update(from: from, count: spikeStride)
        from.update(repeating: 0, count: spikeStride)
    }

    // MARK: What arrives

    /// The rows of a stamp, of all ports of spikes.
    func spikeRows(_ stamp: Int) -> UnsafeMutablePointer<Double> { spikes + (stamp & spikeSlotMask) * spikeStride }

    /// What arrives at a port at a stamp, place by place; nil where nothing can.
    func row(of input: Ports.Input, stamp: Int) -> UnsafeMutablePointer<Double>? {
        let rows = rows[input.port]
        return rows.rows.map { $0 + (stamp & rows.slotMask) * rows.stride }
    }

    /// Is there memory for it?
    func isReady(_ input: Ports.Input) -> Bool { slots > 0 && rows[input.port].rows != nil }

    /// Where spikes of a receptor go. There is such a receptor.
    @inline(__always)
    func spikes(receptor: Int) -> SpikeDestination { destination(of: ports.spikes(receptor: receptor)!) }

    /// Where spikes go, by receptor; nil where the model has none of that number.
    var spikeDestinations: [SpikeDestination?] { ports.spikeEntries.map { $0.map(destination) } }

    @inline(__always)
    private func destination(of entry: Ports.SpikeEntry) -> SpikeDestination {
        SpikeDestination(
            rows: spikes + entry.positive &* allocatedSize,
            toNegative: (entry.negative &- entry.positive) &* allocatedSize, stride: allocatedSize &* ports.spikeRows,
            slotMask: spikeSlotMask, countsSpikes: entry.countsSpikes, refusesNegative: entry.refusesNegative,
            isHeard: entry.isHeard)
    }

    /// What arrives at a port of a current or a signal at a stamp, place by place. There is memory for it.
    @inline(__always)
    func held(_ port: Int, stamp: Int) -> UnsafeMutablePointer<Double> {
        rows[port].rows! + (stamp & slotMask) &* rows[port].stride
    }
}

/// Where spikes of one receptor go in a plane.
struct SpikeDestination {
    /// Row of positive weights, and how far it is to that of all others.
    let rows: UnsafeMutablePointer<Double>
    let toNegative: Int
    let stride, slotMask: Int
    let countsSpikes, refusesNegative, isHeard: Bool

    /// What arrives at a stamp with weights of this sign, place by place.
    @inline(__always)
    func row(_ stamp: Int, _ value: Double) -> UnsafeMutablePointer<Double> {
        rows + ((stamp & slotMask) &* stride &+ (value > 0 ? 0 : toNegative))
    }
}

extension InputPlane: Checkpointed {
    static let kept = ["rows", "spikes", "history"]
    static let made = ["worker", "ports", "size", "slots", "spikeSlots", "aside", "allocatedSize", "residents"]
}
