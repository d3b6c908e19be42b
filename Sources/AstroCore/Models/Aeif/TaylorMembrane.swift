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
struct TaylorMembrane<Vector: LaneVector> {
    typealias Model = AeifKernel

    private let s1, s2, s3, s4, s5, s6: Vector
    private let r1, r2, r3, r4, r5, r6: Vector
    private let d1, d2, d3, d4: Vector
    private let ex, inh: AlphaFactors
    private let h, g_L_Delta_T, V_th, V_limit, lastTerms, tolerance: Vector
    private let followsSubsteps, watchesPeaks: Bool
    private let g_L, E_L, a, E_ex, E_in, I_e: Vector

    typealias State = MembraneState<Vector>

    /// Of an alpha function with x = h/tau: (-x)^n/n!, exp(-x), and tau in ms.
    private struct AlphaFactors {
        let e1, e2, e3, e4, e5, decay, tau: Vector

        @inline(__always)
        init(_ x: Vector, decay: Vector, tau: Vector) {
            e1 = Vector.zeros - x
            e2 = e1 * (e1 * Vector(repeating: 1.0 / 2))
            e3 = e2 * (e1 * Vector(repeating: 1.0 / 3))
            e4 = e3 * (e1 * Vector(repeating: 1.0 / 4))
            e5 = e4 * (e1 * Vector(repeating: 1.0 / 5))
            self.decay = decay
            self.tau = tau
        }
    }

    /// `load` fetches a column's values of the cells in the lanes.
    @inline(__always)
    init(_ model: Model, _ load: (Column) -> Vector) {
        h = load(model.h)
        s1 = load(model.h_over_C)
        s2 = s1 * Vector(repeating: 1.0 / 2)
        s3 = s1 * Vector(repeating: 1.0 / 3)
        s4 = s1 * Vector(repeating: 1.0 / 4)
        s5 = s1 * Vector(repeating: 1.0 / 5)
        s6 = s1 * Vector(repeating: 1.0 / 6)
        r1 = load(model.h_over_tau_w)
        r2 = r1 * Vector(repeating: 1.0 / 2)
        r3 = r1 * Vector(repeating: 1.0 / 3)
        r4 = r1 * Vector(repeating: 1.0 / 4)
        r5 = r1 * Vector(repeating: 1.0 / 5)
        r6 = r1 * Vector(repeating: 1.0 / 6)
        d1 = load(model.inverse_Delta_T)
        d2 = d1 * Vector(repeating: 2)
        d3 = d1 * Vector(repeating: 3)
        d4 = d1 * Vector(repeating: 4)
        ex = AlphaFactors(load(model.h_over_tau_ex), decay: load(model.decay_ex), tau: load(model.tau_syn_ex))
        inh = AlphaFactors(load(model.h_over_tau_in), decay: load(model.decay_in), tau: load(model.tau_syn_in))
        g_L_Delta_T = load(model.g_L_Delta_T)
        V_th = load(model.V_th)
        // the right-hand side has min(V_m, V_peak): the series holds below
        V_limit = load(model.calmLimit)
        lastTerms = load(model.lastTerms)
        tolerance = Vector(repeating: model.tolerance)
        (followsSubsteps, watchesPeaks) = (model.followsSubsteps, model.watchesPeaks)
        g_L = load(model.g_L)
        E_L = load(model.E_L)
        a = load(model.a)
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

    /// Written out rather than looped over arrays of coefficients, which the compiler leaves in memory: 18 ns a cell
    /// and step instead of 8.
    ///
    /// One step of h under the current `input` (pA); lanes where the series has converged and V and w stayed in range.
    @inline(__always)
    func advance(_ state: inout State, _ input: Vector) -> LaneBits {
        let V0 = state.V, w0 = state.w, g = state.g_ex, i = state.g_in
        // first, since the exponential takes longest, and the conductances can be seen to meanwhile
        let Z0 = g_L_Delta_T * exponential((V0 - V_th) * d1)
        let D = ex.tau * state.dg_ex, E = inh.tau * state.dg_in
        let VE = E_ex - V0, VI = E_in - V0, VL = V0 - E_L
        let g1 = g - D, g2 = g1 - D, g3 = g2 - D, g4 = g3 - D, g5 = g4 - D
        let i1 = i - E, i2 = i1 - E, i3 = i2 - E, i4 = i3 - E, i5 = i4 - E
        let x1 = ex.e1 * g1, x2 = ex.e2 * g2, x3 = ex.e3 * g3, x4 = ex.e4 * g4, x5 = ex.e5 * g5
        let y1 = inh.e1 * i1, y2 = inh.e2 * i2, y3 = inh.e3 * i3, y4 = inh.e4 * i4, y5 = inh.e5 * i5
        let K1 = (x1 * VE).addingProduct(y1, VI), K2 = (x2 * VE).addingProduct(y2, VI)
        let K3 = (x3 * VE).addingProduct(y3, VI), K4 = (x4 * VE).addingProduct(y4, VI)
        let K5 = (x5 * VE).addingProduct(y5, VI)
        let G1 = x1 + y1, G2 = x2 + y2, G3 = x3 + y3, G4 = x4 + y4
        let J0 = ((input + I_e) - w0).subtractingProduct(g_L, VL).addingProduct(g, VE).addingProduct(i, VI)

        let q = Z0 * d1
        let A = (q - g_L) - (g + i)

        let V1 = s1 * (J0 + Z0)
        let w1 = r1 * a.times(VL, less: w0)

        let J1 = K1 - w1
        let V2 = s2 * J1.addingProduct(A, V1)
        let U1 = d1 * V1, Z1 = q * V1
        let w2 = r2 * a.times(V1, less: w1)

        let P2 = (U1 * Z1) * Vector(repeating: 1.0 / 2)
        let J2 = (K2 - w2).subtractingProduct(G1, V1) + P2
        let V3 = s3 * J2.addingProduct(A, V2)
        let U2 = d2 * V2, Z2 = P2.addingProduct(q, V2)
        let w3 = r3 * a.times(V2, less: w2)

        let P3 = (U2 * Z1).addingProduct(U1, Z2) * Vector(repeating: 1.0 / 3)
        let C3 = (K3 - w3).subtractingProduct(G2, V1)
        let J3 = C3.subtractingProduct(G1, V2) + P3
        let V4 = s4 * J3.addingProduct(A, V3)
        let U3 = d3 * V3, Z3 = P3.addingProduct(q, V3)
        let w4 = r4 * a.times(V3, less: w3)

        let P4 = (U3 * Z1).addingProduct(U2, Z2).addingProduct(U1, Z3) * Vector(repeating: 1.0 / 4)
        let C4 = (K4 - w4).subtractingProduct(G3, V1).subtractingProduct(G2, V2)
        let J4 = C4.subtractingProduct(G1, V3) + P4
        let V5 = s5 * J4.addingProduct(A, V4)
        let U4 = d4 * V4, Z4 = P4.addingProduct(q, V4)
        let w5 = r5 * a.times(V4, less: w4)

        let U4Z1 = U4 * Z1
        let P5 = U4Z1.addingProduct(U3, Z2).addingProduct(U2, Z3).addingProduct(U1, Z4) * Vector(repeating: 1.0 / 5)
        let C5 = (K5 - w5).subtractingProduct(G4, V1).subtractingProduct(G3, V2)
        let J5 = C5.subtractingProduct(G2, V3).subtractingProduct(G1, V4) + P5
        let V6 = s6 * J5.addingProduct(A, V5)
        let w6 = r6 * a.times(V5, less: w5)

        var isCalm = V6.magnitude.isLess(than: tolerance)
        if followsSubsteps {
            isCalm = isCalm.and(isOneTrial(state, V5.orLargerMagnitude(w5), x5.orLargerMagnitude(y5)))
        }
        if watchesPeaks {
            // no more than this above both ends in between
            let bulge = ((V2.magnitude + V3.magnitude) + (V4.magnitude + V5.magnitude)) + V6.magnitude
            isCalm = isCalm.and((V0.orLarger(V0 + V1) + bulge).isLess(than: V_limit))
        }
        state.V = V0 + (V1 + ((V2 + (V3 + (V4 + V5))) + V6))
        state.w = w0 + (w1 + (w2 + (w3 + (w4 + (w5 + w6)))))
        state.g_ex = ex.decay * g.addingProduct(h, state.dg_ex)
        state.dg_ex = ex.decay * state.dg_ex
        state.g_in = inh.decay * i.addingProduct(h, state.dg_in)
        state.dg_in = inh.decay * state.dg_in
        return isCalm.and(inRange(V0, state)).bits
    }

    /// Would the adaptive method take a whole step of the simulation in one trial, the next begin with one as well? What it
    /// takes for its error is 0.15 to 0.19 times the fifth terms of conductances, and about the fifth term of V or w. Where this
    /// is not sure the method is asked itself.
    @inline(__always)
    private func isOneTrial(_ before: State, _ membrane: Vector, _ conductances: Vector) -> Vector.Mask {
        let driving = (ex.e5 * before.dg_ex).orLargerMagnitude(inh.e5 * before.dg_in)
        let all = conductances.orLargerMagnitude(driving).orLargerMagnitude(Vector(repeating: 16) * membrane)
        return all.isLess(than: lastTerms)
    }

    /// Below the threshold before and after the step, and within what the model may reach at all.
    @inline(__always)
    private func inRange(_ V0: Vector, _ state: State) -> Vector.Mask {
        let bounded = Vector(repeating: Model.lowestPotential).isLess(than: state.V).and(
            state.w.magnitude.isLess(than: Vector(repeating: Model.largestAdaptation)))
        return V0.isLess(than: V_limit).and(state.V.isLess(than: V_limit)).and(bounded)
    }
}
