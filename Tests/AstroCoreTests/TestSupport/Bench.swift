import AstroCore
import Testing

/// A small network with one of everything, to be ill-treated.
struct Bench {
    let simulation: Simulation
    let neurons: Nodes  // 10, driven to spike
    let glia: Nodes  // 5
    let parrots: Nodes  // 4
    let poisson: Nodes
    let current: Nodes  // a dc_generator
    let meter: Nodes  // a multimeter for V_m, connected to the neurons
    let detector: Nodes  // a spike_recorder, connected to the neurons

    init() throws {
        simulation = try Simulation(seed: 7, threads: 2)
        neurons = try simulation.create(
            "aeif_cond_alpha_astro", count: 10, parameters: ["I_e": .number(900)], label: "neurons")
        glia = try simulation.create("astrocyte_lr_1994", count: 5, parameters: ["IP3": .number(1)], label: "glia")
        parrots = try simulation.create("parrot_neuron", count: 4)
        poisson = try simulation.create("poisson_generator", parameters: ["rate": .number(2000)])
        current = try simulation.create("dc_generator", parameters: ["amplitude": .number(50)])
        meter = try simulation.create("multimeter", parameters: ["record_from": .texts(["V_m"])])
        detector = try simulation.create("spike_recorder")
        _ = try simulation.connect(poisson, parrots)
        _ = try simulation.connect(current, neurons)
        _ = try simulation.connect(meter, neurons)
        _ = try simulation.connect(neurons, detector)
        _ = try simulation.connect(neurons, glia, synapse: ["synapse_model": .text("tsodyks_synapse")])
        _ = try simulation.connect(glia, neurons, synapse: ["synapse_model": .text("sic_connection")])
        _ = try simulation.connect(parrots, neurons, synapse: ["weight": .number(5)])
        // Something is under way when the bad call comes: pending spikes, recorded values, substeps.
        try simulation.simulate(20)
    }

    /// What a user does next: draws connections, draws nodes' values, runs.
    func goOn() throws -> Outcome {
        _ = try simulation.connect(
            neurons, neurons, rule: ["rule": .text("pairwise_bernoulli"), "p": .number(0.3)],
            synapse: ["weight": .number(2)])
        let more = try simulation.create(
            "aeif_cond_alpha_astro", count: 3, parameters: ["V_m": .distribution(.uniform(min: -70, max: -60))])
        _ = try simulation.connect(poisson, more)
        try simulation.simulate(30)
        let spikes = try simulation.recorder(of: detector)
        return Outcome(
            fingerprint: simulation.fingerprint(), spikeTimes: spikes.times, spikeSenders: spikes.senders,
            potentials: try simulation.recorder(of: meter).column("V_m"))
    }

    struct Outcome: Equatable {
        let fingerprint: String
        let spikeTimes: [Double]
        let spikeSenders: [Double]
        let potentials: [Double]
    }

    /// How it goes on when nothing bad happens.
    static let undisturbed = Result { try Bench().goOn() }
}

/// One thing a user may get wrong.
struct BadCall: Sendable, CustomTestStringConvertible {
    let what: String
    /// What the message has to contain, small and capital letters being the same: the name or value at fault, what is allowed, the
    /// nearest name.
    let words: [String]
    let call: @Sendable (Bench) throws -> Void

    init(_ what: String, _ words: String..., call: @escaping @Sendable (Bench) throws -> Void) {
        self.what = what
        self.words = words
        self.call = call
    }

    var testDescription: String { what }

    /// The call throws an InputError that says so, and everything is, and goes on, as if it had never been made.
    func check() throws { try [self].checkTogether() }
}

extension [BadCall] {
    /// Makes one bad call after the other on the same bench, which goes on at the end as if none had been made.
    func checkTogether() throws {
        let bench = try Bench()
        let simulation = bench.simulation
        let nodes = simulation.nodeCount, connections = simulation.connectionCount
        let fingerprint = simulation.fingerprint(), time = simulation.time
        for bad in self {
            do {
                try bad.call(bench)
                Issue.record("\(bad.what): accepted")
            } catch let error as InputError {
                let message = error.message.lowercased()
                for word in bad.words where !message.contains(word.lowercased()) {
                    Issue.record("\(bad.what): the message does not say '\(word)': \(error.message)")
                }
            }
            #expect(simulation.nodeCount == nodes, "\(bad.what): nodes")
            #expect(simulation.connectionCount == connections, "\(bad.what): connections")
            #expect(simulation.time == time, "\(bad.what): time")
            #expect(simulation.fingerprint() == fingerprint, "\(bad.what): state")
        }
        let outcome = try bench.goOn()
        #expect(try outcome == Bench.undisturbed.get(), "\(map(\.what).joined(separator: ", ")): what follows")
    }
}

/// A user's number that is none.
let nonFinite: [Double] = [.nan, .infinity, -.infinity]
