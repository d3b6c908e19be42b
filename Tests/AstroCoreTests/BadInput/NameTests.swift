import AstroCore
import Testing

@Suite("Bad input: a misspelt name is refused, and the nearest one offered")
struct NameTests {
    @Test(
        "Nothing is done but an error",
        arguments: [
            BadCall("unknown model", "aeif_cond_alpha_astr'", "'aeif_cond_alpha_astro'") {
                _ = try $0.simulation.create("aeif_cond_alpha_astr")
            },
            BadCall("model of another simulator", "leaky") { _ = try $0.simulation.create("leaky") },
            BadCall("a synapse is no node", "static_synapse") { _ = try $0.simulation.create("static_synapse") },
            BadCall("unknown parameter at create", "tau_syn_exc", "'tau_syn_ex'") {
                _ = try $0.simulation.create("aeif_cond_alpha_astro", count: 2, parameters: ["tau_syn_exc": .number(2)])
            },
            BadCall("unknown parameter beside a good one", "IP_3", "'IP3'") {
                try $0.glia.set(["Ca_astro": .number(0.1), "IP_3": .number(1)])
            },
            BadCall("unknown parameter at set", "V_mm", "'V_m'") { try $0.neurons.set(["V_mm": .number(-65)]) },
            BadCall("unknown parameter at get", "delta_ip", "'delta_IP3'") { _ = try $0.glia.get("delta_ip") },
            BadCall("a recordable is not yet a parameter", "I_SIC") { try $0.neurons.set(["I_SIC": .number(1)]) },
            BadCall("unknown rule", "pairwise_bernuolli", "'pairwise_bernoulli'") {
                _ = try $0.simulation.connect(
                    $0.neurons, $0.neurons, rule: ["rule": .text("pairwise_bernuolli"), "p": .number(0.1)])
            },
            BadCall("unknown key of a rule", "indegre'", "'indegree'") {
                _ = try $0.simulation.connect(
                    $0.neurons, $0.neurons, rule: ["rule": .text("fixed_indegree"), "indegre": .number(2)])
            },
            BadCall("key of another rule", "indegree") {
                _ = try $0.simulation.connect(
                    $0.neurons, $0.neurons, rule: ["rule": .text("all_to_all"), "indegree": .number(2)])
            },
            BadCall("unknown synapse model", "static_synapes", "'static_synapse'") {
                _ = try $0.simulation.connect(
                    $0.neurons, $0.neurons, synapse: ["synapse_model": .text("static_synapes")])
            },
            BadCall("a node model is no synapse", "parrot_neuron") {
                _ = try $0.simulation.connect(
                    $0.neurons, $0.neurons, synapse: ["synapse_model": .text("parrot_neuron")])
            },
            BadCall("unknown key of a synapse", "wieght", "'weight'") {
                _ = try $0.simulation.connect($0.neurons, $0.neurons, synapse: ["wieght": .number(2)])
            },
            BadCall("parameter of another synapse", "tau_rec") {
                _ = try $0.simulation.connect($0.neurons, $0.neurons, synapse: ["tau_rec": .number(100)])
            },
            BadCall("unknown parameter of a synapse", "tau_recc", "'tau_rec'") {
                _ = try $0.simulation.connect(
                    $0.neurons, $0.neurons,
                    synapse: ["synapse_model": .text("tsodyks_synapse"), "tau_recc": .number(100)])
            },
            BadCall(
                "unknown third-factor rule", "third_factor_bernoulli_with_pol", "'third_factor_bernoulli_with_pool'"
            ) {
                try $0.tripartite(third: ["rule": .text("third_factor_bernoulli_with_pol")])
            },
            // The reference takes no notice of this one, and makes other connections than were meant.
            BadCall("unknown key of the third-factor rule", "pool_sise", "'pool_size'") {
                try $0.tripartite(third: ["pool_sise": .number(1)])
            },
            BadCall("unknown key of the primary rule", "probability") {
                try $0.tripartite(rule: [
                    "rule": .text("pairwise_bernoulli"), "p": .number(1), "probability": .number(0.1),
                ])
            },
            BadCall("unknown key of third_in", "wieght", "'weight'") {
                _ = try $0.simulation.tripartiteConnect(
                    $0.neurons, $0.neurons, third: $0.glia, rule: ["rule": .text("all_to_all")],
                    thirdRule: Bench.thirdRule,
                    thirdIn: ["wieght": .number(1)], thirdOut: ["synapse_model": .text("sic_connection")])
            },
            BadCall("unknown recordable", "Ca_astr'", "'Ca_astro'") {
                _ = try $0.simulation.record($0.glia, quantities: ["IP3", "Ca_astr"])
            },
            BadCall("unknown recording option", "intervall", "'interval'") {
                _ = try $0.simulation.record($0.glia, quantities: ["IP3"], options: ["intervall": .number(1)])
            },
            BadCall("unknown quantity of a recorder", "V_mem") {
                _ = try $0.simulation.recorder(of: $0.meter).column("V_mem")
            },
            BadCall("unknown label", "gila", "'glia'") { _ = try $0.simulation.nodes(labelled: "gila") },
            BadCall("unknown synapse model of a query", "sic_conection", "'sic_connection'") {
                _ = try $0.simulation.connections(synapseModel: "sic_conection")
            },
            BadCall("unknown parameter of connections at get", "wheight", "'weight'") {
                _ = try $0.simulation.connections(source: $0.parrots).get("wheight")
            },
            BadCall("unknown parameter of connections at set", "dealy", "'delay'") {
                try $0.simulation.connections(source: $0.parrots).set(["dealy": .number(1)])
            },
            BadCall("unknown model in the catalogue", "tsodyks_synapsis", "'tsodyks_synapse'") { _ in
                _ = try Catalogue.model("tsodyks_synapsis")
            },
        ])
    func unknown(_ bad: BadCall) throws { try bad.check() }
}

extension Bench {
    static let thirdRule: Settings = ["rule": .text("third_factor_bernoulli_with_pool")]

    /// A tripartite connection of the neurons with the glia, right in all that is not given.
    func tripartite(
        rule: Settings = ["rule": .text("all_to_all")], third: Settings = [:], primary: Settings = [:],
        thirdIn: Settings = [:],
        thirdOut: Settings = ["synapse_model": .text("sic_connection")]
    ) throws {
        _ = try simulation.tripartiteConnect(
            neurons, neurons, third: glia, rule: rule, thirdRule: Self.thirdRule.with(third), primary: primary,
            thirdIn: thirdIn,
            thirdOut: thirdOut)
    }
}
