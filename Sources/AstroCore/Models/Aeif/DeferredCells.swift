/// Cells that have left the vectors of calm cells in the middle of a slice, with the input that is still to come to them
/// in it. What they are at the beginning of their step stands in the columns.
struct DeferredCells {
    struct Item {
        var cell: Int
        /// The step that the cell still has to do.
        var step: Int
    }

    /// Input due at a stamp.
    struct Input {
        var excitatory, inhibitory, current, slowInwardCurrent: Double
    }

    /// A multiple of 16, so that what follows in memory is aligned.
    private static let capacity = 128
    private let steps: Range<Int>
    private let items: UnsafeMutablePointer<Item>
    private let inputs: UnsafeMutablePointer<Input>
    /// Memory for those who deal with the cells.
    let extra: UnsafeMutableRawPointer
    private(set) var count = 0

    /// Memory is the worker's, and is used anew for the next cells.
    init(_ steps: Range<Int>, _ scratch: Scratch, extraBytes: Int) {
        self.steps = steps
        let itemBytes = Self.capacity * MemoryLayout<Item>.stride
        let inputBytes = Self.capacity * steps.count * MemoryLayout<Input>.stride
        let memory = scratch.memory(bytes: itemBytes + inputBytes + extraBytes)
        items = memory.bindMemory(to: Item.self, capacity: Self.capacity)
        extra = memory + itemBytes + inputBytes
        inputs = (memory + itemBytes).bindMemory(to: Input.self, capacity: Self.capacity * steps.count)
    }

    /// There may be no room for the cells of another vector.
    var isFull: Bool { count + Lanes.scalarCount > Self.capacity }

    subscript(index: Int) -> Item { items[index] }

    /// The input of item `index` due at the end of `step`.
    func input(_ index: Int, _ step: Int) -> Input { inputs[index * steps.count + step - steps.lowerBound] }

    /// Takes over the lanes in `lanes` of the vector from `first` on, before their step number `step`.
    @inline(never)
    mutating func add(_ lanes: LaneBits, from first: Int, step: Int, _ io: borrowing CellIO) {
        for lane in SetBits(lanes) {
            let cell = first + lane
            items[count] = Item(cell: cell, step: step)
            for step in step..<steps.upperBound {
                inputs[count * steps.count + step - steps.lowerBound] = Input(
                    excitatory: io.spikes(step + 1, 0, cell), inhibitory: io.spikes(step + 1, 1, cell),
                    current: io.current(step + 1, cell), slowInwardCurrent: io.slowInwardCurrent(step + 1, cell))
            }
            count += 1
        }
    }

    mutating func removeAll() { count = 0 }
}
