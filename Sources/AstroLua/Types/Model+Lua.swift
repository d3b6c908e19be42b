import AstroCore
import CLua
import CLuaHost
import Equations
import LuaBridge
import LuaShim

extension ModelDefinition: LuaType {
    package static let luaName = "Model"
    package static var luaMeaning: String {
        "A model of cells, made from equations by `astro.model`. It can be used in place of a model's name."
    }
    package var luaText: String { "Model(\(name))" }

    package static var fields: [LuaField<ModelDefinition>] {
        [
            .init("name", "Name of the model.", result: "string") { .text($0.name) },
            .init("kind", "`neuron` or `astrocyte`.", result: "string") { .text($0.family.rawValue) },
            .init("summary", "One sentence about it.", result: "string") { .text($0.text.summary) },
        ]
    }

    package static var methods: [LuaMethod<ModelDefinition>] {
        [
            .init(
                "explain", "model:explain([format]) -> string",
                "How the model is integrated: methods, units, operations per step.",
                details: """
                    One line per state: its method, and why; then the cost of a step in operations per cell. \
                    `format` is `"text"`, or `"latex"` for the equations as in a methods section.

                        print(model:explain())
                    """
            ) { model, arguments in
                let format = arguments.isNothing(1) ? "text" : try arguments.string(1, "format")
                guard ["text", "latex"].contains(format) else {
                    throw InputError.unknown("there is no format", format, among: ["text", "latex"])
                }
                guard let explanation = try EquationModel.explanation(model, asLaTeX: format == "latex") else {
                    throw InputError(
                        "\(model.name) is not a model from equations: help \"\(model.name)\" describes it")
                }
                return .text(explanation)
            },
            .init(
                "page", "model:page() -> string", "The model's page in Markdown: equations, parameters, states, notes.",
                details: "The pages of built-in models are made in the same way."
            ) { model, arguments in
                try arguments.runtime.callModule("astro.pages", "model", ModelInfo(model).luaValue, arguments.L)
                return .pushed(1)
            },
        ]
    }

    package static var operators: [LuaOperator] {
        [
            .init("__eq", "==") { arguments in
                let a = ModelDefinition.read(arguments.runtime, arguments.L, at: 1)
                return .flag(a != nil && a === ModelDefinition.read(arguments.runtime, arguments.L, at: 2))
            }
        ]
    }
}

extension Runtime {
    static var modelFunctions: [LuaMethod<Void>] {
        [
            .init(
                "model", "astro.model{ name=, parameters=, state=, equations=, … } -> Model",
                "A model of cells from equations, as a paper has them.",
                details: """
                    `create` then takes the Model, or its name. Numbers carry their units; everything else is derived and checked.

                        local lif = astro.model {
                          name = "lif",
                          parameters = { tau_m = "10 ms", E_L = "-70 mV", V_th = "-55 mV", R = "40 MOhm" },
                          state = { V_m = "E_L" },
                          inputs = { I_stim = "current pA" },
                          equations = "dV_m/dt = (E_L - V_m + R*I_stim)/tau_m",
                          spike = { when = "V_m >= V_th", action = "V_m = E_L", refractory = "2*ms", hold = "V_m" },
                        }
                        sim:create(lif, 100)

                    Docs/own-models.md has the language.
                    """
            ) { _, arguments in
                guard arguments.isTable(1) else { throw arguments.wrong(1, "the model", "a table") }
                try arguments.runtime.refuseMore("one more model", bytes: 1_000_000)
                let source = try ModelTable(arguments).source(at: arguments.index(1))
                return .object(try Catalogue.add(source))
            }
        ]
    }

    /// A model for `create`: what `astro.model` made, or a name; models that stdlib has as text are read when they are first named.
    func cellModel(_ arguments: Arguments, _ i: Int) throws -> (name: String, definition: ModelDefinition?) {
        if let model = ModelDefinition.read(self, arguments.L, at: arguments.index(i)) { return (model.name, model) }
        if let synapse = SynapseInfo.read(self, arguments.L, at: arguments.index(i)) {
            throw InputError(
                "\(synapse.name) is a \(synapse.isCoupling ? "coupling" : "synapse model"): it belongs in connect")
        }
        let name = try arguments.string(i, "model")
        if !Catalogue.knows(name) { try readLibraryModel(name, arguments) }
        return (name, nil)
    }

    /// Adds a model of stdlib/astro/models to the catalogue, if there is one of that name.
    @discardableResult
    func readLibraryModel(_ name: String, _ arguments: Arguments) throws -> Bool {
        let isPlain = name.utf8.allSatisfy {
            $0 == 95 || $0 >= 48 && $0 <= 57 || $0 >= 65 && $0 <= 90 || $0 >= 97 && $0 <= 122
        }
        let path = "astro/models/\(name).lua", L = arguments.L
        guard isPlain, !name.isEmpty, name.utf8.count < 100, let stdlib = access.stdlib,
            let bytes = readFile("\(stdlib)/\(path)")
        else { return false }
        ledger?.noteLibrary(path, bytes)
        let status = bytes.withUnsafeBytes {
            luaL_loadbufferx(
                L, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count, HOST_LIBRARY_CHUNK + path, "t")
        }
        defer { lua_settop(L, -2) }
        guard status == LUA_OK else { throw InputError(text(L, at: -1)) }
        // the file is one table: it needs no globals
        lua_createtable(L, 0, 0)
        lua_setupvalue(L, -2, 1)
        try callBack(L, arguments: 0, results: 1)
        guard lua_type(L, -1) == LUA_TTABLE else { throw InputError("\(path) does not return a table") }
        let table = ModelTable(arguments), index = lua_gettop(L)
        if table.isSynapse(index) {
            _ = try Catalogue.add(table.synapse(at: index))
        } else if table.isCoupling(index) {
            _ = try Catalogue.add(table.coupling(at: index))
        } else {
            _ = try Catalogue.add(table.source(at: index))
        }
        return true
    }

    /// Calls a function of a module in stdlib with one argument; its result is on top of the stack.
    func callModule(_ module: String, _ function: String, _ argument: LuaValue, _ L: LuaState) throws {
        lua_rawgeti(L, registry, lua_Integer(LUA_RIDX_GLOBALS))
        pushText("require", L)
        lua_rawget(L, -2)
        pushText(module, L)
        try callBack(L, arguments: 1, results: 1)
        guard lua_type(L, -1) == LUA_TTABLE else { throw InputError("\(module) is not a module of tables") }
        pushText(function, L)
        lua_rawget(L, -2)
        push(argument, L)
        try callBack(L, arguments: 1, results: 1)
    }

    /// Names of the models that stdlib has as text.
    var libraryModels: [String] {
        let files = access.stdlib.flatMap { directoryEntries("\($0)/astro/models") } ?? []
        return files.filter { $0.hasSuffix(".lua") }.map { String($0.dropLast(4)) }.sorted()
    }
}

/// Reads what `astro.model` is given.
struct ModelTable {
    let arguments: Arguments
    var L: LuaState { arguments.L }

    init(_ arguments: Arguments) { self.arguments = arguments }

    private static let keys = [
        "name", "summary", "references", "notes", "kind", "parameters", "state", "inputs", "equations", "on_spike",
        "spike",
        "events", "method", "tolerance", "step", "units",
    ]

    func source(at table: Int32) throws -> ModelSource {
        var source = ModelSource(name: try name(of: table))
        do {
            try arguments.forEachField(at: table, "the model") { key in try read(key, lua_gettop(L), into: &source) }
        } catch let error as InputError {
            throw InputError("model \(source.name): \(error.message)")
        }
        return source
    }

    func lua_getfield_text(_ name: String, _ table: Int32) {
        arguments.lua.pushText(name, L)
        lua_rawget(L, table)
    }

    func pop() { lua_settop(L, -2) }

    func has(_ key: String, _ table: Int32) -> Bool {
        lua_getfield_text(key, table)
        defer { pop() }
        return lua_type(L, -1) > LUA_TNIL
    }

    /// What every definition needs.
    func name(of table: Int32) throws -> String {
        lua_getfield_text("name", table)
        guard lua_type(L, -1) == LUA_TSTRING else { throw wrong("name", "a string") }
        defer { pop() }
        return try arguments.exactText(at: -1, "name")
    }

    func wrong(_ name: String, _ wanted: String) -> InputError {
        arguments.wrong(at: lua_gettop(L), name, wanted)
    }

    private func read(_ key: String, _ value: Int32, into source: inout ModelSource) throws {
        switch key {
        case "name": break
        case "summary": source.summary = try text(value, key)
        case "kind": source.kind = try text(value, key)
        case "references": source.references = try texts(value, key)
        case "notes": source.notes = try texts(value, key)
        case "equations": source.equations = try text(value, key)
        case "method": source.method = try text(value, key)
        case "tolerance": source.tolerance = try number(value, key)
        case "step": source.step = try number(value, key)
        case "units": source.units = try flag(value, key)
        case "parameters": source.parameters = try rows(value, key)
        case "state": source.state = try rows(value, key)
        case "inputs": source.inputs = try inputs(value)
        case "on_spike": source.onSpike = try arrivals(value)
        case "spike": source.spike = try event("spike", value, key)
        case "events":
            try isTable(value, key)
            try arguments.forEachField(at: value, key) { name in
                source.events.append(try event(name, lua_gettop(L), "events.\(name)"))
            }
        case "threshold", "reset":
            throw InputError(
                "there is no key '\(key)': write spike = { when = \"V_m > V_th\", action = \"V_m = V_reset\" }")
        case "refractory":
            throw InputError("there is no key 'refractory': it belongs in spike = { …, refractory = \"2*ms\" }")
        default: throw InputError.unknown("there is no key", key, among: Self.keys)
        }
    }

    // MARK: Values

    func text(_ index: Int32, _ name: String) throws -> String {
        guard lua_type(L, index) == LUA_TSTRING else { throw arguments.wrong(at: index, name, "a string") }
        return try arguments.exactText(at: index, name)
    }

    func flag(_ index: Int32, _ name: String) throws -> Bool {
        guard lua_type(L, index) == LUA_TBOOLEAN else { throw arguments.wrong(at: index, name, "true or false") }
        return lua_toboolean(L, index) != 0
    }

    private func number(_ index: Int32, _ name: String) throws -> Double {
        guard lua_type(L, index) == LUA_TNUMBER else { throw arguments.wrong(at: index, name, "a number") }
        return lua_tonumberx(L, index, nil)
    }

    /// A number without unit, or a text.
    private func value(_ index: Int32, _ name: String) throws -> String {
        if lua_type(L, index) == LUA_TNUMBER {
            let x = lua_tonumberx(L, index, nil)
            if x.isNaN { throw InputError("\(name) = nan is not a number") }
            return "\(x)"
        }
        guard lua_type(L, index) == LUA_TSTRING else {
            throw arguments.wrong(at: index, name, "a number or a string such as \"10 ms\"")
        }
        return try arguments.exactText(at: index, name)
    }

    func texts(_ index: Int32, _ name: String) throws -> [String] {
        if lua_type(L, index) == LUA_TSTRING { return [try text(index, name)] }
        try isTable(index, name)
        if lua_rawlen(L, index) == 0 { return [] }
        guard case .texts(let list) = try arguments.list(at: index, name) else {
            throw arguments.wrong(at: index, name, "a string or a list of strings")
        }
        return list
    }

    func isTable(_ index: Int32, _ name: String) throws {
        guard lua_type(L, index) == LUA_TTABLE else { throw arguments.wrong(at: index, name, "a table") }
    }

    /// Rows in a list, or names with values.
    func rows(_ table: Int32, _ name: String) throws -> [ModelSource.Row] {
        try isTable(table, name)
        let count = Int(lua_rawlen(L, table))
        guard count > 0 else {
            var rows: [ModelSource.Row] = []
            try arguments.forEachField(at: table, name) { key in
                let index = lua_gettop(L)
                if lua_type(L, index) == LUA_TTABLE {
                    rows.append(try row(index, "\(name).\(key)", named: key))
                } else {
                    rows.append(.init(key, try value(index, "\(name).\(key)")))
                }
            }
            return rows
        }
        return try (1...count).map { i in
            lua_rawgeti(L, table, lua_Integer(i))
            defer { pop() }
            return try row(lua_gettop(L), "\(name)[\(i)]", named: nil)
        }
    }

    /// `{ name, default, meaning, allowed }`; the name may stand before the table.
    private func row(_ table: Int32, _ place: String, named name: String?) throws -> ModelSource.Row {
        guard lua_type(L, table) == LUA_TTABLE else {
            throw arguments.wrong(at: table, place, "a row { name, default, meaning, allowed }")
        }
        let shift: Int32 = name == nil ? 0 : -1, top = lua_gettop(L)
        defer { lua_settop(L, top) }
        for i in 1...4 { lua_rawgeti(L, table, lua_Integer(i + Int(shift))) }
        let cell = { (i: Int32) in top + i }
        let isNothing = { (i: Int32) in lua_type(L, cell(i)) <= LUA_TNIL }
        let own = try name ?? text(cell(1), "\(place)[1]")
        guard !isNothing(2) else { throw InputError("\(place): '\(own)' has no default") }
        let meaning = isNothing(3) ? "" : try text(cell(3), "\(place)[3]")
        let allowed = isNothing(4) ? "" : try text(cell(4), "\(place)[4]")
        guard lua_rawlen(L, table) <= 4 + Int(shift) else {
            throw InputError("\(place): a row has at most four values: name, default, meaning, allowed")
        }
        return .init(own, try value(cell(2), "\(place)[2]"), meaning, allowed)
    }

    private func inputs(_ table: Int32) throws -> [ModelSource.Input] {
        try isTable(table, "inputs")
        var inputs: [ModelSource.Input] = []
        try arguments.forEachField(at: table, "inputs") { name in
            inputs.append(.init(name, try text(lua_gettop(L), "inputs.\(name)")))
        }
        return inputs
    }

    // MARK: Spikes and events

    /// One text, one by sign, or one or two by receptor.
    private func arrivals(_ index: Int32) throws -> [ModelSource.Arrival] {
        if lua_type(L, index) == LUA_TSTRING { return [.init(receptor: "", sign: .any, try text(index, "on_spike"))] }
        guard lua_type(L, index) == LUA_TTABLE else {
            throw arguments.wrong(at: index, "on_spike", "a string or a table")
        }
        if let own = try signs(index, receptor: "") { return own }
        var arrivals: [ModelSource.Arrival] = []
        // numbers first: 0 is not part of a list
        try forEachKey(index) { receptor, value in
            let place = "on_spike.\(receptor)"
            if lua_type(L, value) == LUA_TSTRING {
                arrivals.append(.init(receptor: receptor, sign: .any, try text(value, place)))
            } else if lua_type(L, value) == LUA_TTABLE, let own = try signs(value, receptor: receptor) {
                arrivals += own
            } else {
                throw arguments.wrong(at: value, place, "a string, or { excitatory = …, inhibitory = … }")
            }
        }
        return arrivals
    }

    /// nil where the table has other keys than signs.
    private func signs(_ table: Int32, receptor: String) throws -> [ModelSource.Arrival]? {
        var arrivals: [ModelSource.Arrival] = []
        for sign in [ModelSource.Arrival.Sign.excitatory, .inhibitory] {
            lua_getfield_text(sign.rawValue, table)
            defer { pop() }
            if lua_type(L, -1) <= LUA_TNIL { continue }
            arrivals.append(.init(receptor: receptor, sign: sign, try text(lua_gettop(L), "on_spike.\(sign.rawValue)")))
        }
        if arrivals.isEmpty { return nil }
        var count = 0
        try forEachKey(table) { key, _ in
            guard ["excitatory", "inhibitory"].contains(key) else {
                throw InputError.unknown(
                    "on_spike: besides signs there is no key", key, among: ["excitatory", "inhibitory"])
            }
            count += 1
        }
        return arrivals
    }

    /// Whole numbers and names, in order.
    private func forEachKey(_ table: Int32, _ body: (String, Int32) throws -> Void) throws {
        var numbers: [Int] = [], names: [String] = []
        lua_pushnil(L)
        while lua_next(L, table) != 0 {
            pop()
            if lua_type(L, -1) == LUA_TSTRING {
                names.append(try arguments.exactText(at: -1, "a key of on_spike"))
            } else if lua_isinteger(L, -1) != 0 {
                numbers.append(Int(lua_tointegerx(L, -1, nil)))
            } else {
                throw arguments.wrong(at: -1, "a key of on_spike", "a receptor: a whole number or a name")
            }
        }
        guard numbers.isEmpty || names.isEmpty else {
            throw InputError("on_spike: receptors are numbers or names, not both")
        }
        for number in numbers.sorted() {
            lua_rawgeti(L, table, lua_Integer(number))
            try body("\(number)", lua_gettop(L))
            pop()
        }
        for name in names.sorted() {
            lua_getfield_text(name, table)
            try body(name, lua_gettop(L))
            pop()
        }
    }

    private static let eventKeys = ["when", "crossing", "action", "refractory", "hold"]

    private func event(_ name: String, _ table: Int32, _ place: String) throws -> ModelSource.Event {
        try isTable(table, place)
        var event = ModelSource.Event(name)
        try arguments.forEachField(at: table, place) { key in
            let index = lua_gettop(L)
            switch key {
            case "when": event.when = try text(index, "\(place).when")
            case "crossing": event.crossing = try text(index, "\(place).crossing")
            case "action": event.action = try text(index, "\(place).action")
            case "refractory": event.refractory = try value(index, "\(place).refractory")
            case "hold": event.hold = try texts(index, "\(place).hold")
            case "threshold", "reset":
                throw InputError("\(place): there is no key '\(key)': conditions are 'when', statements are 'action'")
            default: throw InputError.unknown("\(place): there is no key", key, among: Self.eventKeys)
            }
        }
        return event
    }
}
