/// An order of the connections of a row: by delay, where connections with one delay stay as they are. A spike then finds those that
/// it reaches at one time side by side.
struct DelayOrder {
    private let places: [UInt32]

    init(_ delays: some RandomAccessCollection<UInt16>) {
        guard let least = delays.min(), let most = delays.max() else {
            places = []
            return
        }
        guard Int(most - least) < 4 * delays.count + 256 else {
            places = delays.enumerated().map { UInt64($1) << 32 | UInt64($0) }.sorted().map { UInt32($0 & 0xffff_ffff) }
            return
        }
        // counts, then puts each where those of its delay begin
        var next = [UInt32](repeating: 0, count: Int(most - least) + 2)
        for delay in delays { next[Int(delay &- least) + 1] &+= 1 }
        for i in 1..<next.count { next[i] &+= next[i - 1] }
        places = [UInt32](unsafeUninitializedCapacity: delays.count) { places, filled in
            for (number, delay) in delays.enumerated() {
                let k = Int(delay &- least)
                places[Int(next[k])] = UInt32(truncatingIfNeeded: number)
                next[k] &+= 1
            }
            filled = delays.count
        }
    }

    /// Values of the connections in this order.
    func callAsFunction<Value>(_ values: [Value]) -> [Value] {
        values.withUnsafeBufferPointer { values in places.map { values[Int($0)] } }
    }

    /// Puts those of a row in this order, where there are any.
    func apply<Value>(to values: inout [Value], _ row: Range<Int>) {
        if !values.isEmpty { values.replaceSubrange(row, with: self(Array(values[row]))) }
    }

    /// Would connections onto one target change places? These are told apart by their order.
    ///
    /// - `targets`: of the connections of a row, in any order.
    static func exchangesParallel(_ targets: [UInt32], _ delays: [UInt16]) -> Bool {
        var last: [UInt32: UInt16] = [:]
        return zip(targets, delays).contains { target, delay in
            guard let earlier = last.updateValue(delay, forKey: target) else { return false }
            return delay < earlier
        }
    }
}
