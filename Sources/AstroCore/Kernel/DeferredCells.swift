/// Cells that have left the vectors of calm cells in the middle of a slice, with the input that is still to come to them
/// in it. Their state at the beginning of their step is in the columns.
final class DeferredCells {
    struct Item {
        var cell: Int
        /// The step that the cell still has to do.
        var step: Int
        /// It was calm until now: a spike may come, which takes long.
        var wasCalm: Bool
    }

    private static let capacity = 128
    private let items = UnsafeMutablePointer<Item>.allocate(capacity: capacity)
    /// For each item and step, a value for each port.
    private let inputs = ReusedMemory()
    private var steps = 0..<0
    private var ports = 0
    private(set) var count = 0
    /// For the kernel that deals with the cells.
    let memory = ReusedMemory()

    deinit { items.deallocate() }

    private func inputs(_ index: Int) -> UnsafeMutablePointer<Double> {
        let size = steps.count * ports
        return inputs.memory(bytes: Self.capacity * size * 8).assumingMemoryBound(to: Double.self) + index * size
    }

    /// There may be no room for the cells of another vector.
    var isFull: Bool { count + blockSize > Self.capacity }

    subscript(index: Int) -> Item { items[index] }

    /// The input of item `index` due at the end of `step`: a value for each port.
    func input(_ index: Int, _ step: Int) -> UnsafePointer<Double> {
        UnsafePointer(inputs(index) + (step - steps.lowerBound) * ports)
    }

    /// Takes over the lanes in `lanes` of the vector from `first` on, before their step number `step` of `steps`, of a model with so
    /// many ports.
    @inline(never)
    func add(
        _ lanes: LaneBits, from first: Int, step: Int, of steps: Range<Int>, wasCalm: Bool, ports: Int,
        _ io: borrowing CellIO
    ) {
        (self.steps, self.ports) = (steps, ports)
        for lane in SetBits(lanes) {
            let cell = first + lane, inputs = inputs(count)
            items[count] = Item(cell: cell, step: step, wasCalm: wasCalm)
            for step in step..<steps.upperBound {
                let values = inputs + (step - steps.lowerBound) * ports
                for port in 0..<ports { values[port] = io.value(port, step + 1, cell) }
            }
            count += 1
        }
    }

    func removeAll() { count = 0 }
}
