import CLanes
import Testing

/// What replaces the instruction on processors that have none, against the instruction or the C library.
@Suite("a b + c in one rounding, without an instruction for it")
struct FusedProductTests {
    private enum Kind: CaseIterable { case usual, anyBits, fewBits, special, faint, nearlyNothing }

    private static let special: [Double] = [
        0, -0.0, 1, -1, 3, 1e300, -1e-200, 1e-310, 5e-324, .infinity, -.infinity, .nan, .greatestFiniteMagnitude,
    ]

    private func number(_ kind: Kind, _ random: inout SystemRandomNumberGenerator) -> Double {
        let bits = random.next()
        let sign: FloatingPointSign = bits >> 63 == 1 ? .minus : .plus
        switch kind {
        case .usual:
            return Double(
                sign: sign, exponent: Int.random(in: -20...20, using: &random),
                significand: 1 + Double(bits & (1 << 52 - 1)) * 0x1p-52)
        case .anyBits: return Double(bitPattern: bits)
        case .fewBits:
            return Double(
                sign: sign, exponent: Int.random(in: -2...2, using: &random),
                significand: 1 + Double(bits & 0xffff) * 0x1p-16)
        case .faint, .nearlyNothing:
            let exponent = kind == .faint ? Int.random(in: -1070...0, using: &random) : -1022 + Int(bits % 60)
            return Double(sign: sign, exponent: exponent, significand: 1 + Double(bits & (1 << 52 - 1)) * 0x1p-52)
        case .special: return Self.special[Int(bits % UInt64(Self.special.count))]
        }
    }

    /// Often nearly what the product takes away, so that little is left.
    private func addend(_ a: Double, _ b: Double, _ kind: Kind, _ random: inout SystemRandomNumberGenerator) -> Double {
        switch random.next() % 4 {
        case 0: -a * b
        case 1: -a * b * (1 + Double(random.next() % 9) * 0x1p-52)
        case 2: a * b * number(.usual, &random) * (random.next() % 2 == 0 ? 0x1p-53 : 0x1p53)
        default: number(kind, &random)
        }
    }

    @Test("the same bits for a million numbers of each kind, subnormal ones 0 or not", arguments: [false, true])
    func sameBits(flushes: Bool) {
        let before = flushes ? astro_flush_subnormals() : nil
        let wrong = wrongOnes()
        if let before { astro_restore_subnormals(before) }
        #expect(wrong.isEmpty, "\(wrong.prefix(5).joined(separator: "\n"))")
    }

    private func wrongOnes() -> [String] {
        var random = SystemRandomNumberGenerator(), wrong: [String] = []
        for kind in Kind.allCases {
            for _ in 0..<125_000 {
                var a = SIMD8<Double>(), b = a, c = a
                for i in 0..<8 {
                    // what is faint meets what is not
                    let other: Kind = random.next() % 2 == 0 ? kind : .usual
                    (a[i], b[i]) = (number(kind, &random), number(other, &random))
                    c[i] = addend(a[i], b[i], kind, &random)
                }
                let found = astro_fused_8(a, b, c)
                for i in 0..<8 {
                    let right = c[i].addingProduct(a[i], b[i])
                    if found[i].bitPattern == right.bitPattern || (found[i].isNaN && right.isNaN) { continue }
                    wrong.append("\(a[i]) * \(b[i]) + \(c[i]): \(found[i]) instead of \(right)")
                }
            }
        }
        return wrong
    }
}
