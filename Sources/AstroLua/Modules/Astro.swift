import AstroCore
import CLua
import LuaBridge

/// What `require "astro"` holds, and what the modules in stdlib are given besides.
extension Runtime {
    func registerTypes() {
        add(Vector.self)
        add(Distribution.self)
        add(Nodes.self)
        add(Recorder.self)
        add(Connections.self)
        add(Simulation.self)
        add(ModelDefinition.self)
        add(SynapseInfo.self)
        add(Positions.self)
        add(SpatialFunction.self)
        add(Mask.self)
        registerColumns()
    }

    private func add<T: LuaType>(_ type: T.Type) {
        let tag = register(type) { call in
            CallExtras(
                check: CallSlips.check("\(T.luaName):\(call)"), around: Journal.name(type, call).map(Self.journaled))
        }
        typePages.append(TypePage(type, tag))
    }

    private static func journaled(_ name: String) -> CallExtras.Around {
        { try $0.runtime.journaled(name, $1, $2) }
    }

    static var astroFunctions: [LuaMethod<Void>] {
        [
            .init(
                "Simulation", "astro.Simulation{ resolution=, seed=, threads=, spikes= }", "A new, empty simulation.",
                details: """
                    `resolution` is the length of a step in ms (0.1), `seed` an integer (1), `threads` an integer (all cores). \
                    `spikes` says when within a step adaptive exponential neurons are reset: `"exact"`, at the exact moment of a \
                    spike, or `"reference"`, where a substep of NEST's integrator ends.
                    """
            ) {
                // planes and outboxes of an empty one
                try $1.runtime.refuseMore("one more simulation", bytes: 100_000)
                return .object(try Simulation.make($1))
            },
            .init("models", "astro.models([name])", "Names of all models, or the description of one.") {
                _, arguments in
                let runtime = arguments.runtime
                if arguments.isNothing(1) {
                    let names = Catalogue.models.map(\.name)
                    return .list((names + runtime.libraryModels.filter { !names.contains($0) }).map { .text($0) })
                }
                let name = try arguments.string(1, "name")
                if !Catalogue.knows(name) { try runtime.readLibraryModel(name, arguments) }
                return try Catalogue.model(name).luaValue
            },
            .init("rules", "astro.rules([name])", "Names of all connection rules, or the description of one.") {
                _, arguments in
                if arguments.isNothing(1) { return .list(Catalogue.rules.map { .text($0) }) }
                return try Catalogue.rule(try arguments.string(1, "name")).luaValue
            },
            .init("vector", "astro.vector{ numbers }", "A Vector from a table of numbers.") { _, arguments in
                .vector(try arguments.numbers(1, "numbers"))
            },
            .init(
                "load", "astro.load(path [, options]) -> Simulation", "Loads a simulation that sim:save wrote.",
                details: """
                    It continues bit for bit as it would have without the interruption, on any number of threads \
                    (`options.threads`; all cores). Recorders that write to files continue to do so, unless \
                    `options.streams` is false. `sim:populations()`, `sim:nodes(label)`, `sim:recorders()` and \
                    `sim:recorder(label)` give access to its parts. A damaged or missing file is an error.

                        sim = astro.load("settled.checkpoint", { threads = 2 })
                    """
            ) { _, arguments in
                defer { arguments.runtime.accountMemory() }
                return .object(try Simulation.load(arguments))
            },
        ]
    }

    /// What the module holds.
    static var allFunctions: [LuaMethod<Void>] {
        astroFunctions + modelFunctions + synapseFunctions + couplingFunctions
    }

    /// Pushes the module's table.
    func pushAstro() {
        pushFunctions(Self.allFunctions) { row in
            CallSlips.check(String(row.usage.prefix { $0 != "(" && $0 != "{" }))
        }
        setField("random") {
            pushFunctions(Distribution.makers)
            makeStrict { "astro.random has no field '\($0)'" }
        }
        setField("space") {
            pushFunctions(Self.spaceFunctions)
            makeStrict { "astro.space has no field '\($0)'" }
        }
        setField("version") { pushText(Catalogue.version, L) }
        makeStrict { "astro has no field '\($0)'" }
    }
}

extension ModelInfo {
    var luaValue: LuaValue {
        .table([
            ("name", .text(name)), ("kind", .text(kind)), ("summary", .text(summary)),
            ("params", .list(parameters.map(\.luaValue))), ("recordables", .list(recordables.map { .text($0.name) })),
            ("recordable_units", .list(recordables.map { .text($0.unit) })),
            ("recordable_meanings", .list(recordables.map { .text($0.meaning) })), ("equations", .text(equations)),
            ("references", .list(references.map { .text($0) })), ("notes", .list(notes.map { .text($0) })),
            ("receptors", .list(receptors.map { .text($0) })), ("inputs", .list(inputs.map { .text($0) })),
            ("events", .list(events.map { .text($0) })),
        ])
    }
}

extension RuleInfo {
    fileprivate var luaValue: LuaValue {
        .table([
            ("name", .text(name)), ("summary", .text(summary)), ("count", .text(count)),
            ("keys", .list(keys.map(\.luaValue))), ("notes", .list(notes.map { .text($0) })),
        ])
    }
}

extension RuleKey {
    fileprivate var luaValue: LuaValue {
        .table([
            ("name", .text(name)), ("default", defaultText.map { .text($0) } ?? .none), ("meaning", .text(meaning)),
        ])
    }
}

extension ParameterInfo {
    fileprivate var luaValue: LuaValue {
        .table([
            ("name", .text(name)), ("default", LuaValue(defaultValue)), ("unit", .text(unit)),
            ("meaning", .text(meaning)), ("range", .text(range)), ("state", .flag(isState)),
        ])
    }
}
