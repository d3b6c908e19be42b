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
            let number = UInt64(truncatingIfNeeded: index &* 8 &+ lane)
            let (x0, x1, x2, x3) = Philox.blocks(from: number, name, key: key)
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

/// Logarithms of uniform deviates in (0, 1): waiting times of geometric and Poisson processes.
///
/// They are worked out a batch first, then several at a time, which keep the processor busy side by side.
struct LogUniforms: ~Copyable {
    /// At most so many at a time.
    static let most = 4 * perBatch
    private static let perBatch = BulkRandom.batch / 2

    private let key: SIMD2<UInt32>
    private let name: StreamName
    private let words = UnsafeMutablePointer<UInt32>.allocate(capacity: 2 * most)
    private let logs = UnsafeMutablePointer<Double>.allocate(capacity: most)
    private var batch = 0
    private var used = 0, count = 0

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
        if used == count { refill() }
        used &+= 1
        return logs[used &- 1]
    }

    /// The next ones, whole vectors of them, in place of `next`. They are there until the next call.
    @inline(__always)
    mutating func nextFew() -> UnsafeMutableBufferPointer<Double> {
        refill()
        used = count
        return UnsafeMutableBufferPointer(start: logs, count: count)
    }

    private mutating func refill() {
        let batches = batch == 0 ? 1 : Self.most / Self.perBatch
        for i in 0..<batches {
            BulkRandom.fill(words + i &* BulkRandom.batch, batch: batch &+ i, key: key, name: name)
        }
        (batch, count, used) = (batch &+ batches, batches &* Self.perBatch, 0)
        var i = 0
        while i < count {
            // of two words the first is the upper half; 52 of the 64 bits make a number in [1, 2)
            let pairs = UnsafeRawPointer(words + 2 &* i).loadUnaligned(as: WordLanes.self)
            let bits = (pairs.shiftedLeft(32) | pairs.shiftedRight(32)).shiftedRight(12)
            let ones = unsafeBitCast(bits | WordLanes(repeating: 1.0.bitPattern), to: Lanes.self)
            let uniform = ones - Lanes(repeating: 1) + Lanes(repeating: 0x1p-53)
            logarithm(uniform).store(at: logs + i)
            i &+= Lanes.scalarCount
        }
    }
}
