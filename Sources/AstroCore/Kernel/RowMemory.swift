import Synchronization

/// Memory of rows of connections. Spikes reach rows all over a network, and the processor knows the addresses of few small pages at a
/// time: what is large lies in pieces of large pages. A piece is given back when nothing in it is in use any more.
final class RowMemory: Sendable {
    /// Of what stays, and of tables that are needed while rows are made: in pieces of their own, since these are given back sooner.
    static let rows = RowMemory(), tables = RowMemory()

    /// Less is left to the system.
    private static let leastBytes = 16 << 10
    /// Sizes of pieces: large ones from when there is so much that one which is not yet full is little beside it. What takes more than a
    /// quarter of a piece lies apart.
    private static let smallBytes = 4 << 20, largeBytes = 32 << 20, muchBytes = 128 << 20
    /// A head stands before all that is not left to the system, with the address of its piece (0 where it lies apart), and at the beginning
    /// of a piece.
    private static let headBytes = 64

    private let state = Mutex(State())

    private struct PieceHead {
        var uses, bytes: Int
    }

    private struct State {
        /// Bytes of what is not left to the system.
        var used = 0
        /// The piece that is being filled, 0 for none, and how much of it is taken.
        private var piece: UInt = 0
        private var taken = 0
        /// Large pieces without a use, while these are kept.
        private var spare: [UInt] = []
        private var keepsSpare = false

        var pieceBytes: Int { used < RowMemory.muchBytes ? RowMemory.smallBytes : RowMemory.largeBytes }

        /// - Returns: where the head of the memory is, and the piece it lies in.
        mutating func take(_ size: Int) -> (head: UInt, piece: UInt) {
            if piece == 0 || taken + size > RowMemory.head(piece).pointee.bytes {
                leave()
                piece = emptyPiece()
                taken = RowMemory.headBytes
            }
            defer { taken += size }
            RowMemory.head(piece).pointee.uses += 1
            return (piece + UInt(taken), piece)
        }

        /// In use by the one who fills it.
        private mutating func emptyPiece() -> UInt {
            let bytes = pieceBytes, last = bytes == RowMemory.largeBytes ? spare.popLast() : nil
            let piece = last ?? UInt(bitPattern: Memory.allocate(bytes: bytes))
            RowMemory.head(piece).initialize(to: PieceHead(uses: 1, bytes: bytes))
            return piece
        }

        private mutating func leave() {
            if piece != 0 { release(piece) }
            piece = 0
        }

        mutating func release(_ piece: UInt) {
            let head = RowMemory.head(piece)
            head.pointee.uses -= 1
            guard head.pointee.uses == 0 else { return }
            if keepsSpare, head.pointee.bytes == RowMemory.largeBytes { spare.append(piece) } else { head.deallocate() }
        }

        /// Where nothing in the piece that is being filled is in use, it is given back.
        mutating func forgetUnused() {
            if piece != 0, RowMemory.head(piece).pointee.uses == 1 { leave() }
        }

        mutating func keepSpare(_ keeps: Bool) {
            keepsSpare = keeps
            if keeps { return }
            for piece in spare { RowMemory.head(piece).deallocate() }
            spare = []
        }
    }

    private static func head(_ piece: UInt) -> UnsafeMutablePointer<PieceHead> {
        UnsafeMutablePointer(bitPattern: piece)!
    }

    /// Memory that begins at a multiple of 64 bytes where it is large, and of 16 otherwise.
    func allocate(bytes: Int) -> UnsafeMutableRawPointer {
        guard bytes >= Self.leastBytes else { return .allocate(byteCount: bytes, alignment: 16) }
        let size = Self.size(bytes)
        let (head, piece) = state.withLock { state -> (UInt, UInt) in
            state.used += size
            return size <= state.pieceBytes / 4 ? state.take(size) : (0, 0)
        }
        let memory = UnsafeMutableRawPointer(bitPattern: head) ?? Self.apart(size)
        memory.storeBytes(of: piece, as: UInt.self)
        return memory + Self.headBytes
    }

    private static func size(_ bytes: Int) -> Int { headBytes + (bytes + 63) / 64 * 64 }

    private static func apart(_ size: Int) -> UnsafeMutableRawPointer {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        Memory.askForLargePages(memory, bytes: size)
        return memory
    }

    /// - `bytes`: as many as were asked for.
    func deallocate(_ memory: UnsafeMutableRawPointer, bytes: Int) {
        guard bytes >= Self.leastBytes else { return memory.deallocate() }
        let head = memory - Self.headBytes, piece = head.load(as: UInt.self)
        state.withLock { state in
            state.used -= Self.size(bytes)
            guard piece != 0 else { return }
            state.release(piece)
            state.forgetUnused()
        }
        if piece == 0 { head.deallocate() }
    }

    /// While rows take the place of others: keeps the memory of these for those. The system would have to fill it with zeros again.
    func reusing(_ body: () -> Void) {
        state.withLock { $0.keepSpare(true) }
        body()
        state.withLock { $0.keepSpare(false) }
    }
}
