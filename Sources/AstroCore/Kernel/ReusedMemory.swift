/// Memory of a worker that is used again and again; it grows to what the largest use asked for.
final class ReusedMemory: @unchecked Sendable {
    private var bytes = 0
    private var memory = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)

    deinit { memory.deallocate() }

    /// At least so many bytes, aligned for vectors; what stood there before is gone if they are more than ever before.
    func memory(bytes wanted: Int) -> UnsafeMutableRawPointer {
        if wanted > bytes {
            memory.deallocate()
            memory = .allocate(byteCount: wanted, alignment: 64)
            bytes = wanted
        }
        return memory
    }
}
