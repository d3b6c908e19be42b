struct Spike {
    let stamp: Int
    let sender: Int32

    var order: (Int, Int32) { (stamp, sender) }
}

/// Spikes in blocks: growing never needs room for a second copy of them all. The last block grows by a quarter of what there
/// is, so that few spikes take little.
struct SpikeList: RandomAccessCollection {
    private var blocks: [ContiguousArray<Spike>] = []
    static let blockLength = 1 << 14
    /// Spikes of the first block that are gone.
    private var removed = 0
    /// The first so many are in order.
    private var sorted = 0
    /// Places in the last block.
    private var room = 0
    let startIndex = 0
    private(set) var endIndex = 0

    subscript(index: Int) -> Spike {
        let place = index + removed
        return blocks[place / Self.blockLength][place % Self.blockLength]
    }

    var bytes: Int {
        guard let last = blocks.last else { return 0 }
        return ((blocks.count - 1) * Self.blockLength + last.capacity) * MemoryLayout<Spike>.stride
    }

    mutating func append(_ spike: Spike) {
        if blocks.isEmpty || blocks[blocks.count - 1].count == room { grow() }
        if sorted == endIndex, endIndex == 0 || self[endIndex - 1].order <= spike.order { sorted += 1 }
        blocks[blocks.count - 1].append(spike)
        endIndex += 1
    }

    private mutating func grow() {
        if blocks.isEmpty || room == Self.blockLength {
            blocks.append([])
            room = 0
        }
        let least = Swift.max(4, room / 64)
        room = Swift.min(Self.blockLength, room + RecorderMemory.places(Swift.max(4, endIndex / 4), atLeast: least))
        blocks[blocks.count - 1].reserveCapacity(room)
    }

    /// What is out of order is among the spikes of the same slice, which are the last ones.
    mutating func sort() {
        guard sorted < endIndex else { return }
        var first = sorted
        let least = self[sorted...].min { $0.order < $1.order }!
        while first > 0, self[first - 1].order > least.order { first -= 1 }
        let tail = self[first...].sorted { $0.order < $1.order }  // equal ones are the same in all
        for (index, spike) in tail.enumerated() {
            let place = first + index + removed
            blocks[place / Self.blockLength][place % Self.blockLength] = spike
        }
        sorted = endIndex
    }

    mutating func removeFirst(_ count: Int) {
        removed += count
        endIndex -= count
        sorted = Swift.max(0, sorted - count)
        blocks.removeFirst(removed / Self.blockLength)
        removed %= Self.blockLength
        if endIndex == 0 { self = SpikeList() }
    }
}
