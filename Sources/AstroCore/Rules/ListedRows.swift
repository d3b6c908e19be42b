/// Pairs of a source and a target on their way to rows. They are taken apart by target at once, since there may be more than a cache holds.
///
/// Workers can list shares side by side: pairs come in the order of shares, and in that of listing within each.
final class PairList: @unchecked Sendable {
    typealias Pair = (row: UInt32, target: UInt32)

    let shares: Int
    /// With more of them, most blocks would be half empty.
    private static let mostShares = 8
    private let rows, columns: Int
    /// The row of a source; nil where its pairs are not kept. Without it, sources are rows.
    private let row: ((_ source: Int) -> Int?)?
    /// A part has 2^shift neighbouring targets.
    private(set) var shift: Int
    /// Those of the first share, then those of the others.
    private var parts: UnsafeMutableBufferPointer<Part>
    private var partsOfShare: Int

    /// Pairs in the order in which they have come, in blocks.
    struct Part {
        fileprivate var blocks: [UnsafeMutablePointer<Pair>] = []
        /// Where the next one goes, and how many there is room for.
        fileprivate var next: UnsafeMutablePointer<Pair>?
        fileprivate var left = 0

        var count: Int { blocks.count * PairList.blockCount - left }

        /// Calls `body` with each pair.
        func forEach(_ body: (Pair) -> Void) {
            for (i, block) in blocks.enumerated() {
                for k in 0..<min(PairList.blockCount, count - i * PairList.blockCount) { body(block[k]) }
            }
        }
    }

    private static let blockCount = 2048
    private static let blockBytes = blockCount * MemoryLayout<Pair>.stride

    init(rows: Int, columns: Int, workers: Int, _ row: ((_ source: Int) -> Int?)?) {
        (self.rows, self.columns, self.row) = (rows, columns, row)
        shares = min(max(1, workers), Self.mostShares)
        shift = ColumnGroup.mostColumns.trailingZeroBitCount
        partsOfShare = columns >> shift + 1
        parts = Self.makeParts(shares * partsOfShare)
    }

    deinit {
        removeAll()
        parts.deinitialize()
        parts.deallocate()
    }

    private static func makeParts(_ count: Int) -> UnsafeMutableBufferPointer<Part> {
        let parts = UnsafeMutableBufferPointer<Part>.allocate(capacity: count)
        parts.initialize(repeating: Part())
        return parts
    }

    /// There will be about so many in all. To be called before the first is added.
    func reserve(_ count: Int) {
        let mostParts = 1024
        let wanted = min(max(1, count / ColumnGroup.usualCount(rows: rows)), mostParts)
        while shift > 0, columns >> shift < wanted { shift -= 1 }
        parts.deinitialize()
        parts.deallocate()
        partsOfShare = columns >> shift + 1
        parts = Self.makeParts(shares * partsOfShare)
    }

    @inline(__always)
    func add(_ source: Int, _ target: Int, share: Int = 0) {
        var place = source
        if let row {
            guard let own = row(source) else { return }
            place = own
        }
        let part = parts.baseAddress.unsafelyUnwrapped + (share &* partsOfShare &+ target &>> shift)
        if part.pointee.left == 0 { Self.makeRoom(&part.pointee) }
        let next = part.pointee.next.unsafelyUnwrapped
        next.initialize(to: (UInt32(truncatingIfNeeded: place), UInt32(truncatingIfNeeded: target)))
        part.pointee.next = next + 1
        part.pointee.left &-= 1
    }

    @inline(never)
    private static func makeRoom(_ part: inout Part) {
        let block = RowMemory.tables.allocate(bytes: blockBytes).bindMemory(to: Pair.self, capacity: blockCount)
        part.blocks.append(block)
        (part.next, part.left) = (block, blockCount)
    }

    /// Parts that have pairs.
    var filled: [Int] { (0..<partsOfShare).filter { self[$0].contains { $0.count > 0 } } }

    /// What shares have of a part.
    subscript(part: Int) -> [Part] { (0..<shares).map { parts[$0 * partsOfShare + part] } }

    /// The memory of a part is free.
    func forget(_ part: Int) {
        for share in 0..<shares {
            let place = share * partsOfShare + part
            for block in parts[place].blocks { RowMemory.tables.deallocate(block, bytes: Self.blockBytes) }
            parts[place] = Part()
        }
    }

    func removeAll() { filled.forEach(forget) }
}

extension GroupedRows {
    /// Rows of a rule that lists pairs in an order of its own.
    ///
    /// - `row`: the row of a source; nil where its pairs are not kept. Without it, sources are rows.
    init(
        rows: Int, columns: Int, workers: Int, listing add: (PairList) -> Void, row: ((_ source: Int) -> Int?)? = nil
    ) {
        let list = PairList(rows: rows, columns: columns, workers: workers, row)
        add(list)
        let shift = list.shift, parts = list.filled
        var made = [ColumnGroup?](repeating: nil, count: parts.count)
        made.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let made = buffer
            Team.shared.forEach(parts.count, workers: workers) { i, _ in
                made[i] = Self.group(list[parts[i]], from: parts[i] << shift, 1 << shift, rows: rows)
                list.forget(parts[i])
            }
        }
        self.init(made.compactMap { $0 })
    }

    /// Dealt out by column here, then by row in the group: each row's columns are in order without being compared.
    private static func group(_ parts: [PairList.Part], from first: Int, _ columns: Int, rows: Int) -> ColumnGroup {
        var ends = [Int](repeating: 0, count: columns + 1)
        for part in parts { part.forEach { ends[Int($0.target) &- first &+ 1] &+= 1 } }
        for column in 0..<columns { ends[column + 1] += ends[column] }
        let count = ends[columns]
        let sources = [UInt32](unsafeUninitializedCapacity: count) { sources, filled in
            // where a column begins, until it is filled: then where it ends
            for part in parts {
                part.forEach { pair in
                    let column = Int(pair.target) &- first
                    sources[ends[column]] = pair.row
                    ends[column] &+= 1
                }
            }
            filled = count
        }
        return ColumnGroup(from: first, sources, Array(ends.dropLast()), rows: rows)
    }
}
