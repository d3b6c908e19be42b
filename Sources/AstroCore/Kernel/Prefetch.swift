import CLanes

extension UnsafePointer {
    /// Asks for the cache lines of some elements ahead.
    @inline(__always)
    func prefetch(_ count: Int, mostLines: Int = .max) {
        let perLine = 64 / MemoryLayout<Pointee>.size
        let end = count / perLine < mostLines ? count : mostLines &* perLine
        for first in stride(from: 0, to: end, by: perLine) { astro_prefetch(self + first) }
    }
}

extension UnsafeMutablePointer {
    @inline(__always)
    func prefetch(_ count: Int, mostLines: Int = .max) { UnsafePointer(self).prefetch(count, mostLines: mostLines) }
}
