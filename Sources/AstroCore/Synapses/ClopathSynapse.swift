/// Voltage-based plasticity: the weight grows while the target is depolarised after spikes of the sender, and shrinks at a spike of the
/// sender if the target has been depolarised before.
///
/// What the target went through in a step that ends at s counts for the synapse at s + delay. At a spike of the sender at t:
///
///     for each step's end s with last - delay < s <= t - delay:  w <- min(Wmax, w + LTP(s) x_bar exp((last - delay - s) / tau_x))
///     then  w <- max(Wmin, w - LTD(t - delay)),  and the weight is sent
///     then  x_bar <- x_bar exp((last - t) / tau_x) + 1 / tau_x,  last <- t
///
/// LTP and LTD are of the target alone; `rule` makes them. x_bar is of the sender alone, so it belongs to the release.
struct ClopathSynapse: SynapseKernel {
    static let definition = SynapseDefinition(
        "clopath_synapse",
        ModelText(
            summary: "Plasticity that depends on the target's membrane potential and on running means of it.",
            equations: """
                dx_bar/dt = -x_bar / tau_x,   + 1 / tau_x at a spike of the sender

                dw/dt = A_LTP x_bar [V_m - theta_plus]+ [u_plus - theta_minus]+
                at a spike of the sender:  w <- w - A_LTD [u_minus - theta_minus]+ u_bar_bar^2 / u_ref_squared;  weight is sent
                Wmin <= w <= Wmax

                [x]+ = max(x, 0);  without u_bar_bar^2 / u_ref_squared where A_LTD_const
                u_plus and u_minus: u_bar_plus and u_bar_minus of delay_u_bars ago
                What is the target's counts for the synapse a delay later.
                """,
            references: [
                "Clopath, Büsing, Vasilaki & Gerstner (2010), Nat Neurosci 13:344, doi:10.1038/nn.2479",
                "Clopath & Gerstner (2010), Front Synaptic Neurosci 2:25, doi:10.3389/fnsyn.2010.00025",
            ],
            notes: [
                "The target has to have the means of its potential and their parameters: aeif_psc_delta_clopath and hh_psc_alpha_clopath do, and so does a model of yours with states or quantities V_m, u_bar_plus, u_bar_minus, u_bar_bar and parameters of these names.",
                "The weight grows in steps, at the end of each step of the target. It changes when the sender spikes: what the target did since then does not show before.",
                "Before the first connection, and for delay_u_bars after, u_plus and u_minus count as 0 mV, which is far above theta_minus: spikes of the sender depress in that time, as in the reference.",
                "x_bar is the trace at the sender's last spike.",
            ]),
        release: releaseParameters, hidden: [("last", 0)], arrival: arrivalParameters, conditions: conditions,
        changesWeight: true, follows: rule, Self.self)

    // swift-format-ignore
    private static let releaseParameters = [
        Parameter("tau_x", 15, .ms,    "time constant of x_bar", .positive),
        Parameter("x_bar", 0,  .perMs, "trace of the sender's spikes at its last one", .any, .state),
    ]

    // swift-format-ignore
    private static let arrivalParameters = [
        Parameter("Wmin", 0,   .weight, "smallest weight", .any, and: "of the sign of the weight"),
        Parameter("Wmax", 100, .weight, "largest weight",  .any, and: "of the sign of the weight"),
    ]

    private static let conditions = [
        SynapseCondition("Wmin", "Wmax") { value in
            let Wmin = try value("Wmin"), Wmax = try value("Wmax")
            return Wmin <= Wmax ? nil : "Wmin = \(formatted(Wmin)) is above Wmax = \(formatted(Wmax))"
        },
        sameSign("Wmin"), sameSign("Wmax"),
    ]

    /// 0 counts as positive.
    private static func sameSign(_ bound: String) -> SynapseCondition {
        SynapseCondition("weight", bound) { value in
            let weight = try value("weight"), limit = try value(bound)
            return (weight < 0) == (limit < 0)
                ? nil : "weight = \(formatted(weight)) and \(bound) = \(formatted(limit)) must have the same sign"
        }
    }

    /// Events are LTP times the length of the step, levels are LTD.
    private static let rule = StepRule(
        states: ["V_m", "u_bar_bar"], earlier: ["u_bar_plus", "u_bar_minus"], lag: "delay_u_bars",
        parameters: ["A_LTP", "A_LTD", "theta_plus", "theta_minus", "A_LTD_const", "u_ref_squared"],
        models: ["aeif_psc_delta_clopath", "hh_psc_alpha_clopath"]
    ) { step in
        let V_m = step.states[0], u_bar_bar = step.states[1], u_plus = step.earlier[0], u_minus = step.earlier[1]
        let A_LTP = step.parameters[0], A_LTD = step.parameters[1]
        let theta_plus = step.parameters[2], theta_minus = step.parameters[3]
        let isPotentiated = V_m > theta_plus && u_plus > theta_minus
        let LTP = isPotentiated ? A_LTP * (V_m - theta_plus) * (u_plus - theta_minus) : 0
        let homeostasis = step.parameters[4] > 0 ? 1 : u_bar_bar * u_bar_bar / step.parameters[5]
        let LTD = u_minus > theta_minus ? A_LTD * homeostasis * (u_minus - theta_minus) : 0
        return (event: LTP * step.length, level: LTD)
    }

    private let tau_x, x_bar, last, Wmin, Wmax: SynapseColumn

    init(_ columns: SynapseColumns) {
        (tau_x, x_bar, last) = (columns["tau_x"], columns["x_bar"], columns["last"])
        (Wmin, Wmax) = (columns["Wmin"], columns["Wmax"])
    }

    /// What the sender's spikes before this one have left.
    struct Carried: BitwiseCopyable {
        let x_bar, last: Double
    }

    func release(_ synapse: Synapse, at time: Double) -> Carried {
        let before = Carried(x_bar: synapse[x_bar], last: synapse[last]), tau_x = synapse[tau_x]
        synapse[x_bar] = before.x_bar * exponentialEverywhere((before.last - time) / tau_x) + 1 / tau_x
        synapse[last] = time
        return before
    }

    func arrive(
        _ weight: inout Double, _ synapse: Synapse, _ before: Carried, _ spike: borrowing ArrivingSpike
    ) -> Double {
        let time = spike.time - spike.delay
        if before.x_bar != 0 {
            let last = before.last - spike.delay, Wmax = synapse[Wmax]
            for step in spike.steps.events(after: last, through: time) {
                let trace = before.x_bar * exponentialEverywhere((last - step.time) / synapse[tau_x])
                weight = min(Wmax, weight + step.value * trace)
            }
        }
        weight = max(synapse[Wmin], weight - spike.steps.level(at: time))
        return weight
    }

    func lookback(_ synapse: Synapse) -> Double { synapse[x_bar] != 0 ? synapse[last] : .infinity }

    /// Until the trace is exactly 0.
    func reach(_ synapse: Synapse) -> Double { synapse[tau_x] * -exponentialIsZeroBelow * (1 + 1e-6) }
}
