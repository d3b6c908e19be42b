/// The right-hand side of the Li-Rinzel astrocyte for calcium and h, with its parameters at hand, and a short step of them.
struct LiRinzelFlux<Vector: LaneVector> {
    let Kd_IP3_1, Kd_IP3_2, Ca_tot, Kd_act, Km_SERCA_squared: Vector
    let k_IP3R, k_Kd_inh, rate_IP3R, rate_L, rate_SERCA, rate_SERCA_Km_squared, one_plus_ratio: Vector

    @inline(__always)
    init(_ model: AstrocyteLR1994, _ cell: Int) {
        Kd_IP3_1 = model.Kd_IP3_1.vector(cell)
        Kd_IP3_2 = model.Kd_IP3_2.vector(cell)
        Ca_tot = model.Ca_tot.vector(cell)
        Kd_act = model.Kd_act.vector(cell)
        Km_SERCA_squared = model.Km_SERCA_squared.vector(cell)
        k_IP3R = model.k_IP3R.vector(cell)
        k_Kd_inh = model.k_Kd_inh.vector(cell)
        rate_IP3R = model.rate_IP3R.vector(cell)
        rate_L = model.rate_L.vector(cell)
        rate_SERCA = model.rate_SERCA.vector(cell)
        rate_SERCA_Km_squared = rate_SERCA * Km_SERCA_squared
        one_plus_ratio = model.one_plus_ratio.vector(cell)
    }

    @inline(__always)
    func limited(_ c: Vector) -> Vector {
        // in this order a c that is not a number stays so
        Ca_tot.orSmaller(Vector.zeros.orLarger(c))
    }

    /// What IP3 alone decides, at one time.
    struct Point {
        let ip3, a1, a1_Kd_act, alpha: Vector
    }

    @inline(__always)
    private func point(_ ip3: Vector, alphaOverA1: Vector) -> Point {
        let a1 = ip3 + Kd_IP3_1
        return Point(ip3: ip3, a1: a1, a1_Kd_act: a1 * Kd_act, alpha: a1 * alphaOverA1)
    }

    /// At the beginning, the middle and the end of a step. Three quotients by one division: the processor divides one vector in
    /// the time of thirty multiplications.
    @inline(__always)
    private func points(_ ip3: IP3Course) -> (start: Point, middle: Point, end: Point) {
        let start = ip3.start + Kd_IP3_2, middle = ip3.middle + Kd_IP3_2, end = ip3.end + Kd_IP3_2
        let startMiddle = start * middle
        let all = k_Kd_inh / (startMiddle * end), allButEnd = end * all
        return (
            point(ip3.start, alphaOverA1: middle * allButEnd), point(ip3.middle, alphaOverA1: start * allButEnd),
            point(ip3.end, alphaOverA1: startMiddle * all)
        )
    }

    /// Calcium in uM, and h.
    struct State: Variables {
        var c, h: Vector

        @inline(__always)
        func adding(_ a: Vector, _ k: State) -> State {
            State(c: c.addingProduct(a, k.c), h: h.addingProduct(a, k.h))
        }

        @inline(__always)
        func scaled(_ a: Vector) -> State { State(c: a * c, h: a * h) }
    }

    typealias IP3Course = (start: Vector, middle: Vector, end: Vector)

    /// One step; two half steps for cells that an injected current drives, which may be faster than what the cell
    /// does by itself.
    @inline(__always)
    func advance(
        _ y: State, _ noise: Vector, _ step: Double, _ ip3: IP3Course,
        quarters: (IP3_0: Vector, excess: Vector, decay: Vector)
    ) -> State {
        let driven = Vector.zeros.isLess(than: noise.magnitude), drive = noise - rate_SERCA
        let whole = self.step(y, drive, step, ip3)
        guard driven.bits != 0 else { return whole }
        let first = quarters.IP3_0.addingProduct(quarters.excess, quarters.decay)
        let third = quarters.IP3_0.addingProduct(ip3.middle - quarters.IP3_0, quarters.decay)
        let half = self.step(y, drive, step / 2, (ip3.start, first, ip3.middle))
        let halves = self.step(half, drive, step / 2, (ip3.middle, third, ip3.end))
        return State(c: driven.select(halves.c, whole.c), h: driven.select(halves.h, whole.h))
    }

    /// IP3 is known at the beginning, the middle and the end of the step.
    @inline(__always)
    private func step(_ y: State, _ drive: Vector, _ step: Double, _ ip3: IP3Course) -> State {
        let at = points(ip3)
        return RungeKutta4.step(
            y, step, start: { derivatives(at.start, $0, drive) },
            middle: { derivatives(at.middle, $0, drive) },
            end: { derivatives(at.end, $0, drive) })
    }

    /// dCa/dt and dh/dt; `drive` is J_noise - rate_SERCA.
    @inline(__always)
    func derivatives(_ at: Point, _ y: State, _ drive: Vector) -> State {
        let c = limited(y.c), h = y.h
        // both quotients by one division
        let opening = at.a1_Kd_act.addingProduct(at.a1, c), pumping = Km_SERCA_squared.addingProduct(c, c)
        let inverse = Vector(repeating: 1) / (opening * pumping)
        let open = ((at.ip3 * h) * (c * pumping)) * inverse
        // -J_pump = rate_SERCA Km^2 / (Km^2 + c^2) - rate_SERCA
        let pump = (rate_SERCA_Km_squared * opening) * inverse
        let channel = rate_L.addingProduct(rate_IP3R, open * open * open)
        let gradient = Ca_tot.subtractingProduct(one_plus_ratio, c)
        let dc = (drive + pump).addingProduct(channel, gradient)
        let dh = at.alpha.subtractingProduct(h, at.alpha.addingProduct(k_IP3R, c))
        return State(c: dc, h: dh)
    }
}
