/// A long step of Li-Rinzel astrocytes, of several steps of the simulation: calcium and h by Taylor series, and what spikes in between
/// change by corrections.
///
/// The series are those without spikes. Spikes are a deviation d of IP3 from the course that the series assume. It changes the flux
/// J = rate_IP3R t g through the channels (LiRinzelSeries.swift) by the factor (m/m_0)^3, where m_0 is m without d:
///
///     (m/m_0)^3 - 1 = S d (1 + (k - 1) e + (1 - 2 k + k^2/3) e^2 + ...)
///     e = d/(IP3 + Kd_IP3_1),   k = Kd_IP3_1/IP3,   S = 3 k/(IP3 + Kd_IP3_1)
///
/// The deviation z of calcium follows z' = J ((m/m_0)^3 - 1) + A z, where A is how the fluxes change with calcium. That of h is a sum over
/// d and z. A step of the simulation needs nothing that comes later. Errors are in Docs/decisions.md.
struct LiRinzelLongStep<Vector: LaneVector> {
    private let c, h: PowerSeries<Vector>
    /// Where it began.
    let start: LiRinzelState<Vector>
    /// J S in 1/ms as a function of time, and the factors of e and e^2 for d instead of e.
    private let gain: (Vector, Vector, Vector), second, third: Vector
    /// A in 1/ms, and how it changes with time and IP3.
    private let A: (Vector, Vector), A_ip3: Vector
    private let inactivation: Inactivation
    private let nearness, decay, mean, IP3_0: Vector
    private let dt, part: Double
    /// IP3 without spikes, less IP3_0.
    private var excess: Vector
    /// Of IP3 and calcium in uM, and their sums over steps, which change h.
    private(set) var deviation, deviation_c, sum, sum_c: Vector

    @inline(__always)
    init(_ model: AstrocyteLR1994, _ flux: LiRinzelFlux<Vector>, _ cell: Int, from start: LiRinzelState<Vector>) {
        self.start = start
        let H = model.step * Double(model.longSteps), three = Vector(repeating: 3), one = Vector(repeating: 1)
        (IP3_0, decay, mean) = (model.IP3_0.vector(cell), model.decay.vector(cell), model.meanDecay.vector(cell))
        (dt, part) = (model.step, 1 / Double(model.longSteps))
        excess = start.ip3 - IP3_0
        let s = LiRinzelSeries(flux, start, H: H, excess: excess, decayRate: model.rate_IP3.vector(cell))
        (self.c, self.h) = (s.c, s.h)

        let perBound = s.perBound[0], k = flux.Kd_IP3_1 * s.perIP3
        let sensitivity = three * (k * perBound)
        nearness = (three * k).orLarger(one) * perBound
        let J = { (order: Int) in flux.rate_IP3R * s.t.product(s.g, order) }
        let J0 = J(0), J1 = J(1), J2 = J(2), (S1, S2) = Self.course(s)
        gain = (
            sensitivity * J0, sensitivity * J1.addingProduct(S1, J0),
            sensitivity * J2.addingProduct(S1, J1).addingProduct(S2, J0)
        )
        second = (k - one) * perBound
        let ofSquare = one.addingProduct(k, k.times(Vector(repeating: 1.0 / 3), less: Vector(repeating: 2)))
        third = ofSquare * (perBound * perBound)

        let calcium = Self.byCalcium(s, flux, J0, J1)
        A = (calcium.A, calcium.A1)
        A_ip3 = sensitivity * (calcium.n * J0).subtractingProduct(flux.one_plus_ratio, flux.rate_IP3R * s.t[0])

        inactivation = Inactivation(s, flux, mean, dt)
        (deviation, deviation_c, sum, sum_c) = (.zeros, .zeros, .zeros, .zeros)
    }

    /// How h follows deviations, and what it makes of the flux.
    private struct Inactivation {
        /// What h gains by the sums of deviations of IP3 and calcium, 1/uM; what calcium gains by the former in a step.
        let byIP3, byCalcium, gain: Vector
        /// The weight of IP3 in the sum: 1 - h, and how that changes with time and IP3; what the sum keeps over a step.
        let weight: (Vector, Vector), weightByIP3, kept: Vector

        @inline(__always)
        init(_ s: LiRinzelSeries<Vector>, _ flux: LiRinzelFlux<Vector>, _ mean: Vector, _ dt: Double) {
            let one = Vector(repeating: 1), three = Vector(repeating: 3), perInhibited = s.perInhibited[0]
            // what a step adds has decayed for half of it
            let halfKept = one.subtractingProduct(Vector(repeating: dt / 2), s.u[0])
            let slope = (flux.k_Kd_inh * (flux.Kd_IP3_2 - flux.Kd_IP3_1)) * (perInhibited * perInhibited)
            byIP3 = (mean * halfKept) * slope
            byCalcium = (Vector(repeating: -dt) * flux.k_IP3R) * s.h[0]
            let open = one - s.h[0], fading = Vector(repeating: -2) * (s.ip3[1] * perInhibited)
            weight = (open, (fading * open) - s.h[1])
            weightByIP3 = perInhibited * open
            kept = one.subtractingProduct(Vector(repeating: dt), s.u[0])
            gain = (three * Vector(repeating: dt)) * (byIP3 * ((flux.rate_IP3R * s.tPerH) * s.g[0]))
        }
    }

    /// Terms of S as a function of time, for S = 1 at the beginning.
    @inline(__always)
    private static func course(_ s: LiRinzelSeries<Vector>) -> (Vector, Vector) {
        let p = s.ip3, sum = s.perIP3 + s.perBound[0], first = Vector.zeros.subtractingProduct(p[1], sum)
        let product = (p[1] * p[1]) * (s.perIP3 * s.perBound[0])
        return (first, first.times(first, less: product).subtractingProduct(p[2], sum))
    }

    /// How the logarithm of n^3 and the fluxes change with calcium, and the latter with time.
    @inline(__always)
    private static func byCalcium(
        _ s: LiRinzelSeries<Vector>, _ flux: LiRinzelFlux<Vector>, _ J0: Vector, _ J1: Vector
    ) -> (n: Vector, A: Vector, A1: Vector) {
        let D = s.perActivated, Q = s.perPumping, c = s.c, two = Vector(repeating: 2)
        let byCalcium = (Vector(repeating: 3) * flux.Kd_act) * s.perCalcium, n = byCalcium * D[0]
        let n1 = byCalcium * D[1].subtractingProduct(D[0], c[1] * s.perCalcium)
        let pump = two * flux.rate_SERCA_Km_squared, QQ = Q[0] * Q[0]
        let pump1 = (c[1] * QQ).addingProduct(two * c[0], Q[0] * Q[1])
        let A = (n * J0).subtractingProduct(flux.one_plus_ratio, s.j[0]).subtractingProduct(pump * c[0], QQ)
        let A1 = (n * J1).addingProduct(n1, J0).subtractingProduct(flux.one_plus_ratio, s.j[1]).subtractingProduct(
            pump, pump1)
        return (n, A, A1)
    }

    /// One that has been under way for `number` steps of the simulation.
    @inline(__always)
    init(
        _ model: AstrocyteLR1994, _ flux: LiRinzelFlux<Vector>, _ cell: Int, from start: LiRinzelState<Vector>,
        after number: Int,
        deviations: (ip3: Vector, c: Vector), sums: (ip3: Vector, c: Vector)
    ) {
        self.init(model, flux, cell, from: start)
        (deviation, deviation_c) = deviations
        (sum, sum_c) = sums
        for _ in 0..<number { excess = excess * decay }
    }

    /// Where it has come to after some steps.
    @inline(__always)
    func state(after number: Int) -> LiRinzelState<Vector> {
        LiRinzelState(ip3: (IP3_0 + excess) + deviation, c: calcium(after: number), h: h(after: number))
    }

    /// Is the series good enough? What is left behind its last term is smaller still.
    @inline(__always)
    var converges: Vector.Mask { c[5].magnitude.isLess(than: Vector(repeating: 1e-13)) }

    /// Are spikes as small as corrections want them? A deviation changes flux and h by less than a hundredth.
    @inline(__always)
    var isNear: Vector.Mask { (nearness * deviation).isLess(than: Vector(repeating: 0.0035)) }

    /// Does calcium stay below a limit in all lanes, whatever spikes come as long as they are small enough (`isNear`)?
    @inline(__always)
    func staysBelow(_ limit: Vector, _ flux: LiRinzelFlux<Vector>) -> Bool {
        let moved = (c[1].magnitude + c[2].magnitude) + ((c[3].magnitude + c[4].magnitude) + c[5].magnitude)
        // a deviation changes the flux by less than a hundredth, and the flux is less than if all channels were open
        let changed = (Vector(repeating: 0.02 * dt / part) * flux.rate_IP3R) * flux.Ca_tot
        return ((c[0] + moved) + changed).isLess(than: limit).bits == Vector.allBits
    }

    /// At the end of a step of the simulation, of which `number` have been taken.
    @inline(__always)
    func calcium(after number: Int) -> Vector { c(Vector(repeating: Double(number) * part)) + deviation_c }

    @inline(__always)
    private func h(after number: Int) -> Vector {
        h(Vector(repeating: Double(number) * part)).addingProduct(inactivation.byIP3, sum).addingProduct(
            inactivation.byCalcium, sum_c)
    }

    /// The step of the simulation after `number` others, without the spikes at its end.
    @inline(__always)
    mutating func advance(after number: Int) {
        let x = Vector(repeating: (Double(number) + 0.5) * part), half = Vector(repeating: 0.5)
        let first = gain.0.addingProduct(x, gain.1.addingProduct(x, gain.2))
        let orders = Vector(repeating: 1).addingProduct(deviation, second.addingProduct(deviation, third))
        let weight = inactivation.weight
        let throughH = inactivation.gain * sum.addingProduct(half * weight.0, deviation)
        let added = throughH.addingProduct(mean * deviation, first * orders)
        let middle = deviation_c.addingProduct(half, added)
        deviation_c = (deviation_c + added).addingProduct(
            Vector(repeating: dt) * A.0.addingProduct(x, A.1).addingProduct(A_ip3, deviation), middle)
        let weightNow = weight.0.addingProduct(x, weight.1).subtractingProduct(inactivation.weightByIP3, deviation)
        sum = (inactivation.kept * sum).addingProduct(deviation, weightNow)
        sum_c = sum_c + middle
        deviation = deviation * decay
        excess = excess * decay
    }

    /// Spikes at the end of a step.
    @inline(__always)
    mutating func add(_ delta_IP3: Vector, _ spikes: Vector) { deviation = deviation.addingProduct(delta_IP3, spikes) }
}
