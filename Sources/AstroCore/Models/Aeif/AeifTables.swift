/// What the adaptive exponential integrate-and-fire neurons have in common, for their definitions.
enum AeifTables {
    /// The definition of one of them.
    ///
    /// - `references`: beside that of the membrane.
    static func definition(
        _ name: String, _ shape: ConductanceShape, _ summary: String, references: [String] = []
    ) -> ModelDefinition {
        // an exponential conductance is an alpha-shaped one whose driving variable stays 0
        let driving = shape == .exponential ? ["dg_ex", "dg_in"] : []
        return ModelDefinition(
            name, .neuron, parameters: parameters(shape), recordables: recordables, ports: AeifKernel.ports,
            hiddenState: AeifKernel.hiddenState + driving.map { .init($0) }, stateLimits: AeifKernel.stateLimits,
            text: ModelText(
                summary: summary, equations: equations(shape), references: [reference] + references, notes: notes),
            check: check(name)
        ) { AeifKernel($0, shape) }
    }

    // swift-format-ignore
    private static let membrane = [
        Parameter("V_m",           -70.6, .mV,      "membrane potential", .any, .state),
        Parameter("w",             0,     .pA,      "adaptation current", .any, .state),
        Parameter("g_ex",          0,     .nS,      "excitatory conductance", .nonNegative, .state),
        Parameter("g_in",          0,     .nS,      "inhibitory conductance", .nonNegative, .state),
    ]

    // swift-format-ignore
    private static let driving = [
        Parameter("dg_ex",         0,     .nSPerMs, "driving variable of g_ex", .any, .state),
        Parameter("dg_in",         0,     .nSPerMs, "driving variable of g_in", .any, .state),
    ]

    /// - `tau_syn`: what the synaptic time constants are, in words.
    // swift-format-ignore
    private static func constants(_ tau_syn: (ex: String, in: String)) -> [Parameter] { [
        Parameter("C_m",           281,   .pF,      "membrane capacitance", .positive),
        Parameter("t_ref",         0,     .ms,      "refractory time", .nonNegative),
        Parameter("V_reset",       -60,   .mV,      "potential after a spike", and: "below V_peak"),
        Parameter("E_L",           -70.6, .mV,      "leak reversal potential"),
        Parameter("g_L",           30,    .nS,      "leak conductance"),
        Parameter("I_e",           0,     .pA,      "constant current"),
        Parameter("a",             4,     .nS,      "subthreshold adaptation"),
        Parameter("b",             80.5,  .pA,      "adaptation added at a spike"),
        Parameter("Delta_T",       2,     .mV,      "slope factor of the exponential", .nonNegative, and: "(V_peak - V_th)/Delta_T below 663.73 if it is not 0"),
        Parameter("tau_w",         144,   .ms,      "adaptation time constant", .positive),
        Parameter("V_th",          -50.4, .mV,      "threshold of the exponential; spike threshold when Delta_T is 0", and: "at most V_peak"),
        Parameter("V_peak",        0,     .mV,      "spike detection threshold when Delta_T > 0", and: "above V_reset, at least V_th"),
        Parameter("E_ex",          0,     .mV,      "excitatory reversal potential"),
        Parameter("E_in",          -85,   .mV,      "inhibitory reversal potential"),
        Parameter("tau_syn_ex",    0.2,   .ms,      tau_syn.ex, .positive),
        Parameter("tau_syn_in",    2,     .ms,      tau_syn.in, .positive),
        Parameter("gsl_error_tol", 1e-6,  .one,     "tolerance of the adaptive integrator (absolute, and relative to step times slope)", .positive),
        Parameter("tau_minus",     20,    .ms,      "time constant of the post-spike trace that stdp_synapse reads", .positive),
    ] }

    private static func parameters(_ shape: ConductanceShape) -> [Parameter] {
        switch shape {
        case .alpha:
            membrane + driving
                + constants(
                    (
                        "time to peak of the excitatory alpha conductance",
                        "time to peak of the inhibitory alpha conductance"
                    ))
        case .exponential:
            membrane
                + constants(("decay time of the excitatory conductance", "decay time of the inhibitory conductance"))
        }
    }

    private static let recordables = [
        Recordable("V_m", .mV, "membrane potential"),
        Recordable("w", .pA, "adaptation current"),
        Recordable("g_ex", .nS, "excitatory conductance"),
        Recordable("g_in", .nS, "inhibitory conductance"),
        Recordable("I_SIC", .pA, "slow inward current"),
    ]

    private static let reference = "Brette & Gerstner (2005), J Neurophysiol 94:3637, doi:10.1152/jn.00686.2005"

    private static func equations(_ shape: ConductanceShape) -> String {
        let membrane = """
            C_m dV_m/dt    = -g_L (V_m - E_L) + g_L Delta_T exp((V_m - V_th)/Delta_T)
                             - g_ex (V_m - E_ex) - g_in (V_m - E_in) - w + I_e + I_stim + I_SIC
            tau_w dw/dt    = a (V_m - E_L) - w

            """
        let conductances =
            switch shape {
            case .alpha:
                """
                d(dg_ex)/dt    = -dg_ex / tau_syn_ex            d(g_ex)/dt = dg_ex - g_ex / tau_syn_ex      (g_in likewise)

                spike weight W: dg_ex += W e / tau_syn_ex for W > 0, dg_in += |W| e / tau_syn_in otherwise

                """
            case .exponential:
                """
                d(g_ex)/dt     = -g_ex / tau_syn_ex                                                         (g_in likewise)

                spike weight W: g_ex += W for W > 0, g_in += |W| otherwise

                """
            }
        return membrane + conductances
            + "V_m >= V_peak (V_th where Delta_T = 0): spike, V_m = V_reset, w += b, V_m held for t_ref"
    }

    private static let notes = [
        "With t_ref = 0 (the default) a cell may spike several times in one step.",
        "Setting E_L does not move the state V_m.",
        "V_m below -1000 mV or |w| above 1e6 pA stops the run with an error.",
        "Conductances are propagated exactly; V_m and w by a Taylor series of order 6 where the cell is calm, near spikes by series of order 8 in V_m or in exp(-(V_m - V_th)/Delta_T).",
        "A cell is reset at the exact moment at which V_m reaches its threshold; the spike is sent at the end of the step. With astro.Simulation { spikes = \"reference\" } it is reset where a substep of NEST's adaptive Runge-Kutta-Fehlberg method ends, some 1e-6 ms later, or up to a step where the upstroke ends slowly (Delta_T = 0, or (V_peak - V_th)/Delta_T below 14).",
        "gsl_error_tol acts with spikes = \"reference\" only.",
    ]

    /// Conditions between the parameters of the model `name`.
    private static func check(_ name: String) -> @Sendable ((String) -> Double) throws -> Void {
        { value in
            let V_peak = value("V_peak"), V_th = value("V_th"), V_reset = value("V_reset"), Delta_T = value("Delta_T")
            guard V_reset < V_peak else {
                throw InputError(
                    "\(name): V_reset = \(formatted(V_reset)) mV must be below V_peak = \(formatted(V_peak)) mV")
            }
            guard V_peak >= V_th else {
                throw InputError(
                    "\(name): V_peak = \(formatted(V_peak)) mV must not be below V_th = \(formatted(V_th)) mV")
            }
            guard Delta_T == 0 || (V_peak - V_th) / Delta_T < 663.73 else {
                throw InputError(
                    "\(name): Delta_T = \(formatted(Delta_T)) mV is too small: (V_peak - V_th)/Delta_T must be below 663.73"
                )
            }
        }
    }
}
