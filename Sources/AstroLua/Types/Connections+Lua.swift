import AstroCore
import CLua
import LuaBridge

extension Connections: LuaType {
    package static var luaName: String { "Connections" }
    package static var luaPhrase: String { luaName }
    package static var luaMeaning: String {
        "Single connections, including parallel ones. `#c` is their number, `c[i]` one of them, and `ipairs(c)` goes "
            + "through all."
    }

    package var luaLength: Int? { count }
    package var luaText: String { description }

    package func luaElement(_ index: Int, _ arguments: Arguments) throws -> LuaValue {
        index == count + 1 ? .none : .object(try connection(at: index))
    }

    package static var methods: [LuaMethod<Connections>] {
        [
            .init("get", "c:get(name)", "A parameter: a Vector, one element per connection.") { c, arguments in
                .vector(try c.get(try arguments.string(1, "name")))
            },
            .init("set", "c:set{ name = value }", "Changes parameters; values are numbers, distributions or lists.") {
                c, arguments in
                guard arguments.isTable(1) else { throw arguments.wrong(1, "parameters", "a table") }
                try c.set(try arguments.settings(1, "parameters"))
                return .nothing
            },
            .init("disconnect", "c:disconnect() -> number", "Removes them; returns their number.") {
                c, arguments in
                defer { arguments.runtime.accountMemory() }
                return .integer(try c.simulation.disconnect(c))
            },
        ]
    }

    package static var fields: [LuaField<Connections>] {
        [
            .init("source", "Ids of the sources.", result: "Vector") { .vector(try $0.get("source")) },
            .init("target", "Ids of the targets.", result: "Vector") { .vector(try $0.get("target")) },
            .init("weight", "Weights: nS onto conductances, pA of slow inward currents.", result: "Vector") {
                .vector(try $0.get("weight"))
            },
            .init("delay", "Delays in ms.", result: "Vector") { .vector(try $0.get("delay")) },
            .init(
                "third",
                "Ids of the paired astrocytes, 0 if there is none, for synapses that read or feed one.",
                result: "Vector"
            ) { .vector(try $0.get("third")) },
            .init("synapse_model", "Names of the synapse models.", result: "table") {
                try $0.refuse(bytesEach: 100)
                return .list($0.synapseModels.map { .text($0) })
            },
        ]
    }
}
