import AstroCore
import CLua
import CLuaHost
import LuaBridge

extension Simulation: LuaType {
    package static var luaName: String { "Simulation" }
    package static var luaMeaning: String {
        "A network and its clock. Several simulations may live side by side; each has its own nodes, connections and "
            + "random numbers. It lives as long as something refers to it or to its nodes."
    }

    package var luaText: String {
        "Simulation(\(nodeCount) nodes, \(connectionCount) connections, time = \(formatted(time)) ms)"
    }

    package static var methods: [LuaMethod<Simulation>] { building + running + asking }

    private static var building: [LuaMethod<Simulation>] {
        [
            .init(
                "create", "sim:create(model [, n] [, params] [, options]) -> Nodes", "Makes n nodes of a model.",
                details: """
                    `n` is 1 unless it is given. `params` is a table; a value is a number, a distribution \
                    (`astro.random`), or a table or Vector of n numbers. `params.label` names the population. \
                    `options.positions` gives the places of the nodes (`astro.space`, or a list of points, in mm), and their \
                    number if `n` is left out.

                        exc = sim:create("aeif_cond_alpha_astro", 100, { V_m = astro.random.uniform(-75, -60) })

                    `astro.models()` lists the models, `help "MODEL"` the parameters of one.
                    """
            ) { sim, arguments in
                try arguments.runtime.refuseMore("more nodes", bytes: 2000)
                defer { arguments.runtime.accountMemory() }
                return .object(try sim.create(arguments))
            },
            .init(
                "connect", "sim:connect(pre, post [, rule [, synapse]]) -> number",
                "Connects two groups of nodes by a rule; returns the number of new connections.",
                details: """
                    `rule` is a name or a table with `rule` (`all_to_all`), the rule's own key, `allow_autapses` and \
                    `allow_multapses`. `synapse` is a name or a table with `synapse_model` (`static_synapse`), \
                    `weight` (1; nS onto conductances, pA for slow inward currents), `delay` (1 ms) and the model's \
                    parameters; each may be a distribution. `receptor_type` is a number or a name, for all connections or \
                    a list with one for each. Devices connect the same way. Between nodes that have positions, a rule takes a \
                    `mask`, and `p`, weights and delays may be functions of distance (`help "astro.space"`).

                        sim:connect(exc, inh, { rule = "fixed_indegree", indegree = 10 }, { weight = 2.0, delay = 1.5 })

                    `astro.rules()` lists the rules, `help "RULE"` describes one.
                    """
            ) { sim, arguments in
                defer { arguments.runtime.accountMemory() }
                return try sim.connect(arguments)
            },
            .init(
                "disconnect", "sim:disconnect(connections_or_pre [, post [, rule [, synapse]]]) -> number",
                "Removes connections; returns their number.",
                details: """
                    Takes either a handle of connections, as its only argument, or nodes and a rule, `one_to_one` (the default) or `all_to_all`: then it \
                    removes one connection of each pair that the rule names. `synapse` is a model's name or \
                    `{ synapse_model = }` (`static_synapse`). If a pair has no such connection, nothing is removed. Spikes already \
                    sent still arrive. Earlier handles become invalid: ask for connections again.

                        sim:disconnect(exc, inh, "all_to_all", "tsodyks_synapse")
                        sim:disconnect(sim:connections { target = exc[1] })
                    """
            ) { sim, arguments in
                defer { arguments.runtime.accountMemory() }
                return .integer(try sim.disconnect(arguments))
            },
            .init(
                "tripartite_connect", "sim:tripartite_connect(pre, post, third, rule, third_rule, synapses) -> table",
                "Connects neurons, and astrocytes to some of the pairs; returns the numbers of primary, third_in, third_out.",
                details: """
                    `rule` makes the primary connections; `third_rule`, a table for \
                    `third_factor_bernoulli_with_pool`, chooses an astrocyte for some of them. `synapses` has the keys \
                    `primary`, `third_in` (neuron to astrocyte) and `third_out` (astrocyte to neuron, a \
                    `sic_connection`), each a synapse as in `sim:connect`. A primary synapse that reads or feeds its \
                    astrocyte (`third.X`, `send_third`) is paired with it; `third_in` and `third_out` are then made only if \
                    given.
                    """
            ) { sim, arguments in
                defer { arguments.runtime.accountMemory() }
                return try sim.tripartiteConnect(arguments)
            },
            .init(
                "record", "sim:record(nodes [, names] [, options]) -> Recorder",
                "Records spikes, or the named quantities every `interval` ms.",
                details: """
                    Without `names`: spikes. With them: those recordables, every `interval` ms. Connections take the place of \
                    nodes with names of their parameters and states; `when = "spike"` then records at each spike of the sender. Options: `interval` \
                    (1.0 ms), `offset`, `start`, `stop` (ms), `event`, `label`, by which `sim:recorder` finds it again, and `to`, \
                    the path of a .csv or .dat file that is written while the simulation runs. Use it for long recordings: \
                    beyond 32 MB, events that are in the file are dropped from memory; `astro.io` reads them, and \
                    `rec:save` converts them to other formats such as .h5. `event` names an event of the cells' model to record \
                    instead of spikes.

                        calcium = sim:record(glia, { "IP3", "Ca_astro" }, { interval = 10.0 })
                    """
            ) { sim, arguments in
                try arguments.runtime.refuseMore("one more recorder", bytes: 2000)
                return .object(try sim.record(arguments))
            },
        ]
    }

    private static var running: [LuaMethod<Simulation>] {
        [
            .init(
                "simulate", "sim:simulate(ms)", "Advances the simulation.",
                details: """
                    `ms` is a multiple of the resolution. Further calls continue the simulation. Ctrl-C stops it at the end of a \
                    slice (a few steps); everything simulated until then is kept, and the simulation can continue. The same \
                    holds after an error: a full disk, recorders that fill the memory, a cell that leaves the range its model \
                    allows.
                    """
            ) { sim, arguments in
                defer { arguments.runtime.accountMemory() }
                let runtime = arguments.runtime
                runtime.ledger?.noteStart(of: sim)
                try runtime.simulate(sim, try arguments.number(1, "ms"), arguments.L)
                runtime.ledger?.note(sim, at: runtime.placeInScript(arguments.L))
                return .nothing
            },
            .init(
                "save", "sim:save(path)", "Writes the whole state to a file that astro.load reads.",
                details: """
                    The file holds nodes, connections, spikes in transit, random streams, and recorders with their events. The \
                    simulation that `astro.load` makes from it continues bit for bit. An older file of the same name remains \
                    until the new one is complete and on the disk.

                        sim:save("settled.checkpoint")
                    """
            ) { sim, arguments in
                try sim.save(to: try arguments.writablePath(1))
                return .nothing
            },
        ]
    }

    private static var asking: [LuaMethod<Simulation>] {
        [
            .init(
                "connections", "sim:connections{ source=, target=, synapse_model= } -> Connections",
                "The connections between nodes, or of a model; every key is optional.",
                details: """
                        onto_first = sim:connections { target = exc[1], synapse_model = "static_synapse" }
                    """
            ) { sim, arguments in
                .object(try sim.connections(arguments))
            },
            .init(
                "fingerprint", "sim:fingerprint()", "A hex digest of the dynamic state.",
                details: """
                    Equal fingerprints mean equal states, whatever the number of threads or the processor.
                    """
            ) { sim, _ in
                .text(sim.fingerprint())
            },
            .init("nodes", "sim:nodes(label) -> Nodes", "The population with this name.") { sim, arguments in
                .object(try sim.nodes(labelled: try arguments.string(1, "label")))
            },
            .init("recorder", "sim:recorder(label) -> Recorder", "The recorder with this label.") {
                sim, arguments in
                .object(try sim.recorder(labelled: try arguments.string(1, "label")))
            },
            .init("recorders", "sim:recorders() -> table", "All recorders made by sim:record, in order.") { sim, _ in
                .list(sim.recorders.map { .object($0) })
            },
            .init("populations", "sim:populations() -> table", "All populations, in the order of their creation.") {
                sim, _ in
                .list(sim.populations.map { .object($0) })
            },
        ]
    }

    package static var fields: [LuaField<Simulation>] {
        [
            .init("time", "Simulated time in ms.", result: "number") { .number($0.time) },
            .init("resolution", "Length of a step in ms.", result: "number") { .number($0.resolution) },
            .init("seed", "The seed of all its random numbers.", result: "number") { .integer(Int($0.seed)) },
            .init("threads", "Number of threads.", result: "number") { .integer($0.threads) },
            .init(
                "spikes",
                "When within a step adaptive exponential neurons are reset: 'exact', or 'reference' as in NEST.",
                result: "string"
            ) { .text($0.spikes.rawValue) },
            .init("num_nodes", "Number of nodes.", result: "number") { .integer($0.nodeCount) },
            .init("num_connections", "Number of connections.", result: "number") { .integer($0.connectionCount) },
            .init(
                "stats",
                "A table: seconds spent in create, connect, prepare, simulate; spikes; events delivered; memory_bytes; "
                    + "communicate (seconds) and received_bytes of runs on several ranks.",
                result: "table"
            ) { .table($0.wholeStats().luaFields) },
        ]
    }
}

extension Simulation.Stats {
    fileprivate var luaFields: [(String, LuaValue)] {
        [
            ("create", .number(create)), ("connect", .number(connect)), ("prepare", .number(prepare)),
            ("simulate", .number(simulate)), ("spikes", .integer(spikes)), ("events", .integer(events)),
            ("memory_bytes", .integer(memoryBytes)), ("communicate", .number(communicate)),
            ("received_bytes", .integer(receivedBytes)),
        ]
    }
}

extension Simulation {
    /// `astro.Simulation{ resolution=, seed=, threads=, spikes= }`; the command line has the last word.
    static func make(_ arguments: Arguments) throws -> Simulation {
        let known = ["resolution", "seed", "threads", "spikes"]
        if !arguments.isNothing(1), !arguments.isTable(1) { throw arguments.wrong(1, "options", "a table") }
        var resolution = 0.1
        var seed: Int64 = 1
        var threads: Int?
        var spikes = SpikeMoments.exact
        try arguments.forEachOption(1, among: known) { name, value in
            switch name {
            case "resolution": resolution = try value.number(1, name)
            case "seed": seed = Int64(try value.integer(1, name))
            case "spikes": spikes = try SpikeMoments(named: try value.string(1, name))
            default: threads = try value.integer(1, name)
            }
        }
        let options = arguments.runtime.options
        let simulation = try Simulation(
            resolution: resolution, seed: options.seed ?? seed,
            threads: options.threads ?? threads ?? arguments.runtime.defaultThreads, spikes: spikes)
        arguments.runtime.journal?.register(simulation)
        return simulation
    }

    /// `astro.load(path, { threads =, streams = })`; the command line has the last word.
    static func load(_ arguments: Arguments) throws -> Simulation {
        let path = try arguments.readablePath(1), runtime = arguments.runtime
        if !arguments.isNothing(2), !arguments.isTable(2) { throw arguments.wrong(2, "options", "a table") }
        var threads: Int?
        var streams = CheckpointStreams()
        streams.refusal = { runtime.refusal($0, for: .change) }
        streams.hint = " (astro.load(path, { streams = false }) lets it record in memory)"
        try arguments.forEachOption(2, among: ["threads", "streams"]) { name, value in
            if name == "threads" {
                threads = try value.integer(1, name)
            } else {
                streams.goOn = try value.flag(1, name)
            }
        }
        let simulation = try Simulation.load(
            from: path, threads: runtime.options.threads ?? threads ?? runtime.defaultThreads, streams: streams)
        runtime.journal?.register(simulation)
        return simulation
    }

    fileprivate func create(_ arguments: Arguments) throws -> Nodes {
        let (model, definition) = try arguments.runtime.cellModel(arguments, 1)
        let hasCount = !arguments.isTable(2)
        let count = hasCount ? try arguments.optionalInteger(2, "n") : nil
        var parameters = try arguments.settings(hasCount ? 3 : 2, "params")
        var label: String?
        if let given = parameters.removeValue(forKey: "label") {
            guard case .text(let name) = given else { throw InputError("label must be a string, got \(given)") }
            label = name
        }
        if !hasCount { try arguments.refuseSurplus(beyond: 3) }
        let positions = try arguments.positions(hasCount ? 4 : 3)
        if let definition {
            return try create(
                definition, count: count, parameters: parameters, label: label, positions: positions)
        }
        return try create(model, count: count, parameters: parameters, label: label, positions: positions)
    }

    fileprivate func disconnect(_ arguments: Arguments) throws -> Int {
        if let connections = Connections.read(arguments.runtime, arguments.L, at: arguments.index(1)) {
            try arguments.refuseSurplus(beyond: 1)
            return try disconnect(connections)
        }
        let pre = try arguments.object(Nodes.self, 1, "connections_or_pre")
        return try disconnect(
            pre, try arguments.object(Nodes.self, 2, "post"),
            rule: try arguments.settings(3, "rule", shorthand: "rule"),
            synapse: try arguments.settings(4, "synapse", shorthand: "synapse_model"))
    }

    fileprivate func connect(_ arguments: Arguments) throws -> LuaValue {
        let pre = try arguments.object(Nodes.self, 1, "pre"), post = try arguments.object(Nodes.self, 2, "post")
        let rule = try arguments.settings(3, "rule", shorthand: "rule")
        let synapse = try arguments.settings(4, "synapse", shorthand: "synapse_model")
        let made = try connect(pre, post, rule: rule, synapse: synapse)
        arguments.runtime.ledger?.noteConnections(
            [
                "from": NetworkNotes.words(pre), "to": NetworkNotes.words(post), "rule": NetworkNotes.json(rule),
                "synapse": NetworkNotes.json(synapse), "made": .number(made),
            ], synapses: [synapse], in: self)
        return .integer(made)
    }

    fileprivate func tripartiteConnect(_ arguments: Arguments) throws -> LuaValue {
        let pre = try arguments.object(Nodes.self, 1, "pre")
        let post = try arguments.object(Nodes.self, 2, "post")
        let third = try arguments.object(Nodes.self, 3, "third")
        let rule = try arguments.settings(4, "rule", shorthand: "rule")
        let thirdRule = try arguments.settings(5, "third_rule", shorthand: "rule")
        if !arguments.isNothing(6), !arguments.isTable(6) { throw arguments.wrong(6, "synapses", "a table") }
        var synapses: [String: Settings] = [:]
        try arguments.forEachOption(6, among: ["primary", "third_in", "third_out"]) { name, value in
            synapses[name] = try value.settings(1, name, shorthand: "synapse_model")
        }
        let made = try tripartiteConnect(
            pre, post, third: third, rule: rule, thirdRule: thirdRule, primary: synapses["primary"] ?? [:],
            thirdIn: synapses["third_in"], thirdOut: synapses["third_out"])
        arguments.runtime.ledger?.noteConnections(
            [
                "from": NetworkNotes.words(pre), "to": NetworkNotes.words(post), "third": NetworkNotes.words(third),
                "rule": NetworkNotes.json(rule), "third_rule": NetworkNotes.json(thirdRule),
                "synapses": .fields(synapses.sorted { $0.key < $1.key }.map { ($0.key, NetworkNotes.json($0.value)) }),
                "made": .list([made.primary, made.thirdIn, made.thirdOut].map { .number($0) }),
            ], synapses: Array(synapses.values), in: self)
        return .table([
            ("primary", .integer(made.primary)), ("third_in", .integer(made.thirdIn)),
            ("third_out", .integer(made.thirdOut)),
        ])
    }

    fileprivate func record(_ arguments: Arguments) throws -> Recorder {
        if let connections = Connections.read(arguments.lua, arguments.L, at: arguments.index(1)) {
            let names = try arguments.names(2, "names"), options = try recorderOptions(3, arguments)
            return try record(connections, quantities: names, options: options)
        }
        let nodes = try arguments.object(Nodes.self, 1, "nodes")
        let optionsComeSecond =
            arguments.isTable(2) && arguments.isNothing(3) && lua_rawlen(arguments.L, arguments.index(2)) == 0
        let names = arguments.isNothing(2) || optionsComeSecond ? nil : try arguments.names(2, "names")
        let options = try recorderOptions(optionsComeSecond ? 2 : 3, arguments)
        return try record(nodes, quantities: names, options: options)
    }

    private func recorderOptions(_ i: Int, _ arguments: Arguments) throws -> Settings {
        var options = try arguments.settings(i, "options")
        // the file holds what was written until the checkpoint, and is gone on with from there
        if arguments.runtime.journal?.isReplaying ?? false { options["to"] = nil }
        if case .text(let path)? = options["to"] { _ = try arguments.runtime.admitNew(path) }
        return options
    }

    fileprivate func connections(_ arguments: Arguments) throws -> Connections {
        if !arguments.isNothing(1), !arguments.isTable(1) { throw arguments.wrong(1, "the filter", "a table") }
        var source: Nodes?
        var target: Nodes?
        var model: String?
        try arguments.forEachOption(1, among: ["source", "target", "synapse_model"]) { name, value in
            switch name {
            case "source": source = try value.object(Nodes.self, 1, name)
            case "target": target = try value.object(Nodes.self, 1, name)
            default:
                model = try SynapseInfo.read(value.lua, value.L, at: value.index(1))?.identity ?? value.string(1, name)
            }
        }
        return try connections(source: source, target: target, synapseModel: model)
    }
}

extension Arguments {
    /// Goes through an optional table whose keys are known; `body` finds the value as its argument 1.
    fileprivate func forEachOption(
        _ i: Int, among known: [String], _ body: (String, Arguments) throws -> Void
    ) throws {
        if isNothing(i) { return }
        try forEachField(at: index(i), "the table") { key in
            guard known.contains(key) else { throw InputError.unknown("there is no key", key, among: known) }
            try body(key, Arguments(lua: lua, L: L, usage: usage, offset: lua_gettop(L) - 1))
        }
    }
}

extension Runtime {
    fileprivate func simulate(_ simulation: Simulation, _ ms: Double, _ L: LuaState) throws {
        latestRun = LatestRun(simulation: simulation, start: simulation.time, asked: ms)
        guard let journal, journal.isActive else { return try run(simulation, ms, L, nil) }
        try journal.simulate(simulation, ms, self, L) { try run(simulation, $0, L, $1) }
    }

    private func run(_ simulation: Simulation, _ ms: Double, _ L: LuaState, _ interlude: Interlude?) throws {
        let end = simulation.time + ms
        defer { if simulation.time < end - simulation.resolution / 2 { shareStop(L) } }
        try simulation.simulate(ms, progress: watch(L), interlude: interlude)
    }

    /// What has stopped one rank's script in a run, which has ended for all, stops all.
    private func shareStop(_ L: LuaState) {
        let ranks = Ranks.all
        if ranks.isAlone { return }
        let stops = ranks.together.tell([Int(host_stop_reason(L)), Int(host_stop_signal())])
        guard stops[ranks.rank][0] == HOST_GOES_ON, let first = stops.first(where: { $0[0] != HOST_GOES_ON }) else {
            return
        }
        host_stop_as(L, Int32(first[0]), Int32(first[1]))
    }

    /// Called between slices: shows how far the run is, and false ends it.
    fileprivate func watch(_ L: LuaState) -> (Double, Double) -> Bool {
        { [unowned self] done, whole in
            progress?(done, whole)
            stopIfTooLarge(L)
            return Int(host_stop_reason(L)) == HOST_GOES_ON
        }
    }

    /// Recorders grow while a run goes on.
    private func stopIfTooLarge(_ L: LuaState) {
        accountMemory()
        guard host_over_memory_limit(L) else { return }
        host_stop(L, Int32(HOST_OUT_OF_MEMORY))
    }
}
