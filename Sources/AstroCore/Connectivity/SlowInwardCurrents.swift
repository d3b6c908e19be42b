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
    var entries: [Entry]

    init(number: Int, entries: [Entry]) {
        self.number = number
        self.entries = entries
    }

    var count: Int { entries.reduce(0) { $0 + Int($1.multiplicity) } }
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
