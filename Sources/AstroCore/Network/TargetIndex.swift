/// The connections of a segment by target: made when those onto more than a few targets have been asked for, four bytes a connection.
///
/// Connections count through the segment's chunks. An index is right until some are removed.
struct TargetIndex {
    /// Chunks with connections, and the number of the first of each.
    private let chunks: [Int32]
    private let firsts: [UInt32]
    /// Numbers of connections by target, those onto one by row.
    private let order: [UInt32]

    /// With fewer, looking through all is as fast.
    static let leastCount = 4096

    /// To make an index takes ten times as long as to look through all connections once for one target.
    static let leastTargets = 8

    /// nil where there are few, or where there is no memory for it.
    init?(_ segment: Segment) {
        let filled = segment.chunks.indices.filter { segment.chunks[$0] != nil }
        let counts = filled.map { segment.chunks[$0]!.count }, total = counts.reduce(0, +)
        guard total >= Self.leastCount, total < Int(UInt32.max),
            (try? Memory.refuse(Double(total * 4), for: "an index")) != nil
        else { return nil }
        var firsts: [UInt32] = [], next = UInt32(0)
        for count in counts {
            firsts.append(next)
            next += UInt32(count)
        }
        chunks = filled.map { Int32($0) }
        self.firsts = firsts
        order = Self.sorted(segment, filled, total)
    }

    /// Counts, then puts each where its target's begin.
    private static func sorted(_ segment: Segment, _ chunks: [Int], _ total: Int) -> [UInt32] {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Segment.span + 1) { places in
            places.initialize(repeating: 0)
            for case let chunk? in chunks.lazy.map({ segment.chunks[$0] }) {
                for i in 0..<chunk.count { places[Int(chunk.targets[i]) + 1] &+= 1 }
            }
            for place in 0..<Segment.span { places[place + 1] &+= places[place] }
            return [UInt32](unsafeUninitializedCapacity: total) { order, filled in
                var number: UInt32 = 0
                for case let chunk? in chunks.lazy.map({ segment.chunks[$0] }) {
                    for i in 0..<chunk.count {
                        let target = Int(chunk.targets[i])
                        (order.baseAddress! + Int(places[target])).initialize(to: number)
                        places[target] &+= 1
                        number &+= 1
                    }
                }
                filled = total
            }
        }
    }

    /// Calls `body(row, index)` for each connection onto a place, by row, then by index in the row's chunk.
    func forEach(onto place: UInt16, of segment: Segment, _ body: (Int, Int) throws -> Void) rethrows {
        let first = order.partitioningIndex { target($0, segment) >= place }
        for number in order[first...] {
            let (chunk, index) = locate(number)
            let found = segment.chunks[chunk]!
            guard found.targets[index] == place else { return }
            try body(chunk * Projection.rowsPerChunk + found.row(of: index), index)
        }
    }

    private func locate(_ number: UInt32) -> (chunk: Int, index: Int) {
        let i = firsts.partitioningIndex { $0 > number } - 1
        return (Int(chunks[i]), Int(number - firsts[i]))
    }

    private func target(_ number: UInt32, _ segment: Segment) -> UInt16 {
        let (chunk, index) = locate(number)
        return segment.chunks[chunk]!.targets[index]
    }

    var memoryBytes: Int { order.count * 4 + firsts.count * 8 }
}
