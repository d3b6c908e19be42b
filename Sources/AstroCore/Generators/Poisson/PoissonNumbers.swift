/// The Poisson numbers of some neighbouring connections. Those of a window are worked out when they are first asked for, and kept until
/// others are; those of a step, where the rate is high, too if they are asked for one by one.
final class PoissonNumbers {
    private let connections: Range<Int>
    /// The first block of 32, and how many there are.
    private let firstBlock, blocks: Int
    /// A word a connection from the beginning of the first block: bytes of a window, or a single number.
    private let words: UnsafeMutablePointer<UInt64>
    /// What the words belong to: a window's number, or a stamp.
    private var held = -1
    private let source: Source

    enum Source { case windows(PoissonTrains), steps(PoissonDraws), rates(RateTables, Int64, StreamName) }

    /// - `since`: the stamp of the generator's last change.
    convenience init(
        _ generator: PoissonGenerator, _ connections: Range<Int>, seed: Int64, _ name: StreamName, since: Int
    ) {
        self.init(
            generator.windowCounts.map { .windows(PoissonTrains(table: $0.ownCopy, seed: seed, name, since: since)) }
                ?? .steps(PoissonDraws(table: generator.counts.ownCopy, seed: seed, name)), connections)
    }

    init(_ source: Source, _ connections: Range<Int>) {
        (self.source, self.connections) = (source, connections)
        firstBlock = connections.lowerBound / 32
        blocks = (connections.upperBound + 31) / 32 - firstBlock
        // the last ones are worked out together with some that are not needed
        let capacity = (blocks + PoissonDraws.blocksAtOnce - 1) * 32
        words = .allocate(capacity: capacity)
        words.initialize(repeating: 0, count: capacity)
    }

    deinit { words.deallocate() }

    func number(connection i: Int, stamp: Int) -> Int {
        hold(stamp)
        let word = words[i - firstBlock * 32]
        return holdsWindows ? Int(word >> (8 * UInt64(stamp % PoissonTrains.steps)) & 255) : Int(word)
    }

    private var holdsWindows: Bool {
        if case .windows = source { return true }
        return false
    }

    private func hold(_ stamp: Int) {
        let wanted = holdsWindows ? stamp / PoissonTrains.steps : stamp
        if held != wanted { fill(wanted) }
        held = wanted
    }

    @inline(never)
    private func fill(_ wanted: Int) {
        if case .windows(let trains) = source {
            forEachBlock(1) { trains.fill($0, block: $1, window: wanted) }
        } else if let draws = draws(at: wanted) {
            forEachBlock(PoissonDraws.blocksAtOnce) { draws.fill($0, block: $1, stamp: wanted) }
        }
    }

    /// Where numbers are drawn step by step: those of a stamp.
    private func draws(at stamp: Int) -> PoissonDraws? {
        switch source {
        case .windows: nil
        case .steps(let draws): draws
        case .rates(let tables, let seed, let name): PoissonDraws(table: tables.table(at: stamp), seed: seed, name)
        }
    }

    /// Calls `body(numbers, block)` for each block, or the first of some.
    @inline(__always)
    private func forEachBlock(_ step: Int, _ body: (UnsafeMutablePointer<UInt64>, Int) -> Void) {
        for block in stride(from: 0, to: blocks, by: step) { body(words + block &* 32, firstBlock &+ block) }
    }

    /// Adds `amount` times the numbers at `stamp` to the places of all connections; how many are not 0.
    func add(_ amount: Double, stamp: Int, to row: UnsafeMutablePointer<Double>) -> Int {
        if let draws = draws(at: stamp) { return add(amount, draws, stamp, to: row) }
        hold(stamp)
        let own = words + (connections.lowerBound - firstBlock * 32)
        return Self.addBytes(amount, own, connections.count, stamp % PoissonTrains.steps, row)
    }

    /// Numbers of a single step are used once: they go no farther than the nearest cache.
    @inline(never)
    private func add(
        _ amount: Double, _ draws: PoissonDraws, _ stamp: Int, to row: UnsafeMutablePointer<Double>
    ) -> Int {
        // of usual alignment: only then it is on the stack
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 32 * PoissonDraws.blocksAtOnce) { memory in
            let numbers = memory.baseAddress!
            var events = 0
            for block in stride(from: firstBlock, to: firstBlock + blocks, by: PoissonDraws.blocksAtOnce) {
                draws.fill(numbers, block: block, stamp: stamp)
                let own = connections.clamped(to: block * 32..<(block + PoissonDraws.blocksAtOnce) * 32)
                events += Self.addWords(
                    amount, numbers + (own.lowerBound - block * 32), own.count,
                    row + (own.lowerBound - connections.lowerBound))
            }
            return events
        }
    }

    /// - `numbers`, `number`: what words mean, several and one.
    @inline(__always)
    private static func add(
        _ amount: Double, _ words: UnsafeMutablePointer<UInt64>, _ count: Int, _ row: UnsafeMutablePointer<Double>,
        _ numbers: (WordLanes) -> Lanes, _ number: (UInt64) -> Double
    ) -> Int {
        var events = 0, i = 0
        let amounts = Lanes(repeating: amount)
        while i &+ Lanes.scalarCount <= count {
            let numbers = numbers(UnsafeRawPointer(words + i).loadUnaligned(as: WordLanes.self))
            Lanes(at: row + i).addingProduct(amounts, numbers).store(at: row + i)
            events &+= Lanes().isLess(than: numbers).bits.nonzeroBitCount
            i &+= Lanes.scalarCount
        }
        while i < count {
            let number = number(words[i])
            row[i] = row[i].addingProduct(amount, number)
            events &+= number > 0 ? 1 : 0
            i &+= 1
        }
        return events
    }

    @inline(never)
    private static func addBytes(
        _ amount: Double, _ words: UnsafeMutablePointer<UInt64>, _ count: Int, _ step: Int,
        _ row: UnsafeMutablePointer<Double>
    ) -> Int {
        add(amount, words, count, row, { $0.byte(step) }, { Double($0 &>> UInt64(8 &* step) & 255) })
    }

    @inline(__always)
    private static func addWords(
        _ amount: Double, _ words: UnsafeMutablePointer<UInt64>, _ count: Int, _ row: UnsafeMutablePointer<Double>
    ) -> Int {
        // numbers stand in the low bits of 2^52
        let shift = 0x1p52
        return add(
            amount, words, count, row,
            {
                unsafeBitCast($0 | WordLanes(repeating: shift.bitPattern), to: Lanes.self) - Lanes(repeating: shift)
            }, { Double($0) })
    }
}

/// Poisson numbers by name, step by step: connection i at a stamp uses the word of `BulkRandom`'s order, in batch i/32 of
/// the stamp.
struct PoissonDraws {
    private let table: PoissonTable
    private let key: SIMD2<UInt32>
    private let name: StreamName

    init(table: PoissonTable, seed: Int64, _ name: StreamName) {
        self.table = table
        key = RandomStream.key(seed)
        self.name = name
    }

    func number(connection i: Int, stamp: Int) -> Int {
        let group = UInt32(truncatingIfNeeded: i / 32 * 8 + i % 8)
        let block = name.of(member: Int(group)).counter(UInt64(stamp))
        return table.number(Philox.block(counter: block, key: key)[i % 32 / 8])
    }

    /// Blocks of 32 that `fill` works out at a time.
    static let blocksAtOnce = 2

    /// The numbers of connections 32 `block` ..< 32 (`block` + `blocksAtOnce`).
    @inline(__always)
    func fill(_ numbers: UnsafeMutablePointer<UInt64>, block: Int, stamp: Int) {
        let low = WordLanes(repeating: UInt64(truncatingIfNeeded: stamp) & 0xffff_ffff)
        let high = WordLanes(repeating: UInt64(truncatingIfNeeded: stamp) >> 32 | UInt64(name.page))
        let names = WordLanes(repeating: UInt64(name.words[0]))
        var lane = 0
        while lane < 8 {
            var group = WordLanes()
            for i in 0..<WordLanes.scalarCount { group[i] = UInt64(truncatingIfNeeded: block &* 8 &+ lane &+ i) }
            let words = Philox.blocks(
                (low, high, group, names), (low, high, group &+ WordLanes(repeating: 8), names), key: key)
            store(table.numbers(words.0), numbers + lane)
            store(table.numbers(words.1), numbers + (32 &+ lane))
            lane &+= WordLanes.scalarCount
        }
    }

    @inline(__always)
    private func store(_ all: (IntLanes, IntLanes, IntLanes, IntLanes), _ numbers: UnsafeMutablePointer<UInt64>) {
        let place = UnsafeMutableRawPointer(numbers), stride = 8 * MemoryLayout<UInt64>.stride
        place.storeBytes(of: all.0, as: IntLanes.self)
        (place + stride).storeBytes(of: all.1, as: IntLanes.self)
        (place + 2 * stride).storeBytes(of: all.2, as: IntLanes.self)
        (place + 3 * stride).storeBytes(of: all.3, as: IntLanes.self)
    }
}
