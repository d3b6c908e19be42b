/// Taylor series of the membrane equations of a vector of cells, from a moment on, for any part x of a length h (ms), near a spike.
///
/// Towards a spike V_m grows beyond all bounds, and its series holds for a part of the time that is left. But
///
///     u = exp(-(V_m - V_th)/Delta_T),   u' = -g_L/C_m - u R/(C_m Delta_T),   R the currents other than the exponential one,
///
/// is nearly linear there: its series reaches beyond the moment of the spike, which is where it is exp(-(V_peak - V_th)/Delta_T).
/// The terms of both come from the same sums. Each lane takes the series that reaches further. Where Delta_T is 0, u stands
/// for exp(-(V_m - V_th)/1 mV), which does no harm.
///
/// Terms are kept as in `TaylorMembrane`: x_n = h^n x^(n)/n!. u is in units of its value at the beginning.
struct MembraneSeries {
    typealias Vector = Lanes
    typealias State = MembraneState<Vector>

    /// Largest last term of V_m in mV and of w in pA; and of u, as the error of the moment at which it has a value, in ms.
    private static let potentialTolerance = 1e-9, adaptationTolerance = 1e-9, momentTolerance = 1e-9

    let h: Vector
    private let V, w, u: Terms
    private let inverse_Delta_T, rate_ex, rate_in: Vector

    /// - `rest`: what is left of the step, in ms. h is that, or less where the exponential current alone ends before it.
    @inline(__always)
    init(
        _ model: AeifKernel, _ y: State, input: Vector, refractory: Vector.Mask, rest: Vector,
        _ load: (Column) -> Vector
    ) {
        let zero = Vector.zeros, slope = load(model.inverse_Delta_T), inverse_C = load(model.inverse_C_m)
        let V0 = refractory.select(load(model.V_reset), y.V)
        let spike = refractory.select(
            zero, load(model.g_L_Delta_T) * exponential((V0 - load(model.V_th)) * slope))
        // an eighth more than the time in which the exponential current alone would lead to infinity
        h = rest.orSmaller(Vector(repeating: 1.125) / (spike * slope * inverse_C))
        (inverse_Delta_T, rate_ex, rate_in) = (slope, load(model.rate_ex), load(model.rate_in))
        let VE = load(model.E_ex) - V0, VI = load(model.E_in) - V0, VL = V0 - load(model.E_L)
        let ex = Terms(conductance: y.g_ex, y.dg_ex, h, rate_ex, load(model.tau_syn_ex))
        let inh = Terms(conductance: y.g_in, y.dg_in, h, rate_in, load(model.tau_syn_in))
        var sums = MembraneSums(
            V0: V0, VL: VL, w0: y.w, spike: spike, g_L: load(model.g_L), slope: slope,
            h_over_C: refractory.select(zero, h * inverse_C), h_over_tau_w: h * load(model.rate_w), a: load(model.a))
        let current = (load(model.I_e) + input).subtractingProduct(load(model.g_L), VL)
        // each by itself, so that all indices are constants and all terms stay in registers
        sums.add(0, ex, inh, VE, VI, current)
        sums.add(1, ex, inh, VE, VI, zero)
        sums.add(2, ex, inh, VE, VI, zero)
        sums.add(3, ex, inh, VE, VI, zero)
        sums.add(4, ex, inh, VE, VI, zero)
        sums.add(5, ex, inh, VE, VI, zero)
        sums.add(6, ex, inh, VE, VI, zero)
        sums.add(7, ex, inh, VE, VI, zero)
        (V, w, u) = (sums.V, sums.w, sums.u)
    }

    // MARK: How far it holds

    /// Parts of h up to which a series holds, and whether it is that of u.
    struct Reach {
        fileprivate let x: Vector
        fileprivate let isOfU: Vector.Mask
    }

    /// - `shortest`: in ms, or all of h where h is less.
    @inline(__always)
    func reach(atLeast shortest: Vector) -> Reach {
        let lastU = u.last * h, changeU = u[1].magnitude * Vector(repeating: Self.momentTolerance)
        let lastV = V.last, allowedV = Vector(repeating: Self.potentialTolerance)
        let isOfU = (lastU * allowedV).isLess(than: lastV * changeU)
        let ofPotential = isOfU.select(lastU, lastV) / isOfU.select(changeU, allowedV)
        let ofAdaptation = w.last * Vector(repeating: 1 / Self.adaptationTolerance)
        let x = Vector(repeating: 0.9) / ofPotential.orLarger(ofAdaptation).root.root.root
        return Reach(x: x.orLarger(shortest / h).orSmaller(Vector(repeating: 1)), isOfU: isOfU)
    }

    // MARK: Where it leads

    /// The first moment, as a part of h, at which V_m reaches the threshold from below; else the end of the reach. And where it does.
    @inline(__always)
    func crossing(of threshold: Vector, within reach: Reach, among lanes: LaneBits) -> (x: Vector, Vector.Mask) {
        let zero = Vector.zeros, excess = excess(over: threshold, reach.isOfU)
        var end = reach.x, x = reach.x
        // the potential may turn in between
        let turns = lanes & excess[1].isAtLeast(zero).bits & excess.slope(end).isLess(than: zero).bits
        if turns != 0 {
            let top = root(within: end) { (zero - excess.slope($0), zero - excess.curvature($0)) }
            let isHigher = Vector.Mask(bits: turns).and(excess.value(top).isAtLeast(zero))
            end = isHigher.select(top, end)
        }
        let reaches = Vector.Mask(
            bits: lanes & excess[0].isLess(than: zero).bits & excess.value(end).isAtLeast(zero).bits)
        if reaches.bits != 0 {
            let moment = root(within: end) { (excess.value($0), excess.slope($0)) }
            x = reaches.select(moment, x)
        }
        return (x, reaches)
    }

    /// A series that is 0 where V_m is at the threshold, positive above: that of V_m or of u, with its sign changed.
    @inline(__always)
    private func excess(over threshold: Vector, _ isOfU: Vector.Mask) -> Terms {
        let end = exponential((V[0] - threshold) * inverse_Delta_T)
        var excess = Terms(isOfU.select(end - u[0], V[0] - threshold)), n = 1
        while n <= Terms.order {
            excess[n] = isOfU.select(Vector.zeros - u[n], V[n])
            n &+= 1
        }
        return excess
    }

    /// The state at a part x of h; V_m is of no use where it has passed its threshold.
    @inline(__always)
    func state(at x: Vector, _ reach: Reach, _ before: State) -> State {
        var after = before
        let t = x * h
        let left = u.value(x).orLarger(Vector(repeating: .leastNormalMagnitude))
        after.V = reach.isOfU.select(V[0] - logarithm(left) / inverse_Delta_T, V.value(x))
        after.w = w.value(x)
        let decay = { (rate: Vector) in exponential(Vector.zeros - t * rate) }
        let ex = decay(rate_ex), inh = decay(rate_in)
        after.g_ex = ex * before.g_ex.addingProduct(t, before.dg_ex)
        after.dg_ex = ex * before.dg_ex
        after.g_in = inh * before.g_in.addingProduct(t, before.dg_in)
        after.dg_in = inh * before.dg_in
        return after
    }

    /// Where f is 0 in 0 ... end, for f(0) <= 0 <= f(end): Newton's method, held between ends that close in. A lane that has arrived stays
    /// where it is: it must not go on for the sake of another.
    ///
    /// - `f`: its value and its slope.
    @inline(__always)
    private func root(within end: Vector, _ f: (Vector) -> (Vector, Vector)) -> Vector {
        let least = end * Vector(repeating: 0x1p-50)
        var low = Vector.zeros, high = end, x = end, going = Vector.allBits, rounds = 0
        while going != 0, rounds < Self.mostRounds {
            let (value, slope) = f(x), isAbove = value.isAtLeast(Vector.zeros)
            high = isAbove.select(x, high)
            low = isAbove.select(low, x)
            let next = x - value / slope
            let isInside = low.isLess(than: next).and(next.isLess(than: high))
            let moved = isInside.select(next, Vector(repeating: 0.5) * (low + high))
            let isGoing = Vector.Mask(bits: going)
            going &= least.isLess(than: (moved - x).magnitude).bits
            x = isGoing.select(moved, x)
            rounds += 1
        }
        return x
    }

    /// Five are enough for a potential that grows as it does; more, where it just touches the threshold.
    private static let mostRounds = 60
}

/// What the terms of the membrane's variables are summed from, one after the other.
private struct MembraneSums {
    typealias Vector = Lanes

    var V: Terms, w: Terms, u: Terms
    /// Of the whole conductance, of the exponential current, and n V_n.
    private var G = Terms(), Z = Terms(), D = Terms()
    private let VL, g_L, slope, h_over_C, h_over_tau_w, a: Vector

    @inline(__always)
    init(
        V0: Vector, VL: Vector, w0: Vector, spike: Vector, g_L: Vector, slope: Vector, h_over_C: Vector,
        h_over_tau_w: Vector, a: Vector
    ) {
        (V, w, u) = (Terms(V0), Terms(w0), Terms(Vector(repeating: 1)))
        Z[0] = spike
        (self.VL, self.g_L, self.slope, self.a) = (VL, g_L, slope, a)
        (self.h_over_C, self.h_over_tau_w) = (h_over_C, h_over_tau_w)
    }

    /// Adds the terms after n to V, w and u.
    ///
    /// - `current`: of what drives the membrane, the term n that is neither synaptic nor one of these.
    @inline(__always)
    mutating func add(_ n: Int, _ ex: Terms, _ inh: Terms, _ VE: Vector, _ VI: Vector, _ current: Vector) {
        let inverse = Vector(repeating: 1 / Double(n &+ 1))
        G[n] = n == 0 ? g_L + (ex[0] + inh[0]) : ex[n] + inh[n]
        // the currents other than the exponential one
        var R = (ex[n] * VE).addingProduct(inh[n], VI) + (current - w[n])
        if n > 0 {
            var spikes = Vector.zeros, k = 1
            while k <= n {
                R = R.subtractingProduct(G[n &- k], V[k])
                spikes = spikes.addingProduct(D[k], Z[n &- k])
                k &+= 1
            }
            Z[n] = spikes * (slope * Vector(repeating: 1 / Double(n)))
        }
        D[n &+ 1] = h_over_C * (R + Z[n])
        V[n &+ 1] = D[n &+ 1] * inverse
        w[n &+ 1] = h_over_tau_w * a.times(n == 0 ? VL : V[n], less: w[n]) * inverse
        var fall = Vector.zeros, k = 0
        while k <= n {
            fall = fall.addingProduct(D[k &+ 1], u[n &- k])
            k &+= 1
        }
        u[n &+ 1] = Vector.zeros - fall * (slope * inverse)
    }
}

/// Terms 0 to 8 of a Taylor series.
private struct Terms {
    typealias Vector = Lanes
    static let order = 8
    private var terms: InlineArray<9, Vector>

    @inline(__always)
    init(_ first: Vector = .zeros) {
        terms = InlineArray(repeating: Vector.zeros)
        terms[0] = first
    }

    /// Of an alpha-shaped conductance: (-h/tau)^n/n! (g - n tau dg).
    @inline(__always)
    init(conductance g: Vector, _ dg: Vector, _ h: Vector, _ rate: Vector, _ tau: Vector) {
        self.init()
        let x = Vector.zeros - h * rate, D = tau * dg
        var factor = Vector(repeating: 1), value = g, n = 0
        while n <= Self.order {
            self[n] = factor * value
            factor = factor * (x * Vector(repeating: 1 / Double(n &+ 1)))
            value = value - D
            n &+= 1
        }
    }

    @inline(__always)
    subscript(_ n: Int) -> Vector {
        get { terms[unchecked: n] }
        set { terms[unchecked: n] = newValue }
    }

    /// The sum at a part x of h.
    @inline(__always)
    func value(_ x: Vector) -> Vector {
        var sum = self[Self.order], n = Self.order
        while n > 0 {
            n &-= 1
            sum = self[n].addingProduct(sum, x)
        }
        return sum
    }

    /// Its derivatives by x.
    @inline(__always)
    func slope(_ x: Vector) -> Vector {
        var sum = Vector.zeros, n = Self.order
        while n > 0 {
            sum = (self[n] * Vector(repeating: Double(n))).addingProduct(sum, x)
            n &-= 1
        }
        return sum
    }

    @inline(__always)
    func curvature(_ x: Vector) -> Vector {
        var sum = Vector.zeros, n = Self.order
        while n > 1 {
            sum = (self[n] * Vector(repeating: Double(n &* (n &- 1)))).addingProduct(sum, x)
            n &-= 1
        }
        return sum
    }

    /// What bounds the terms that are left out.
    @inline(__always)
    var last: Vector { self[8].orLargerMagnitude(self[7] * Vector(repeating: 1.0 / 16)) }
}
