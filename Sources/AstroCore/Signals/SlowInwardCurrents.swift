import CLanes

/// The slow inward current connections of one connect call. Parallel connections with the same astrocyte, neuron,
/// weight and delay are one entry with a multiplicity.
final class SICProjection {
    struct Entry {
        /// Global ids.
        var source, target: Int32
        var weight: Double
        var delay: Int32
        var multiplicity: Int32
    }

    let number: Int
    /// Onto own cells.
    private(set) var entries: [Entry]
    /// Connections, on all ranks.
    let count: Int
    private(set) var shortestDelay = 1, longestDelay = 1
    /// Made when first asked for: entries by source and by target, and the number of each one's first connection, which stays
    /// when entries are split.
    private var bySource: [Int32] = [], byTarget: [Int32] = [], firsts: [Int] = []

    /// Collective.
    init(number: Int, entries: [Entry], count: Int) {
        self.number = number
        self.entries = entries
        self.count = count
        findDelays()
    }

    /// Collective.
    func findDelays() {
        shortestDelay = Ranks.all.least(entries.lazy.map { Int($0.delay) }.min() ?? .max)
        longestDelay = Ranks.all.greatest(entries.lazy.map { Int($0.delay) }.max() ?? 1)
    }

    /// Gives connections, told by their numbers, new weights or delays (steps). Entries whose connections then differ are
    /// split.
    func set(_ changes: [(number: Int, value: Double)], delay: Bool) {
        var changed: [Int: [Double]] = [:]
        for change in changes {
            let index = entryIndex(of: change.number), entry = entries[index]
            let old = delay ? Double(entry.delay) : entry.weight
            changed[index, default: Array(repeating: old, count: Int(entry.multiplicity))][
                change.number - firstNumber(of: index)] = change.value
        }
        let parts = Dictionary(
            uniqueKeysWithValues: changed.map { ($0, Self.parts(of: entries[$0], $1, delay: delay)) })
        if parts.values.allSatisfy({ $0.count == 1 }) {
            for (index, part) in parts { entries[index] = part[0] }
            return
        }
        entries = entries.indices.flatMap { parts[$0] ?? [entries[$0]] }
        (bySource, byTarget, firsts) = ([], [], [])
    }

    // MARK: Finding

    /// The entry of a connection; connections count through the entries.
    func entryIndex(of number: Int) -> Int {
        countIfNeeded()
        return firsts.partitioningIndex { $0 > number } - 1
    }

    func firstNumber(of index: Int) -> Int {
        countIfNeeded()
        return firsts[index]
    }

    private func countIfNeeded() {
        guard firsts.count != entries.count else { return }
        firsts.reserveCapacity(entries.count)
        var next = 0
        for entry in entries {
            firsts.append(next)
            next += Int(entry.multiplicity)
        }
    }

    /// By source, then by target, parallel ones in their order: all that may be between some nodes.
    func ordered(_ source: Nodes?, _ target: Nodes?) -> [Int] {
        if bySource.count != entries.count {
            let key = { (i: Int32) in (self.entries[Int(i)].source, self.entries[Int(i)].target, i) }
            bySource = entries.indices.map { Int32($0) }.sorted { key($0) < key($1) }
        }
        if let source, Self.isFew(source, entries.count) {
            return source.ids.sorted().flatMap { id in Self.range(of: id, bySource) { entries[$0].source } }
        }
        guard let target, Self.isFew(target, entries.count) else { return bySource.map { Int($0) } }
        if byTarget.count != entries.count {
            byTarget = entries.indices.map { Int32($0) }.sorted {
                (entries[Int($0)].target, $0) < (entries[Int($1)].target, $1)
            }
        }
        let found = target.ids.flatMap { id in Self.range(of: id, byTarget) { entries[$0].target } }
        return found.sorted {
            (entries[$0].source, entries[$0].target, $0) < (entries[$1].source, entries[$1].target, $1)
        }
    }

    /// Is it sooner to look for each than to go through all entries?
    private static func isFew(_ nodes: Nodes, _ count: Int) -> Bool { nodes.count * 32 < count }

    private static func range(of id: Int, _ order: [Int32], _ end: (Int) -> Int32) -> [Int] {
        let first = order.partitioningIndex { Int(end(Int($0))) >= id }
        return order[first...].prefix { Int(end(Int($0))) == id }.map { Int($0) }
    }

    private static func parts(of entry: Entry, _ values: [Double], delay: Bool) -> [Entry] {
        var result: [Entry] = []
        for value in values {
            var part = entry
            part.multiplicity = 1
            if delay { part.delay = Int32(value) } else { part.weight = value }
            if let last = result.last, last.weight == part.weight, last.delay == part.delay {
                result[result.count - 1].multiplicity += 1
            } else {
                result.append(part)
            }
        }
        return result
    }
}

extension SICProjection: Checkpointed {
    static let kept = ["number", "entries"]
    static let made = ["count", "shortestDelay", "longestDelay", "bySource", "byTarget", "firsts"]
}

extension SICProjection {
    /// In the order of checkpoints, which does not tell how targets are dealt out.
    var entriesByTarget: [Entry] {
        if zip(entries, entries.dropFirst()).allSatisfy({ $0.target <= $1.target }) { return entries }
        return entries.indices.sorted { (entries[$0].target, $0) < (entries[$1].target, $1) }.map { entries[$0] }
    }

    var memoryBytes: Int {
        entries.count * MemoryLayout<Entry>.stride + (bySource.count + byTarget.count) * 4 + firsts.count * 8
    }
}

/// The slow inward currents that one worker's neurons receive: for each neuron and delay the weighted sum over
/// astrocytes, applied to the steps of a slice at once.
///
/// Longer delays come first, as their contributions to a stamp are the earlier ones: the order of summation does not
/// depend on where slices begin.
final class SICTable {
    private struct Group {
        let place: Int
        let delay: Int
        let entries: Range<Int>
    }

    /// Groups that are dealt with alike.
    struct Part {
        /// Are they eights of neighbouring neurons with the same delay?
        let tiled: Bool
        var groups: Range<Int>
    }

    let plane: InputPlane
    private var groups: [Group] = []
    private var senders: [Int32] = []
    private var weights: [Double] = []

    /// `place` and `sender` translate global ids; place is nil for neurons of other workers.
    init(
        _ projections: [SICProjection], plane: InputPlane, place: (Int) -> Int?, sender: (Int) -> Int
    ) {
        self.plane = plane
        var found: [Found] = []
        for (number, projection) in projections.enumerated() {
            for (index, entry) in projection.entries.enumerated() {
                guard let place = place(Int(entry.target)) else { continue }
                found.append(
                    Found(place: Int32(place), delay: entry.delay, projection: Int32(number), entry: Int32(index)))
            }
        }
        // those of a tripartite call are in order
        if !zip(found, found.dropFirst()).allSatisfy({ $0 <= $1 }) { found.sort(by: <) }
        senders.reserveCapacity(found.count)
        weights.reserveCapacity(found.count)
        for (i, item) in found.enumerated() {
            let entry = projections[Int(item.projection)].entries[Int(item.entry)]
            senders.append(Int32(sender(Int(entry.source))))
            weights.append(entry.weight * Double(entry.multiplicity))
            let isLast = i + 1 == found.count || found[i + 1].place != item.place || found[i + 1].delay != item.delay
            guard isLast else { continue }
            let first = groups.last?.entries.upperBound ?? 0
            groups.append(Group(place: Int(item.place), delay: Int(item.delay), entries: first..<i + 1))
        }
    }

    /// An entry of a projection onto a place of the plane.
    private struct Found: Comparable {
        let place, delay, projection, entry: Int32

        static func < (a: Found, b: Found) -> Bool {
            if a.place != b.place { return a.place < b.place }
            if a.delay != b.delay { return a.delay > b.delay }
            return (a.projection, a.entry) < (b.projection, b.entry)
        }
    }

    /// What is to be done for the neurons at some places.
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
        return (1..<Tile.width).allSatisfy {
            groups[first + $0].place == groups[first].place + $0 && groups[first + $0].delay == groups[first].delay
        }
    }

    /// Adds to some neurons what astrocytes sent in steps first ..< first + count;
    /// `output[sender * stride + step - first]`.
    func apply(_ parts: [Part], _ output: UnsafePointer<Double>, stride: Int, first: Int, count: Int) {
        withUnsafeTemporaryAllocation(byteCount: Tile.bytes, alignment: 64) { memory in
            let tile = Tile(memory.bindMemory(to: Double.self).baseAddress!)
            senders.withUnsafeBufferPointer { senders in
                weights.withUnsafeBufferPointer { weights in
                    let sums = WeightedSums(
                        output: output, stride: stride, senders: senders.baseAddress!, weights: weights.baseAddress!)
                    for part in parts { apply(part, sums, tile, first, count) }
                }
            }
        }
    }

    /// Some groups, eight of neighbouring neurons at a time where `tiled`.
    private func apply(_ part: Part, _ sums: WeightedSums, _ tile: Tile, _ first: Int, _ count: Int) {
        let width = part.tiled ? Tile.width : 1
        groups.withUnsafeBufferPointer { groups in
            for index in stride(from: part.groups.lowerBound, to: part.groups.upperBound, by: width) {
                var step = 0
                while step < count {
                    // ten steps, the usual slice, in one go
                    let extra = count &- step == 10 ? 2 : 0
                    for i in 0..<width {
                        let ahead = index &+ i &+ width
                        if ahead < groups.count { sums.prefetch(groups[ahead].entries, step) }
                        if extra > 0 {
                            sums.ten(groups[index &+ i].entries, step, to: tile.sums(i))
                        } else {
                            sums.eight(groups[index &+ i].entries, step, to: tile.sums(i))
                        }
                    }
                    let steps = min(8, count &- step) &+ extra
                    add(tile, width, groups[index], stamp: first &+ step &+ 1, steps)
                    step &+= steps
                }
            }
        }
    }

    @inline(__always)
    private func add(_ tile: Tile, _ width: Int, _ group: Group, stamp: Int, _ steps: Int) {
        let mask = plane.slotMask, rowLength = plane.inputStride, rows = plane.slowInwardCurrent!
        if width == Tile.width { tile.turn(steps) }
        for k in 0..<steps {
            let slot = (stamp &+ group.delay &+ k) & mask
            let row = rows + (slot &* rowLength &+ group.place)
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
    var memoryBytes: Int { groups.count * MemoryLayout<Group>.stride + senders.count * 12 }
}

/// Weighted sums over the output of astrocytes.
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

/// Sums of up to ten steps for eight neurons, first neuron by neuron, then step by step.
private struct Tile {
    static let width = 8
    /// Two blocks of 16 rows of 8.
    static let bytes = 2 * 128 * 8
    private static let row = 16
    private let memory: UnsafeMutablePointer<Double>

    init(_ memory: UnsafeMutablePointer<Double>) { self.memory = memory }

    @inline(__always)
    func sums(_ neuron: Int) -> UnsafeMutablePointer<Double> { memory + neuron &* Self.row }

    private var turned: UnsafeMutablePointer<Double> { memory + 128 }

    @inline(__always)
    func turn(_ steps: Int) {
        astro_turn_8(memory, Self.row, turned, Self.width)
        if steps > 8 { astro_turn_8(memory + 8, Self.row, turned + 64, Self.width) }
    }

    @inline(__always)
    func add(step: Int, to row: UnsafeMutablePointer<Double>) {
        let sums = UnsafeRawPointer(turned + step &* Self.width).load(as: SIMD8<Double>.self)
        let sum = UnsafeRawPointer(row).loadUnaligned(as: SIMD8<Double>.self) + sums
        UnsafeMutableRawPointer(row).storeBytes(of: sum, as: SIMD8<Double>.self)
    }
}
