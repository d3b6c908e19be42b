import AstroCore
import Testing

/// Neurons, astrocytes and a generator, connected in all the ways there are.
private struct Connected {
    let simulation: Simulation
    let neurons, glia, parrots, noise: Nodes

    init() throws {
        simulation = try Simulation(seed: 5, threads: 2)
        neurons = try simulation.create("aeif_cond_alpha_astro", count: 30, parameters: ["I_e": .number(500)])
        glia = try simulation.create("astrocyte_lr_1994", count: 20, label: "glia")
        parrots = try simulation.create("parrot_neuron", count: 3)
        noise = try simulation.create("poisson_generator", parameters: ["rate": .number(3000)])
    }

    func connect() throws {
        let random = Value.distribution(.uniform(min: 0.5, max: 2.5))
        let plastic: Settings = ["synapse_model": .text("tsodyks_synapse"), "weight": random, "delay": random]
        _ = try simulation.tripartiteConnect(
            neurons, neurons, third: glia, rule: ["rule": .text("pairwise_bernoulli"), "p": .number(0.3)],
            thirdRule: ["pool_size": .number(4)], primary: plastic, thirdIn: plastic,
            thirdOut: ["synapse_model": .text("sic_connection"), "weight": .number(2)])
        _ = try simulation.connect(parrots, neurons, synapse: ["weight": .number(-1.5)])
        _ = try simulation.connect(
            parrots, parrots, rule: ["rule": .text("fixed_indegree"), "indegree": .number(2)],
            synapse: ["receptor_type": .number(1)])
        _ = try simulation.connect(noise, try neurons.joined(with: parrots), synapse: ["weight": random])
    }

    func state() throws -> [Double] {
        try simulation.simulate(200)
        return try [(neurons, ["V_m", "w", "g_ex", "g_in"]), (glia, ["IP3", "Ca_astro"])].flatMap { nodes, names in
            try names.flatMap { name -> [Double] in
                guard case .numbers(let values) = try nodes.get(name) else { return [] }
                return values
            }
        }
    }
}

@Suite("Files of connections")
struct ConnectionFileTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    @Test("A network that is made again from a file does the same to the bit", arguments: ["a.csv", "a.h5"])
    func again(name: String) throws {
        let original = try Connected()
        try original.connect()
        try ConnectionFile.save(try original.simulation.connections(), to: folder.path(name))

        let copy = try Connected()
        let made = try copy.simulation.connect(try ConnectionFile.read(folder.path(name)))
        #expect(made == original.simulation.connectionCount)
        let (a, b) = (try original.simulation.connections().table(), try copy.simulation.connections().table())
        #expect(a.count == b.count)
        #expect(try original.state() == copy.state())
        folder.remove()
    }

    @Test("What is read is what was written", arguments: ["a.csv", "a.h5"])
    func roundTrip(name: String) throws {
        let network = try Connected()
        try network.connect()
        let connections = try network.simulation.connections()
        try ConnectionFile.save(connections, to: folder.path(name))
        let table = try ConnectionFile.read(folder.path(name))
        // .h5 files go population by population, so the order may differ
        let rows = { (source: [Double], target: [Double], weight: [Double], delay: [Double]) in
            source.indices.map { [source[$0], target[$0], weight[$0], delay[$0]] }.sorted {
                $0.lexicographicallyPrecedes($1)
            }
        }
        #expect(
            rows(table.values("source")!, table.values("target")!, table.values("weight")!, table.values("delay")!)
                == rows(connections.source, connections.target, connections.weight, connections.delay))
        folder.remove()
    }

    @Test("Ids can count among given nodes; what is said beside the file goes first")
    func counting() throws {
        try folder.write("a.csv", "source,target,weight\n1,2,0.5\n2,2,1.5\n2,1,2.5\n")
        let network = try Connected()
        let table = try ConnectionFile.read(folder.path("a.csv"))
        let made = try network.simulation.connect(
            table, source: network.parrots, target: network.glia, synapse: ["delay": .number(3)])
        #expect(made == 3)
        let connections = try network.simulation.connections()
        #expect(connections.source == [51, 52, 52])
        #expect(connections.target == [32, 31, 32])
        #expect(connections.weight == [0.5, 2.5, 1.5])
        #expect(connections.delay == [3, 3, 3])
        folder.remove()
    }

    /// The first row can lie by delay in memory, the second one cannot.
    @Test("Parallel connections keep the order of the file, whatever their delays")
    func parallelConnections() throws {
        try folder.write(
            "a.csv",
            "source,target,weight,delay\n1,2,1,3\n1,1,2,2\n1,2,3,3\n1,1,4,9\n2,2,5,4\n2,2,6,1\n2,1,7,2\n2,2,8,7\n")
        let network = try Connected()
        _ = try network.simulation.connect(
            try ConnectionFile.read(folder.path("a.csv")), source: network.parrots, target: network.glia, synapse: [:])
        let connections = try network.simulation.connections()
        #expect(connections.weight == [2, 4, 1, 3, 7, 5, 6, 8])
        #expect(connections.delay == [2, 9, 3, 3, 2, 4, 1, 7])
        folder.remove()
    }

    @Test(
        "A wrong file changes nothing",
        arguments: [
            ("source,target\n1,99\n", "connection 1: target = 99 is not a node (1 to 54"),
            ("source,target\n1,2\n0,2\n", "connection 2: source = 0"),
            ("source,target\n1,31\n31,1\n", "sends no spikes"),
            ("source,target,delay\n1,2,1\n51,2,0\n", "delay"), ("source,target,U\n1,2,0.5\n", "'U'"),
            ("source,target,wight\n1,2,0.5\n", "'wight' (did you mean 'weight'?)"),
            ("source,target,weight\n1,2,\n", "connection 1 has no weight"),
            ("source,target,synapse_model\n1,2,static_synaps\n", "did you mean 'static_synapse'"),
            ("source\n1\n", "target"),
        ])
    func wrong(text: String, message: String) throws {
        try folder.write("a.csv", text)
        let network = try Connected()
        let error = #expect(throws: InputError.self) {
            try network.simulation.connect(try ConnectionFile.read(folder.path("a.csv")))
        }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(network.simulation.connectionCount == 0)
        folder.remove()
    }

    @Test("A network without connections")
    func none() throws {
        let network = try Connected()
        for name in ["a.csv", "a.h5"] {
            try ConnectionFile.save(try network.simulation.connections(), to: folder.path(name))
            #expect(try network.simulation.connect(try ConnectionFile.read(folder.path(name))) == 0)
        }
        folder.remove()
    }
}
