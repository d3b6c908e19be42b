import Equations

@testable import AstroCore

/// Cells that synapses can follow from step to step, for tests: those of the library are texts that the engine alone does not know.
enum FollowedCells {
    /// What the rule of clopath_synapse reads, strong enough for weights of some nS to move.
    private static let learning: [ModelSource.Row] = [
        .init("A_LTP", "0.06 1/mV^2"), .init("A_LTD", "0.07 1/mV"), .init("theta_plus", "-72 mV"),
        .init("theta_minus", "-73 mV"), .init("A_LTD_const", "true"), .init("u_ref_squared", "3000 mV^2", "", "> 0"),
        .init("delay_u_bars", "5 ms", "", ">= 0"),
    ]

    /// A neuron with conductances.
    static let neuron = definition {
        $0 = ModelSource(name: "followed_neuron")
        $0.parameters =
            [.init("E_L", "-70 mV"), .init("C_m", "40 pF", "", "> 0"), .init("g_L", "4 nS"), .init("I_e", "0 pA")]
            + learning
        $0.state = [
            .init("V_m", "-70 mV"), .init("g_ex", "0 nS"), .init("g_in", "0 nS"), .init("u_bar_plus", "-70 mV"),
            .init("u_bar_minus", "-70 mV"), .init("u_bar_bar", "-70 mV"),
        ]
        $0.inputs = [.init("I_SIC", "signal pA")]
        $0.equations = """
            dV_m/dt = (g_L*(E_L - V_m) - g_ex*V_m + g_in*(-85*mV - V_m) + I_e + I_SIC)/C_m
            dg_ex/dt = -g_ex/(2*ms)
            dg_in/dt = -g_in/(2*ms)
            du_bar_plus/dt = (V_m - u_bar_plus)/(7*ms)
            du_bar_minus/dt = (V_m - u_bar_minus)/(10*ms)
            du_bar_bar/dt = (u_bar_minus - u_bar_bar)/(50*ms)
            """
        $0.onSpike = [
            .init(receptor: "", sign: .excitatory, "g_ex += weight"),
            .init(receptor: "", sign: .inhibitory, "g_in -= weight"),
        ]
        var spike = ModelSource.Event("spike")
        (spike.when, spike.action, spike.refractory, spike.hold) = ("V_m > -50*mV", "V_m = -60*mV", "2*ms", ["V_m"])
        $0.spike = spike
    }

    /// Repeats what it is given, and sends no spikes.
    static let player = definition {
        $0 = ModelSource(name: "followed_player")
        $0.parameters = learning
        $0.state = [.init("received", "0")]
        $0.inputs = played.map { .init("\($0)_in", "current mV") }
        $0.equations = played.map { "\($0) = \($0)_in" }.joined(separator: "\n") + "\ndreceived/dt = 0"
        $0.onSpike = [.init(receptor: "", sign: .any, "received += weight")]
    }

    static let played = ["V_m", "u_bar_plus", "u_bar_minus", "u_bar_bar"]

    private static func definition(_ write: (inout ModelSource) -> Void) -> ModelDefinition {
        var source = ModelSource(name: "none")
        write(&source)
        return try! EquationModel.definition(source)
    }
}
