/// Connections that go.
extension Projection {
    /// Where an own connection is stored.
    struct Place: Hashable {
        let segment, row, index: Int
    }

    /// Removes own connections.
    func remove(_ places: [Place]) {
        for (s, places) in Dictionary(grouping: places, by: \.segment) {
            let segment = segments[s]
            let byChunk = Dictionary(grouping: places) { $0.row / Self.rowsPerChunk }
            let new = byChunk.map { number, places in
                (number, segment.chunks[number]!.without(Set(places.map(\.index)), ownWidth: columns.ownWidth))
            }
            segment.replace(Dictionary(uniqueKeysWithValues: new))
        }
    }

    /// After connections were removed, so many on all ranks.
    func uncount(_ removed: Int, _ together: Together) {
        finish(count: count - removed, shortestDelay: shortestDelay, longestDelay: longestDelay)
        if delay == nil { countDelaysAnew(together) }
    }
}

extension RowChunk {
    /// The others than some; nil if there are none.
    fileprivate func without(_ removed: Set<Int>, ownWidth: Int) -> RowChunk? {
        let kept = (0..<count).filter { !removed.contains($0) }
        if kept.isEmpty { return nil }
        var starts: [UInt32] = [], next = 0
        for row in 0..<Projection.rowsPerChunk {
            starts.append(UInt32(next))
            next += connections(ofRow: row).reduce(0) { $0 + (removed.contains($1) ? 0 : 1) }
        }
        return kept.map { targets[$0] }.withUnsafeBufferPointer { places in
            RowChunk(
                starts: starts, targets: places, weights: weights.map { all in kept.map { all[$0] } } ?? [],
                delays: delays.map { all in kept.map { all[$0] } } ?? [],
                receptors: receptors.map { all in kept.map { all[$0] } } ?? [],
                own: own.map { all in kept.flatMap { UnsafeBufferPointer(start: all + $0 * ownWidth, count: ownWidth) }
                }
                    ?? [])
        }
    }
}

extension SignalProjection {
    /// Removes own connections, told by their numbers; so many are removed on all ranks.
    func remove(_ numbers: [Int], ofAll removed: Int) {
        var gone: [Int: Int32] = [:]
        for number in numbers { gone[entryIndex(of: number), default: 0] += 1 }
        var left: [Entry] = [], places: [Int] = []
        for (index, entry) in entries.enumerated() where entry.multiplicity > gone[index] ?? 0 {
            left.append(entry)
            left[left.count - 1].multiplicity -= gone[index] ?? 0
            places.append(index)
        }
        keep(left, at: places, count: count - removed)
    }
}
