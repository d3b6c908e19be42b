/// The variables of an equation, of one cell or of a vector of cells, as an integration method sees them.
package protocol Variables {
    /// The length of a step: a number, or one a lane.
    associatedtype Length: Arithmetic
    /// self + c k
    func adding(_ c: Length, _ k: Self) -> Self
    /// c self
    func scaled(_ c: Length) -> Self
}

extension Variables {
    @inline(__always)
    package func adding(_ c: Double, _ k: Self) -> Self { adding(Length(repeating: c), k) }
    @inline(__always)
    package func scaled(_ c: Double) -> Self { scaled(Length(repeating: c)) }
}

/// Runge-Kutta-Fehlberg 4(5) with local extrapolation.
/// Fehlberg (1969), NASA TR R-315; step control as SEMANTICS (Docs/semantics.md) states it.
package enum RungeKuttaFehlberg45 {
    /// A trial step of length h from y, k1 the slope there: the fifth-order result and the difference to the fourth.
    @inline(__always)
    package static func trial<Y: Variables>(_ y: Y, _ k1: Y, _ h: Y.Length, _ f: (Y) -> Y) -> (y: Y, error: Y) {
        // each stage begins with what the earlier ones give, so that one operation leads from the last slope to the next
        let times = { (c: Double) in h * Y.Length(repeating: c) }
        let k2 = f(y.adding(times(1.0 / 4), k1))
        let k3 = f(y.adding(times(3.0 / 32), k1).adding(times(9.0 / 32), k2))
        let y4 = y.adding(times(1932.0 / 2197), k1).adding(times(-7200.0 / 2197), k2)
        let k4 = f(y4.adding(times(7296.0 / 2197), k3))
        let y5 = y.adding(times(439.0 / 216), k1).adding(times(-8), k2).adding(times(3680.0 / 513), k3)
        let k5 = f(y5.adding(times(-845.0 / 4104), k4))
        let y6 = y.adding(times(-8.0 / 27), k1).adding(times(2), k2).adding(times(-3544.0 / 2565), k3)
        let k6 = f(y6.adding(times(1859.0 / 4104), k4).adding(times(-11.0 / 40), k5))
        let partial = k1.scaled(16.0 / 135).adding(6656.0 / 12825, k3).adding(28561.0 / 56430, k4)
        let slope = partial.adding(-9.0 / 50, k5).adding(2.0 / 55, k6)
        let partialError = k1.scaled(1.0 / 360).adding(-128.0 / 4275, k3).adding(-2197.0 / 75240, k4)
        let difference = partialError.adding(1.0 / 50, k5).adding(2.0 / 55, k6)
        return (y.adding(h, slope), difference.scaled(h))
    }

    /// A trial is repeated where its largest error over what is allowed is above this.
    package static let limit = 1.1

    /// What the length of a trial is multiplied with for the next, `r` being its largest error over what is allowed.
    @inline(__always)
    package static func factor<T: Arithmetic>(_ r: T) -> T {
        let half = T(repeating: 0.5), one = T(repeating: 1)
        let exponent = T.whereLess(r, half, T(repeating: -1.0 / 6), T(repeating: -1.0 / 5))
        let positive = T.whereLess(r, T(repeating: 1e-100), T(repeating: 1e-100), r)
        let power = T(repeating: 0.9) * exponential(exponent * logarithm(positive))
        let longer = power.clamped(1, 5)
        let shorter = T.whereLess(power, T(repeating: 0.2), T(repeating: 0.2), power)
        return T.whereLess(r, half, longer, T.whereLess(T(repeating: limit), r, shorter, one))
    }
}
