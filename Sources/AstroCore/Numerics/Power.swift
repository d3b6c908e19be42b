/// x^y, from our own exp and ln, so that it is the same everywhere. For y = 0 and 1, and for x = 0 and 1 exact; of a negative x only
/// whole powers exist.
package func power(_ x: Double, _ y: Double) -> Double {
    if y == 1 { return x }
    if y == 0 || x == 1 { return 1 }
    if x == 0 { return y > 0 ? 0 : .infinity }
    guard x < 0 else { return exponentialEverywhere(y * logarithmEverywhere(x)) }
    guard y == y.rounded() else { return .nan }
    let size = exponentialEverywhere(y * logarithmEverywhere(-x))
    return (y / 2) == (y / 2).rounded() ? size : -size
}
