/// Runge-Kutta-Fehlberg 4(5) with local extrapolation, for up to eight variables in one vector.
/// Fehlberg (1969), NASA TR R-315; step control as SEMANTICS (Docs/semantics.md) states it.
package enum RungeKuttaFehlberg45 {
    package typealias State = SIMD8<Double>

    /// A trial step of length h from y, k1 the slope there: the fifth-order result and the difference to the fourth.
    @inline(__always)
    package static func trial(_ y: State, _ k1: State, _ h: Double, _ f: (State) -> State) -> (y: State, error: State) {
        let zero = State()
        let k2 = f(plus(y, h, k1 * State(repeating: 1.0 / 4)))
        let d3 = plus(plus(zero, 3.0 / 32, k1), 9.0 / 32, k2)
        let k3 = f(plus(y, h, d3))
        let d4 = plus(plus(plus(zero, 1932.0 / 2197, k1), -7200.0 / 2197, k2), 7296.0 / 2197, k3)
        let k4 = f(plus(y, h, d4))
        let d5 = plus(plus(plus(plus(zero, 439.0 / 216, k1), -8, k2), 3680.0 / 513, k3), -845.0 / 4104, k4)
        let k5 = f(plus(y, h, d5))
        let partial6 = plus(plus(plus(zero, -8.0 / 27, k1), 2, k2), -3544.0 / 2565, k3)
        let d6 = plus(plus(partial6, 1859.0 / 4104, k4), -11.0 / 40, k5)
        let k6 = f(plus(y, h, d6))
        let partial = plus(plus(plus(zero, 16.0 / 135, k1), 6656.0 / 12825, k3), 28561.0 / 56430, k4)
        let slope = plus(plus(partial, -9.0 / 50, k5), 2.0 / 55, k6)
        let partialError = plus(plus(plus(zero, 1.0 / 360, k1), -128.0 / 4275, k3), -2197.0 / 75240, k4)
        let difference = plus(plus(partialError, 1.0 / 50, k5), 2.0 / 55, k6)
        return (plus(y, h, slope), State(repeating: h) * difference)
    }

    /// y + c k
    @inline(__always)
    private static func plus(_ y: State, _ c: Double, _ k: State) -> State { y.addingProduct(k, State(repeating: c)) }

    /// How a trial of length h went, r being its largest error over what is allowed.
    package enum Verdict { case accept(next: Double), retry(Double) }

    /// - `r`: error over allowed error, the largest of all variables.
    @inline(__always)
    package static func judge(_ r: Double, _ h: Double) -> Verdict {
        if r > 1.1 { return .retry(h * max(0.2, 0.9 * power(r, -1.0 / 5))) }
        if r < 0.5 { return .accept(next: h * min(5, max(1, 0.9 * power(max(r, 1e-100), -1.0 / 6)))) }
        return .accept(next: h)
    }

    @inline(__always)
    private static func power(_ x: Double, _ exponent: Double) -> Double { exponential(exponent * logarithm(x)) }
}
