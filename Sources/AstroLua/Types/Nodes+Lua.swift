import AstroCore
import CLua
import LuaBridge

extension Nodes: LuaType {
    package static let luaName = "Nodes"
    package static var luaPhrase: String { luaName }
    package static var luaMeaning: String {
        "A group of nodes in a fixed order. `#nodes` is their number, `nodes[i]` one of them (counted from 1, negative "
            + "from the end), `a + b` both groups joined, and `ipairs(nodes)` loops over single nodes."
    }

    package var luaLength: Int? { count }
    package var luaText: String { description }

    package func luaHint(forField name: String) -> String? {
        if knows(name) { return "parameters and state are read by get: nodes:get(\"\(name)\")" }
        guard (try? simulation.recorder(of: self)) != nil else { return nil }
        if Recorder.methods.contains(where: { $0.name == name }) {
            return "the recorder has it: nodes.recorder:\(name)(…)"
        }
        return Recorder.fields.contains { $0.name == name } ? "the recorder has it: nodes.recorder.\(name)" : nil
    }

    /// nil behind the last one, where `ipairs` stops.
    package func luaElement(_ index: Int, _ arguments: Arguments) throws -> LuaValue {
        index == count + 1 ? .none : .object(try node(at: index))
    }

    package static var methods: [LuaMethod<Nodes>] {
        [
            .init("slice", "nodes:slice(first, last [, step])", "Nodes first to last, counted from 1.") {
                nodes, arguments in
                let first = try arguments.integer(1, "first")
                let last = try arguments.integer(2, "last")
                return .object(try nodes.slice(first, last, step: try arguments.optionalInteger(3, "step") ?? 1))
            },
            .init("sample", "nodes:sample(n)", "n distinct nodes, drawn from the simulation's seed, ascending.") {
                nodes, arguments in
                .object(try nodes.sample(try arguments.integer(1, "n")))
            },
            .init(
                "get", "nodes:get(name)", "A parameter or state: a value for one node, a Vector for more.",
                details: """
                        exc:get("V_m"):mean()
                    """
            ) {
                nodes, arguments in
                try nodes.luaColumn(try arguments.string(1, "name"))
            },
            .init(
                "set", "nodes:set{ name = value, … }", "Changes parameters; values are given as in create.",
                details: """
                        exc:slice(1, 50):set { I_e = 700.0 }
                    """
            ) {
                nodes, arguments in
                guard arguments.isTable(1) else { throw arguments.wrong(1, "parameters", "a table") }
                try nodes.set(try arguments.settings(1, "parameters"))
                return .nothing
            },
        ]
    }

    package static var fields: [LuaField<Nodes>] {
        [
            .init("ids", "Global ids, from 1.", result: "Vector") { .vector($0.ids.map(Double.init)) },
            .init("model", "The model's name; nil for a mixture.", result: "string") {
                $0.model.map { .text($0) } ?? .none
            },
            .init("label", "The population's name, if it has one.", result: "string") {
                $0.label.map { .text($0) } ?? .none
            },
            .init(
                "positions",
                "The position of each node in mm, a list of { x, y } or { x, y, z }; nil if the nodes have no positions.",
                result: "table"
            ) { $0.positions.map { .list($0.map { .list($0.map { .number($0) }) }) } ?? .none },
            .init(
                "period",
                "Lengths in mm after which the space of the nodes repeats, one per dimension; nil if it has edges.",
                result: "table"
            ) { $0.period.map { .list($0.map { .number($0) }) } ?? .none },
            .init(
                "events", "What a recorder among the nodes has recorded; see Recorder.", result: "table",
                present: Runtime.presentColumns
            ) { try $0.simulation.recorder(of: $0).luaEvents() },
            .init("n_events", "Number of events that a recorder holds.", result: "number") {
                .integer(try $0.simulation.recorder(of: $0).eventCount)
            },
            .init(
                "recorder", "The Recorder of a recorder that was created as a node: what `sim:record` returns.",
                result: "Recorder"
            ) { .object(try $0.simulation.recorder(of: $0)) },
        ]
    }

    package static var operators: [LuaOperator] {
        [
            .init("__add", "Nodes +") { arguments in
                let a = try arguments.object(Nodes.self, 1, "the left operand")
                let b = try arguments.object(Nodes.self, 2, "the right operand")
                return .object(try a.joined(with: b))
            },
            .misuse("__concat", "Nodes are not text (tostring(nodes) is); a + b joins two groups"),
            .misuse("__call", "Nodes can't be called; a loop takes ipairs: for i, node in ipairs(nodes) do"),
            .init("__eq", "==") { arguments in
                guard let a = Nodes.read(arguments.runtime, arguments.L, at: 1),
                    let b = Nodes.read(arguments.runtime, arguments.L, at: 2)
                else { return .flag(false) }
                return .flag(a.simulation === b.simulation && a.ids == b.ids)
            },
        ]
    }

    private func luaColumn(_ name: String) throws -> LuaValue {
        switch try get(name) {
        case .numbers(let numbers): return count == 1 ? .number(numbers[0]) : .vector(numbers)
        case .values(let values): return count == 1 ? LuaValue(values[0]) : .list(values.map { LuaValue($0) })
        }
    }
}
