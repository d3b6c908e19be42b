/// ln(x) for normal positive x. The largest error is 0.87 ulp (NumericsTests).
///
/// x = m 2^k with m near 1; with f = m - 1 and s = f/(2 + f), ln m = 2 atanh(s), arranged as
/// f - (f^2/2 - s (f^2/2 + R(s^2))) so that the leading term is exact. R is a Chebyshev fit.
@inline(__always)
package func logarithm<T: Arithmetic>(_ x: T) -> T {
    let (m, k) = x.splitForLogarithm()
    return logarithm(mantissa: m, exponent: k)
}

/// ln(m 2^k)
@inline(__always)
private func logarithm<T: Arithmetic>(mantissa m: T, exponent k: T) -> T {
    let f = m - T(repeating: 1)
    let s = f / (f + T(repeating: 2))
    let z = s * s
    let z2 = z * z
    let c01 = T(repeating: 0.666666666666667).addingProduct(z, T(repeating: 0.3999999999989889))
    let c23 = T(repeating: 0.28571428626253836).addingProduct(z, T(repeating: 0.22222211089379496))
    let c45 = T(repeating: 0.1818289243253687).addingProduct(z, T(repeating: 0.15331611722055008))
    let c456 = c45.addingProduct(z2, T(repeating: 0.14617807153417325))
    let R = z * c01.addingProduct(z2, c23.addingProduct(z2, c456))
    let half = T(repeating: 0.5) * f * f
    let low = (k * T(repeating: 1.9082149292705877e-10)).addingProduct(s, half + R)
    let fraction = f - (half - low)
    return (k * T(repeating: 0.6931471803691238)) + fraction
}

/// ln(x) over the whole range: subnormal arguments, 0, infinity, negative numbers and NaN included. The largest error is
/// 0.87 ulp.
package func logarithmEverywhere(_ x: Double) -> Double {
    guard x > 0 else { return x == 0 ? -.infinity : .nan }
    guard x < .infinity else { return x }
    if x < 0x1p-1022 {
        let (m, k) = (x * 0x1p54).splitForLogarithm()
        return logarithm(mantissa: m, exponent: k - 54)
    }
    return logarithm(x)
}
