/// The membrane equations of a vector of cells near a spike, for the adaptive method.
struct AdaptiveMembrane {
    /// Two at a time would wait less and spill more: measured, they are slower.
    typealias Vector = Lanes

    private let g_L, E_L, spikeFactor, V_th, V_peak, V_reset, E_ex, E_in, a, current: Vector
    private let rate_ex, rate_in, rate_w, inverse_C_m, inverse_Delta_T: Vector
    private let tolerance: Vector
    private let refractory: Vector.Mask

    typealias State = MembraneState<Vector>

    /// - `load`: fetches a column's values of the cells in the lanes.
    /// - `input`: currents from outside, in pA.
    @inline(__always)
    init(_ model: AeifKernel, input: Vector, refractory: Vector.Mask, _ load: (Column) -> Vector) {
        g_L = load(model.g_L)
        E_L = load(model.E_L)
        V_peak = load(model.V_peak)
        V_reset = load(model.V_reset)
        E_ex = load(model.E_ex)
        E_in = load(model.E_in)
        a = load(model.a)
        rate_ex = load(model.rate_ex)
        rate_in = load(model.rate_in)
        rate_w = load(model.rate_w)
        inverse_C_m = load(model.inverse_C_m)
        inverse_Delta_T = load(model.inverse_Delta_T)
        spikeFactor = load(model.g_L_Delta_T) * inverse_C_m
        V_th = load(model.V_th)
        tolerance = load(model.gsl_error_tol)
        current = load(model.I_e) + input
        self.refractory = refractory
    }

    @inline(__always)
    func slope(_ y: State) -> State {
        let V = refractory.select(V_reset, y.V.orSmaller(V_peak))
        // everything waits for the exponential: one operation leads from it to the slope
        let spike = exponential((V - V_th) * inverse_Delta_T)
        let leak = g_L * (V - E_L)
        let synaptic = (y.g_ex * (V - E_ex)).addingProduct(y.g_in, V - E_in)
        let rest = (((current - y.w) - leak) - synaptic) * inverse_C_m
        let dV = rest.addingProduct(spikeFactor, spike)
        return State(
            V: refractory.select(Vector.zeros, dV), w: a.times(V - E_L, less: y.w) * rate_w,
            g_ex: y.dg_ex.subtractingProduct(y.g_ex, rate_ex), dg_ex: Vector.zeros - y.dg_ex * rate_ex,
            g_in: y.dg_in.subtractingProduct(y.g_in, rate_in), dg_in: Vector.zeros - y.dg_in * rate_in)
    }

    /// A trial of length h from y, where the slope is k1: where it leads, the slope there, and its largest error over what
    /// is allowed, which is `gsl_error_tol` times (1 + |h dy/dt| at its end).
    @inline(__always)
    func trial(_ y: State, _ k1: State, _ h: Vector) -> (y: State, slope: State, error: Vector) {
        let (next, error) = RungeKuttaFehlberg45.trial(y, k1, h, slope)
        let change = slope(next)
        let ratio = { (error: Vector, change: Vector) in
            error.magnitude / tolerance.addingProduct(tolerance, (h * change).magnitude)
        }
        let excitatory = ratio(error.dg_ex, change.dg_ex).orLarger(ratio(error.g_ex, change.g_ex))
        let inhibitory = ratio(error.dg_in, change.dg_in).orLarger(ratio(error.g_in, change.g_in))
        let others = excitatory.orLarger(inhibitory).orLarger(ratio(error.w, change.w))
        let potential = ratio(error.V, change.V)
        // a potential that is not a number shows
        return (next, change, Vector.whereLess(potential, others, others, potential))
    }
}
