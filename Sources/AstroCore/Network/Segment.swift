/// The part of a projection whose targets lie in one stretch of a worker's input plane.
final class Segment {
    static let span = 1 << 16

    let plane: InputPlane
    /// Place in the plane that targets count from.
    let base: Int
    /// There are no more targets than these.
    private let mostTargets: Int
    /// Where the segment keeps its rows by the 64, while no bundle does.
    let ownChunks: UnsafeMutableBufferPointer<RowChunk?>
    /// What keeps its rows, joined with those of other segments.
    var bundle: RowBundle?

    init(plane: InputPlane, base: Int, chunks: Int, mostTargets: Int = Segment.span) {
        self.plane = plane
        self.base = base
        self.mostTargets = mostTargets
        ownChunks = .allocate(capacity: chunks)
        ownChunks.initialize(repeating: nil)
    }

    deinit {
        ownChunks.forEach { $0?.deallocate() }
        ownChunks.deallocate()
    }

    /// Rows by the 64; nil where none of them has connections here. Takes them out of a bundle: not during a run, and by one thread.
    var chunks: UnsafeMutableBufferPointer<RowChunk?> {
        bundle?.separate()
        return ownChunks
    }

    /// The rows that spikes go along, joined ones for the first segment of a bundle; nil for all others of it.
    var chunksForSpikes: UnsafeMutableBufferPointer<RowChunk?>? {
        guard let bundle else { return ownChunks }
        return bundle.first === self ? bundle.chunks : nil
    }

    private(set) lazy var count = chunks.reduce(0) { $0 + ($1?.count ?? 0) }

    /// Neighbours in a row along which spikes go that have one delay: how many there are on average, in a sample of the rows.
    var meanStretch: Double {
        let chunks = bundle?.chunks ?? ownChunks
        let filled = chunks.indices.filter { chunks[$0] != nil }, every = max(1, filled.count / 8)
        var connections = 0, stretches = 0
        for index in stride(from: 0, to: filled.count, by: every) {
            let chunk = chunks[filled[index]]!
            for row in chunk.rows.prefix(4) {
                let all = chunk.connections(ofRow: row)
                connections += all.count
                chunk.forEachStretch(all, sharedDelay: 0) { _, _ in stretches += 1 }
            }
        }
        return stretches == 0 ? 1 : Double(connections) / Double(stretches)
    }

    /// Places within which targets lie; nil where there are none. Of connections that are removed later, too.
    private(set) lazy var places: ClosedRange<UInt16>? = chunks.lazy.compactMap { $0?.places }.reduce(nil) {
        ClosedRange(
            uncheckedBounds: (min($0?.lowerBound ?? .max, $1.lowerBound), max($0?.upperBound ?? 0, $1.upperBound)))
    }

    /// Targets that have connections, from the base on.
    var targets: [Int] {
        let targets = { (chunk: RowChunk) in UnsafeBufferPointer(start: chunk.targets, count: chunk.count) }
        if count < Self.span / 16 { return Set(chunks.lazy.compactMap { $0 }.flatMap(targets)).map { Int($0) } }
        var isTarget = [Bool](repeating: false, count: Self.span), found = 0
        // where each target has many connections, the first rows have them all
        for case let chunk? in chunks where found < mostTargets {
            for target in targets(chunk) {
                found &+= isTarget[Int(target)] ? 0 : 1
                isTarget[Int(target)] = true
            }
        }
        return isTarget.indices.filter { isTarget[$0] }
    }

    /// Is each row in the order of delays, as far as none is set later?
    private(set) lazy var isInOrderOfDelays = chunks.allSatisfy { $0?.isInOrderOfDelays ?? true }

    /// Targets whose connections have been looked for among all.
    private var lookedFor = 0
    /// Should connections onto so many targets be looked for among all? Where connections are few, and for the first few targets, that is
    /// faster than to make an index.
    func looksAmongAll(_ targets: Int) -> Bool {
        if count < TargetIndex.leastCount { return true }
        guard madeIndex == nil, lookedFor + targets <= TargetIndex.leastTargets else { return false }
        lookedFor += targets
        return true
    }

    private var madeIndex: TargetIndex?
    /// nil where connections are few, or memory is short.
    var targetIndex: TargetIndex? {
        if madeIndex == nil { madeIndex = TargetIndex(self) }
        return madeIndex
    }

    /// Puts others in the place of chunks.
    func replace(_ new: [Int: RowChunk?]) {
        for (index, chunk) in new {
            chunks[index]?.deallocate()
            chunks[index] = chunk
        }
        count = chunks.reduce(0) { $0 + ($1?.count ?? 0) }
        madeIndex = nil
    }

    func memoryBytes(ownWidth: Int) -> Int {
        (chunksForSpikes ?? ownChunks).reduce(ownChunks.count * 8 + (madeIndex?.memoryBytes ?? 0)) {
            $0 + ($1?.memoryBytes(ownWidth: ownWidth) ?? 0)
        }
    }
}
