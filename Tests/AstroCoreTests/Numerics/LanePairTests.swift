import AstroCore
import Testing

extension NumericsTests {
    @Suite("Two vectors side by side do what single numbers do")
    struct LanePairTests {
        private static let width = LanePair.laneCount

        private static func numbers(_ seed: Int64) -> [Double] {
            var stream = RandomStream(seed: seed, StreamName(.sample, call: 0))
            return (0..<width).map { _ in 4 * stream.uniform() - 2 }
        }

        private func pair(_ x: [Double]) -> LanePair { x.withUnsafeBufferPointer { LanePair(at: $0.baseAddress!) } }

        private func lanes(_ x: LanePair) -> [Double] {
            [Double](unsafeUninitializedCapacity: Self.width) { buffer, count in
                x.store(at: buffer.baseAddress!)
                count = Self.width
            }
        }

        private func compare(
            _ vector: (LanePair, LanePair, LanePair) -> LanePair, _ scalar: (Double, Double, Double) -> Double
        ) {
            for seed in 1...50 as ClosedRange<Int64> {
                let (a, b, c) = (Self.numbers(3 * seed), Self.numbers(3 * seed + 1), Self.numbers(3 * seed + 2))
                let result = lanes(vector(pair(a), pair(b), pair(c)))
                for i in 0..<Self.width { #expect(result[i].bitPattern == scalar(a[i], b[i], c[i]).bitPattern) }
            }
        }

        @Test("Arithmetic, each operation rounded once")
        func arithmetic() {
            compare({ a, b, _ in a + b }, { a, b, _ in a + b })
            compare({ a, b, _ in a - b }, { a, b, _ in a - b })
            compare({ a, b, _ in a * b }, { a, b, _ in a * b })
            compare({ a, b, _ in a / b }, { a, b, _ in a / b })
            compare({ a, b, _ in a.quotient(b) }, { a, b, _ in a / b })
            compare({ $0.addingProduct($1, $2) }, { $0.addingProduct($1, $2) })
            compare({ $0.subtractingProduct($1, $2) }, { $0.addingProduct(-$1, $2) })
            compare({ $0.times($1, less: $2) }, { (-$2).addingProduct($0, $1) })
            compare({ a, _, _ in a.magnitude }, { a, _, _ in a.magnitude })
            compare({ a, b, _ in a.orLarger(b) }, { a, b, _ in max(a, b) })
            compare({ a, b, _ in a.orSmaller(b) }, { a, b, _ in min(a, b) })
        }

        /// Numbers whose quotients are hard to round, and some that no step of Newton's takes.
        private static let hardNumbers: [Double] = {
            let ones: UInt64 = (1 << 52) - 1
            var stream = RandomStream(seed: 1, StreamName(.sample, call: 0))
            var fractions: [UInt64] = [0, 1, 2, 3, ones, ones - 1, ones - 2, ones >> 1, ones >> 26, ones << 26 & ones]
            fractions += (0..<150).map { _ in UInt64(stream.uniform() * 0x1p52) }
            let usual = fractions.enumerated().map { place, fraction in
                Double(sign: place % 5 == 4 ? .minus : .plus, exponent: place % 7 - 3, significand: 1)
                    * Double(bitPattern: 1023 << 52 | fraction)
            }
            let extremes: [Double] = [0, -0.0, .infinity, .nan, 5e-324, 1e-310, 0x1p-1022, 1e-200, 1e200]
            return usual + extremes + [.greatestFiniteMagnitude]
        }()

        @Test("A quotient by multiplications has the bits of a division")
        func quotients() {
            for b in Self.hardNumbers {
                for a in Self.hardNumbers + Self.hardNumbers.map({ $0 * b }) {
                    let divided = a / b
                    for lane in lanes(LanePair(repeating: a).quotient(LanePair(repeating: b))) {
                        #expect(lane.bitPattern == divided.bitPattern || lane.isNaN && divided.isNaN, "\(a) / \(b)")
                    }
                }
            }
        }

        @Test("Functions")
        func functions() {
            compare({ a, _, _ in exponential(a) }, { a, _, _ in exponential(a) })
            compare({ a, _, _ in logarithm(a.magnitude) }, { a, _, _ in logarithm(a.magnitude) })
            compare(
                { RungeKuttaFehlberg45.factor($0.magnitude + $1 - $2) },
                { RungeKuttaFehlberg45.factor($0.magnitude + $1 - $2) })
        }

        @Test("A mask chooses lane by lane, has a bit a lane, and can be made of them")
        func masks() {
            compare({ $0.isLess(than: $1).select($2, $0) }, { $0 < $1 ? $2 : $0 })
            let a = Self.numbers(1), b = Self.numbers(2)
            let bits = pair(a).isLess(than: pair(b)).bits
            #expect(SetBits(bits).map { $0 } == a.indices.filter { a[$0] < b[$0] })
            #expect(LanePair.Mask(bits: bits).bits == bits)
            #expect(pair(a).isAtLeast(pair(b)).bits == ~bits & LanePair.allBits)
        }

        @Test("Nothing is less than what is not a number, nor at least it")
        func notANumber() {
            let nan = LanePair(repeating: .nan), one = LanePair(repeating: 1)
            #expect(nan.isLess(than: one).bits == 0 && one.isLess(than: nan).bits == 0)
            #expect(nan.isAtLeast(one).bits == 0 && one.isAtLeast(nan).bits == 0)
        }
    }
}
