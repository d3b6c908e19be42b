import AstroCore
import CLua
import LuaBridge

/// What is wrong with a call that says something else than it means, or nil.
typealias CallSlip = (Arguments) -> String?

/// Calls as another simulator, or another language, would have them, each with the call that was meant.
enum CallSlips {
    /// Throws where a call of that name means another, whose text is the error; nil where none is known.
    static func check(_ name: String) -> CallCheck? {
        table[name].map { slip in { if let answer = slip($0) { throw InputError(answer) } } }
    }

    private static var table: [String: CallSlip] {
        [
            "Simulation:create": create, "Simulation:connect": connect, "Simulation:record": record,
            "Simulation:simulate": simulate, "Simulation:connections": connections, "Nodes:get": get, "Nodes:set": set,
            "Connections:get": get, "Connections:set": set, "astro.vector": vector, "astro.Simulation": simulation,
        ]
    }

    /// nest.Create(model, n, params), or with the two the other way round.
    private static func create(_ a: Arguments) -> String? {
        guard a.isText(1), a.isTable(2), a.isNumber(3) else { return nil }
        return "n comes before the parameters: sim:create(\(a.quoted(1)), \(a.plain(3)), { … })"
    }

    private static func connect(_ a: Arguments) -> String? {
        if a.isNumber(3), a.isNothing(4) {
            return
                "a weight belongs to the synapse, after the rule: sim:connect(pre, post, \"all_to_all\", { weight = \(a.plain(3)) })"
        }
        if a.isNumber(4) {
            return "the synapse is a name or a table: sim:connect(pre, post, \(rule(a)), { weight = \(a.plain(4)) })"
        }
        if a.isText(3), Catalogue.knowsSynapse(a.plain(3)) {
            let synapse = a.isTable(4) ? "{ synapse_model = \(a.quoted(3)), … }" : a.quoted(3)
            return "\(a.quoted(3)) is a synapse model, and the rule comes before it: "
                + "sim:connect(pre, post, \"all_to_all\", \(synapse))"
        }
        guard a.isText(4), !a.isNothing(5) else { return nil }
        return "a synapse with values of its own is one table: "
            + "sim:connect(pre, post, \(rule(a)), { synapse_model = \(a.quoted(4)), weight = \(a.isNumber(5) ? a.plain(5) : "…") })"
    }

    private static func rule(_ a: Arguments) -> String { a.isText(3) ? a.quoted(3) : "{ rule = … }" }

    private static func record(_ a: Arguments) -> String? {
        guard a.isText(2), a.isText(3) else { return nil }
        return "several names go in a table: sim:record(nodes, { \(texts(a, from: 2)) })"
    }

    private static func simulate(_ a: Arguments) -> String? {
        guard a.isNumber(1), a.isText(2) else { return nil }
        return "times are in ms, without a unit: sim:simulate(\(a.plain(1)))"
    }

    private static func connections(_ a: Arguments) -> String? {
        guard Nodes.read(a.runtime, a.L, at: a.index(1)) != nil else { return nil }
        let target = a.isNothing(2) ? "" : ", target = …"
        return "the arguments have names: sim:connections { source = …\(target) }"
    }

    private static func get(_ a: Arguments) -> String? {
        if a.isTable(1) { return "one name per call: \(receiver(a)):get(\"V_m\")" }
        guard a.isText(1), a.isText(2) else { return nil }
        return "one name per call: " + textArguments(a).map { "\(receiver(a)):get(\($0))" }.joined(separator: ", ")
    }

    private static func set(_ a: Arguments) -> String? {
        guard a.isText(1) else { return nil }
        let value = a.isNumber(2) ? a.plain(2) : "…"
        return "names and values go in a table: \(receiver(a)):set { \(a.plain(1)) = \(value) }"
    }

    private static func receiver(_ a: Arguments) -> Substring { a.usage.prefix { $0 != ":" } }

    private static func vector(_ a: Arguments) -> String? {
        guard a.isNumber(1) else { return nil }
        return "the numbers go in a table: astro.vector { \(a.plain(1))\(a.isNothing(2) ? "" : ", …") }"
    }

    private static func simulation(_ a: Arguments) -> String? {
        guard a.isNumber(1) else { return nil }
        return "options have names: astro.Simulation { resolution = 0.1, seed = 1 }"
    }

    private static func textArguments(_ a: Arguments, from first: Int = 1) -> [String] {
        (first...a.count).prefix { a.isText($0) }.map(a.quoted)
    }

    private static func texts(_ a: Arguments, from first: Int) -> String {
        textArguments(a, from: first).joined(separator: ", ")
    }
}

extension Arguments {
    /// A number or a text as a script would write it.
    fileprivate func plain(_ i: Int) -> String {
        if isText(i) { return runtime.text(L, at: index(i)) }
        let isInteger = lua_isinteger(L, index(i)) != 0
        return isInteger
            ? String(lua_tointegerx(L, index(i), nil)) : formatted(lua_tonumberx(L, index(i), nil))
    }

    fileprivate func quoted(_ i: Int) -> String { "\"\(plain(i))\"" }
}
