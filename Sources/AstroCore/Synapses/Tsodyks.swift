/// Short-term depression and facilitation.
///
///     dx/dt = z / tau_rec,  dy/dt = -y / tau_psc,  du/dt = -u / tau_fac,  z = 1 - x - y
///     at a spike: u += U (1 - u), then r = u x is released: x -= r, y += r, and weight * r is sent
///
/// x, y and u depend on the sender's spikes and these parameters alone, so one state serves all connections of a sender
/// that share them. Tsodyks, Uziel & Markram (2000), J Neurosci 20:RC50.
struct Tsodyks {
    var U, tau_psc, tau_rec, tau_fac: Double

    // swift-format-ignore
    static let parameters = [
        Parameter("U",       0.5, .one, "increment of u at a spike", .fraction),
        Parameter("tau_psc", 3,   .ms,  "decay time of the active fraction y", .positive),
        Parameter("tau_fac", 0,   .ms,  "decay time of u; 0 = no facilitation", .nonNegative),
        Parameter("tau_rec", 800, .ms,  "recovery time", .positive),
        Parameter("x",       1,   .one, "fraction in the recovered state", .any, .state, and: "x + y at most 1"),
        Parameter("y",       0,   .one, "fraction in the active state", .any, .state, and: "x + y at most 1"),
        Parameter("u",       0,   .one, "release probability", .fraction, .state),
    ]

    static let text = ModelText(
        summary: "Short-term depression and facilitation after Tsodyks, Uziel and Markram (2000).",
        equations: """
            dx/dt = z / tau_rec     dy/dt = -y / tau_psc     du/dt = -u / tau_fac     z = 1 - x - y

            at a spike:  u += U (1 - u);  r = u x;  x -= r;  y += r;  weight * r is sent
            """,
        references: ["Tsodyks, Uziel & Markram (2000), J Neurosci 20:RC50"],
        notes: [
            "tau_psc of the synapse and tau_syn of the neuron are two things: tau_psc does not shape the conductance.",
            "A spike is handled at its stamp; the delay plays no part.",
            "x and y are not checked one by one, only that x + y is at most 1.",
        ])

    struct State {
        var x, y, u: Double
        /// Time of the last spike in ms, 0 before the first.
        var last = 0.0
    }

    /// Lets `state` come to `time` (ms) and release: the factor on the weight.
    func release(_ state: inout State, at time: Double) -> Double {
        let h = time - state.last
        let decay_y = exponentialEverywhere(-h / tau_psc)
        let recovery = 1 - exponentialEverywhere(-h / tau_rec)
        let z = 1 - state.x - state.y
        state.u = tau_fac > 0 ? state.u * exponentialEverywhere(-h / tau_fac) : 0
        state.x += fromActive(h, decay_y, recovery) * state.y + recovery * z
        state.y *= decay_y
        state.u += U * (1 - state.u)
        let released = state.u * state.x
        state.x -= released
        state.y += released
        state.last = time
        return released
    }

    /// The part of the active fraction that has recovered after h: what passed through z, the limit where both time
    /// constants are equal.
    private func fromActive(_ h: Double, _ decay_y: Double, _ recovery: Double) -> Double {
        if abs(tau_psc - tau_rec) <= 1e-7 * tau_rec {
            return 1 - (1 + h / tau_rec) * decay_y
        }
        return ((1 - decay_y) * tau_psc - recovery * tau_rec) / (tau_psc - tau_rec)
    }
}
