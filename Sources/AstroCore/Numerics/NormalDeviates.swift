/// Standard normal deviates of a random stream, many at a time: number i is what block i of the stream gives, as `RandomStream.normal`
/// draws them one by one from the stream's beginning.
enum NormalDeviates {
    static let batch = 32

    /// Fills `deviates` with batch number `index`.
    static func fill(
        _ deviates: UnsafeMutablePointer<Double>, batch index: Int, key: SIMD2<UInt32>, name: StreamName
    ) {
        let first = name.counter(UInt64(index * batch))
        let c1 = WordLanes(repeating: UInt64(first[1])), c2 = WordLanes(repeating: UInt64(first[2]))
        let c3 = WordLanes(repeating: UInt64(first[3]))
        let width = WordLanes(repeating: UInt64(WordLanes.scalarCount))
        var c0 = WordLanes(repeating: UInt64(first[0]))
        for i in 0..<WordLanes.scalarCount { c0[i] &+= UInt64(truncatingIfNeeded: i) }
        for lane in stride(from: 0, to: batch, by: LanePair.laneCount) {
            let (x, y) = Philox.blocks((c0, c1, c2, c3), (c0 &+ width, c1, c2, c3), key: key)
            let open = LanePair(openUniforms(x.0, x.1), openUniforms(y.0, y.1))
            let turn = LanePair(uniforms(x.2, x.3), uniforms(y.2, y.3))
            let radius = (LanePair(repeating: -2) * logarithm(open)).root
            (radius * cosineOfTurn(turn)).store(at: deviates + lane)
            c0 = c0 &+ width &+ width
        }
    }

    /// As `RandomStream.openUniform`.
    @inline(__always)
    private static func openUniforms(_ high: WordLanes, _ low: WordLanes) -> Lanes {
        Lanes(repeating: 0x1p-53).addingProduct(
            number((high.shiftedLeft(32) ^ low).shiftedRight(12)), Lanes(repeating: 0x1p-52))
    }

    /// As `RandomStream.uniform`: the upper 52 of 53 bits and the last are put together exactly.
    @inline(__always)
    private static func uniforms(_ high: WordLanes, _ low: WordLanes) -> Lanes {
        let bits = (high.shiftedLeft(32) ^ low).shiftedRight(11)
        let last = number(bits & WordLanes(repeating: 1))
        return last.addingProduct(number(bits.shiftedRight(1)), Lanes(repeating: 2)) * Lanes(repeating: 0x1p-53)
    }

    /// Whole numbers below 2^52 as floating-point numbers.
    @inline(__always)
    private static func number(_ bits: WordLanes) -> Lanes {
        unsafeBitCast(bits ^ WordLanes(repeating: 0x4330_0000_0000_0000), to: Lanes.self) - Lanes(repeating: 0x1p52)
    }
}

extension Distribution {
    /// Mean and standard deviation of normal deviates, and what they are drawn between; nil for other distributions.
    private var normal: (mean: Double, std: Double, min: Double, max: Double)? {
        switch self {
        case .normal(let mean, let std): return (mean, std, -.infinity, .infinity)
        case .redraw(.normal(let mean, let std), let min, let max): return (mean, std, min, max)
        default: return nil
        }
    }

    /// The first `count` values of a stream.
    func draws(_ count: Int, seed: Int64, _ name: StreamName) throws -> [Double] {
        guard let normal else {
            var stream = RandomStream(seed: seed, name)
            return try (0..<count).map { _ in try draw(&stream) }
        }
        let key = RandomStream.key(seed)
        var missed = 0, batch = 0
        let values = [Double](unsafeUninitializedCapacity: count + NormalDeviates.batch) { buffer, filled in
            let out = buffer.baseAddress!
            withUnsafeTemporaryAllocation(of: Double.self, capacity: NormalDeviates.batch) { deviates in
                while filled < count, missed < Self.redrawLimit {
                    NormalDeviates.fill(deviates.baseAddress!, batch: batch, key: key, name: name)
                    batch += 1
                    for i in 0..<NormalDeviates.batch where filled < count && missed < Self.redrawLimit {
                        let x = normal.mean + normal.std * deviates[i]
                        let fits = x >= normal.min && x <= normal.max
                        out[filled] = x
                        filled &+= fits ? 1 : 0
                        missed = fits ? 0 : missed &+ 1
                    }
                }
            }
        }
        guard values.count == count else { throw noValue }
        return values
    }

    var noValue: InputError {
        InputError("\(description): no value between min and max in \(Self.redrawLimit) draws")
    }
}
