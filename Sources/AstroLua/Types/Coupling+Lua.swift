import AstroCore
import CLua
import Equations
import LuaBridge

extension Runtime {
    static var couplingFunctions: [LuaMethod<Void>] {
        [
            .init(
                "coupling", "astro.coupling{ name=, parameters=, where=, input=, value= } -> Synapse",
                "A coupling of cells: a signal that is an expression of both ends, such as a gap junction.",
                details: """
                    `connect` then takes it, or its name, as `synapse_model`. `pre.X` and `post.X` are states and quantities \
                    of the two cells, read at the end of the same step; `value`, times the connection's `weight`, arrives at \
                    the target's signal `input` a `delay` later, a step if none is given. Contributions of several \
                    connections add up; `N_incoming` is their number. `every` in `connect` says how often, in ms, it is evaluated.

                        local gap = astro.coupling {
                          name = "ip3_gap_junction",
                          parameters = { F = "0.09 uM/s", theta = "0.3 uM", omega = "0.05 uM" },
                          where = { d = "pre.I - post.I" },
                          input = "J_gap", value = "F/2*(1 + tanh((abs(d) - theta)/omega))*sign(d)",
                        }
                        sim:connect(cells, cells,
                          { rule = "symmetric_pairwise_bernoulli", p = 0.1, make_symmetric = true, allow_autapses = false },
                          { synapse_model = gap })

                    Docs/own-couplings.md has more.
                    """
            ) { _, arguments in
                guard arguments.isTable(1) else { throw arguments.wrong(1, "the coupling", "a table") }
                try arguments.runtime.refuseMore("one more model", bytes: 1_000_000)
                let source = try ModelTable(arguments).coupling(at: arguments.index(1))
                return .object(try Catalogue.add(source))
            }
        ]
    }
}

/// Reads what `astro.coupling` is given.
extension ModelTable {
    private static let couplingKeys = [
        "name", "summary", "references", "notes", "parameters", "where", "input", "value", "units",
    ]

    /// Does a table of stdlib say what cells send each other?
    func isCoupling(_ table: Int32) -> Bool { has("value", table) }

    func coupling(at table: Int32) throws -> CouplingSource {
        var source = CouplingSource(name: try name(of: table))
        do {
            try arguments.forEachField(at: table, "the coupling") { key in
                try read(key, lua_gettop(L), into: &source)
            }
        } catch let error as InputError {
            throw InputError("coupling \(source.name): \(error.message)")
        }
        return source
    }

    private func read(_ key: String, _ value: Int32, into source: inout CouplingSource) throws {
        switch key {
        case "name": break
        case "summary": source.summary = try text(value, key)
        case "references": source.references = try texts(value, key)
        case "notes": source.notes = try texts(value, key)
        case "parameters": source.parameters = try rows(value, key)
        case "input": source.input = try text(value, key)
        case "value": source.value = try text(value, key)
        case "units": source.units = try flag(value, key)
        case "where":
            try isTable(value, key)
            try arguments.forEachField(at: value, key) { name in
                source.quantities.append(.init(name, try text(lua_gettop(L), "where.\(name)")))
            }
        case "state", "equations":
            throw InputError(
                "there is no key '\(key)': a coupling has no states of its own; where = { d = \"pre.I - post.I\" } names expressions"
            )
        case "on_pre", "on_post":
            throw InputError("'\(key)' belongs to synapses, which act at spikes (astro.synapse)")
        case "inputs", "on_spike", "spike", "events", "method":
            throw InputError("'\(key)' belongs to models of cells (astro.model)")
        default: throw InputError.unknown("there is no key", key, among: Self.couplingKeys)
        }
    }
}
