import AstroCore

/// A small network with every model and device of the catalogue, every kind of synapse, values that all share and values of one's
/// own, connections that were changed, and recorders of all kinds.
enum Everything {
    static func build(threads: Int, seed: Int64 = 11) throws -> Simulation {
        let simulation = try Simulation(seed: seed, threads: threads)
        simulation.smallCellsInTurn = 1
        let cells = try Catalogue.models.filter { ["neuron", "astrocyte"].contains($0.kind) }.map {
            try simulation.create($0.name, count: 70, parameters: spread($0), label: $0.name)
        }
        for model in Catalogue.models where model.kind == "stimulator" {
            let device = try simulation.create(model.name, count: 2, parameters: settings[model.name] ?? [:])
            for cells in cells { try? connect(device, cells, in: simulation) }
        }
        try connectCells(simulation)
        try record(simulation)
        return simulation
    }

    /// What makes devices do something.
    private static let settings: [String: Settings] = [
        "poisson_generator": ["rate": .numbers([300, 12000])],
        "inhomogeneous_poisson_generator": ["rate_times": .numbers([2, 20]), "rate_values": .numbers([300, 12000])],
        "sinusoidal_poisson_generator": [
            "rate": .number(900), "amplitude": .number(900), "frequency": .number(40),
            "individual_spike_trains": .flag(false),
        ],
        "mip_generator": ["rate": .numbers([900, 60000]), "p_copy": .number(0.3)],
        "pulsepacket_generator": [
            "pulse_times": .numbers([5, 18.3, 18.3]), "activity": .number(20), "sdev": .numbers([0, 4]),
        ],
        "gamma_sup_generator": ["rate": .number(50), "gamma_shape": .numbers([2, 5]), "n_proc": .number(7)],
        "spike_train_injector": ["spike_times": .lists([[0.1, 3, 17.4], [30.2]])],
        "spike_generator": [
            "spike_times": .numbers([0.1, 3, 3, 17.4, 30.2]), "spike_multiplicities": .numbers([1, 2, 1, 1, 3]),
        ],
        "dc_generator": ["amplitude": .numbers([0.0001, 0.0002]), "start": .number(2.5)],
        "step_current_generator": [
            "amplitude_times": .numbers([1, 11.1, 28]), "amplitude_values": .numbers([0.0001, -0.0001, 0.0003]),
        ],
        "ac_generator": ["amplitude": .number(0.0001), "frequency": .number(50), "stop": .number(33)],
        "noise_generator": ["std": .number(0.0002), "dt": .number(0.7)],
    ]

    /// One parameter or state of their own for each model.
    private static func spread(_ model: ModelInfo) -> Settings {
        let own: [String: Settings] = [
            "aeif_cond_alpha_astro": [
                "V_m": .distribution(.uniform(min: -75, max: -55)), "t_ref": .number(1.5), "tau_syn_ex": .number(2),
                "I_e": .distribution(.uniform(min: 300, max: 900)),
            ],
            "astrocyte_lr_1994": [
                "IP3": .distribution(.uniform(min: 0.3, max: 0.7)), "Ca_astro": .number(0.3),
                "delta_IP3": .distribution(.uniform(min: 0, max: 0.01)),
            ],
            "astrocyte_surrogate": ["SIC": .distribution(.uniform(min: 0, max: 3))],
        ]
        return own[model.name] ?? [:]
    }

    private static func connect(_ device: Nodes, _ cells: Nodes, in simulation: Simulation) throws {
        _ = try simulation.connect(
            device, cells, rule: ["rule": .text("pairwise_bernoulli"), "p": .number(0.3)],
            synapse: ["weight": .number(1.5), "delay": .number(1.3)])
        _ = try simulation.connect(
            device, cells, rule: ["rule": .text("fixed_outdegree"), "outdegree": .number(9)],
            synapse: [
                "weight": .distribution(.uniform(min: 0.1, max: 1)), "delay": .distribution(.uniform(min: 0.2, max: 4)),
            ])
    }

    private static func connectCells(_ simulation: Simulation) throws {
        let neurons = try simulation.nodes(labelled: "aeif_cond_alpha_astro")
        let parrots = try simulation.nodes(labelled: "parrot_neuron")
        let glia = try simulation.nodes(labelled: "astrocyte_lr_1994")
        let surrogates = try simulation.nodes(labelled: "astrocyte_surrogate")
        let tsodyks: Settings = ["synapse_model": .text("tsodyks_synapse"), "tau_fac": .number(30)]
        _ = try simulation.tripartiteConnect(
            neurons, neurons, third: glia,
            rule: ["rule": .text("pairwise_bernoulli"), "p": .number(0.2)],
            thirdRule: ["p": .number(0.5), "pool_size": .number(3), "pool_type": .text("random")],
            primary: tsodyks.merging(["delay": .number(2)]) { $1 }, thirdIn: tsodyks,
            thirdOut: ["synapse_model": .text("sic_connection"), "weight": .number(0.3), "delay": .number(1.7)])
        _ = try simulation.connect(
            surrogates, neurons, rule: ["rule": .text("fixed_indegree"), "indegree": .number(2)],
            synapse: [
                "synapse_model": .text("sic_connection"), "weight": .distribution(.uniform(min: 0, max: 2)),
            ])
        // parallel connections of different weights, in an order of their own
        _ = try simulation.connect(
            parrots.joined(with: neurons), neurons, rule: ["rule": .text("fixed_indegree"), "indegree": .number(40)],
            synapse: [
                "weight": .distribution(.normal(mean: 0.2, std: 0.5)),
                "delay": .distribution(.uniform(min: 0.5, max: 5)),
            ])
        _ = try simulation.connect(
            neurons.slice(2, 60, step: 3), neurons, rule: ["rule": .text("fixed_outdegree"), "outdegree": .number(5)],
            synapse: tsodyks.merging(["U": .distribution(.uniform(min: 0.1, max: 0.9))]) { $1 })
        _ = try simulation.connect(
            neurons, neurons, rule: ["rule": .text("fixed_indegree"), "indegree": .number(12)],
            synapse: [
                "synapse_model": .text("stdp_synapse"), "lambda": .number(0.1), "Wmax": .number(3),
                "weight": .distribution(.uniform(min: 0.1, max: 2)), "delay": .distribution(.uniform(min: 0.5, max: 6)),
            ])
        _ = try simulation.connect(
            parrots, neurons, rule: ["rule": .text("fixed_outdegree"), "outdegree": .number(7)],
            synapse: [
                "synapse_model": .text("stdp_synapse"), "tau_plus": .distribution(.uniform(min: 10, max: 30)),
            ])
        _ = try simulation.connect(
            neurons, parrots, rule: ["rule": .text("pairwise_bernoulli"), "p": .number(0.1)],
            synapse: ["synapse_model": .text("tsodyks2_synapse"), "tau_fac": .number(40)])
        let changed = try simulation.connections(source: parrots.node(at: 3))
        try changed.set(["delay": .number(3.3)])
        try simulation.connections(source: glia.node(at: 2)).set(["weight": .number(0.9)])
    }

    private static func record(_ simulation: Simulation) throws {
        let neurons = try simulation.nodes(labelled: "aeif_cond_alpha_astro")
        let glia = try simulation.nodes(labelled: "astrocyte_lr_1994")
        _ = try simulation.record(neurons, options: ["label": .text("spikes")])
        _ = try simulation.record(
            neurons.sample(7), quantities: ["V_m", "w", "I_SIC"],
            options: ["interval": .number(0.3), "label": .text("traces")])
        _ = try simulation.record(glia, quantities: ["IP3"], options: ["interval": .number(2.5), "start": .number(4)])
        for model in Catalogue.models where model.kind == "recorder" {
            let device = try simulation.create(model.name)
            if model.name == "spike_recorder" {
                _ = try simulation.connect(neurons, device)
                for population in simulation.populations where population.model == "poisson_generator" {
                    _ = try simulation.connect(population, device)
                }
                continue
            }
            if model.name == "multimeter" { try device.set(["record_from": .texts(["g_ex"])]) }
            _ = try simulation.connect(device, neurons.slice(3, 9))
        }
    }
}

/// All that can be seen of a simulation, to be compared.
struct Everyone: Equatable {
    let time: Double, nodes, connections: Int, fingerprint: String
    let recorded: [[[UInt64]]]
    let synapses: [[UInt64]]

    init(_ simulation: Simulation) throws {
        (time, nodes, connections) = (simulation.time, simulation.nodeCount, simulation.connectionCount)
        fingerprint = simulation.fingerprint()
        let devices = try simulation.populations.filter { try Catalogue.model($0.model!).kind == "recorder" }
        let recorders =
            simulation.recorders
            + (try devices.flatMap { nodes in
                try (1...nodes.count).map { try simulation.recorder(of: nodes.node(at: $0)) }
            })
        recorded = try recorders.map { recorder in
            try ([recorder.times, recorder.senders] + recorder.quantities.map(recorder.column)).map {
                $0.map(\.bitPattern)
            }
        }
        let all = try simulation.connections()
        synapses = [all.source, all.target, all.weight, all.delay].map { $0.map(\.bitPattern) }
    }
}
