/// The classical Runge-Kutta method of order 4.
package enum RungeKutta4 {
    /// A step of length h from y. The slope may depend on time: `start`, `middle` and `end` give it there.
    @inline(__always)
    package static func step<Y: Variables>(
        _ y: Y, _ h: Double, start: (Y) -> Y, middle: (Y) -> Y, end: (Y) -> Y
    ) -> Y {
        let k1 = start(y)
        let k2 = middle(y.adding(h / 2, k1))
        let k3 = middle(y.adding(h / 2, k2))
        let k4 = end(y.adding(h, k3))
        return y.adding(h / 6, k1.adding(1, k4).adding(2, k2.adding(1, k3)))
    }
}
