import Synchronization

/// Memory of rows of connections. Spikes reach rows all over a network, and the processor knows the addresses of few small pages at a
/// time: what is large lies in pieces of large pages. A piece is given back when nothing in it is in use any more.
enum RowMemory {
    /// Less is left to the system.
    private static let leastBytes = 16 << 10
    private static let pieceBytes = 4 << 20
    /// At the head of a piece: how many uses it has.
    private static let headBytes = 64

    /// The piece that is being filled, 0 for none, and how much of it is taken.
    private struct Current { var piece: UInt = 0, taken = pieceBytes }
    private static let current = Mutex(Current())

    /// Memory that begins at a multiple of 64 bytes where it is large, of a large page where it has one of its own, and of 16 otherwise.
    static func allocate(bytes: Int) -> UnsafeMutableRawPointer {
        guard isInPiece(bytes) else {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: alignment(bytes))
            if bytes > pieceBytes / 4 { Memory.askForLargePages(memory, bytes: bytes) }
            return memory
        }
        let size = (bytes + 63) / 64 * 64
        let address = current.withLock { current -> UInt in
            if current.taken + size > pieceBytes {
                if current.piece != 0 { release(current.piece) }
                current = Current(piece: makePiece(), taken: headBytes)
            }
            defer { current.taken += size }
            uses(current.piece).pointee += 1
            return current.piece + UInt(current.taken)
        }
        return UnsafeMutableRawPointer(bitPattern: address)!
    }

    private static func alignment(_ bytes: Int) -> Int {
        if bytes < leastBytes { return 16 }
        return bytes < Memory.largePage ? 64 : Memory.largePage
    }

    /// - `bytes`: as many as were asked for.
    static func deallocate(_ memory: UnsafeMutableRawPointer, bytes: Int) {
        guard isInPiece(bytes) else { return memory.deallocate() }
        current.withLock { _ in release(UInt(bitPattern: memory) & ~UInt(pieceBytes - 1)) }
    }

    /// What is too large for a piece may have large pages of its own, and shares the last one with what lies beside it.
    private static func isInPiece(_ bytes: Int) -> Bool { bytes >= leastBytes && bytes <= pieceBytes / 4 }

    private static func uses(_ piece: UInt) -> UnsafeMutablePointer<Int> { UnsafeMutablePointer(bitPattern: piece)! }

    /// In use by the one who fills it. It begins at a multiple of its size, so that what lies in it leads to it.
    private static func makePiece() -> UInt {
        let piece = UInt(bitPattern: Memory.allocate(bytes: pieceBytes, alignment: pieceBytes))
        uses(piece).pointee = 1
        return piece
    }

    private static func release(_ piece: UInt) {
        uses(piece).pointee -= 1
        if uses(piece).pointee == 0 { UnsafeMutableRawPointer(bitPattern: piece)!.deallocate() }
    }
}
