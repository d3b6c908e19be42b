/// Whose cells have the slots of a batch of many populations.
final class Residents {
    struct Resident: BitwiseCopyable {
        let population, cell: Int32
    }

    private(set) var count = 0
    private var capacity = 64
    private(set) var bySlot = UnsafeMutablePointer<Resident>.allocate(capacity: 64)

    deinit { bySlot.deallocate() }

    func add(_ number: Int, of population: Int) {
        if count + number > capacity {
            capacity = max(2 * capacity, count + number)
            let larger = UnsafeMutablePointer<Resident>.allocate(capacity: capacity)
            larger.initialize(from: bySlot, count: count)
            bySlot.deallocate()
            bySlot = larger
        }
        for cell in 0..<number {
            (bySlot + count + cell).initialize(to: Resident(population: Int32(population), cell: Int32(cell)))
        }
        count += number
    }

    /// Slots of each population in turn.
    var populations: [Range<Int>] {
        let firsts = (0..<count).filter { bySlot[$0].cell == 0 }
        return zip(firsts, firsts.dropFirst() + [count]).map { $0..<$1 }
    }

    var memoryBytes: Int { capacity * MemoryLayout<Resident>.stride }
}
