import AstroCore
import CLua
import Equations
import LuaBridge

extension SynapseInfo: LuaType {
    package static let luaName = "Synapse"
    package static var luaMeaning: String {
        "A synapse model, made from equations by `astro.synapse`, or a coupling, made by `astro.coupling`. It can be used in place of a synapse model's name."
    }
    package var luaText: String { "Synapse(\(name))" }

    package static var fields: [LuaField<SynapseInfo>] {
        [
            .init("name", "Name of the model.", result: "string") { .text($0.name) },
            .init("summary", "One sentence about it.", result: "string") { .text($0.summary) },
        ]
    }

    package static var methods: [LuaMethod<SynapseInfo>] {
        [
            .init(
                "explain", "synapse:explain() -> string",
                "How the model is run: which states are stored once per sender, and the cost of events.",
                details: """
                    One line per state: where it is stored, and how it changes between spikes; then operations per spike. For a \
                    coupling: its inputs, and operations per evaluation.

                        print(synapse:explain())
                    """
            ) { model, _ in .text(try EquationSynapse.explanation(model.identity) ?? "") },
            .init(
                "page", "synapse:page() -> string",
                "The model's page in Markdown: equations, parameters, states, notes.",
                details: "The pages of built-in models are made in the same way."
            ) { model, arguments in
                try arguments.runtime.callModule("astro.pages", "model", model.info.luaValue, arguments.L)
                return .pushed(1)
            },
        ]
    }

    package static var operators: [LuaOperator] {
        [
            .init("__eq", "==") { arguments in
                let a = SynapseInfo.read(arguments.runtime, arguments.L, at: 1)
                let b = SynapseInfo.read(arguments.runtime, arguments.L, at: 2)
                return .flag(a != nil && a?.identity == b?.identity)
            }
        ]
    }
}

extension Runtime {
    static var synapseFunctions: [LuaMethod<Void>] {
        [
            .init(
                "synapse", "astro.synapse{ name=, parameters=, state=, equations=, on_pre=, on_post= } -> Synapse",
                "A synapse model from equations: what a spike of the sender does, and one of the target.",
                details: """
                    `connect` then takes the Synapse, or its name, as `synapse_model`. `weight` and `delay` are there already; \
                    `send(x)` hands x to the target, a delay later. Between spikes states follow linear equations exactly.

                        local stdp = astro.synapse {
                          name = "stdp_additive",
                          parameters = { tau_plus = "20 ms", tau_minus = "20 ms", A_plus = 0.01, A_minus = 0.012, w_max = 1 },
                          state = { K_plus = 0, K_minus = 0 },
                          equations = "dK_plus/dt = -K_plus/tau_plus; dK_minus/dt = -K_minus/tau_minus",
                          on_pre  = "weight = max(0, weight - A_minus*w_max*K_minus); K_plus += 1; send(weight)",
                          on_post = "weight = min(w_max, weight + A_plus*w_max*K_plus); K_minus += 1",
                        }
                        sim:connect(pre, post, "all_to_all", { synapse_model = stdp, weight = 0.5 })

                    Docs/own-synapses.md has the language.
                    """
            ) { _, arguments in
                guard arguments.isTable(1) else { throw arguments.wrong(1, "the synapse", "a table") }
                try arguments.runtime.refuseMore("one more model", bytes: 1_000_000)
                let source = try ModelTable(arguments).synapse(at: arguments.index(1))
                return .object(try Catalogue.add(source))
            }
        ]
    }
}

/// Reads what `astro.synapse` is given.
extension ModelTable {
    private static let synapseKeys = [
        "name", "summary", "references", "notes", "parameters", "state", "equations", "on_pre", "on_post", "units",
    ]

    /// Does a table of stdlib say what spikes of a sender do?
    func isSynapse(_ table: Int32) -> Bool { has("on_pre", table) }

    func synapse(at table: Int32) throws -> SynapseSource {
        var source = SynapseSource(name: try name(of: table))
        do {
            try arguments.forEachField(at: table, "the synapse") { key in
                try read(key, lua_gettop(L), into: &source)
            }
        } catch let error as InputError {
            throw InputError("synapse \(source.name): \(error.message)")
        }
        return source
    }

    private func read(_ key: String, _ value: Int32, into source: inout SynapseSource) throws {
        switch key {
        case "name": break
        case "summary": source.summary = try text(value, key)
        case "references": source.references = try texts(value, key)
        case "notes": source.notes = try texts(value, key)
        case "parameters": source.parameters = try rows(value, key)
        case "state": source.state = try rows(value, key)
        case "equations": source.equations = try text(value, key)
        case "on_pre": source.onPre = try text(value, key)
        case "on_post": source.onPost = try text(value, key)
        case "units": source.units = try flag(value, key)
        case "on_spike":
            throw InputError(
                "there is no key 'on_spike': on_pre says what a spike of the sender does, on_post what a spike of the target does"
            )
        case "inputs", "spike", "events", "method":
            throw InputError("'\(key)' belongs to models of cells (astro.model)")
        default: throw InputError.unknown("there is no key", key, among: Self.synapseKeys)
        }
    }
}
