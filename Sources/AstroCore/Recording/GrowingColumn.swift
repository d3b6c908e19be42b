#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An array of doubles that workers may fill side by side once it has grown. New ones are 0.
final class GrowingColumn {
    private(set) var base = GrowingColumn.zeros(16)
    private var capacity = 16
    var count = 0

    init() {}

    convenience init(_ values: [Double]) {
        self.init()
        append(values)
    }

    deinit { free(base) }

    /// The system hands out zeros, and not before they are touched: a long run does not begin with seconds of clearing.
    private static func zeros(_ count: Int) -> UnsafeMutablePointer<Double> {
        guard let memory = calloc(count, MemoryLayout<Double>.stride) else { fatalError("no memory for samples") }
        return memory.bindMemory(to: Double.self, capacity: count)
    }

    var bytes: Int { capacity * 8 }

    struct Growth {
        var bytes = 0.0
        /// The old values stay until they are in their new place.
        var copied = 0.0

        static let none = Growth()
    }

    /// - `sparing`: it takes no more than is needed, and has to be moved again the next time.
    func growth(by more: Double, sparing: Bool) -> Growth {
        let wanted = Double(count) + more
        guard wanted > Double(capacity) else { return .none }
        let larger = sparing ? wanted : Swift.max(wanted, Double(grown))
        return Growth(bytes: 8 * (larger - Double(capacity)), copied: 8 * Double(capacity))
    }

    private var grown: Int { capacity + capacity / 2 }

    func grow(to newCount: Int, sparing: Bool = false) {
        if newCount > capacity {
            let larger = sparing ? newCount : max(newCount, grown)
            let memory = GrowingColumn.zeros(larger)
            memory.update(from: base, count: count)
            free(base)
            (base, capacity) = (memory, larger)
        } else if newCount > count {
            (base + count).update(repeating: 0, count: newCount - count)
        }
        count = newCount
    }

    func append(_ values: [Double]) {
        let first = count
        grow(to: first + values.count)
        (base + first).update(from: values, count: values.count)
    }
}
