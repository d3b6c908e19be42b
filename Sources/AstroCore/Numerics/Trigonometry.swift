/// sin and cos of 2 pi x, x in turns. The reduction to an eighth of a turn is exact; Chebyshev fits do the rest.
/// Largest errors: 0.75 and 1.06 units of 2^-53 (NumericsTests); at quarter turns none.
package func sinCosOfTurns(_ x: Double) -> (sin: Double, cos: Double) {
    let quarters = (x * 4).rounded()
    let r = x.addingProduct(quarters, -0.25)
    let z = r * r
    let sine = sinePolynomial(r, z)
    let cosine = cosinePolynomial(z)
    // |quarters| may be huge; only its remainder by 4 counts
    switch Int(quarters - 4 * (quarters / 4).rounded(.down)) {
    case 0: return (sine, cosine)
    case 1: return (cosine, -sine)
    case 2: return (-sine, -cosine)
    default: return (-cosine, sine)
    }
}

/// cos(2 pi x) for x in [0, 1], in vectors, too.
@inline(__always)
func cosineOfTurn<V: LaneVector>(_ x: V) -> V {
    let constant = { (c: Double) in V(repeating: c) }
    let shift = constant(roundingShift)
    let quarters = shift.addingProduct(x, constant(4)) - shift
    let r = x.addingProduct(quarters, constant(-0.25))
    let z = r * r
    let sine = sinePolynomial(r, z), cosine = cosinePolynomial(z)
    let isOdd = quarters.isAtLeast(constant(1)).and(constant(1).isAtLeast(quarters))
    let isThird = quarters.isAtLeast(constant(3)).and(constant(3).isAtLeast(quarters))
    let isHalf = quarters.isAtLeast(constant(2)).and(constant(2).isAtLeast(quarters))
    let zero = V.zeros
    return isOdd.select(zero - sine, isThird.select(sine, isHalf.select(zero - cosine, cosine)))
}

@inline(__always)
private func sinePolynomial<T: Arithmetic>(_ r: T, _ z: T) -> T {
    let c = { (x: Double) in T(repeating: x) }
    let high = c(42.05868916660875).addingProduct(z, c(-15.09405300801843).addingProduct(z, c(3.7863999728311555)))
    let low = c(-41.341702240399755).addingProduct(
        z, c(81.60524927605158).addingProduct(z, c(-76.70585973555119).addingProduct(z, high)))
    // 2 pi in two parts
    return (r * c(2.4492935982947064e-16)).addingProduct(r * z, low).addingProduct(r, c(6.283185307179586))
}

@inline(__always)
private func cosinePolynomial<T: Arithmetic>(_ z: T) -> T {
    let c = { (x: Double) in T(repeating: x) }
    let high = c(-26.426253265343973).addingProduct(z, c(7.903206254195357).addingProduct(z, c(-1.6990191035198574)))
    let middle = c(-85.45681720664355).addingProduct(z, c(60.24464135262532).addingProduct(z, high))
    let low = c(-19.739208802178716).addingProduct(z, c(64.93939402266824).addingProduct(z, middle))
    return c(1.0).addingProduct(z, low)
}
