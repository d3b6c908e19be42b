/// Functions that formulas of models use, from our own exponential, so that they are the same everywhere.

/// (exp(x) - 1)/x, with its limit 1 at 0.
package func relativeExponential(_ x: Double) -> Double { x == 0 ? 1 : exponentialLess1Everywhere(x) / x }

/// Beyond it tanh(x) is 1 to the last digit.
private let farOut = 20.0

package func hyperbolicTangent(_ x: Double) -> Double {
    if x.isNaN { return x }
    let e = exponentialLess1(2 * min(max(x, -farOut), farOut))
    return e / (e + 2)
}

package func hyperbolicSine(_ x: Double) -> Double {
    let e = exponentialLess1Everywhere(abs(x))
    let size = e.isInfinite ? e : (e + e / (e + 1)) / 2
    return x < 0 ? -size : x > 0 ? size : x
}

package func hyperbolicCosine(_ x: Double) -> Double {
    let e = exponentialEverywhere(abs(x))
    return (e + 1 / e) / 2
}

package func logarithm10(_ x: Double) -> Double { logarithmEverywhere(x) * 0.4342944819032518 }

/// sin and cos of x in radians. x less whole turns is formed with 2 pi in two parts.
package func sinCos(_ x: Double) -> (sin: Double, cos: Double) {
    guard abs(x) < 1e15 else { return (.nan, .nan) }
    let turns = (x * 0.15915494309189535).rounded()
    let rest = x.addingProduct(turns, -6.283185307179586).addingProduct(turns, -2.4492935982947064e-16)
    return sinCosOfTurns(rest * 0.15915494309189535)
}

/// x less whole multiples of y, with the sign of y.
package func remainder(_ x: Double, _ y: Double) -> Double { x - y * (x / y).rounded(.down) }
