/// The membrane equations of a vector of calm cells, solved by a Taylor series; parameters at hand.
///
/// A series is kept as x_n = h^n x^(n)/n!, so that x(t + h) is the sum of the x_n. With Z = g_L Delta_T exp((V -
/// V_th)/Delta_T), for which Z' = Z V'/Delta_T, all right-hand sides are sums and products of series:
///
///     (n+1) V_{n+1} = h/C_m [ J_n - w_n + Z_n - sum_k G_k V_{n-k} ],    G = g_L + g_ex + g_in
///     (n+1) w_{n+1} = h/tau_w [ a (V_n - E_L) - w_n ]                   J = g_L E_L + g_ex E_ex + g_in E_in + I
///     n Z_n         = sum_{k>=1} U_k Z_{n-k},   U_k = k V_k / Delta_T
///
/// V_n stands in Z_n as q V_n with q = Z_0/Delta_T, and in the last sum as G_0 V_n. So with s = h/(C_m (n+1))
///
///     V_{n+1} = s J_n' + s/n P_n + s (q - G_0) V_n,   n Z_n = P_n + n q V_n
///
/// where J' and P need the terms before V_n only: from one term to the next leads a single multiplication and addition,
/// and the processor works on everything else meanwhile. In the code J is J', and t is s/n.
///
/// Conductances: g(s) = (g + dg s) exp(-s/tau), whose terms are (-h/tau)^n/n! (g - n tau dg).
/// One exponential a step. Order 6, since the sixth term must be small anyway for the fifth to be a measure.
///
/// The terms from the second on are in single precision, where their eighth digit does not show. Only what spikes just arrived drive of
/// the second, up to some hundredths of a mV, is not.
struct TaylorMembrane<Vector: LaneVector> {
    typealias Model = AeifKernel
    typealias State = MembraneState<Vector>
    private typealias Single = Vector.Single

    private let s1, s2, r1, d1: Vector
    private let S2, s3, s4, s5, s6: Single
    private let r2, r3, r4, r5, r6: Single
    private let D1, D2, D3, D4: Single
    private let ex, inh: AlphaFactors
    private let h, g_L_Delta_T, V_th, V_limit: Vector
    private let lastTerms, tolerance: Single
    private let followsSubsteps, watchesPeaks: Bool
    private let g_L, E_L, a, E_ex, E_in, I_e: Vector
    private let g_L1, a1: Single

    /// Of an alpha function with x = h/tau: (-x)^n/n!, exp(-x), and tau in ms.
    private struct AlphaFactors {
        let first, decay, tau: Vector
        let e1, e2, e3, e4, e5: Single

        @inline(__always)
        init(_ x: Vector, decay: Vector, tau: Vector) {
            first = Vector.zeros - x
            let second = first * (first * Vector(repeating: 1.0 / 2))
            let third = second * (first * Vector(repeating: 1.0 / 3))
            let fourth = third * (first * Vector(repeating: 1.0 / 4))
            let fifth = fourth * (first * Vector(repeating: 1.0 / 5))
            (e1, e2, e3) = (first.narrowed, second.narrowed, third.narrowed)
            (e4, e5) = (fourth.narrowed, fifth.narrowed)
            (self.decay, self.tau) = (decay, tau)
        }
    }

    /// `load` fetches a column's values of the cells in the lanes.
    @inline(__always)
    init(_ model: Model, _ load: (Column) -> Vector) {
        let part = { (x: Vector, n: Double) in (x * Vector(repeating: 1 / n)).narrowed }
        let multiple = { (x: Vector, n: Double) in (x * Vector(repeating: n)).narrowed }
        h = load(model.h)
        s1 = load(model.h_over_C)
        s2 = s1 * Vector(repeating: 1.0 / 2)
        (S2, s3, s4, s5, s6) = (s2.narrowed, part(s1, 3), part(s1, 4), part(s1, 5), part(s1, 6))
        r1 = load(model.h_over_tau_w)
        (r2, r3, r4, r5, r6) = (part(r1, 2), part(r1, 3), part(r1, 4), part(r1, 5), part(r1, 6))
        d1 = load(model.inverse_Delta_T)
        (D1, D2, D3, D4) = (d1.narrowed, multiple(d1, 2), multiple(d1, 3), multiple(d1, 4))
        ex = AlphaFactors(load(model.h_over_tau_ex), decay: load(model.decay_ex), tau: load(model.tau_syn_ex))
        inh = AlphaFactors(load(model.h_over_tau_in), decay: load(model.decay_in), tau: load(model.tau_syn_in))
        g_L_Delta_T = load(model.g_L_Delta_T)
        V_th = load(model.V_th)
        // the right-hand side has min(V_m, V_peak): the series holds below
        V_limit = load(model.calmLimit)
        lastTerms = load(model.lastTerms).narrowed
        tolerance = Single(repeating: Float(model.tolerance))
        (followsSubsteps, watchesPeaks) = (model.followsSubsteps, model.watchesPeaks)
        g_L = load(model.g_L)
        E_L = load(model.E_L)
        a = load(model.a)
        (g_L1, a1) = (g_L.narrowed, a.narrowed)
        E_ex = load(model.E_ex)
        E_in = load(model.E_in)
        I_e = load(model.I_e)
    }

    /// Some steps of h under the same input; lanes in which all of them have converged.
    @inline(__always)
    func advance(_ state: inout State, _ input: Vector, times number: Int) -> LaneBits {
        var converged = Vector.allBits
        for _ in 0..<number { converged &= advance(&state, input) }
        return converged
    }

    /// The same where lanes take different numbers of steps: those that have arrived stay where they are.
    @inline(__always)
    func advance(_ state: inout State, _ input: Vector, times numbers: Vector, most: Int) -> LaneBits {
        var converged = Vector.allBits
        for done in 0..<most {
            let before = state, isGoing = Vector(repeating: Double(done)).isLess(than: numbers)
            converged &= advance(&state, input) | ~isGoing.bits
            state = state.where(isGoing, else: before)
        }
        return converged
    }

    /// Terms of orders 1 to 5 of what the conductances do, which the exponential has no part in: K of the current at V_m in pA, G of the
    /// conductance in nS, and the larger of the last two terms of conductances.
    private struct Drive {
        let first: Vector
        let K1, K2, K3, K4, K5, G1, G2, G3, G4, last: Single

        @inline(__always)
        init(_ ex: AlphaFactors, _ inh: AlphaFactors, _ state: State, _ VE: Vector, _ VI: Vector) {
            let D = ex.tau * state.dg_ex, g = state.g_ex - D, E = inh.tau * state.dg_in, i = state.g_in - E
            let first = ((ex.first * g) * VE).addingProduct(inh.first * i, VI)
            self.init(ex, inh, first, (g.narrowed, D.narrowed, VE.narrowed), (i.narrowed, E.narrowed, VI.narrowed))
        }

        /// - `x`, `y`: of a conductance, g - tau dg and tau dg in nS, and how far V_m is from its reversal potential.
        @inline(__always)
        private init(
            _ ex: AlphaFactors, _ inh: AlphaFactors, _ first: Vector, _ x: (g: Single, D: Single, V: Single),
            _ y: (g: Single, D: Single, V: Single)
        ) {
            let g2 = x.g - x.D, g3 = g2 - x.D, g4 = g3 - x.D, g5 = g4 - x.D
            let i2 = y.g - y.D, i3 = i2 - y.D, i4 = i3 - y.D, i5 = i4 - y.D
            let x1 = ex.e1 * x.g, x2 = ex.e2 * g2, x3 = ex.e3 * g3, x4 = ex.e4 * g4, x5 = ex.e5 * g5
            let y1 = inh.e1 * y.g, y2 = inh.e2 * i2, y3 = inh.e3 * i3, y4 = inh.e4 * i4, y5 = inh.e5 * i5
            self.first = first
            (K1, K2) = (first.narrowed, (x2 * x.V).addingProduct(y2, y.V))
            (K3, K4) = ((x3 * x.V).addingProduct(y3, y.V), (x4 * x.V).addingProduct(y4, y.V))
            K5 = (x5 * x.V).addingProduct(y5, y.V)
            (G1, G2, G3, G4) = (x1 + y1, x2 + y2, x3 + y3, x4 + y4)
            last = x5.orLargerMagnitude(y5)
        }
    }

    /// Written out rather than looped over arrays of coefficients, which the compiler leaves in memory: 18 ns a cell
    /// and step instead of 8.
    ///
    /// One step of h under the current `input` (pA), from below the limit; lanes where the series has converged and V and w stayed in range.
    @inline(__always)
    func advance(_ state: inout State, _ input: Vector) -> LaneBits {
        let V0 = state.V, w0 = state.w, g = state.g_ex, i = state.g_in
        // first, since the exponential takes longest, and the conductances can be seen to meanwhile
        let Z0 = g_L_Delta_T * coarseExponential((V0 - V_th) * d1)
        let VE = E_ex - V0, VI = E_in - V0, VL = V0 - E_L
        let drive = Drive(ex, inh, state, VE, VI)
        let J0 = ((input + I_e) - w0).subtractingProduct(g_L, VL).addingProduct(g, VE).addingProduct(i, VI)
        let firstV = s1 * (J0 + Z0), firstW = r1 * a.times(VL, less: w0)

        let q = D1 * Z0.narrowed, A = q - (g_L1 + (g + i).narrowed)
        let V1 = firstV.narrowed, w1 = firstW.narrowed

        let rest = S2 * (A * V1 - w1), V2 = rest.addingProduct(S2, drive.K1)
        let U1 = D1 * V1, Z1 = q * V1
        let w2 = r2 * a1.times(V1, less: w1)

        let P2 = (U1 * Z1) * Single(repeating: 1.0 / 2)
        let J2 = (drive.K2 - w2).subtractingProduct(drive.G1, V1) + P2
        let V3 = s3 * J2.addingProduct(A, V2)
        let U2 = D2 * V2, Z2 = P2.addingProduct(q, V2)
        let w3 = r3 * a1.times(V2, less: w2)

        let P3 = (U2 * Z1).addingProduct(U1, Z2) * Single(repeating: 1.0 / 3)
        let C3 = (drive.K3 - w3).subtractingProduct(drive.G2, V1)
        let J3 = C3.subtractingProduct(drive.G1, V2) + P3
        let V4 = s4 * J3.addingProduct(A, V3)
        let U3 = D3 * V3, Z3 = P3.addingProduct(q, V3)
        let w4 = r4 * a1.times(V3, less: w3)

        let P4 = (U3 * Z1).addingProduct(U2, Z2).addingProduct(U1, Z3) * Single(repeating: 1.0 / 4)
        let C4 = (drive.K4 - w4).subtractingProduct(drive.G3, V1).subtractingProduct(drive.G2, V2)
        let J4 = C4.subtractingProduct(drive.G1, V3) + P4
        let V5 = s5 * J4.addingProduct(A, V4)
        let U4 = D4 * V4, Z4 = P4.addingProduct(q, V4)
        let w5 = r5 * a1.times(V4, less: w4)

        let U4Z1 = U4 * Z1
        let P5 = U4Z1.addingProduct(U3, Z2).addingProduct(U2, Z3).addingProduct(U1, Z4) * Single(repeating: 1.0 / 5)
        let C5 = (drive.K5 - w5).subtractingProduct(drive.G4, V1).subtractingProduct(drive.G3, V2)
        let J5 = C5.subtractingProduct(drive.G2, V3).subtractingProduct(drive.G1, V4) + P5
        let V6 = s6 * J5.addingProduct(A, V5)
        let w6 = r6 * a1.times(V5, less: w5)

        var calm = V6.magnitude.isLess(than: tolerance)
        if followsSubsteps { calm &= isOneTrial(state, V5.orLargerMagnitude(w5), drive.last) }
        if watchesPeaks {
            // no more than this above both ends in between
            let bulge = ((V2.magnitude + V3.magnitude) + (V4.magnitude + V5.magnitude)) + V6.magnitude
            calm &= (V0.orLarger(V0 + firstV) + Vector(widening: bulge)).isLess(than: V_limit).bits
        }
        let small = Vector(widening: (rest + (V3 + (V4 + V5))) + V6)
        state.V = V0 + (firstV + small.addingProduct(s2, drive.first))
        state.w = w0 + (firstW + Vector(widening: w2 + (w3 + (w4 + (w5 + w6)))))
        state.g_ex = ex.decay * g.addingProduct(h, state.dg_ex)
        state.dg_ex = ex.decay * state.dg_ex
        state.g_in = inh.decay * i.addingProduct(h, state.dg_in)
        state.dg_in = inh.decay * state.dg_in
        return calm & inRange(state)
    }

    /// Would the adaptive method take a whole step of the simulation in one trial, the next begin with one as well? What it
    /// takes for its error is 0.15 to 0.19 times the fifth terms of conductances, and about the fifth term of V or w. Where this
    /// is not sure the method is asked itself.
    @inline(__always)
    private func isOneTrial(_ before: State, _ membrane: Single, _ conductances: Single) -> LaneBits {
        let driving = (ex.e5 * before.dg_ex.narrowed).orLargerMagnitude(inh.e5 * before.dg_in.narrowed)
        let all = conductances.orLargerMagnitude(driving).orLargerMagnitude(Single(repeating: 16) * membrane)
        return all.isLess(than: lastTerms)
    }

    /// Below the limit, and within what the model may reach at all.
    @inline(__always)
    private func inRange(_ state: State) -> LaneBits {
        let bounded = Vector(repeating: Model.lowestPotential).isLess(than: state.V).and(
            state.w.magnitude.isLess(than: Vector(repeating: Model.largestAdaptation)))
        return state.V.isLess(than: V_limit).and(bounded).bits
    }
}
