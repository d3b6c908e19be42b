/// Where one worker collects what its cells of one model receive: for each stamp to come a row, with a place for every
/// cell. A ring: the row of stamp s is `s & slotMask`.
final class InputPlane {
    let worker: Int
    let inputs: NodeInputs
    /// Cells, padded; batches lie one after the other.
    private(set) var size = 0
    private(set) var slots = 0
    private(set) var spikes: UnsafeMutablePointer<Double>
    private(set) var current: UnsafeMutablePointer<Double>?
    private(set) var slowInwardCurrent: UnsafeMutablePointer<Double>?
    /// Spikes of the cells, where synapses look back at them.
    private(set) var history: TargetHistory?

    /// Sizes that the memory above has; behind the wanted ones until `prepare`.
    private var allocatedSize = 0

    init(worker: Int, inputs: NodeInputs) {
        self.worker = worker
        self.inputs = inputs
        spikes = ColumnStore.allocate(1)
    }

    deinit {
        spikes.deallocate()
        current?.deallocate()
        slowInwardCurrent?.deallocate()
    }

    var memoryBytes: Int {
        size * slots * (channels + (current == nil ? 0 : 1) + (slowInwardCurrent == nil ? 0 : 1)) * 8
            + (history?.memoryBytes ?? 0)
    }

    var channels: Int { inputs.spikeChannels }
    var rowStride: Int { allocatedSize * channels }
    var channelStride: Int { allocatedSize }
    var inputStride: Int { allocatedSize }
    var slotMask: Int { slots - 1 }

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

    func keepHistory(of place: Int) {
        if history == nil { history = TargetHistory() }
        history!.keep(place, of: size)
    }

    /// Memory for at least `slots` stamps; what is pending at and after `now` stays.
    func prepare(slots wanted: Int, now: Int, currents: Bool, slowInwardCurrents: Bool) {
        let newSlots = max(slots, wanted)
        if newSlots != slots || size != allocatedSize {
            spikes = moved(spikes, rows: channels, newSlots, now)
            current = current.map { moved($0, rows: 1, newSlots, now) }
            slowInwardCurrent = slowInwardCurrent.map { moved($0, rows: 1, newSlots, now) }
            slots = newSlots
            allocatedSize = size
        }
        if currents && current == nil { current = zeroed(slots * size) }
        if slowInwardCurrents && slowInwardCurrent == nil { slowInwardCurrent = zeroed(slots * size) }
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
}

extension InputPlane: Checkpointed {
    static let kept = ["spikes", "current", "slowInwardCurrent", "history"]
    static let made = ["worker", "inputs", "size", "slots", "allocatedSize", "residents"]
}
