import Synchronization

/// Memory of rows of connections. Spikes reach rows all over a network, and the processor knows the addresses of few small pages at a
/// time: what is large lies in pieces of large pages. A piece is given back when nothing in it is in use any more.
enum RowMemory {
    /// Less is left to the system.
    private static let leastBytes = 16 << 10
    /// Sizes of pieces. What takes more than a quarter of a small piece lies in a large one as soon as there is so much of it that a piece
    /// which is not yet full is little beside it; until then it lies apart.
    private static let smallBytes = 4 << 20, largeBytes = 32 << 20, muchBytes = 128 << 20
    /// A head stands before all that is not left to the system, with the address of its piece (0 where it lies apart), and at the beginning of a
    /// piece, with the number of its uses.
    private static let headBytes = 64

    private struct State {
        var small = Filling(), large = Filling()
        /// Bytes of what is large and lies in no piece.
        var apart = 0
    }
    private static let state = Mutex(State())

    /// The piece that is being filled, 0 for none, and how much of it is taken.
    private struct Filling {
        private(set) var piece: UInt = 0
        private var taken = 0

        /// - `bytes`: of a piece.
        /// - Returns: where the memory's head is.
        mutating func take(_ size: Int, of bytes: Int) -> UInt {
            if piece == 0 || taken + size > bytes {
                if piece != 0 { RowMemory.release(piece) }
                piece = UInt(bitPattern: Memory.allocate(bytes: bytes))
                // in use by the one who fills it
                uses(piece).pointee = 1
                taken = headBytes
            }
            defer { taken += size }
            uses(piece).pointee += 1
            return piece + UInt(taken)
        }

        /// Where nothing in the piece is in use, it is given back.
        mutating func forgetUnused() {
            guard piece != 0, uses(piece).pointee == 1 else { return }
            RowMemory.release(piece)
            piece = 0
        }
    }

    /// Memory that begins at a multiple of 64 bytes where it is large, and of 16 otherwise.
    static func allocate(bytes: Int) -> UnsafeMutableRawPointer {
        guard bytes >= leastBytes else { return .allocate(byteCount: bytes, alignment: 16) }
        let size = size(bytes)
        let (head, piece) = state.withLock { state -> (UInt, UInt) in
            if size <= smallBytes / 4 { return (state.small.take(size, of: smallBytes), state.small.piece) }
            if size <= largeBytes / 4, state.apart >= muchBytes {
                return (state.large.take(size, of: largeBytes), state.large.piece)
            }
            state.apart += size
            return (0, 0)
        }
        let memory = UnsafeMutableRawPointer(bitPattern: head) ?? apart(size)
        memory.storeBytes(of: piece, as: UInt.self)
        return memory + headBytes
    }

    private static func size(_ bytes: Int) -> Int { headBytes + (bytes + 63) / 64 * 64 }

    private static func apart(_ size: Int) -> UnsafeMutableRawPointer {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        Memory.askForLargePages(memory, bytes: size)
        return memory
    }

    /// - `bytes`: as many as were asked for.
    static func deallocate(_ memory: UnsafeMutableRawPointer, bytes: Int) {
        guard bytes >= leastBytes else { return memory.deallocate() }
        let head = memory - headBytes, piece = head.load(as: UInt.self)
        state.withLock { state in
            if piece == 0 {
                state.apart -= size(bytes)
            } else {
                release(piece)
                state.large.forgetUnused()
            }
        }
        if piece == 0 { head.deallocate() }
    }

    private static func uses(_ piece: UInt) -> UnsafeMutablePointer<Int> { UnsafeMutablePointer(bitPattern: piece)! }

    private static func release(_ piece: UInt) {
        uses(piece).pointee -= 1
        if uses(piece).pointee == 0 { UnsafeMutableRawPointer(bitPattern: piece)!.deallocate() }
    }
}
