/// A list in memory of its own that grows at its end and is forgotten from its beginning. Copies share the memory.
struct KeptList<Element: BitwiseCopyable> {
    private var memory: UnsafeMutablePointer<Element>?
    private(set) var count = 0, capacity = 0

    var all: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: memory, count: count) }
    var isFull: Bool { count == capacity }
    var memoryBytes: Int { capacity * MemoryLayout<Element>.stride }

    /// There is room for it.
    mutating func append(_ element: Element) {
        (memory! + count).initialize(to: element)
        count += 1
    }

    mutating func removeFirst(_ number: Int) {
        guard number > 0, let memory else { return }
        count -= number
        memory.update(from: memory + number, count: count)
    }

    /// Keeps those from one on, and of those before it the ones in some ranges.
    ///
    /// - `size`: elements that one number in these stands for.
    mutating func keep(from first: Int, and ranges: [Range<Int>], size: Int = 1) {
        let before = ranges.filter { !$0.isEmpty && $0.lowerBound < first }
        guard let memory, size > 0, !before.isEmpty else { return removeFirst(first * size) }
        var next = 0, kept = 0
        for range in before.ordered(by: \.lowerBound) + [first..<count / size] {
            let range = max(range.lowerBound, next)..<max(range.upperBound, next)
            (memory + kept).update(from: memory + range.lowerBound * size, count: range.count * size)
            (next, kept) = (range.upperBound, kept + range.count * size)
        }
        count = kept
    }

    mutating func removeAll() { count = 0 }

    /// Room for so many in all.
    mutating func reserve(_ wanted: Int) {
        guard wanted > capacity else { return }
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: wanted)
        if let memory {
            larger.initialize(from: memory, count: count)
            memory.deallocate()
        }
        (memory, capacity) = (larger, wanted)
    }

    /// Room for more, now that the beginning is forgotten: half of the list is free then, so that this is seldom asked for.
    mutating func makeRoom(least: Int) {
        if 2 * count > capacity || capacity == 0 { reserve(max(least, 2 * count)) }
    }

    func deallocate() { memory?.deallocate() }
}
