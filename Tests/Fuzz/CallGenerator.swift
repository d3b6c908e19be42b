/// Turns any bytes into a Lua program that calls what scripts can call, with right and wrong arguments. Every byte is a
/// choice, so what libFuzzer changes in the bytes changes the program a little.
struct CallGenerator {
    private var bytes: ArraySlice<UInt8>
    private var depth = 0
    private(set) var program = ""

    init(_ bytes: [UInt8]) {
        self.bytes = bytes[...]
        program = Self.opening
        var statements = 0
        while !self.bytes.isEmpty, statements < 60 {
            program += statement() + "\n"
            statements += 1
        }
    }

    private static let opening = """
        local sim = astro.Simulation { resolution = 0.1, seed = 3 }
        local n = sim:create("aeif_cond_alpha_astro", 3)
        local g = sim:create("astrocyte_lr_1994", 2)
        local p = sim:create("poisson_generator", { rate = 1000 })
        local r, v, t, c, f, s = sim:record(n), astro.vector { 1, 2, 3 }, {}, nil, function(...) return ... end, "text"

        """

    private mutating func next(_ count: Int) -> Int { Int(bytes.popFirst() ?? 0) % count }

    private mutating func pick(_ choices: [String]) -> String { choices[next(choices.count)] }

    private static let names = ["sim", "n", "g", "p", "r", "v", "t", "c", "f", "s"]

    private mutating func statement() -> String {
        depth = 0
        switch next(8) {
        case 0: return "\(pick(Self.names)) = \(expression())"
        case 1: return "pcall(function() t[\(expression())] = \(expression()) end)"
        case 2:
            return
                "pcall(function() for i, x in \(pick(["pairs", "ipairs", "next,"])) \(expression()) do t[i] = x end end)"
        case 3: return "pcall(function() local x <close> = \(expression()) t[1] = x end)"
        case 4: return "collectgarbage(\(pick(["", "'step'", "'stop'", "'restart'", "'generational'", "'count'"])))"
        case 5: return "pcall(function() sim:simulate(\(pick(["1", "0.1", "10", "0", "-1", "3.3", "100", "0/0"]))) end)"
        default: return "pcall(function() \(pick(Self.names)) = \(call()) end)"
        }
    }

    private static let numbers = [
        "0", "1", "2", "3", "-1", "-2", "0.5", "10", "100", "1e3", "2^31", "2^53", "1e308", "-1e308", "1/0", "-1/0",
        "0/0", "math.maxinteger",
        "math.mininteger", "0x7fffffff", "-0.0", "5e-324",
    ]

    private static let texts = [
        "''", "'text'", "'V_m'", "'Ca_astro'", "'IP3'", "'weight'", "'delay'", "'rate'", "'aeif_cond_alpha_astro'",
        "'parrot_neuron'", "'poisson_generator'", "'spike_recorder'", "'multimeter'", "'tsodyks_synapse'",
        "'sic_connection'",
        "'static_synapse'", "'all_to_all'", "'one_to_one'", "'pairwise_bernoulli'", "'fixed_indegree'",
        "'fixed_outdegree'",
        "'third_factor_bernoulli_with_pool'", "'x.csv'", "'x.npz'", "'x.dat'", "'\\0'", "'(.-)%1'", "'%b()'",
        "'%f[%w]'",
        "'[^%s]+'", "('x'):rep(1000)",
    ]

    private mutating func expression() -> String {
        depth += 1
        defer { depth -= 1 }
        guard depth < 5 else { return pick(Self.names) }
        switch next(10) {
        case 0, 1: return pick(Self.names)
        case 2, 3: return pick(Self.numbers)
        case 4: return pick(Self.texts)
        case 5: return table()
        case 6:
            return
                "(\(expression()) \(pick(["+", "-", "*", "/", "^", "..", "==", "<", "%", "//", "and", "or"])) \(expression()))"
        case 7:
            return pick([
                "nil", "true", "print", "error", "coroutine.yield", "io.stdout", "astro", "#\(expression())", "-v",
            ])
        case 8:
            return
                "function(...) \(pick(["return ...", "error('raised')", "coroutine.yield()", "return \(expression())", "sim = nil"])) end"
        default: return call()
        }
    }

    private static let keys = [
        "rule", "synapse_model", "weight", "delay", "V_m", "rate", "p", "indegree", "label", "interval", "to", "source",
        "target",
        "allow_autapses", "allow_multapses", "pool_size", "pool_type", "primary", "third_in", "third_out", "start",
        "stop",
        "resolution", "seed", "threads", "spike_times", "__index", "__close", "__len", "__tostring", "__eq", "__name",
        "[1]", "[2]",
    ]

    private mutating func table() -> String {
        let fields = (0..<next(5)).map { _ in next(3) == 0 ? expression() : "\(pick(Self.keys)) = \(expression())" }
        return "{ " + fields.joined(separator: ", ") + " }"
    }

    private mutating func arguments() -> String { (0..<next(6)).map { _ in expression() }.joined(separator: ", ") }

    private static let methods = [
        "create", "connect", "tripartite_connect", "record", "simulate", "save", "connections", "fingerprint", "nodes",
        "populations",
        "slice", "sample", "get", "set", "clear", "rate", "sum", "mean", "std", "min", "max", "sorted", "select", "gt",
        "lt",
        "ge", "le", "eq", "map", "totable", "histogram", "find", "match", "gsub", "rep", "format", "sub", "byte",
    ]

    private static let fields = [
        "time", "stats", "num_connections", "ids", "model", "label", "events", "n_events", "quantities", "source",
        "target", "weight",
        "delay", "synapse_model", "seed", "nothing",
    ]

    private static let functions = [
        "astro.Simulation", "astro.models", "astro.rules", "astro.vector", "astro.load", "astro.random.uniform",
        "astro.random.normal",
        "astro.random.lognormal", "astro.random.exponential", "astro.random.uniform_int", "astro.random.redraw",
        "pcall", "xpcall",
        "select", "table.concat", "table.insert", "table.remove", "table.move", "table.sort", "table.unpack",
        "table.pack",
        "string.pack", "string.unpack", "string.format", "string.rep", "string.gsub", "tostring", "tonumber",
        "setmetatable",
        "getmetatable", "rawset", "rawget", "rawequal", "rawlen", "load", "next", "coroutine.wrap", "coroutine.create",
        "coroutine.resume", "coroutine.close", "coroutine.status", "require('astro.plot').lines",
        "require('astro.plot').raster",
        "require('astro.plot').histogram", "math.random", "utf8.char", "utf8.codepoint", "error", "io.open", "io.lines",
    ]

    private mutating func call() -> String {
        switch next(4) {
        case 0: return "\(pick(Self.functions))(\(arguments()))"
        case 1: return "\(pick(Self.names)).\(pick(Self.fields))"
        case 2: return "\(pick(Self.names)).\(pick(Self.methods))(\(arguments()))"
        default: return "\(pick(Self.names)):\(pick(Self.methods))(\(arguments()))"
        }
    }
}
