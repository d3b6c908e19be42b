import AstroCore
import Testing

extension NumericsTests {
    /// Which width `Lanes` has is a choice of the build; Tests/widths.sh compares builds.
    @Suite("Lanes give what a single number gives, bit for bit")
    struct LanesTests {
        /// Compares f of a vector with f of each of its lanes, over all arguments.
        private func compare(_ arguments: [Double], _ vector: (Lanes) -> Lanes, _ scalar: (Double) -> Double) {
            for start in stride(from: 0, to: arguments.count - Lanes.scalarCount, by: Lanes.scalarCount) {
                var lanes = Lanes()
                for i in 0..<Lanes.scalarCount { lanes[i] = arguments[start + i] }
                let result = vector(lanes)
                for i in 0..<Lanes.scalarCount {
                    #expect(result[i].bitPattern == scalar(lanes[i]).bitPattern, "at \(lanes[i])")
                }
            }
        }

        @Test("exp, beyond its range and for NaN too")
        func exp() throws {
            let special = [Double.nan, .infinity, -.infinity, 0, -0.0, 1e308, -1e308, .leastNonzeroMagnitude]
            let arguments = special + (try ExactValue.load("exp").map(\.argument)) + special
            compare(arguments, { exponential($0) }, { exponential($0) })
        }

        @Test("log of normal numbers")
        func log() throws {
            let arguments = try ExactValue.load("log").map(\.argument).filter { $0 >= 0x1p-1022 }
            compare(arguments, { logarithm($0) }, { logarithm($0) })
        }

        @Test("Clamping, which gives the low end for NaN")
        func clamped() throws {
            let arguments =
                [.nan, -1, 0, 0.5, 1, 2, .infinity, -.infinity] + (try ExactValue.load("exp").map(\.argument))
            compare(arguments, { $0.clamped(0, 1) }, { $0.clamped(0, 1) })
            #expect(Double.nan.clamped(0, 1) == 0)
        }

        @Test("Philox")
        func philox() {
            let key = SIMD2<UInt32>(0xdead_beef, 0x0bad_cafe)
            for round in 0..<100 as Range<UInt32> {
                var c = (WordLanes(), WordLanes(), WordLanes(), WordLanes())
                var counters: [SIMD4<UInt32>] = []
                for i in 0..<WordLanes.scalarCount {
                    let n = round &* 977 &+ UInt32(i)
                    let counter = SIMD4(n &* 0x9e37_79b1, n, ~n, n &* n)
                    counters.append(counter)
                    (c.0[i], c.1[i]) = (UInt64(counter[0]), UInt64(counter[1]))
                    (c.2[i], c.3[i]) = (UInt64(counter[2]), UInt64(counter[3]))
                }
                let x = Philox.block(c.0, c.1, c.2, c.3, key: key)
                for i in 0..<WordLanes.scalarCount {
                    let block = Philox.block(counter: counters[i], key: key)
                    #expect([x.0[i], x.1[i], x.2[i], x.3[i]] == (0..<4).map { UInt64(block[$0]) })
                }
            }
        }

        @Test(
            "Words in bulk: number i is word (i mod 32)/8 of block 8 (i/32) + (i mod 8)",
            arguments: [0, 1, 2, 1 << 29 - 1, 1 << 29, 1 << 40 + 5])
        func bulk(_ batch: Int) {
            let name = StreamName(.connection, call: 17, member: 4242), key = RandomStream.key(-3)
            var words = [UInt32](repeating: 0, count: BulkRandom.batch)
            words.withUnsafeMutableBufferPointer {
                BulkRandom.fill($0.baseAddress!, batch: batch, key: key, name: name)
            }
            for i in 0..<BulkRandom.batch {
                let block = UInt64(batch * 8 + i % 8)
                let counter = SIMD4(UInt32(truncatingIfNeeded: block), UInt32(block >> 32), 4242, 2 << 24 | 17)
                #expect(words[i] == Philox.block(counter: counter, key: key)[i / 8], "word \(i)")
            }
        }
    }
}
