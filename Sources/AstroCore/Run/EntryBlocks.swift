import AstroBase

/// Memory of entries of one size, in blocks that are linked to lists. What was given back last is taken first: it is still in the
/// cache.
struct EntryBlocks: ~Copyable {
    static let bytes = 4096
    private static let blocksPerPiece = 1024

    /// How far from the beginning of a block its entries end; the link to the next block follows.
    let entriesEnd: Int
    private var pieces: [UnsafeMutableRawPointer] = []
    private var free: UnsafeMutableRawPointer?
    private(set) var used = 0

    init(entryBytes: Int) { entriesEnd = (Self.bytes - 8) / entryBytes * entryBytes }

    deinit { pieces.forEach { $0.deallocate() } }

    mutating func take() -> UnsafeMutableRawPointer {
        if free == nil { addPiece() }
        let block = free!
        free = Self.next(atEnd: block + entriesEnd)
        used += 1
        Self.link(block + entriesEnd, nil)
        return block
    }

    mutating func giveBack(_ block: UnsafeMutableRawPointer) {
        Self.link(block + entriesEnd, free)
        free = block
        used -= 1
    }

    private mutating func addPiece() {
        let piece = Memory.allocate(bytes: Self.bytes * Self.blocksPerPiece)
        pieces.append(piece)
        for i in (0..<Self.blocksPerPiece).reversed() {
            Self.link(piece + (i * Self.bytes + entriesEnd), free)
            free = piece + i * Self.bytes
        }
    }

    /// - `end`: of a block's entries.
    static func next(atEnd end: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        end.load(as: UnsafeMutableRawPointer?.self)
    }

    static func link(_ end: UnsafeMutableRawPointer, _ next: UnsafeMutableRawPointer?) {
        end.storeBytes(of: next, as: UnsafeMutableRawPointer?.self)
    }
}

/// A list of entries in blocks: its first block, where the next entry goes, and the end of the entries of that block.
struct EntryList {
    var first: UnsafeMutableRawPointer?
    var next, end: UnsafeMutableRawPointer

    static var empty: EntryList { EntryList(first: nil, next: nothing, end: nothing) }
    nonisolated(unsafe) private static let nothing = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)

    /// Calls `body(entries, end, next)` for each block in turn: its entries, where they end, and the next block.
    @inline(__always)
    func forEachBlock(
        _ entriesEnd: Int,
        _ body: (UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer?) -> Void
    ) {
        var rest = first
        while let block = rest {
            let isLast = block + entriesEnd == end
            rest = isLast ? nil : EntryBlocks.next(atEnd: block + entriesEnd)
            body(block, isLast ? next : block + entriesEnd, rest)
        }
    }
}
