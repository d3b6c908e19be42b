import AstroCore
import CLanes
import Testing

extension NumericsTests {
    @Suite("Single precision")
    struct SingleVectorTests {
        private typealias Wide = LanePair
        private static let width = Wide.laneCount

        private static func numbers(_ seed: Int64) -> [Double] {
            var stream = RandomStream(seed: seed, StreamName(.sample, call: 0))
            return (0..<width).map { _ in 4 * stream.uniform() - 2 }
        }

        private func vector(_ x: [Double]) -> Wide { x.withUnsafeBufferPointer { Wide(at: $0.baseAddress!) } }

        private func lanes(_ x: Wide.Single) -> [Float] {
            var values = [Double](repeating: 0, count: Self.width)
            values.withUnsafeMutableBufferPointer { Wide(widening: x).store(at: $0.baseAddress!) }
            return values.map(Float.init)
        }

        private func compare(
            _ single: (Wide.Single, Wide.Single, Wide.Single) -> Wide.Single, _ scalar: (Float, Float, Float) -> Float
        ) {
            for seed in 1...50 as ClosedRange<Int64> {
                let (a, b, c) = (Self.numbers(3 * seed), Self.numbers(3 * seed + 1), Self.numbers(3 * seed + 2))
                let result = lanes(single(vector(a).narrowed, vector(b).narrowed, vector(c).narrowed))
                for i in 0..<Self.width {
                    #expect(result[i].bitPattern == scalar(Float(a[i]), Float(b[i]), Float(c[i])).bitPattern)
                }
            }
        }

        @Test("Arithmetic, each operation rounded once, in each lane")
        func arithmetic() {
            compare({ a, _, _ in a }, { a, _, _ in a })
            compare({ a, b, _ in a + b }, { a, b, _ in a + b })
            compare({ a, b, _ in a - b }, { a, b, _ in a - b })
            compare({ a, b, _ in a * b }, { a, b, _ in a * b })
            compare({ $0.addingProduct($1, $2) }, { $0.addingProduct($1, $2) })
            compare({ $0.subtractingProduct($1, $2) }, { $0.addingProduct(-$1, $2) })
            compare({ $0.times($1, less: $2) }, { (-$2).addingProduct($0, $1) })
            compare({ a, b, _ in a.orLargerMagnitude(b) }, { a, b, _ in max(abs(a), abs(b)) })
        }

        @Test("A bit for each lane that is less; none where one is NaN")
        func comparison() {
            let a = Self.numbers(1), b = Self.numbers(2), nan = Wide(repeating: .nan).narrowed
            let bits = vector(a).narrowed.isLess(than: vector(b).narrowed)
            #expect(SetBits(bits).map { $0 } == a.indices.filter { Float(a[$0]) < Float(b[$0]) })
            #expect(nan.isLess(than: vector(b).narrowed) == 0 && vector(b).narrowed.isLess(than: nan) == 0)
        }

        /// What replaces the instruction on processors that have none.
        @Test("a b + c in one rounding without an instruction for it: the same bits")
        func fused() {
            var random = SystemRandomNumberGenerator(), wrong: [String] = []
            let special: [Float] = [0, -0.0, 1, -3, 1e30, -1e-30, .infinity, -.infinity, .nan]
            func number() -> Float {
                if random.next() % 16 == 0 { return special[Int(random.next() % UInt64(special.count))] }
                return Float.random(in: -2...2, using: &random) * (random.next() % 2 == 0 ? 1 : 0x1p-12)
            }
            for _ in 0..<100_000 {
                var a = SIMD8<Float>(), b = a, c = a
                for i in 0..<8 {
                    (a[i], b[i]) = (number(), number())
                    // often nearly what the product takes away, or halfway between two numbers
                    let near: [Float] = [-a[i] * b[i], a[i] * b[i] * 0x1p24, -a[i] * b[i] * (1 + 0x1p-23)]
                    c[i] = random.next() % 4 == 0 ? number() : near[Int(random.next() % 3)]
                }
                let found = astro_fused_single_8(a, b, c)
                for i in 0..<8 {
                    let right = c[i].addingProduct(a[i], b[i])
                    if found[i].bitPattern == right.bitPattern || (found[i].isNaN && right.isNaN) { continue }
                    if right.magnitude < .leastNormalMagnitude { continue }  // 0 where networks are simulated
                    wrong.append("\(a[i]) * \(b[i]) + \(c[i]): \(found[i]) instead of \(right)")
                }
            }
            #expect(wrong.isEmpty, "\(wrong.prefix(5).joined(separator: "\n"))")
        }

        @Test("The coarse exponential is within 1.3e-8, and as at -708 below")
        func coarseExponential() throws {
            let values = try ExactValue.load("exp").filter { -708 <= $0.argument && $0.argument <= 709 }
            for x in values.map(\.argument) + (-2000..<2000).map({ Double($0) / 100 }) {
                let found = AstroCore.coarseExponential(Lanes(repeating: x))[0]
                #expect(abs(found / exponential(x) - 1) < 1.3e-8, "at \(x)")
            }
            let lowest = AstroCore.coarseExponential(Lanes(repeating: -708))[0]
            #expect(AstroCore.coarseExponential(Lanes(repeating: -1e9))[0] == lowest && lowest > 0)
        }
    }
}
