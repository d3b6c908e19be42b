/// IP3, calcium and h of Li-Rinzel astrocytes without spikes as Taylor series, x_k = H^k x^(k)/k! for a step of H, with the series of
/// what they depend on:
///
///     m = IP3/(IP3 + Kd_IP3_1)     n = c/(c + Kd_act)     t = (m n h)^3
///     j = rate_L + rate_IP3R t     g = Ca_tot - (1 + ratio_ER_cyt) c
///     (k+1) c_{k+1} = H [ (J_pump and J_noise)_k + sum_i j_i g_{k-i} ]
///     (k+1) h_{k+1} = H [ alpha_k - sum_i u_i h_{k-i} ],    u = alpha_h + k_IP3R c
///
/// All quotients at the beginning share one division, which takes as long as thirty multiplications.
struct LiRinzelSeries<Vector: LaneVector> {
    typealias Series = PowerSeries<Vector>

    private let flux: LiRinzelFlux<Vector>
    private let H: Double
    private(set) var ip3, c, h: Series
    /// 1/(IP3 + Kd_IP3_1), 1/(IP3 + Kd_IP3_2), 1/(c + Kd_act), 1/(c^2 + Km_SERCA^2).
    private(set) var perBound, perInhibited, perActivated, perPumping: Series
    /// 1/IP3 and 1/c at the beginning.
    let perIP3, perCalcium: Vector
    private(set) var t, j, g, u: Series
    private var m, alpha, n, b, open, square, pumping: Series

    /// - `decayRate`: 1/tau_IP3 in 1/ms.
    @inline(__always)
    init(_ flux: LiRinzelFlux<Vector>, _ start: LiRinzelState<Vector>, H: Double, excess: Vector, decayRate: Vector) {
        (self.flux, self.H) = (flux, H)
        let (ip3, c, h) = (start.ip3, start.c, start.h)
        (self.ip3, self.c, self.h) = (Series(ip3), Series(c), Series(h))
        let x = ip3 + flux.Kd_IP3_1, y = ip3 + flux.Kd_IP3_2
        let d = c + flux.Kd_act, q = flux.Km_SERCA_squared.addingProduct(c, c)
        let xy = x * y, dq = d * q, xyp = xy * ip3, dqc = dq * c
        let inverse = Vector(repeating: 1) / (xyp * dqc)
        let perXYP = inverse * dqc, perDQC = inverse * xyp
        let perXY = perXYP * ip3, perDQ = perDQC * c
        (perIP3, perCalcium) = (perXYP * xy, perDQC * dq)
        (perBound, perInhibited) = (Series(perXY * y), Series(perXY * x))
        (perActivated, perPumping) = (Series(perDQ * q), Series(perDQ * d))
        let zero = Series(.zeros)
        (t, j, g, u, m, alpha) = (zero, zero, zero, zero, zero, zero)
        (n, b, open, square, pumping) = (zero, zero, zero, zero, zero)
        expand(ip3: excess, decayRate)
        extend(0)
        extend(1)
        extend(2)
        extend(3)
        extend(4)
    }

    /// What IP3 alone decides.
    @inline(__always)
    private mutating func expand(ip3 excess: Vector, _ decayRate: Vector) {
        let x = Vector(repeating: -H) * decayRate, one = Vector(repeating: 1)
        ip3[1] = excess * x
        ip3[2] = ip3[1] * (x * Vector(repeating: 1.0 / 2))
        ip3[3] = ip3[2] * (x * Vector(repeating: 1.0 / 3))
        ip3[4] = ip3[3] * (x * Vector(repeating: 1.0 / 4))
        let slope = flux.k_Kd_inh * (flux.Kd_IP3_1 - flux.Kd_IP3_2)
        m[0] = one.subtractingProduct(flux.Kd_IP3_1, perBound[0])
        alpha[0] = flux.k_Kd_inh.addingProduct(slope, perInhibited[0])
        expand(ip3: 1, slope)
        expand(ip3: 2, slope)
        expand(ip3: 3, slope)
        expand(ip3: 4, slope)
    }

    @inline(__always)
    private mutating func expand(ip3 k: Int, _ slope: Vector) {
        perBound.invert(ip3, k)
        perInhibited.invert(ip3, k)
        m[k] = Vector.zeros.subtractingProduct(flux.Kd_IP3_1, perBound[k])
        alpha[k] = slope * perInhibited[k]
    }

    /// (m n)^3 h^2.
    @inline(__always)
    var tPerH: Vector { b[0] * square[0] }

    /// All series of order k, and those of calcium and h of order k + 1.
    @inline(__always)
    private mutating func extend(_ k: Int) {
        let isFirst = k == 0, zero = Vector.zeros
        if !isFirst {
            pumping[k] = c.product(c, k)
            perActivated.invert(c, k)
            perPumping.invert(pumping, k)
        }
        n[k] = (isFirst ? Vector(repeating: 1) : zero).subtractingProduct(flux.Kd_act, perActivated[k])
        b[k] = n.product(m, k)
        open[k] = b.product(h, k)
        square[k] = open.product(open, k)
        t[k] = square.product(open, k)
        j[k] = (isFirst ? flux.rate_L : zero).addingProduct(flux.rate_IP3R, t[k])
        g[k] = (isFirst ? flux.Ca_tot : zero).subtractingProduct(flux.one_plus_ratio, c[k])
        u[k] = alpha[k].addingProduct(flux.k_IP3R, c[k])
        let part = Vector(repeating: H / Double(k + 1))
        let pump = (isFirst ? zero - flux.rate_SERCA : zero).addingProduct(flux.rate_SERCA_Km_squared, perPumping[k])
        c[k + 1] = part * (pump + j.product(g, k))
        h[k + 1] = part * (alpha[k] - u.product(h, k))
    }
}
