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

@inline(__always)
private func sinePolynomial(_ r: Double, _ z: Double) -> Double {
    let high = 42.05868916660875.addingProduct(z, (-15.09405300801843).addingProduct(z, 3.7863999728311555))
    let low = (-41.341702240399755).addingProduct(
        z, 81.60524927605158.addingProduct(z, (-76.70585973555119).addingProduct(z, high)))
    // 2 pi in two parts
    return (r * 2.4492935982947064e-16).addingProduct(r * z, low).addingProduct(r, 6.283185307179586)
}

@inline(__always)
private func cosinePolynomial(_ z: Double) -> Double {
    let high = (-26.426253265343973).addingProduct(z, 7.903206254195357.addingProduct(z, -1.6990191035198574))
    let middle = (-85.45681720664355).addingProduct(z, 60.24464135262532.addingProduct(z, high))
    let low = (-19.739208802178716).addingProduct(z, 64.93939402266824.addingProduct(z, middle))
    return 1.0.addingProduct(z, low)
}
