import CLanes

/// The connections of some rows, at most 64, to the targets of one segment. Rows without any take a bit.
struct RowChunk {
    /// Whoever reads weights and targets in vectors may read so many from the last one on: there is memory.
    static let block = 8

    let header: UnsafeMutablePointer<Header>

    /// Offsets and targets follow in the same memory.
    struct Header {
        /// Bit r is set where row r has connections.
        let filled: UInt64
        /// Of the n-th row that has some, the connections are offsets[n] ..< offsets[n + 1].
        let offsets: UnsafeMutablePointer<UInt32>
        let targets: UnsafeMutablePointer<UInt16>
        var weights: UnsafeMutablePointer<Double>?
        var delays: UnsafeMutablePointer<UInt16>?
        /// Of the targets, where connections differ in them.
        var receptors: UnsafeMutablePointer<UInt8>?
        /// A block for each connection: the columns of its synapse that are its own.
        var own: UnsafeMutablePointer<Double>?
        /// Numbers in all these blocks.
        var ownCount = 0
    }

    /// With targets that are still to be written.
    ///
    /// - `starts`: for each row where its targets begin.
    /// - `count`: of all targets.
    init(starts: [UInt32], count: Int) {
        let ends = starts.dropFirst() + [UInt32(count)]
        let filled = zip(starts, ends).enumerated().reduce(UInt64(0)) { bits, row in
            row.element.0 < row.element.1 ? bits | 1 << UInt64(row.offset) : bits
        }
        let rows = filled.nonzeroBitCount
        let memory = RowMemory.rows.allocate(bytes: Self.headerBytes(rows: rows, targets: count))
        let offsets = (memory + MemoryLayout<Header>.stride).bindMemory(to: UInt32.self, capacity: rows + 1)
        let places = UnsafeMutableRawPointer(offsets + rows + 1).bindMemory(to: UInt16.self, capacity: count)
        header = memory.bindMemory(to: Header.self, capacity: 1)
        header.initialize(to: Header(filled: filled, offsets: offsets, targets: places))
        for (n, row) in starts.indices.filter({ filled >> UInt64($0) & 1 == 1 }).enumerated() {
            (offsets + n).initialize(to: starts[row])
        }
        (offsets + rows).initialize(to: UInt32(count))
    }

    /// - `starts`: for each row where its targets begin.
    /// - `weights`, `delays`, `receptors`, `own`: those of each connection; nothing where there are none.
    init(
        starts: [UInt32], targets: UnsafeBufferPointer<UInt16>, weights: [Double] = [], delays: [UInt16] = [],
        receptors: [UInt8] = [], own: [Double] = []
    ) {
        self.init(starts: starts, count: targets.count)
        if let first = targets.baseAddress { self.targets.initialize(from: first, count: targets.count) }
        setWeights(weights)
        setDelays(delays)
        header.pointee.receptors = Self.copy(receptors)
        setOwn(own)
    }

    /// With offsets and targets.
    private static func headerBytes(rows: Int, targets: Int) -> Int {
        MemoryLayout<Header>.stride + (rows + 1) * 4 + bytes(of: UInt16.self, targets)
    }

    private static func bytes<T>(of _: T.Type, _ count: Int) -> Int { (count + block) * MemoryLayout<T>.stride }

    /// Connections of a row, counted from the chunk's first.
    @inline(__always)
    func connections(ofRow row: Int) -> Range<Int> {
        let bit = UInt64(1) << UInt64(truncatingIfNeeded: row), filled = header.pointee.filled
        guard filled & bit != 0 else { return 0..<0 }
        let n = (filled & (bit &- 1)).nonzeroBitCount
        let offsets = header.pointee.offsets
        return Range(uncheckedBounds: (Int(offsets[n]), Int(offsets[n &+ 1])))
    }

    /// Asks for the memory that tells where connections lie.
    @inline(__always)
    func prefetch() { astro_prefetch(header) }

    /// Asks for the memory of a row's place, and of its first connections where there are few.
    @inline(__always)
    func prefetchConnections(ofRow row: Int) {
        let filled = header.pointee.filled
        let n = (filled & ((1 &<< UInt64(truncatingIfNeeded: row)) &- 1)).nonzeroBitCount
        astro_prefetch(header.pointee.offsets + n)
    }

    /// The same for the memory of its connections: all of it, or as much as there is time for. The processor goes on by itself.
    @inline(__always)
    func prefetchValues(ofRow row: Int) {
        let connections = connections(ofRow: row)
        guard !connections.isEmpty else { return }
        (targets + connections.lowerBound).prefetch(connections.count, mostLines: Self.mostLines)
        if let delays { (delays + connections.lowerBound).prefetch(connections.count, mostLines: Self.mostLines) }
        if let weights { (weights + connections.lowerBound).prefetch(connections.count, mostLines: Self.mostLines) }
    }

    /// The same for its delays.
    @inline(__always)
    func prefetchDelays(ofRow row: Int) {
        let connections = connections(ofRow: row)
        guard let delays, !connections.isEmpty else { return }
        (delays + connections.lowerBound).prefetch(connections.count, mostLines: Self.mostLines)
    }

    private static let mostLines = 32

    /// Calls `body(index)` for each connection onto a place.
    @inline(__always)
    func forEach(onto place: UInt16, _ body: (Int) -> Void) {
        typealias Places = SIMD32<UInt16>
        let wanted = Places(repeating: place), targets = targets, count = count
        var first = 0
        while first &+ Places.scalarCount <= count {
            let some = UnsafeRawPointer(targets + first).loadUnaligned(as: Places.self)
            if any(some .== wanted) {
                for index in first..<first &+ Places.scalarCount where targets[index] == place { body(index) }
            }
            first &+= Places.scalarCount
        }
        for index in first..<count where targets[index] == place { body(index) }
    }

    /// Calls `body(stretch, delay)` for neighbours with one delay among connections of a row, counted from the first of these.
    ///
    /// - `sharedDelay`: where all have it.
    @inline(__always)
    func forEachStretch(_ connections: Range<Int>, sharedDelay: Int, _ body: (Range<Int>, Int) -> Void) {
        let count = connections.count
        guard let delays = delays.map({ UnsafePointer($0 + connections.lowerBound) }) else {
            return body(0..<count, sharedDelay)
        }
        var first = 0, next = 0
        func end(_ last: Int) {
            body(Range(uncheckedBounds: (first, last &+ 1)), Int(delays[last]))
            first = last &+ 1
        }
        // 32 at a time, the last ones with some that were looked at before
        while next &+ 1 < count, count > 32 {
            let window = min(next, count &- 33)
            var changes = astro_changes(delays + window) &>> UInt32(truncatingIfNeeded: next &- window)
            while changes != 0 {
                end(next &+ changes.trailingZeroBitCount)
                changes &= changes &- 1
            }
            next = window &+ 32
        }
        while next &+ 1 < count {
            if delays[next] != delays[next &+ 1] { end(next) }
            next &+= 1
        }
        end(count &- 1)
    }

    /// Is each row in the order of delays?
    var isInOrderOfDelays: Bool {
        guard let delays else { return true }
        var descents: UInt16 = 0
        for row in rows {
            let connections = connections(ofRow: row), delays = delays + connections.lowerBound
            for i in 0..<connections.count &- 1 { descents |= delays[i] > delays[i &+ 1] ? 1 : 0 }
        }
        return descents == 0
    }

    /// The first and the last place among targets.
    var places: ClosedRange<UInt16> {
        var first = UInt16.max, last: UInt16 = 0
        let targets = targets
        for i in 0..<count {
            first = min(first, targets[i])
            last = max(last, targets[i])
        }
        return first...last
    }

    private var filledRows: Int { header.pointee.filled.nonzeroBitCount }
    var count: Int { Int(header.pointee.offsets[filledRows]) }
    /// Rows with connections.
    var rows: [Int] { (0..<64).filter { header.pointee.filled >> UInt64($0) & 1 == 1 } }

    /// The row of a connection.
    func row(of index: Int) -> Int {
        let ends = UnsafeBufferPointer(start: header.pointee.offsets + 1, count: filledRows)
        var rest = header.pointee.filled
        for _ in 0..<ends.partitioningIndex(where: { $0 > index }) { rest &= rest &- 1 }
        return rest.trailingZeroBitCount
    }

    var targets: UnsafeMutablePointer<UInt16> { header.pointee.targets }
    var weights: UnsafeMutablePointer<Double>? { header.pointee.weights }
    var delays: UnsafeMutablePointer<UInt16>? { header.pointee.delays }
    var receptors: UnsafeMutablePointer<UInt8>? { header.pointee.receptors }
    var own: UnsafeMutablePointer<Double>? { header.pointee.own }

    /// Those of each connection; nothing where there are none.
    func setWeights(_ values: some Collection<Double>) { header.pointee.weights = Self.copy(values) }
    func setDelays(_ values: some Collection<UInt16>) { header.pointee.delays = Self.copy(values) }
    func setOwn(_ values: some Collection<Double>) {
        Self.deallocate(own, header.pointee.ownCount)
        header.pointee.own = Self.copy(values)
        header.pointee.ownCount = values.count
    }

    /// Memory for those of each connection, to be written.
    func makeWeightsAndDelays() {
        header.pointee.weights = Self.allocate(count)
        header.pointee.delays = Self.allocate(count)
    }

    /// The same for all.
    func setWeights(repeating weight: Double) {
        header.pointee.weights = Self.allocate(count)
        header.pointee.weights?.initialize(repeating: weight, count: count)
    }

    /// A block for all.
    func setOwn(repeating block: [Double]) {
        let numbers = count * block.count
        Self.deallocate(own, header.pointee.ownCount)
        header.pointee.own = Self.allocate(numbers)
        header.pointee.ownCount = numbers
        guard let own else { return }
        if block.count == 1 { return own.initialize(repeating: block[0], count: numbers) }
        for i in 0..<numbers { (own + i).initialize(to: block[i % block.count]) }
    }

    private static func copy<T>(_ values: some Collection<T>) -> UnsafeMutablePointer<T>? {
        let copy = UnsafeMutableBufferPointer<T>(start: allocate(values.count), count: values.count)
        _ = copy.initialize(fromContentsOf: values)
        return copy.baseAddress
    }

    private static func allocate<T>(_ count: Int) -> UnsafeMutablePointer<T>? {
        if count == 0 { return nil }
        return RowMemory.rows.allocate(bytes: bytes(of: T.self, count)).bindMemory(to: T.self, capacity: count)
    }

    func deallocate() {
        let count = self.count, header = Self.headerBytes(rows: filledRows, targets: count)
        Self.deallocate(weights, count)
        Self.deallocate(delays, count)
        Self.deallocate(receptors, count)
        Self.deallocate(own, self.header.pointee.ownCount)
        RowMemory.rows.deallocate(self.header, bytes: header)
    }

    private static func deallocate<T>(_ values: UnsafeMutablePointer<T>?, _ count: Int) {
        if let values { RowMemory.rows.deallocate(values, bytes: bytes(of: T.self, count)) }
    }

    /// - `ownWidth`: numbers in the block of a connection.
    func memoryBytes(ownWidth: Int) -> Int {
        let perConnection =
            2 + (weights == nil ? 0 : 8) + (delays == nil ? 0 : 2) + (receptors == nil ? 0 : 1) + 8 * ownWidth
        return MemoryLayout<Header>.stride + (filledRows + 1) * 4 + count * perConnection
    }
}

extension RowChunk.Header: Checkpointed {
    static let kept = ["filled", "offsets", "targets", "weights", "delays", "receptors", "own"]
    static let made = ["ownCount"]
}
