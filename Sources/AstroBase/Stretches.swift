extension Array {
    /// Calls `body(key, range)` for neighbours with the same key, stretch by stretch.
    @inlinable
    package func forEachStretch<Key: Equatable>(
        by key: (Element) throws -> Key, _ body: (Key, Range<Int>) throws -> Void
    ) rethrows {
        guard var current = try first.map(key) else { return }
        var start = 0
        for i in 1..<count {
            let next = try key(self[i])
            if next == current { continue }
            try body(current, start..<i)
            (current, start) = (next, i)
        }
        try body(current, start..<count)
    }
}
