/// Many words of one random stream at a time.
///
/// Word i of a bulk is word (i mod 32)/8 of Philox block 8 (i/32) + (i mod 8): vectors of any width fill it alike.
package enum BulkRandom {
    package static let batch = 32

    /// Fills `words` with batch number `index` of a stream.
    @inline(__always)
    package static func fill(
        _ words: UnsafeMutablePointer<UInt32>, batch index: Int, key: SIMD2<UInt32>, name: StreamName
    ) {
        var lane = 0
        while lane < 8 {
            var c0 = WordLanes()
            for i in 0..<WordLanes.scalarCount { c0[i] = UInt64(truncatingIfNeeded: lane &+ i) }
            c0 = c0 &+ WordLanes(repeating: UInt64(truncatingIfNeeded: index &* 8) & 0xffff_ffff)
            let (x0, x1, x2, x3) = Philox.block(
                c0, WordLanes(repeating: UInt64(truncatingIfNeeded: index &>> 29) | UInt64(name.page)),
                WordLanes(repeating: UInt64(name.words[1])),
                WordLanes(repeating: UInt64(name.words[0])), key: key)
            for i in 0..<WordLanes.scalarCount {
                words[lane &+ i] = UInt32(truncatingIfNeeded: x0[i])
                words[lane &+ i &+ 8] = UInt32(truncatingIfNeeded: x1[i])
                words[lane &+ i &+ 16] = UInt32(truncatingIfNeeded: x2[i])
                words[lane &+ i &+ 24] = UInt32(truncatingIfNeeded: x3[i])
            }
            lane &+= WordLanes.scalarCount
        }
    }
}

/// Logarithms of uniform deviates in (0, 1), sixteen at a time: waiting times of geometric and Poisson processes.
struct LogUniforms: ~Copyable {
    private let key: SIMD2<UInt32>
    private let name: StreamName
    private let words = UnsafeMutablePointer<UInt32>.allocate(capacity: BulkRandom.batch)
    private let logs = UnsafeMutablePointer<Double>.allocate(capacity: BulkRandom.batch / 2)
    private var batch = 0
    private var used = BulkRandom.batch / 2

    init(seed: Int64, _ name: StreamName) {
        key = RandomStream.key(seed)
        self.name = name
    }

    deinit {
        words.deallocate()
        logs.deallocate()
    }

    @inline(__always)
    mutating func next() -> Double {
        if used == BulkRandom.batch / 2 { refill() }
        used &+= 1
        return logs[used &- 1]
    }

    private mutating func refill() {
        BulkRandom.fill(words, batch: batch, key: key, name: name)
        for i in 0..<BulkRandom.batch / 2 {
            let bits = UInt64(words[2 &* i]) &<< 32 | UInt64(words[2 &* i &+ 1])
            logs[i] = Double(bits &>> 12) * 0x1p-52 + 0x1p-53
        }
        var i = 0
        while i < BulkRandom.batch / 2 {
            logarithm(Lanes(at: logs + i)).store(at: logs + i)
            i &+= Lanes.scalarCount
        }
        batch &+= 1
        used = 0
    }
}
