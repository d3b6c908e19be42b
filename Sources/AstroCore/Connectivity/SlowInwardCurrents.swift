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
    private(set) var entries: [Entry]
    let count: Int
    private(set) var shortestDelay = 1, longestDelay = 1

    init(number: Int, entries: [Entry]) {
        self.number = number
        self.entries = entries
        count = entries.reduce(0) { $0 + Int($1.multiplicity) }
        findDelays()
    }

    private func findDelays() {
        shortestDelay = entries.lazy.map { Int($0.delay) }.min() ?? 1
        longestDelay = entries.lazy.map { Int($0.delay) }.max() ?? 1
    }

    /// Gives parallel connections, told by entry and number within it, new weights or delays (steps). Entries whose
    /// connections then differ are split.
    func set(_ changes: [(entry: Int, member: Int, value: Double)], delay: Bool) {
        var split: [Int: [Double]] = [:]
        for change in changes {
            let old = delay ? Double(entries[change.entry].delay) : entries[change.entry].weight
            split[change.entry, default: Array(repeating: old, count: Int(entries[change.entry].multiplicity))][
                change.member] = change.value
        }
        entries = entries.enumerated().flatMap { index, entry -> [Entry] in
            guard let values = split[index] else { return [entry] }
            return Self.parts(of: entry, values, delay: delay)
        }
        findDelays()
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

extension SICProjection {
    var memoryBytes: Int { entries.count * MemoryLayout<Entry>.stride }
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

    private let plane: InputPlane
    private var groups: [Group] = []
    private var senders: [Int32] = []
    private var weights: [Double] = []

    /// `place` and `sender` translate global ids; place is nil for neurons of other workers.
    init(
        _ projections: [SICProjection], plane: InputPlane, place: (Int) -> Int?, sender: (Int) -> Int
    ) {
        self.plane = plane
        var sorted: [(place: Int, delay: Int, order: Int, entry: SICProjection.Entry)] = []
        var order = 0
        for projection in projections {
            for entry in projection.entries {
                order += 1
                if let place = place(Int(entry.target)) { sorted.append((place, Int(entry.delay), order, entry)) }
            }
        }
        sorted.sort { a, b in
            if a.place != b.place { return a.place < b.place }
            return a.delay == b.delay ? a.order < b.order : a.delay > b.delay
        }
        for (i, item) in sorted.enumerated() {
            senders.append(Int32(sender(Int(item.entry.source))))
            weights.append(item.entry.weight * Double(item.entry.multiplicity))
            let isLast = i + 1 == sorted.count || sorted[i + 1].place != item.place || sorted[i + 1].delay != item.delay
            guard isLast else { continue }
            let first = groups.last?.entries.upperBound ?? 0
            groups.append(Group(place: item.place, delay: item.delay, entries: first..<i + 1))
        }
    }

    /// Adds what astrocytes sent in steps first ..< first + count; `output[sender * stride + step - first]`.
    func apply(_ output: UnsafePointer<Double>, stride: Int, first: Int, count: Int) {
        let mask = plane.slotMask, rowLength = plane.inputStride
        let rows = plane.slowInwardCurrent!
        senders.withUnsafeBufferPointer { senders in
            weights.withUnsafeBufferPointer { weights in
                for group in groups {
                    for step in Swift.stride(from: 0, to: count, by: 8) {
                        let sum = Self.sum(group.entries, senders, weights, output + step, stride)
                        let firstStamp = first + step + 1 + group.delay
                        for k in 0..<min(8, count - step) {
                            let slot = (firstStamp + k) & mask
                            rows[slot * rowLength + group.place] += sum[k]
                        }
                    }
                }
            }
        }
    }

    /// Weighted sum of eight steps of output.
    @inline(__always)
    private static func sum(
        _ entries: Range<Int>, _ senders: UnsafeBufferPointer<Int32>, _ weights: UnsafeBufferPointer<Double>,
        _ output: UnsafePointer<Double>, _ stride: Int
    ) -> SIMD8<Double> {
        var sum = SIMD8<Double>()
        for i in entries {
            let values = UnsafeRawPointer(output + Int(senders[i]) * stride).loadUnaligned(as: SIMD8<Double>.self)
            sum = sum.addingProduct(values, SIMD8<Double>(repeating: weights[i]))
        }
        return sum
    }

    var isEmpty: Bool { groups.isEmpty }
    var memoryBytes: Int { groups.count * MemoryLayout<Group>.stride + senders.count * 12 }
}
