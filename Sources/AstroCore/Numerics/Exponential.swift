/// exp(x) for x clamped to [-708, 709], where neither argument nor result is subnormal or infinite.
///
/// x = k ln 2 + r with |r| <= ln(2)/2, then exp(r) = 1 + r + r^2 q(r) with q a Chebyshev fit of degree 9 (relative error
/// of the fit 1.3e-17 in exp). The largest error is 1.10 ulp (NumericsTests). NaN gives exp(-708): kernels hand lanes
/// that are not finite to the scalar path, which reports them.
@inline(__always)
package func exponential<T: Arithmetic>(_ argument: T) -> T {
    let (r, shifted) = remainder(argument.clamped(-708, 709))
    // 2^k p + 2^k: as exact as (p + 1) 2^k, and the sooner done
    let power = T.powerOfTwo(shifted: shifted)
    return power.addingProduct(power, exponentialOfRemainderLess1(r))
}

/// exp(x) with a relative error of 1.3e-8, for x from -708 to 709: below as for -708, above without meaning.
///
/// What follows r in the series goes in single precision; 1 + r does not.
@inline(__always)
package func coarseExponential<Vector: LaneVector>(_ argument: Vector) -> Vector {
    let (r, shifted) = remainder(argument.orLarger(Vector(repeating: -708)))
    let power = Vector.powerOfTwo(shifted: shifted)
    let x = r.narrowed, x2 = x * x, number = { (x: Float) in Vector.Single(repeating: x) }
    let q01 = number(0.5).addingProduct(x, number(0.16666667))
    let q23 = number(0.041666467).addingProduct(x, number(0.0083333105))
    let q45 = number(0.001393365).addingProduct(x, number(0.00019890991))
    let q = q01.addingProduct(x2, q23.addingProduct(x2, q45))
    return power.addingProduct(power, r + Vector(widening: x2 * q))
}

/// exp(x) - 1, with all digits where x is small, for x clamped to [-708, 709].
@inline(__always)
package func exponentialLess1<T: Arithmetic>(_ argument: T) -> T {
    let (r, shifted) = remainder(argument.clamped(-708, 709))
    let power = T.powerOfTwo(shifted: shifted)
    return (power - T(repeating: 1)).addingProduct(power, exponentialOfRemainderLess1(r))
}

/// exp(x) - 1 over the whole range.
package func exponentialLess1Everywhere(_ x: Double) -> Double {
    if x >= -708 && x <= 709 { return exponentialLess1(x) }
    return exponentialEverywhere(x) - 1
}

/// x - k ln 2 for the nearest integer k, and k + `roundingShift`.
@inline(__always)
private func remainder<T: Arithmetic>(_ x: T) -> (r: T, shifted: T) {
    let shift = T(repeating: roundingShift)
    let shifted = shift.addingProduct(x, T(repeating: 1.4426950408889634))
    let k = shifted - shift
    // ln 2 in two parts, the first with 21 trailing zeros: k times it is exact
    let r = x.addingProduct(k, T(repeating: -0.6931471803691238)).addingProduct(
        k, T(repeating: -1.9082149292705877e-10))
    return (r, shifted)
}

@inline(__always)
private func exponentialOfRemainder<T: Arithmetic>(_ r: T) -> T { T(repeating: 1) + exponentialOfRemainderLess1(r) }

@inline(__always)
private func exponentialOfRemainderLess1<T: Arithmetic>(_ r: T) -> T {
    let r2 = r * r
    let r4 = r2 * r2
    let q01 = T(repeating: 0.5000000000000001).addingProduct(r, T(repeating: 0.16666666666666669))
    let q23 = T(repeating: 0.04166666666662348).addingProduct(r, T(repeating: 0.008333333333330011))
    let q45 = T(repeating: 0.0013888888917538296).addingProduct(r, T(repeating: 0.00019841269863303223))
    let q67 = T(repeating: 2.4801520792572694e-05).addingProduct(r, T(repeating: 2.75572680728901e-06))
    let q89 = T(repeating: 2.762032742826824e-07).addingProduct(r, T(repeating: 2.5100569275813683e-08))
    let q03 = q01.addingProduct(r2, q23)
    let q47 = q45.addingProduct(r2, q67)
    let q = q03.addingProduct(r4, q47.addingProduct(r4, q89))
    return r.addingProduct(r2, q)
}

/// Where `exponentialEverywhere` is 0.
package let exponentialIsZeroBelow = -746.0

/// exp(x) over the whole range: subnormal results, 0, infinity and NaN included. The largest error is 1.10 ulp, and
/// below 1 ulp where the result is subnormal.
package func exponentialEverywhere(_ x: Double) -> Double {
    if x >= -708 && x <= 709 { return exponential(x) }
    if x.isNaN { return x }
    if x > 710 { return .infinity }
    if x < exponentialIsZeroBelow { return 0 }
    let (r, shifted) = remainder(x)
    // the power of two in two factors: the first product is exact, so that only the second one rounds
    return x > 0
        ? exponentialOfRemainder(r) * Double.powerOfTwo(shifted: shifted - 1) * 2
        : exponentialOfRemainder(r) * Double.powerOfTwo(shifted: shifted + 64) * 0x1p-64
}
