/// Random numbers of cells for a step: functions of seed, cell, step and site, the place in the model that draws.
package struct CellDraws {
    private let outbox: Outbox
    private let step, population: Int
    private let residents: UnsafePointer<Residents.Resident>?
    /// The first slot behind all real cells.
    private let count: Int
    private let key: SIMD2<UInt32>

    init(_ io: borrowing CellIO, step: Int) {
        (outbox, self.step, population) = (io.outbox, step, io.population)
        (residents, count) = (io.residents, io.count)
        key = RandomStream.key(io.outbox.seed)
    }

    package enum Kind { case uniform, normal, poisson, binomial }

    /// A draw of the cell in a slot; padding gets 0.
    package func draw(_ kind: Kind, site: Int, slot: Int, _ a: Double = 0, _ b: Double = 0) -> Double {
        guard slot < count else { return 0 }
        let own = member(slot), name = StreamName(.cellStep, call: site, member: own)
        switch kind {
        case .uniform: return uniforms(name) { _ in own }.first[0]
        case .normal: return normals(uniforms(name) { _ in own })[0]
        case .poisson:
            var stream = RandomStream(seed: outbox.seed, name, from: step << Self.blockBits)
            return stream.poisson(a)
        case .binomial:
            var stream = RandomStream(seed: outbox.seed, name, from: step << Self.blockBits)
            return stream.binomial(a, b)
        }
    }

    /// Draws of neighbouring cells, a vector at a time.
    ///
    /// - `target`: room for `number` values, a multiple of the vectors' width.
    package func fill(_ target: UnsafeMutablePointer<Double>, _ kind: Kind, site: Int, first: Int, count number: Int) {
        var lane = 0
        while lane < number {
            let pair = uniforms(StreamName(.cellStep, call: site)) { i in
                // padding draws as the last cell does, and nobody looks
                member(min(first &+ lane &+ i, count &- 1))
            }
            (kind == .normal ? normals(pair) : pair.first).store(at: target + lane)
            lane &+= Lanes.scalarCount
        }
    }

    private func member(_ slot: Int) -> Int {
        let owner = residents.map { Int($0[slot].population) } ?? population
        return outbox.firstStreamed[owner] + (residents.map { Int($0[slot].cell) } ?? slot)
    }

    /// Two numbers in (0, 1) for each member of a call, of the block of this step.
    @inline(__always)
    private func uniforms(_ name: StreamName, _ member: (Int) -> Int) -> (first: Lanes, second: Lanes) {
        var c1 = WordLanes(), c2 = WordLanes()
        for lane in 0..<WordLanes.scalarCount {
            let counter = name.of(member: member(lane)).counter(UInt64(step))
            (c1[lane], c2[lane]) = (UInt64(counter[1]), UInt64(counter[2]))
        }
        let counter = name.counter(UInt64(step))
        let c0 = WordLanes(repeating: UInt64(counter[0])), c3 = WordLanes(repeating: UInt64(counter[3]))
        let (x0, x1, x2, x3) = Philox.block(c0, c1, c2, c3, key: key)
        return (Self.open(x0, x1), Self.open(x2, x3))
    }

    /// Multiples of 2^-52, less a half.
    @inline(__always)
    private static func open(_ high: WordLanes, _ low: WordLanes) -> Lanes {
        let bits = (high.shiftedLeft(32) ^ low).shiftedRight(12) ^ WordLanes(repeating: 0x4330_0000_0000_0000)
        let number = unsafeBitCast(bits, to: Lanes.self) - Lanes(repeating: 0x1p52)
        return Lanes(repeating: 0x1p-53).addingProduct(number, Lanes(repeating: 0x1p-52))
    }

    /// Box & Muller (1958), doi:10.1214/aoms/1177706645.
    @inline(__always)
    private func normals(_ pair: (first: Lanes, second: Lanes)) -> Lanes {
        let radius = (Lanes(repeating: -2) * logarithm(pair.first)).root
        return radius * cosineOfTurn(pair.second)
    }

    /// Counts are drawn by rejection, which takes several blocks now and then.
    private static let blockBits = 8
}
