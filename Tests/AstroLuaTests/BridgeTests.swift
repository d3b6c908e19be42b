import AstroLua
import LuaBridge
import Testing

/// Runs a text; what it prints goes nowhere, so a test states its claim with `assert` in Lua or by the outcome.
private func run(_ text: String, _ options: Options = Options()) throws -> Outcome {
    try Runtime(options).run(Array(text.utf8), name: "@script.lua")
}

private func message(_ text: String, _ options: Options = Options()) throws -> String {
    guard case .failed(let message) = try run(text, options) else { return "no error" }
    return message
}

private func firstLine(_ text: String) -> String { text.split(separator: "\n").first.map(String.init) ?? "" }

@Suite("The bridge between Lua and Swift")
struct BridgeTests {
    @Test("An error stands at the caller's line")
    func errorPosition() throws {
        let text = """
            local sim = astro.Simulation()
            local function build()
              return sim:create("no_such_model")
            end
            build()
            """
        let lines = try message(text).split(separator: "\n").map(String.init)
        #expect(lines[0].hasPrefix("script.lua:3: create: "))
        #expect(!lines.contains { $0.contains("[C]") })
        #expect(lines.last == "\tscript.lua:5: in main chunk")
    }

    @Test("An error inside pcall(method) still names the script's line")
    func positionThroughPcall() throws {
        let text = """
            local ok, problem = pcall(astro.vector, 3)
            assert(problem:find("^script.lua:1: vector: the numbers go in a table"), problem)
            """
        #expect(try run(text) == .finished)
    }

    @Test("Lua calls Swift calls Lua, a hundred deep, and the error comes back whole")
    func nestedCalls() throws {
        let text = """
            local one, raised = astro.vector { 1 }, {}
            local function deep(n)
              if n == 0 then error(raised) end
              return one:map(function() return deep(n - 1) end)
            end
            local ok, problem = pcall(deep, 100)
            assert(not ok and problem == raised)
            """
        #expect(try run(text) == .finished)
    }

    @Test("Too deep a chain is an error, not a crash")
    func endlessNesting() throws {
        let text = "local v = astro.vector { 1 } local function f() return v:map(f)[1] end f()"
        #expect(try message(text).contains("overflow"))
    }

    @Test("Whichever request for memory is refused, an error comes of it and Lua goes on afterwards")
    func refusedMemory() throws {
        let text = """
            local t = {}
            for i = 1, 20 do t["key" .. i] = { i } end
            for k, v in pairs(t) do t[k] = ("%s %d"):format(tostring(v), v[1]) end
            for _ in next, t do end
            local list = astro.vector { 3, 1, 2 }:map(function(x) return x * 2 end):totable()
            table.sort(list, function(a, b) return a < b end)
            table.insert(list, 1, 7) table.remove(list, 1) table.move(list, 1, 3, 5)
            local text = ("key = value; "):rep(9):gsub("(%w+) = (%w+)", "%2=%1"):gsub("%w+", string.upper)
            for a, b in text:gmatch("(%w+)=(%w+)") do assert(text:find(a) and text:match(b)) end
            local co = coroutine.wrap(function() coroutine.yield(1) end)
            co()
            local closing = coroutine.create(function() local x <close> = setmetatable({}, { __close = type }) coroutine.yield() end)
            coroutine.resume(closing) coroutine.close(closing)
            assert(load("return 1 + 1", "chunk"))()

            local v = astro.vector { 1, 2, 3 }
            local w = (-v + v * 2 - v / 2) ^ 2
            local numbers = { v:sum(), v:mean(), v:std(), v:min(), v:max(), #v, v[1], v == w }
            local vectors = { v:sorted(), v:slice(1, 2), v:select(v:gt(1)), v:lt(w), v:ge(1), v:le(1), v:eq(1), v:histogram(3) }
            local sim = astro.Simulation { seed = 3, threads = 1 }
            local nodes = sim:create("aeif_cond_alpha_astro", 3, { V_m = { -70, -60, -50 }, label = "neurons" })
            local glia = sim:create("astrocyte_lr_1994", 3, { IP3 = astro.random.uniform(0.1, 0.2) })
            local noise = sim:create("poisson_generator", { rate = 2000 })
            sim:connect(noise, nodes + glia)
            sim:connect(nodes, nodes, { rule = "pairwise_bernoulli", p = 0.5 }, { weight = 2, delay = 1 })
            sim:tripartite_connect(nodes, nodes, glia, "all_to_all", { rule = "third_factor_bernoulli_with_pool", p = 1,
              pool_size = 1 }, { third_out = "sic_connection" })
            local spikes, traces = sim:record(nodes), sim:record(nodes, { "V_m" }, { interval = 1 })
            sim:simulate(5)
            local shown = { tostring(sim), tostring(nodes), tostring(spikes), tostring(v), tostring(sim:connections()) }
            local asked = { sim.stats, sim.time, sim:fingerprint(), sim:nodes("neurons"), sim:populations(), astro.models(),
              astro.models("aeif_cond_alpha_astro"), astro.rules(), spikes.events, traces.events, spikes:rate(), spikes.nodes }
            nodes:set { V_m = -65 }
            local parts = { nodes:slice(1, 2), nodes:sample(2), nodes[1], nodes:get("V_m"), nodes.ids, nodes == glia }
            local links = sim:connections { source = nodes, target = nodes, synapse_model = "static_synapse" }
            links:set { weight = 3 }
            local ends = { links.source, links.target, links.weight, links.delay, links.synapse_model, links:get("weight"), links[1] }
            for _, node in ipairs(nodes) do assert(#node == 1) end
            spikes:clear()
            assert(require("astro.plot").lines({ 1, 2 }, { 1, 2 }):commands("x.svg"))
            """
        // one Lua for all, so that what a refusal has spoilt would show in the next run; modules are there from the first run on
        let used = try Runtime()
        #expect(used.run(Array(text.utf8), name: "@script.lua") == .finished)
        let requests = try refuse(text, requests: 1..., in: { used })
        #expect(requests > 300)
        // while modules are being loaded: a new Lua each time, so not every request
        try refuse(text, requests: stride(from: 1, to: 100_000, by: 61), in: { try Runtime() })
    }

    /// Runs the text once for each request, which is refused, until no request is left; the last one.
    @discardableResult
    private func refuse(_ text: String, requests: some Sequence<Int>, in runtime: () throws -> Runtime) throws -> Int {
        for request in requests {
            let runtime = try runtime()
            runtime.refuseMemory(after: request)
            let outcome = runtime.run(Array(text.utf8), name: "@script.lua")
            runtime.refuseMemory(after: 0)
            #expect(runtime.run(Array("assert(#astro.vector { 1 } == 1)".utf8), name: "@again.lua") == .finished)
            switch outcome {
            case .finished: return request
            case .failed(let message) where message.hasPrefix("not enough memory"): continue
            default:
                Issue.record("request \(request): \(outcome)")
                return request
            }
        }
        Issue.record("the script never finished")
        return 0
    }

    @Test(
        "Userdata that is closed, or of another type, gives an error",
        arguments: [
            "local kept do local sim <close> = astro.Simulation() kept = sim end return kept.time",
            "local kept do local sim <close> = astro.Simulation() kept = sim end kept:create('x')",
            "getmetatable('').__index.sub(astro.Simulation(), 1)",
            "local v = astro.vector { 1 } v.sum(astro.Simulation())",
            "local v = astro.vector { 1 } v.sum(3)",
            "setmetatable(astro.Simulation(), {})",
        ])
    func misuse(text: String) throws {
        guard case .failed = try run(text) else {
            Issue.record("no error from: \(text)")
            return
        }
    }

    @Test("A metatable cannot be had from a script")
    func lockedMetatables() throws {
        #expect(try run("assert(getmetatable(astro.Simulation()) == 'Simulation')") == .finished)
    }

    @Test("Nodes keep their simulation alive")
    func ownership() throws {
        let text = """
            local function make() return astro.Simulation():create("aeif_cond_alpha_astro", 2) end
            local nodes = make()
            collectgarbage() collectgarbage()
            assert(#nodes == 2 and #nodes:get("V_m") == 2)
            """
        #expect(try run(text) == .finished)
    }
}

@Suite("Lua, made reproducible")
struct ReproducibleTests {
    @Test("The hash seed of this Lua is known and fixed")
    func hashSeed() throws { #expect(try Runtime().hashSeedIsFixed) }

    @Test("A global that was never set is an error that names the nearest one")
    func undefinedGlobal() throws {
        let text = "excitatory = 1\nlocal x = exitatory"
        #expect(
            try firstLine(message(text))
                == "script.lua:2: variable 'exitatory' is not defined (did you mean 'excitatory'?)")
        #expect(try run("assert(rawget(_G, 'nothing') == nil) nothing = nil x = 1 assert(x == 1)") == .finished)
    }

    @Test("--seed seeds math.random")
    func randomSeed() throws {
        var options = Options()
        options.seed = 5
        let text =
            "math.randomseed(5) local a = math.random(1 << 40) math.randomseed() assert(a == math.random(1 << 40))"
        #expect(try run(text, options) == .finished)
    }

    @Test("Two runs put their tables at the same places")
    func tableOrder() throws {
        let text = """
            local keys, order = {}, {}
            for i = 1, 50 do keys[{}] = i  keys[function() return i end] = -i end
            for _, i in pairs(keys) do order[#order + 1] = i end
            result = table.concat(order, " ")
            """
        let check = "assert(result == '%')"
        let first = try Runtime()
        #expect(first.run(Array(text.utf8), name: "@script.lua") == .finished)
        guard case .failed(let order) = first.run(Array("error(result, 0)".utf8), name: "@script.lua") else { return }
        let second = try Runtime()
        #expect(second.run(Array(text.utf8), name: "@script.lua") == .finished)
        let claim = check.split(separator: "%").joined(separator: firstLine(order))
        #expect(second.run(Array(claim.utf8), name: "@script.lua") == .finished)
    }
}

@Suite("Limits and the sandbox")
struct LimitTests {
    @Test(
        "No pcall or coroutine swallows the memory limit",
        arguments: [
            "pcall(function() local t = {} for i = 1, 1e9 do t[i] = i end end)",
            "local t = {} while true do pcall(function() t[#t + 1] = ('x'):rep(1e5) .. #t end) end",
            "coroutine.resume(coroutine.create(function() local t = {} for i = 1, 1e9 do t[i] = i end end))",
            "pcall(string.rep, 'x', 1e9)",
            "local t = {} for i = 1, 1e6 do t[i] = astro.vector { 1 } * 2 end",
        ])
    func memoryLimit(text: String) throws {
        var options = Options()
        options.memoryLimit = 20 << 20
        #expect(try message(text + " while true do end", options).contains("20 MB (--memory-limit)"))
    }

    @Test(
        "The sandbox keeps a script from the system",
        arguments: [
            "return os.execute", "return io.popen", "return debug.sethook", "return debug.getregistry",
            "return package.loadlib",
            "return string.dump", "return package.searchpath", "return io.tmpfile", "return os.setlocale",
        ])
    func withheld(text: String) throws {
        #expect(try run("local f = (function() \(text) end)() assert(f == nil)") == .finished)
    }

    @Test(
        "Files outside the current directory are refused, whatever way leads there",
        arguments: [
            "assert(io.open('/etc/passwd'))", "assert(io.open('../x', 'w'))", "io.lines('/etc/passwd')",
            "dofile('/etc/passwd')",
            "assert(loadfile('/etc/passwd'))", "io.input('/etc/passwd')", "io.output('/tmp/x')",
            "assert(os.remove('/tmp/x'))",
            "assert(os.rename('/tmp/x', '/tmp/y'))", "package.path = '/etc/?' require 'passwd'",
        ])
    func files(text: String) throws { #expect(try message(text).contains("sandbox")) }

    @Test(
        "Control characters become visible, other text stays",
        arguments: [
            ("plain text\n\twith é, µ and 日本", "plain text\n\twith é, µ and 日本"), ("", ""),
            ("\u{1B}[2J\u{7}\r\u{0}\u{7F}", "\\x1b[2J\\x07\\x0d\\x00\\x7f"), ("\u{9B}31m", "<U+009B>31m"),
            ("a\u{202E}b\u{2066}c\u{200F}\u{2028}", "a<U+202E>b<U+2066>c<U+200F><U+2028>"),
        ])
    func visibleText(text: String, shown: String) { #expect(visible(text) == shown) }

    @Test("Bytecode is not loaded")
    func bytecode() throws {
        #expect(try run("assert(not load('\\27Lua')) assert(load('return 1', 'x', 'b'))") == .finished)
    }
}
