import AstroCore
import Testing

@Suite("Bad input: values, times and counts")
struct ValueTests {
    @Test(
        "Nodes: wrong types, wrong counts, nobody",
        arguments: [
            BadCall("no nodes", "0") { _ = try $0.simulation.create("parrot_neuron", count: 0) },
            BadCall("fewer than none", "-1") { _ = try $0.simulation.create("parrot_neuron", count: -1) },
            BadCall("text for a number", "C_m", "big") {
                _ = try $0.simulation.create("aeif_cond_alpha_astro", parameters: ["C_m": .text("big")])
            },
            BadCall("flag for a number", "C_m", "true") { try $0.neurons.set(["C_m": .flag(true)]) },
            BadCall("number for a flag", "allow_offgrid_times", "1") {
                _ = try $0.simulation.create("spike_generator", parameters: ["allow_offgrid_times": .number(1)])
            },
            BadCall("text for a list", "spike_times", "now") {
                _ = try $0.simulation.create("spike_generator", parameters: ["spike_times": .text("now")])
            },
            BadCall("numbers for names", "record_from") {
                _ = try $0.simulation.create("multimeter", parameters: ["record_from": .numbers([1])])
            },
            BadCall("a value for each of two nodes, to three", "V_m", "2", "3") {
                _ = try $0.simulation.create(
                    "aeif_cond_alpha_astro", count: 3, parameters: ["V_m": .numbers([-60, -61])])
            },
            BadCall("a value for each of eleven nodes, to ten", "V_m", "11", "10") {
                try $0.neurons.set(["V_m": .numbers([Double](repeating: -60, count: 11))])
            },
            BadCall("one bad value in a list", "C_m", "-1") {
                try $0.neurons.set(["C_m": .numbers([Double](repeating: 281, count: 9) + [-1])])
            },
            BadCall("a good value beside a bad one", "C_m") {
                try $0.neurons.set(["V_m": .number(-65), "C_m": .number(0)])
            },
            BadCall("a value that does not go with those there", "V_reset", "V_peak") {
                try $0.neurons.set(["V_reset": .number(10)])
            },
            BadCall("random values of which some are out of range", "C_m") {
                _ = try $0.simulation.create(
                    "aeif_cond_alpha_astro", count: 100, parameters: ["C_m": .distribution(.uniform(min: -1, max: 100))]
                )
            },
            BadCall("a value that is not a number, in a list", "spike_times", "nan") {
                _ = try $0.simulation.create("spike_generator", parameters: ["spike_times": .numbers([1, .nan])])
            },
            BadCall("set on nobody", "3", "2") { try $0.neurons.slice(3, 2).set(["V_m": .number(-65)]) },
            BadCall("connections from nobody", "3", "2") {
                _ = try $0.simulation.connect($0.neurons.slice(3, 2), $0.neurons)
            },
            BadCall("a sample of nobody", "0") { _ = try $0.neurons.sample(0) },
            BadCall("a sample of more than there are", "11", "10") { _ = try $0.neurons.sample(11) },
            BadCall("node 0", "0", "10") { _ = try $0.neurons.node(at: 0) },
            BadCall("a node behind the last", "11", "10") { _ = try $0.neurons.node(at: 11) },
            BadCall("a node before the first", "-11", "10") { _ = try $0.neurons.node(at: -11) },
            BadCall("a slice beyond the end", "12", "10") { _ = try $0.neurons.slice(3, 12) },
            BadCall("a slice in steps of nothing", "step", "0") { _ = try $0.neurons.slice(1, 10, step: 0) },
            BadCall("connection 0", "0") { _ = try $0.simulation.connections().connection(at: 0) },
        ])
    func nodes(_ bad: BadCall) throws { try bad.check() }

    @Test(
        "Times",
        arguments: [
            BadCall("a run off the grid", "0.25", "0.1") { try $0.simulation.simulate(0.25) },
            BadCall("a run into the past", "-1") { try $0.simulation.simulate(-1) },
            BadCall("a run of unknown length", "nan") { try $0.simulation.simulate(.nan) },
            BadCall("an endless run", "inf") { try $0.simulation.simulate(.infinity) },
            BadCall("a run beyond every integer", "1e+300") { try $0.simulation.simulate(1e300) },
            BadCall("a sampling interval off the grid", "interval", "0.25", "0.1") {
                _ = try $0.simulation.record($0.glia, quantities: ["IP3"], options: ["interval": .number(0.25)])
            },
            BadCall("a sampling interval below a step", "interval", "0.05", "0.1") {
                _ = try $0.simulation.record($0.glia, quantities: ["IP3"], options: ["interval": .number(0.05)])
            },
            BadCall("no sampling interval", "interval", "0") {
                _ = try $0.simulation.record($0.glia, quantities: ["IP3"], options: ["interval": .number(0)])
            },
            BadCall("a sampling interval that is not a number", "interval", "nan") {
                _ = try $0.simulation.record($0.glia, quantities: ["IP3"], options: ["interval": .number(.nan)])
            },
            BadCall("a recording that ends before it starts", "stop", "start") {
                _ = try $0.simulation.record(
                    $0.glia, quantities: ["IP3"], options: ["start": .number(50), "stop": .number(40)])
            },
            BadCall("a recording that starts off the grid", "start", "0.05") {
                _ = try $0.simulation.record($0.glia, options: ["start": .number(0.05)])
            },
            BadCall("the interval of a connected multimeter", "interval") {
                try $0.meter.set(["interval": .number(2)])
            },
            BadCall("what a connected multimeter records", "record_from") {
                try $0.meter.set(["record_from": .texts(["w"])])
            },
        ])
    func times(_ bad: BadCall) throws { try bad.check() }

    @Test(
        "Recording what a model has not",
        arguments: [
            BadCall("calcium of a neuron", "Ca_astro", "aeif_cond_alpha_astro") {
                _ = try $0.simulation.record($0.neurons, quantities: ["Ca_astro"])
            },
            BadCall("the potential of a relay of spikes", "V_m", "parrot_neuron") {
                _ = try $0.simulation.record($0.parrots, quantities: ["V_m"])
            },
            BadCall("a parameter", "C_m", "aeif_cond_alpha_astro") {
                _ = try $0.simulation.record($0.neurons, quantities: ["C_m"])
            },
            BadCall("what only some of the nodes have", "V_m", "astrocyte_lr_1994") {
                _ = try $0.simulation.record($0.neurons.joined(with: $0.glia), quantities: ["V_m"])
            },
            BadCall("spikes of an astrocyte", "astrocyte_lr_1994", "spike") { _ = try $0.simulation.record($0.glia) },
            BadCall("the potential of an astrocyte with a multimeter", "V_m", "astrocyte_lr_1994") {
                _ = try $0.simulation.connect($0.meter, $0.glia)
            },
            BadCall("the recorder of a neuron", "aeif_cond_alpha_astro") {
                _ = try $0.simulation.recorder(of: $0.neurons.node(at: 1))
            },
        ])
    func recording(_ bad: BadCall) throws { try bad.check() }

    @Test(
        "Distributions",
        arguments: [
            Distribution.uniform(min: 1, max: 1), .uniform(min: 2, max: 1), .normal(mean: 0, std: 0),
            .normal(mean: 0, std: -1),
            .lognormal(mean: 0, std: 0), .uniformInt(max: 0), .uniformInt(max: -3), .normal(mean: .nan, std: 1),
            .uniform(min: 0, max: .infinity), .exponential(beta: .nan),
            .redraw(.uniform(min: 0, max: 1), min: 2, max: 1),
            .redraw(.normal(mean: 0, std: -1), min: 0, max: 1),
        ])
    func distributions(_ distribution: Distribution) throws {
        #expect(throws: InputError.self, "\(distribution)") { try distribution.check() }
        try BadCall("weight from \(distribution)") {
            _ = try $0.simulation.connect($0.neurons, $0.neurons, synapse: ["weight": .distribution(distribution)])
        }.check()
    }

    @Test(
        "Distributions that are none too narrow are accepted",
        arguments: [
            Distribution.uniform(min: -1, max: 1), .normal(mean: 0, std: 1e-9), .lognormal(mean: -3, std: 0.5),
            .exponential(beta: 2),
            .uniformInt(max: 1), .redraw(.normal(mean: 0, std: 1), min: 0, max: 1),
        ])
    func goodDistributions(_ distribution: Distribution) throws {
        try distribution.check()
    }

    @Test("A redraw that never falls between its limits gives up instead of going on for ever")
    func redraw() throws {
        try BadCall("between 5 and 6, of numbers from 0 to 1", "redraw") {
            _ = try $0.simulation.create(
                "aeif_cond_alpha_astro",
                parameters: ["V_m": .distribution(.redraw(.uniform(min: 0, max: 1), min: 5, max: 6))])
        }.check()
    }

    @Test(
        "A simulation on no grid, or without a thread",
        arguments: [
            (0.0, 1), (-0.1, 1), (.nan, 1), (.infinity, 1), (0.00015, 1), (0.0001, 1), (0.1, 0), (0.1, -2),
        ])
    func simulation(_ resolution: Double, _ threads: Int) {
        #expect(throws: InputError.self) { try Simulation(resolution: resolution, threads: threads) }
    }
}

@Suite("Bad input: more memory than the machine has is refused before it is asked for")
struct MemoryTests {
    @Test("Nodes", arguments: [1_000_000_000_000, Int.max / 2, Int.max])
    func nodes(_ count: Int) throws {
        for model in ["aeif_cond_alpha_astro", "astrocyte_lr_1994", "parrot_neuron"] {
            try BadCall("\(count) of \(model)", "\(count)") { _ = try $0.simulation.create(model, count: count) }
                .check()
        }
    }

    @Test(
        "Connections",
        arguments: [
            ("fixed_total_number", "N", 1e13), ("fixed_indegree", "indegree", 1e12),
            ("fixed_outdegree", "outdegree", 1e12),
            ("pairwise_poisson", "pairwise_avg_num_conns", 1e11), ("fixed_total_number", "N", 9e15),
        ])
    func connections(_ rule: String, _ key: String, _ value: Double) throws {
        try BadCall("\(rule) with \(key) = \(value)", "memory") {
            _ = try $0.simulation.connect($0.neurons, $0.neurons, rule: ["rule": .text(rule), key: .number(value)])
        }.check()
        try BadCall("the same under astrocytes", "memory") {
            try $0.tripartite(rule: ["rule": .text(rule), key: .number(value)])
        }.check()
    }

    @Test("All pairs of a million", arguments: ["all_to_all", "pairwise_bernoulli"])
    func allPairs(_ rule: String) throws {
        let simulation = try Simulation()
        let million = try simulation.create("parrot_neuron", count: 1_000_000)
        var settings: Settings = ["rule": .text(rule)]
        if rule == "pairwise_bernoulli" { settings["p"] = .number(0.9) }
        let error = #expect(throws: InputError.self) { _ = try simulation.connect(million, million, rule: settings) }
        #expect(error?.message.lowercased().contains("memory") == true)
        #expect(simulation.connectionCount == 0)
        // The machine still has room for what fits.
        #expect(try simulation.connect(million, million, rule: ["rule": .text("one_to_one")]) == 1_000_000)
    }
}

@Suite("What goes wrong only while running stops the run")
struct RunTests {
    @Test("A spike of negative weight is an error of the astrocyte it arrives at")
    func negativeWeight() throws {
        let simulation = try Simulation()
        let source = try simulation.create("spike_generator", parameters: ["spike_times": .numbers([5])])
        let astrocyte = try simulation.create("astrocyte_lr_1994")
        // Connecting is not refused: whether a spike ever comes is not known yet.
        _ = try simulation.connect(source, astrocyte, synapse: ["weight": .number(-1)])
        try simulation.simulate(4)
        let error = #expect(throws: InputError.self) { try simulation.simulate(10) }
        #expect(error?.message.contains("weight") == true, "\(String(describing: error))")
    }

    /// Of a generator, of listed spikes or random ones, rare and frequent, and of a cell, onto the second of two cells.
    @Test(
        "The message about a negative weight names both nodes, the model and the time of arrival, on any number of threads",
        arguments: ["spike_generator", "poisson_generator", "parrot_neuron"], [1, 3])
    func negativeWeightTold(_ sender: String, _ threads: Int) throws {
        let simulation = try Simulation(seed: 3, threads: threads)
        simulation.smallCellsInTurn = 1
        let parameters: Settings =
            sender == "spike_generator"
            ? ["spike_times": .numbers([5])] : ["rate": .number(3e6), "start": .number(4.8), "stop": .number(4.9)]
        let generator = try simulation.create(
            sender == "parrot_neuron" ? "poisson_generator" : sender, parameters: parameters)
        let parrot = try simulation.create("parrot_neuron")
        _ = try simulation.connect(generator, parrot, synapse: ["delay": .number(0.5)])
        let glia = try simulation.create("astrocyte_lr_1994", count: 200)
        let source = sender == "parrot_neuron" ? parrot : generator
        for (cells, delay) in [(try glia.slice(1, 100), 3.0), (try glia.slice(101, 200), 1.3)] {
            _ = try simulation.connect(source, cells, synapse: ["weight": .number(-1), "delay": .number(delay)])
        }
        let sent = sender == "parrot_neuron" ? 5.5 : 5.0
        let error = #expect(throws: InputError.self) { try simulation.simulate(20) }
        let wanted =
            "from node \(source.ids[0]) reaches node \(glia.ids[100]) (astrocyte_lr_1994) at \(formatted((sent + 1.3) * 10 / 10)) ms"
        #expect(error?.message.contains(wanted) == true, "\(error?.message ?? "") without \(wanted)")
    }

    @Test("A rare Poisson spike of negative weight stops the run when there is one, not before")
    func rareNegativeWeight() throws {
        for threads in [1, 2] {
            let simulation = try Simulation(seed: 4, threads: threads)
            let generator = try simulation.create("poisson_generator", parameters: ["rate": .number(20)])
            let glia = try simulation.create("astrocyte_lr_1994")
            _ = try simulation.connect(generator, glia, synapse: ["weight": .number(-1)])
            let error = #expect(throws: InputError.self) { try simulation.simulate(10_000) }
            #expect(simulation.time > 1 && simulation.time < 1000)
            #expect(error?.message.contains("reaches node 2 (astrocyte_lr_1994) at") == true)
        }
    }

    @Test(
        "A neuron that leaves all bounds is reported, not integrated on",
        arguments: [
            ["w": Value.number(-2e6)], ["I_e": .number(-1e8)],
        ])
    func instability(_ parameters: Settings) throws {
        let simulation = try Simulation()
        _ = try simulation.create("aeif_cond_alpha_astro", parameters: parameters)
        let error = #expect(throws: InputError.self) { try simulation.simulate(100) }
        #expect(error?.message.contains("aeif_cond_alpha_astro") == true)
    }

    @Test(
        "The message tells the node, its model and label, the time, its state and its parameters; all can still be read"
    )
    func instabilityTold() throws {
        let simulation = try Simulation()
        _ = try simulation.create("parrot_neuron", count: 3)
        let neurons = try simulation.create("aeif_cond_alpha_astro", count: 5, label: "exc")
        try neurons.node(at: 4).set(["I_e": .number(-1e6)])
        let traces = try simulation.record(neurons, quantities: ["V_m"])
        let error = #expect(throws: InputError.self) { try simulation.simulate(100) }
        let parts = [
            "the run stopped at ", "node 7 (aeif_cond_alpha_astro, population 'exc')", "state V_m = -", "I_SIC = 0",
            "parameters C_m = 281", "I_e = -1000000", "tau_minus = 20",
        ]
        for part in parts { #expect(error?.message.contains(part) == true, "\(part) in \(error?.message ?? "")") }
        #expect(simulation.time > 0 && simulation.time < 100)
        #expect(traces.eventCount == 5 * Int(simulation.time))
        _ = try neurons.get("V_m")
    }

    @Test("Whatever the number of threads, the same node is told at the same time")
    func instabilityOnThreads() throws {
        func message(threads: Int) throws -> String {
            let simulation = try Simulation(threads: threads)
            let glia = try simulation.create("astrocyte_lr_1994", count: 500)
            let neurons = try simulation.create("aeif_cond_alpha_astro", count: 500)
            _ = try simulation.connect(
                neurons, neurons, rule: ["rule": .text("pairwise_bernoulli"), "p": .number(0.02)])
            // the first three are found at the same look
            for place in [77, 300, 420] { try glia.node(at: place).set(["Ca_tot": .number(1e300)]) }
            for place in [490, 11] { try neurons.node(at: place).set(["I_e": .number(-32_000)]) }
            let error = #expect(throws: InputError.self) { try simulation.simulate(200) }
            return error?.message ?? ""
        }
        let one = try message(threads: 1)
        #expect(one.contains("node 77 (astrocyte_lr_1994) at "), "\(one)")
        for threads in [2, 3, 8] { #expect(try message(threads: threads) == one) }
    }

    @Test("Simulating 0 ms is allowed and does nothing")
    func nothing() throws {
        let bench = try Bench()
        let before = bench.simulation.fingerprint()
        try bench.simulation.simulate(0)
        #expect(bench.simulation.fingerprint() == before && bench.simulation.time == 20)
        #expect(try bench.goOn() == Bench.undisturbed.get())
    }
}
