/// Philox4x32-10, a counter-based random number generator: 128 random bits as a function of a counter and a key.
/// Salmon, Moraes, Dror & Shaw (2011), Parallel random numbers: as easy as 1, 2, 3, doi:10.1145/2063384.2063405.
///
/// A draw depends on who asks for what, never on who asked before: the key is the run's seed, the counter holds a
/// `StreamName` and the index of the draw.
package enum Philox {
    package static let rounds = 10
    static let multiplier0: UInt32 = 0xD251_1F53
    static let multiplier1: UInt32 = 0xCD9E_8D57
    static let weyl0: UInt32 = 0x9E37_79B9
    static let weyl1: UInt32 = 0xBB67_AE85

    @inline(__always)
    package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var c = counter
        var k = key
        for _ in 0..<rounds {
            let p0 = UInt64(multiplier0) &* UInt64(c[0])
            let p1 = UInt64(multiplier1) &* UInt64(c[2])
            c = SIMD4(
                UInt32(truncatingIfNeeded: p1 &>> 32) ^ c[1] ^ k[0], UInt32(truncatingIfNeeded: p1),
                UInt32(truncatingIfNeeded: p0 &>> 32) ^ c[3] ^ k[1], UInt32(truncatingIfNeeded: p0))
            k = SIMD2(k[0] &+ weyl0, k[1] &+ weyl1)
        }
        return c
    }

    /// Four words a lane, each in the low half of 64 bits.
    package typealias Words = (WordLanes, WordLanes, WordLanes, WordLanes)

    /// A block for each lane.
    @inline(__always)
    package static func block(
        _ c0: WordLanes, _ c1: WordLanes, _ c2: WordLanes, _ c3: WordLanes, key: SIMD2<UInt32>
    ) -> Words {
        var x = (c0, c1, c2, c3)
        forEachRound(key) { advance(&x, $0, $1) }
        return lowHalves(x)
    }

    /// Blocks for two counters a lane. A round waits for the products of the one before: those of the other counter are worked out
    /// meanwhile.
    @inline(__always)
    package static func blocks(_ a: Words, _ b: Words, key: SIMD2<UInt32>) -> (Words, Words) {
        var (x, y) = (a, b)
        forEachRound(key) {
            advance(&x, $0, $1)
            advance(&y, $0, $1)
        }
        return (lowHalves(x), lowHalves(y))
    }

    @inline(__always)
    private static func forEachRound(_ key: SIMD2<UInt32>, _ body: (WordLanes, WordLanes) -> Void) {
        // upper halves hold what no product reads, until the end
        var (k0, k1) = (UInt64(key[0]), UInt64(key[1]))
        for _ in 0..<rounds {
            body(WordLanes(repeating: k0), WordLanes(repeating: k1))
            (k0, k1) = (k0 &+ UInt64(weyl0), k1 &+ UInt64(weyl1))
        }
    }

    @inline(__always)
    private static func advance(_ x: inout Words, _ k0: WordLanes, _ k1: WordLanes) {
        let p0 = x.0.lowerProduct(multiplier0), p1 = x.2.lowerProduct(multiplier1)
        x = (p1.shiftedRight(32) ^ x.1 ^ k0, p1, p0.shiftedRight(32) ^ x.3 ^ k1, p0)
    }

    @inline(__always)
    private static func lowHalves(_ x: Words) -> Words {
        let low = WordLanes(repeating: 0xffff_ffff)
        return (x.0 & low, x.1 & low, x.2 & low, x.3 & low)
    }

    /// The blocks of a stream from a number on, one a lane.
    @inline(__always)
    package static func blocks(from first: UInt64, _ name: StreamName, key: SIMD2<UInt32>) -> Words {
        let c = counters(from: first, name)
        return block(c.0, c.1, c.2, c.3, key: key)
    }

    /// The same with two blocks a lane: those of the first vector, then those of the second.
    @inline(__always)
    static func pairsOfBlocks(from first: UInt64, _ name: StreamName, key: SIMD2<UInt32>) -> (Words, Words) {
        let second = first &+ UInt64(WordLanes.scalarCount)
        return blocks(counters(from: first, name), counters(from: second, name), key: key)
    }

    @inline(__always)
    private static func counters(from first: UInt64, _ name: StreamName) -> Words {
        var numbers = WordLanes()
        for i in 0..<WordLanes.scalarCount { numbers[i] = first &+ UInt64(truncatingIfNeeded: i) }
        return (
            numbers & WordLanes(repeating: 0xffff_ffff),
            numbers.shiftedRight(32) | WordLanes(repeating: UInt64(name.page)),
            WordLanes(repeating: UInt64(name.words[1])), WordLanes(repeating: UInt64(name.words[0]))
        )
    }
}

/// A stream of draws with one name. Draws come in order; the stream can start at any block.
///
/// Most streams are short: the first blocks are made one by one, later ones eight at a time, in vectors.
package struct RandomStream {
    private let key: SIMD2<UInt32>
    private let name: StreamName
    private var next: UInt64
    private let bulkFrom: UInt64
    /// Words 0 and 1 of each block, then words 2 and 3 of each.
    private var words = InlineArray<32, UInt32>(repeating: 0)
    private var used = 0, count = 0

    package init(seed: Int64, _ name: StreamName, from block: Int = 0) {
        precondition(name.reaches(block), "a stream has no such block")
        key = Self.key(seed)
        self.name = name
        next = UInt64(block)
        bulkFrom = next &+ 4
    }

    package static func key(_ seed: Int64) -> SIMD2<UInt32> {
        SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    }

    @inline(__always)
    package mutating func word() -> UInt32 {
        if used == count { refill() }
        let block = used &>> 2, half = used & 2
        let place = half &* 8 &+ 2 &* block &+ (used & 1)
        used &+= 1
        return words[unchecked: place]
    }

    private mutating func refill() {
        used = 0
        guard next >= bulkFrom else {
            let block = Philox.block(counter: name.counter(next), key: key)
            (words[0], words[1], words[16], words[17]) = (block[0], block[1], block[2], block[3])
            (next, count) = (next &+ 1, 4)
            return
        }
        var lane = 0
        while lane < 8 {
            let (x0, x1, x2, x3) = Philox.blocks(from: next &+ UInt64(lane), name, key: key)
            store(x0 | x1.shiftedLeft(32), at: 2 &* lane)
            store(x2 | x3.shiftedLeft(32), at: 16 &+ 2 &* lane)
            lane &+= WordLanes.scalarCount
        }
        (next, count) = (next &+ 8, 32)
    }

    @inline(__always)
    private mutating func store(_ pairs: WordLanes, at place: Int) {
        for i in 0..<WordLanes.scalarCount {
            words[unchecked: place &+ 2 &* i] = UInt32(truncatingIfNeeded: pairs[i])
            words[unchecked: place &+ 2 &* i &+ 1] = UInt32(truncatingIfNeeded: pairs[i] &>> 32)
        }
    }

    @inline(__always)
    package mutating func word64() -> UInt64 {
        let high = UInt64(word())
        return high << 32 | UInt64(word())
    }

    /// Uniform in [0, 1), a multiple of 2^-53.
    @inline(__always)
    package mutating func uniform() -> Double { Double(word64() >> 11) * 0x1p-53 }

    /// Uniform in (0, 1): never 0, so that a logarithm can be taken.
    @inline(__always)
    package mutating func openUniform() -> Double { Double(word64() >> 12) * 0x1p-52 + 0x1p-53 }

    /// Uniform in 0 ..< bound, by Lemire's method (2019, doi:10.1145/3230636): unbiased.
    package mutating func below(_ bound: Int) -> Int {
        let range = UInt64(bound)
        var product = word64().multipliedFullWidth(by: range)
        if product.low < range {
            let threshold = (0 &- range) % range
            while product.low < threshold { product = word64().multipliedFullWidth(by: range) }
        }
        return Int(product.high)
    }

    /// Blocks whose words have all been drawn; nil within one.
    package var blocksDrawn: Int? { (count &- used) & 3 == 0 ? Int(next) - (count - used) / 4 : nil }

    package static let bulk = 32

    /// Puts `bulk` numbers down as `below` draws them one by one, in turn below `a` and below `b`, which are less than 2^32.
    package mutating func fill(_ numbers: UnsafeMutablePointer<UInt32>, below a: Int, _ b: Int) {
        if let from = blocksDrawn, fillFromBlocks(numbers, UInt64(from), UInt32(a), UInt32(b)) { return }
        for i in stride(from: 0, to: Self.bulk, by: 2) {
            (numbers[i], numbers[i + 1]) = (UInt32(below(a)), UInt32(below(b)))
        }
    }

    /// The same with the next sixteen blocks, two a lane; false where a word may be one that is drawn again.
    @inline(__always)
    private mutating func fillFromBlocks(
        _ numbers: UnsafeMutablePointer<UInt32>, _ from: UInt64, _ a: UInt32, _ b: UInt32
    ) -> Bool {
        var block = 0
        while block < Self.bulk / 2 {
            let (x, y) = Philox.pairsOfBlocks(from: from &+ UInt64(block), name, key: key)
            // one look at both, so that both are worked out side by side
            let areUnsure =
                Self.put(x, numbers + 2 &* block, a, b)
                | Self.put(y, numbers + 2 &* (block &+ WordLanes.scalarCount), a, b)
            if areUnsure != 0 { return false }
            block &+= 2 &* WordLanes.scalarCount
        }
        (next, used, count) = (from &+ UInt64(block), 0, 0)
        return true
    }

    /// Puts down the two numbers of each lane's block: of which lanes a word may be one that is drawn again.
    @inline(__always)
    private static func put(
        _ x: Philox.Words, _ numbers: UnsafeMutablePointer<UInt32>, _ a: UInt32, _ b: UInt32
    ) -> LaneBits {
        // word times bound: the number are bits 64 on, and `below` looks at those before if bits 32 to 63 are 0
        let product = { (high: WordLanes, low: WordLanes, bound: UInt32) in
            high.lowerProduct(bound) &+ low.lowerProduct(bound).shiftedRight(32)
        }
        let lower = WordLanes(repeating: 0xffff_ffff), one = IntLanes(repeating: 1)
        let zeros = { (x: WordLanes) in unsafeBitCast(x & lower, to: IntLanes.self).isLess(than: one).bits }
        let first = product(x.0, x.1, a), second = product(x.2, x.3, b)
        UnsafeMutableRawPointer(numbers).storeBytes(
            of: first.shiftedRight(32) | (second ^ (second & lower)), as: WordLanes.self)
        return zeros(first) | zeros(second)
    }

    /// A standard normal deviate: Box & Muller (1958), doi:10.1214/aoms/1177706645.
    package mutating func normal() -> Double {
        let radius = (-2 * logarithm(openUniform())).squareRoot()
        return radius * sinCosOfTurns(uniform()).cos
    }

    /// An exponential deviate of mean 1.
    @inline(__always)
    package mutating func exponentialDeviate() -> Double { -logarithm(openUniform()) }
}
