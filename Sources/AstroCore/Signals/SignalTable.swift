import CLanes

/// What reaches a port of one worker's cells over connections that carry signals: for each cell and delay the weighted sum over
/// senders, applied to the steps of a slice at once.
///
/// Longer delays come first, as their contributions to a stamp are the earlier ones: the order of summation does not
/// depend on where slices begin.
final class SignalTable {
    private struct Group {
        let place: Int
        let delay: Int
        let entries: Range<Int>
        /// Where differences arrive, the sender that the target itself is; else -1.
        let end: Int32
    }

    /// Groups that are dealt with alike.
    struct Part {
        /// Are they eights of neighbouring cells with the same delay, without differences?
        let tiled: Bool
        var groups: Range<Int>
    }

    /// What reaches the port: what cells send, and what couplings make of it.
    enum Source {
        case cells(SignalProjection), coupling(CouplingTable)
    }

    let plane: InputPlane
    /// Of those that reach the port: they have to be evaluated before.
    let couplings: [CouplingTable]
    /// Is what is held added to the input before the slice in which it is sent?
    let isAhead: Bool
    private let port: Int
    private var groups: [Group] = []
    private var senders: [Int32] = []
    private var weights: [Double] = []
    /// Where nothing but couplings that are held reaches the port: what groups send until one is worked out again.
    private let held: UnsafeMutablePointer<Double>?

    /// - `sources`: in the order in which they were connected.
    /// - `place`: of a cell by its global id; nil for those of other workers.
    /// - `sender`: the run of what a cell sends, by the name of the signal and the cell's global id.
    init(
        _ sources: [Source], plane: InputPlane, port: Int, isAhead: Bool, place: (Int) -> Int?,
        sender: (String, Int) -> Int
    ) {
        (self.plane, self.port, self.isAhead) = (plane, port, isAhead)
        couplings = sources.compactMap { if case .coupling(let table) = $0 { table } else { nil } }
        var found = sources.enumerated().flatMap { Self.found($1, Int32($0), place) }
        // those of a tripartite call are in order
        if !zip(found, found.dropFirst()).allSatisfy({ $0 <= $1 }) { found.sort(by: <) }
        senders.reserveCapacity(found.count)
        weights.reserveCapacity(found.count)
        var heldSums: [Double] = [], sum = 0.0
        for (i, item) in found.enumerated() {
            var end: Int32 = -1
            switch sources[Int(item.source)] {
            case .cells(let projection):
                let entry = projection.entries[Int(item.entry)], output = projection.route.output
                senders.append(Int32(sender(output, Int(entry.source))))
                weights.append(entry.weight * Double(entry.multiplicity) * projection.route.scale)
                if item.isDifference > 0 { end = Int32(sender(output, Int(entry.target))) }
            case .coupling(let table):
                senders.append(Int32(table.firstRun) + item.entry)
                weights.append(1)
                sum += table.held(Int(item.entry))
            }
            if i + 1 < found.count, found[i + 1].isSummed(with: item) { continue }
            let first = groups.last?.entries.upperBound ?? 0
            groups.append(
                Group(place: Int(item.place), delay: Int(item.delay), entries: first..<i + 1, end: end))
            heldSums.append(sum)
            sum = 0
        }
        let isHeld = couplings.count == sources.count && couplings.allSatisfy(\.isHeld)
        held = isHeld && !groups.isEmpty ? ColumnStore.allocate(groups.count) : nil
        held?.initialize(from: heldSums, count: groups.count)
    }

    deinit { held?.deallocate() }

    private static func found(_ source: Source, _ number: Int32, _ place: (Int) -> Int?) -> [Found] {
        switch source {
        case .cells(let projection):
            let isDifference: Int32 = projection.route.isDifference ? 1 : 0
            return projection.entries.enumerated().compactMap { index, entry in
                guard let place = place(Int(entry.target)) else { return nil }
                return Found(
                    place: Int32(place), delay: entry.delay, isDifference: isDifference, source: number,
                    entry: Int32(index))
            }
        case .coupling(let table):
            return table.groups.enumerated().map { index, group in
                Found(
                    place: Int32(group.place), delay: Int32(group.delay), isDifference: 0, source: number,
                    entry: Int32(index))
            }
        }
    }

    /// An entry of a projection onto a place of the plane, or a group of a coupling.
    private struct Found: Comparable {
        let place, delay, isDifference, source, entry: Int32

        func isSummed(with other: Found) -> Bool {
            (place, delay, isDifference) == (other.place, other.delay, other.isDifference)
        }

        static func < (a: Found, b: Found) -> Bool {
            if a.place != b.place { return a.place < b.place }
            if a.delay != b.delay { return a.delay > b.delay }
            return (a.isDifference, a.source, a.entry) < (b.isDifference, b.source, b.entry)
        }
    }

    /// What is to be done for the cells at some places.
    func parts(_ places: Range<Int>) -> [Part] {
        var parts: [Part] = []
        var index = firstGroup(at: places.lowerBound)
        let end = firstGroup(at: places.upperBound)
        while index < end {
            let tiled = isTile(index) && index + Tile.width <= end
            let next = index + (tiled ? Tile.width : 1)
            if let last = parts.last, last.tiled == tiled {
                parts[parts.count - 1].groups = last.groups.lowerBound..<next
            } else {
                parts.append(Part(tiled: tiled, groups: index..<next))
            }
            index = next
        }
        return parts
    }

    private func firstGroup(at place: Int) -> Int {
        groups.partitioningIndex { $0.place >= place }
    }

    private func isTile(_ first: Int) -> Bool {
        guard first + Tile.width <= groups.count else { return false }
        return groups[first].end < 0
            && (1..<Tile.width).allSatisfy {
                groups[first + $0].place == groups[first].place + $0 && groups[first + $0].delay == groups[first].delay
                    && groups[first + $0].end < 0
            }
    }

    /// Adds to some cells what was sent to them in steps first ..< first + count;
    /// `output[sender * stride + step - first]`.
    func apply(_ parts: [Part], _ output: UnsafePointer<Double>, stride: Int, first: Int, count: Int) {
        let ring = Ring(plane, port)
        withUnsafeTemporaryAllocation(byteCount: Tile.bytes, alignment: 64) { memory in
            let tile = Tile(memory.bindMemory(to: Double.self).baseAddress!)
            senders.withUnsafeBufferPointer { senders in
                weights.withUnsafeBufferPointer { weights in
                    groups.withUnsafeBufferPointer { groups in
                        let sums = WeightedSums(
                            output: output, stride: stride, senders: senders.baseAddress!, weights: weights.baseAddress!
                        )
                        for part in parts { Self.apply(groups, of: part, sums, tile, first, count, to: ring) }
                    }
                }
            }
        }
        hold(parts, output + (count - 1), stride: stride)
    }

    /// Some groups, eight of neighbouring cells at a time where `tiled`.
    private static func apply(
        _ groups: UnsafeBufferPointer<Group>, of part: Part, _ sums: WeightedSums, _ tile: Tile, _ first: Int,
        _ count: Int, to ring: Ring
    ) {
        let width = part.tiled ? Tile.width : 1
        for index in stride(from: part.groups.lowerBound, to: part.groups.upperBound, by: width) {
            var step = 0
            while step < count {
                // ten steps, the usual slice, in one go
                let extra = count &- step == 10 ? 2 : 0
                for i in 0..<width {
                    let ahead = index &+ i &+ width
                    if ahead < groups.count { sums.prefetch(groups[ahead].entries, step) }
                    let group = groups[index &+ i]
                    if group.end >= 0 {
                        sums.ofDifferences(group.entries, group.end, step, 8 &+ extra, to: tile.sums(i))
                    } else if extra > 0 {
                        sums.ten(group.entries, step, to: tile.sums(i))
                    } else {
                        sums.eight(group.entries, step, to: tile.sums(i))
                    }
                }
                let steps = min(8, count &- step) &+ extra
                add(tile, width, groups[index], stamp: first &+ step &+ 1, steps, to: ring)
                step &+= steps
            }
        }
    }

    // MARK: What is held

    /// Is what reaches the port held, and is it worked out at the end of one of these steps?
    var isHeld: Bool { held != nil }
    func isDue(_ steps: Range<Int>) -> Bool { couplings.contains { $0.isDue(steps) } }

    /// The same as `apply`, of steps at whose ends nothing was worked out.
    func applyHeld(_ parts: [Part], first: Int, count: Int) {
        guard let held else { return }
        let ring = Ring(plane, port)
        groups.withUnsafeBufferPointer { groups in
            for part in parts {
                let width = part.tiled ? Tile.width : 1
                for index in stride(from: part.groups.lowerBound, to: part.groups.upperBound, by: width) {
                    let group = groups[index]
                    for k in 0..<count {
                        let row = ring.row(first &+ 1 &+ group.delay &+ k) + group.place
                        if part.tiled { Tile.add(held + index, to: row) } else { row.pointee += held[index] }
                    }
                }
            }
        }
    }

    /// Keeps what some groups have sent in the last step.
    private func hold(_ parts: [Part], _ last: UnsafePointer<Double>, stride: Int) {
        guard let held else { return }
        for group in parts.lazy.flatMap(\.groups) {
            held[group] = groups[group].entries.reduce(0) { $0 + last[Int(senders[$1]) * stride] }
        }
    }

    @inline(__always)
    private static func add(
        _ tile: Tile, _ width: Int, _ group: Group, stamp: Int, _ steps: Int, to ring: Ring
    ) {
        if width == Tile.width { tile.turn(steps) }
        for k in 0..<steps {
            let row = ring.row(stamp &+ group.delay &+ k) + group.place
            if width == Tile.width {
                // rows lie far apart: what the next tiles add to would have to be waited for
                astro_prefetch(row + 2 &* Tile.width)
                tile.add(step: k, to: row)
            } else {
                row.pointee += tile.sums(0)[k]
            }
        }
    }

    var isEmpty: Bool { groups.isEmpty }
    var memoryBytes: Int {
        groups.count * (MemoryLayout<Group>.stride + (held == nil ? 0 : 8)) + senders.count * 12
            + couplings.reduce(0) { $0 + $1.memoryBytes }
    }
}

/// The rows of a port, one a stamp in turn.
private struct Ring {
    private let rows: UnsafeMutablePointer<Double>
    private let length, mask: Int

    init(_ plane: InputPlane, _ port: Int) {
        (rows, length, mask) = (plane.rows[port].rows!, plane.rows[port].stride, plane.slotMask)
    }

    @inline(__always) func row(_ stamp: Int) -> UnsafeMutablePointer<Double> { rows + (stamp & mask) &* length }
}

/// Weighted sums over what cells send.
private struct WeightedSums {
    let output: UnsafePointer<Double>
    let stride: Int
    let senders: UnsafePointer<Int32>
    let weights: UnsafePointer<Double>

    /// Of steps step ..< step + 8.
    @inline(__always)
    func eight(_ entries: Range<Int>, _ step: Int, to sums: UnsafeMutablePointer<Double>) {
        var sum = SIMD8<Double>()
        for i in entries {
            sum = sum.addingProduct(values(i, step), SIMD8(repeating: weights[i]))
        }
        UnsafeMutableRawPointer(sums).storeBytes(of: sum, as: SIMD8<Double>.self)
    }

    /// The same of differences to what the receiver itself sends, of some steps.
    @inline(never)
    func ofDifferences(
        _ entries: Range<Int>, _ end: Int32, _ step: Int, _ count: Int, to sums: UnsafeMutablePointer<Double>
    ) {
        let own = output + (Int(end) &* stride &+ step)
        for k in 0..<count { sums[k] = 0 }
        for i in entries {
            let other = output + (Int(senders[i]) &* stride &+ step)
            for k in 0..<count { sums[k] = sums[k].addingProduct(weights[i], other[k] - own[k]) }
        }
    }

    /// Of steps step ..< step + 10.
    @inline(__always)
    func ten(_ entries: Range<Int>, _ step: Int, to sums: UnsafeMutablePointer<Double>) {
        var sum = SIMD8<Double>(), last = SIMD2<Double>()
        for i in entries {
            sum = sum.addingProduct(values(i, step), SIMD8(repeating: weights[i]))
            last = last.addingProduct(values(i, step &+ 8), SIMD2(repeating: weights[i]))
        }
        UnsafeMutableRawPointer(sums).storeBytes(of: sum, as: SIMD8<Double>.self)
        UnsafeMutableRawPointer(sums + 8).storeBytes(of: last, as: SIMD2<Double>.self)
    }

    /// The senders lie anywhere in memory: without this, half of the time goes into waiting for them.
    @inline(__always)
    func prefetch(_ entries: Range<Int>, _ step: Int) {
        for i in entries {
            let place = output + (Int(senders[i]) &* stride &+ step)
            astro_prefetch(place)
            astro_prefetch(place + 8)
        }
    }

    @inline(__always)
    private func values<Vector: SIMD<Double>>(_ entry: Int, _ step: Int) -> Vector {
        UnsafeRawPointer(output + (Int(senders[entry]) &* stride &+ step)).loadUnaligned(as: Vector.self)
    }
}

/// Sums of up to ten steps for eight cells, first cell by cell, then step by step.
private struct Tile {
    static let width = 8
    /// Two blocks of 16 rows of 8.
    static let bytes = 2 * 128 * 8
    private static let row = 16
    private let memory: UnsafeMutablePointer<Double>

    init(_ memory: UnsafeMutablePointer<Double>) { self.memory = memory }

    @inline(__always)
    func sums(_ cell: Int) -> UnsafeMutablePointer<Double> { memory + cell &* Self.row }

    private var turned: UnsafeMutablePointer<Double> { memory + 128 }

    @inline(__always)
    func turn(_ steps: Int) {
        astro_turn_8(memory, Self.row, turned, Self.width)
        if steps > 8 { astro_turn_8(memory + 8, Self.row, turned + 64, Self.width) }
    }

    @inline(__always)
    func add(step: Int, to row: UnsafeMutablePointer<Double>) { Self.add(turned + step &* Self.width, to: row) }

    /// Adds a value for each of eight cells.
    @inline(__always)
    static func add(_ values: UnsafePointer<Double>, to row: UnsafeMutablePointer<Double>) {
        let values = UnsafeRawPointer(values).loadUnaligned(as: SIMD8<Double>.self)
        let sum = UnsafeRawPointer(row).loadUnaligned(as: SIMD8<Double>.self) + values
        UnsafeMutableRawPointer(row).storeBytes(of: sum, as: SIMD8<Double>.self)
    }
}
