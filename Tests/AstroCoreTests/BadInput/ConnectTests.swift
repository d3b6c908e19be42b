import AstroCore
import Testing

/// Shortens the tables below: `rule("fixed_indegree", "indegree", 3)`.
private func rule(_ name: String, _ key: String, _ value: Double, _ more: Settings = [:]) -> Settings {
    ["rule": .text(name), key: .number(value)].merging(more) { $1 }
}

private func symmetricPairs(_ p: Double, _ more: Settings = [:]) -> Settings {
    rule(
        "symmetric_pairwise_bernoulli", "p", p,
        ["allow_autapses": .flag(false), "make_symmetric": .flag(true)].merging(more) { $1 })
}

extension Bench {
    /// Connects the neurons among themselves.
    fileprivate func connect(_ rule: Settings, _ synapse: Settings = [:]) throws {
        _ = try simulation.connect(neurons, neurons, rule: rule, synapse: synapse)
    }

    fileprivate func connect(_ pre: Nodes, _ post: Nodes, _ synapseModel: String = "static_synapse") throws {
        _ = try simulation.connect(pre, post, synapse: ["synapse_model": .text(synapseModel)])
    }
}

@Suite("Bad input: connections that cannot be made are not begun")
struct ConnectTests {
    @Test(
        "Rules",
        arguments: [
            BadCall("p above 1", "p", "1.2", "0", "1") { try $0.connect(rule("pairwise_bernoulli", "p", 1.2)) },
            BadCall("p below 0", "p", "-0.1") { try $0.connect(rule("pairwise_bernoulli", "p", -0.1)) },
            BadCall("p that is not a number", "p", "nan") { try $0.connect(rule("pairwise_bernoulli", "p", .nan)) },
            BadCall("p missing", "p") { try $0.connect(["rule": .text("pairwise_bernoulli")]) },
            BadCall("p as text", "p", "half") {
                try $0.connect(["rule": .text("pairwise_bernoulli"), "p": .text("half")])
            },
            BadCall("the rule as a number", "rule", "3") { try $0.connect(["rule": .number(3)]) },
            BadCall("a flag as text", "allow_autapses", "no") {
                try $0.connect(["rule": .text("all_to_all"), "allow_autapses": .text("no")])
            },
            BadCall("in-degree missing", "indegree") { try $0.connect(["rule": .text("fixed_indegree")]) },
            BadCall("negative in-degree", "indegree", "-1") { try $0.connect(rule("fixed_indegree", "indegree", -1)) },
            BadCall("half an in-degree", "indegree", "2.5") { try $0.connect(rule("fixed_indegree", "indegree", 2.5)) },
            BadCall("infinite in-degree", "indegree", "inf") {
                try $0.connect(rule("fixed_indegree", "indegree", .infinity))
            },
            BadCall("in-degree beyond every integer", "indegree") {
                try $0.connect(rule("fixed_indegree", "indegree", 1e300))
            },
            BadCall("in-degree impossible without multapses", "indegree", "11", "10") {
                try $0.connect(rule("fixed_indegree", "indegree", 11, ["allow_multapses": .flag(false)]))
            },
            BadCall("in-degree impossible without multapses and autapses", "indegree", "10", "9") {
                try $0.connect(
                    rule(
                        "fixed_indegree", "indegree", 10,
                        ["allow_multapses": .flag(false), "allow_autapses": .flag(false)]))
            },
            BadCall("out-degree impossible without multapses", "outdegree", "11", "10") {
                try $0.connect(rule("fixed_outdegree", "outdegree", 11, ["allow_multapses": .flag(false)]))
            },
            BadCall("negative out-degree", "outdegree", "-3") {
                try $0.connect(rule("fixed_outdegree", "outdegree", -3))
            },
            BadCall("negative total number", "N", "-5") { try $0.connect(rule("fixed_total_number", "N", -5)) },
            BadCall("a total number without multapses", "allow_multapses") {
                try $0.connect(rule("fixed_total_number", "N", 5, ["allow_multapses": .flag(false)]))
            },
            BadCall("negative mean of pairwise_poisson", "pairwise_avg_num_conns", "-1") {
                try $0.connect(rule("pairwise_poisson", "pairwise_avg_num_conns", -1))
            },
            BadCall("mean of pairwise_poisson that is not a number", "pairwise_avg_num_conns", "nan") {
                try $0.connect(rule("pairwise_poisson", "pairwise_avg_num_conns", .nan))
            },
            BadCall("one_to_one of unequal populations", "one_to_one", "10", "5") {
                _ = try $0.simulation.connect($0.neurons, $0.glia, rule: ["rule": .text("one_to_one")])
            },
            BadCall("the third-factor rule as a primary one", "third_factor_bernoulli_with_pool") {
                try $0.connect(["rule": .text("third_factor_bernoulli_with_pool"), "p": .number(0.5)])
            },
            BadCall("make_symmetric where the rule has no way back", "symmetric") {
                try $0.connect(rule("fixed_indegree", "indegree", 2, ["make_symmetric": .flag(true)]))
            },
            BadCall("make_symmetric with all_to_all, which has all ways already", "all_to_all", "symmetric") {
                try $0.connect(["rule": .text("all_to_all"), "make_symmetric": .flag(true)])
            },
            BadCall("symmetric pairs without multapses", "symmetric_pairwise_bernoulli", "allow_multapses") {
                try $0.connect(symmetricPairs(0.5, ["allow_multapses": .flag(false)]))
            },
            BadCall("symmetric pairs with autapses", "symmetric_pairwise_bernoulli", "allow_autapses") {
                try $0.connect(symmetricPairs(0.5, ["allow_autapses": .flag(true)]))
            },
            BadCall("symmetric pairs that are not to be symmetric", "symmetric_pairwise_bernoulli", "make_symmetric") {
                try $0.connect(symmetricPairs(0.5, ["make_symmetric": .flag(false)]))
            },
            BadCall("every pair as symmetric pairs", "symmetric_pairwise_bernoulli", "all_to_all") {
                try $0.connect(symmetricPairs(1))
            },
            BadCall("a random weight, the same both ways", "make_symmetric", "weight") {
                try $0.connect(symmetricPairs(0.5), ["weight": .distribution(.uniform(min: 0, max: 1))])
            },
            BadCall("neurons that send back to their generator", "dc_generator", "receives nothing") {
                _ = try $0.simulation.connect(
                    $0.current, $0.neurons.node(at: 1),
                    rule: ["rule": .text("one_to_one"), "make_symmetric": .flag(true)])
            },
            BadCall("a node's connections to others, which do not exist", "fixed_total_number", "autapses") {
                let one = try $0.neurons.node(at: 1)
                _ = try $0.simulation.connect(
                    one, one, rule: rule("fixed_total_number", "N", 1, ["allow_autapses": .flag(false)]))
            },
        ])
    func rules(_ bad: BadCall) throws { try bad.check() }

    @Test(
        "Tripartite connections",
        arguments: [
            BadCall("p above 1", "p", "1.5") { try $0.tripartite(third: ["p": .number(1.5)]) },
            BadCall("p that is not a number", "p", "nan") { try $0.tripartite(third: ["p": .number(.nan)]) },
            BadCall("empty pool", "pool_size", "0") { try $0.tripartite(third: ["pool_size": .number(0)]) },
            BadCall("half a pool", "pool_size", "1.5") { try $0.tripartite(third: ["pool_size": .number(1.5)]) },
            BadCall("pool larger than the population", "pool_size", "6", "5") {
                try $0.tripartite(third: ["pool_size": .number(6)])
            },
            BadCall("pool beyond every integer", "pool_size") {
                try $0.tripartite(third: ["pool_size": .number(1e300)])
            },
            BadCall("unknown type of pool", "pool_type", "ring", "block") {
                try $0.tripartite(third: ["pool_type": .text("ring")])
            },
            BadCall("type of pool as a number", "pool_type", "1") {
                try $0.tripartite(third: ["pool_type": .number(1)])
            },
            BadCall("blocks that do not fit", "block", "2", "10", "5") {
                // 10 targets with blocks of 2 would need 20 astrocytes.
                try $0.tripartite(third: ["pool_type": .text("block"), "pool_size": .number(2)])
            },
            BadCall("blocks of everything for several neurons", "block") {
                try $0.tripartite(third: ["pool_type": .text("block")])
            },
            BadCall("targets no multiple of the astrocytes", "block") {
                _ = try $0.simulation.tripartiteConnect(
                    $0.neurons, $0.neurons.slice(1, 7), third: $0.glia, rule: ["rule": .text("all_to_all")],
                    thirdRule: Bench.thirdRule.with(["pool_type": .text("block"), "pool_size": .number(1)]),
                    thirdOut: ["synapse_model": .text("sic_connection")])
            },
            BadCall("a symmetric primary rule", "symmetric") {
                try $0.tripartite(
                    rule: [
                        "rule": .text("symmetric_pairwise_bernoulli"), "p": .number(0.5), "make_symmetric": .flag(true),
                        "allow_autapses": .flag(false),
                    ])
            },
            BadCall("make_symmetric", "symmetric") {
                try $0.tripartite(rule: ["rule": .text("all_to_all"), "make_symmetric": .flag(true)])
            },
            BadCall("a primary rule as third-factor rule", "all_to_all", "third_factor_bernoulli_with_pool") {
                try $0.tripartite(third: ["rule": .text("all_to_all")])
            },
            BadCall("astrocytes that send through the default synapse", "static_synapse", "astrocyte_lr_1994") {
                try $0.tripartite(thirdOut: [:])
            },
            BadCall("neurons that send a slow inward current", "sic_connection") {
                try $0.tripartite(thirdIn: ["synapse_model": .text("sic_connection")])
            },
            BadCall("a bad primary rule", "p", "-0.5") {
                try $0.tripartite(rule: rule("pairwise_bernoulli", "p", -0.5))
            },
            BadCall("a bad delay of third_in", "delay", "0.04") {
                try $0.tripartite(thirdIn: ["delay": .number(0.04)])
            },
            BadCall("a bad weight of third_out", "weight", "nan") {
                try $0.tripartite(thirdOut: ["synapse_model": .text("sic_connection"), "weight": .number(.nan)])
            },
        ])
    func tripartite(_ bad: BadCall) throws { try bad.check() }

    @Test(
        "Weights, delays and synapse parameters",
        arguments: [
            BadCall("delay below half a step", "delay", "0.04", "0.1") {
                try $0.connect([:], ["delay": .number(0.04)])
            },
            BadCall("no delay", "delay", "0") { try $0.connect([:], ["delay": .number(0)]) },
            BadCall("negative delay", "delay", "-1") { try $0.connect([:], ["delay": .number(-1)]) },
            BadCall("delay as text", "delay", "soon") { try $0.connect([:], ["delay": .text("soon")]) },
            BadCall("weight as a flag", "weight", "true") { try $0.connect([:], ["weight": .flag(true)]) },
            BadCall("the synapse model as a number", "synapse_model", "1") {
                try $0.connect([:], ["synapse_model": .number(1)])
            },
            // 100 connections, 99 weights. The rule fixes the number of connections, so lists are allowed here; just not this one.
            BadCall("too few weights", "weight", "99", "100") {
                try $0.connect([:], ["weight": .numbers([Double](repeating: 1, count: 99))])
            },
            BadCall("one bad delay in a list", "delay", "0.01") {
                try $0.connect([:], ["delay": .numbers([Double](repeating: 1, count: 99) + [0.01])])
            },
            // The draws come one by one; all connections before the first bad one have to go again.
            BadCall("random delays of which some are too short", "delay") {
                try $0.connect([:], ["delay": .distribution(.uniform(min: 0, max: 1))])
            },
            BadCall("random release probabilities of which some exceed 1", "U") {
                try $0.connect(
                    [:], ["synapse_model": .text("tsodyks_synapse"), "U": .distribution(.uniform(min: 0.5, max: 1.5))])
            },
            BadCall("a receptor nobody has", "receptor_type", "7") {
                try $0.connect([:], ["receptor_type": .number(7)])
            },
            BadCall("negative receptor", "receptor_type", "-1") { try $0.connect([:], ["receptor_type": .number(-1)]) },
        ])
    func synapses(_ bad: BadCall) throws { try bad.check() }

    @Test("Non-finite weights and delays", arguments: ["weight", "delay"], nonFinite)
    func nonFiniteSynapse(_ key: String, _ value: Double) throws {
        try [
            BadCall("\(key) \(value) at connect", key) { try $0.connect([:], [key: .number(value)]) },
            BadCall("\(key) \(value) at set", key) {
                try $0.simulation.connections(source: $0.parrots).set([key: .number(value)])
            },
        ].checkTogether()
    }

    @Test(
        "What cannot send or receive, and devices the wrong way round",
        arguments: [
            BadCall("a neuron into a spike source", "generator") { try $0.connect($0.neurons, $0.poisson) },
            BadCall("a neuron into a current source", "generator") { try $0.connect($0.neurons, $0.current) },
            BadCall("a spike source into a spike source", "generator") {
                try $0.connect($0.poisson, $0.poisson)
            },
            BadCall("a spike recorder in front", "spike_recorder") { try $0.connect($0.detector, $0.neurons) },
            BadCall("a multimeter behind", "multimeter") { try $0.connect($0.neurons, $0.meter) },
            BadCall("a current source into a spike recorder", "dc_generator", "spike_recorder") {
                try $0.connect($0.current, $0.detector)
            },
            BadCall("a current source into a relay of spikes", "dc_generator", "parrot_neuron") {
                try $0.connect($0.current, $0.parrots)
            },
            BadCall("a spike source through a plastic synapse", "tsodyks_synapse", "poisson_generator") {
                try $0.connect($0.poisson, $0.neurons, "tsodyks_synapse")
            },
            BadCall("an astrocyte through a static synapse", "static_synapse", "astrocyte_lr_1994") {
                try $0.connect($0.glia, $0.neurons)
            },
            BadCall("an astrocyte into an astrocyte", "astrocyte_lr_1994") {
                try $0.connect($0.glia, $0.glia, "sic_connection")
            },
            BadCall("a neuron through sic_connection", "sic_connection", "aeif_cond_alpha_astro") {
                try $0.connect($0.neurons, $0.neurons, "sic_connection")
            },
            BadCall("a slow inward current into a relay of spikes", "sic_connection", "parrot_neuron") {
                try $0.connect($0.glia, $0.parrots, "sic_connection")
            },
            BadCall("spikes of an astrocyte", "astrocyte_lr_1994", "spike") { try $0.connect($0.glia, $0.detector) },
            BadCall("one bad target among good ones", "generator") {
                try $0.connect($0.parrots, $0.neurons.joined(with: $0.current))
            },
        ])
    func directions(_ bad: BadCall) throws { try bad.check() }

    @Test(
        "Nodes of another simulation",
        arguments: [
            BadCall("as targets", "simulation") { try $0.connect($0.neurons, try Bench().neurons) },
            BadCall("as sources", "simulation") { try $0.connect(try Bench().neurons, $0.neurons) },
            BadCall("as astrocytes", "simulation") {
                _ = try $0.simulation.tripartiteConnect(
                    $0.neurons, $0.neurons, third: try Bench().glia, rule: ["rule": .text("all_to_all")],
                    thirdRule: Bench.thirdRule,
                    thirdOut: ["synapse_model": .text("sic_connection")])
            },
            BadCall("joined", "simulation") { _ = try $0.neurons.joined(with: try Bench().glia) },
            BadCall("recorded", "simulation") { _ = try $0.simulation.record(try Bench().glia, quantities: ["IP3"]) },
            BadCall("asked for as a recorder", "simulation") { _ = try $0.simulation.recorder(of: try Bench().meter) },
            BadCall("in a query", "simulation") { _ = try $0.simulation.connections(source: try Bench().neurons) },
        ])
    func foreigners(_ bad: BadCall) throws { try bad.check() }
}
