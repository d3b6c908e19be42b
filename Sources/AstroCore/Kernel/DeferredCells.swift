/// Cells that have left the vectors of calm cells in the middle of a slice, with the input that is still to come to them
/// in it. What they are at the beginning of their step stands in the columns.
final class DeferredCells {
    struct Item {
        var cell: Int
        /// The step that the cell still has to do.
        var step: Int
        /// It was calm until now: a spike may come, which takes long.
        var wasCalm: Bool
    }

    /// Input due at a stamp.
    struct Input {
        var excitatory, inhibitory, current, slowInwardCurrent: Double
    }

    private static let capacity = 128
    private let items = UnsafeMutablePointer<Item>.allocate(capacity: capacity)
    private let inputs = ReusedMemory()
    private var steps = 0..<0
    private(set) var count = 0
    /// For those who deal with the cells.
    let memory = ReusedMemory()

    deinit { items.deallocate() }

    private func inputs(_ index: Int) -> UnsafeMutablePointer<Input> {
        let bytes = Self.capacity * steps.count * MemoryLayout<Input>.stride
        return inputs.memory(bytes: bytes).assumingMemoryBound(to: Input.self) + index * steps.count
    }

    /// There may be no room for the cells of another vector.
    var isFull: Bool { count + blockSize > Self.capacity }

    subscript(index: Int) -> Item { items[index] }

    /// The input of item `index` due at the end of `step`.
    func input(_ index: Int, _ step: Int) -> Input { inputs(index)[step - steps.lowerBound] }

    /// Takes over the lanes in `lanes` of the vector from `first` on, before their step number `step` of `steps`.
    @inline(never)
    func add(
        _ lanes: LaneBits, from first: Int, step: Int, of steps: Range<Int>, wasCalm: Bool, _ io: borrowing CellIO
    ) {
        self.steps = steps
        for lane in SetBits(lanes) {
            let cell = first + lane, inputs = inputs(count)
            items[count] = Item(cell: cell, step: step, wasCalm: wasCalm)
            for step in step..<steps.upperBound {
                inputs[step - steps.lowerBound] = Input(
                    excitatory: io.spikes(step + 1, 0, cell), inhibitory: io.spikes(step + 1, 1, cell),
                    current: io.current(step + 1, cell), slowInwardCurrent: io.slowInwardCurrent(step + 1, cell))
            }
            count += 1
        }
    }

    func removeAll() { count = 0 }
}
