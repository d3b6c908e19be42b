import Foundation
import Testing

/// Does the kernel at hand confine files? Where it does not, tests that need it are skipped, and say so.
private let hasLandlock: Bool = {
    let summary = (try? Run(["--version"]).output) ?? ""
    let has = summary.contains("Landlock") && !summary.contains("no Landlock")
    if !has { print("skipped: this kernel has no Landlock, so tests of its confinement do not run") }
    return has
}()

@Suite("The sandbox", .ownDirectory, .timeLimit(.minutes(10)))
struct SandboxTests {
    @Test("Nothing gets out of a process that is confined, whatever runs in it", .enabled(if: hasLandlock))
    func confinedProcess() throws {
        let (lines, _) = try probe([])
        #expect(lines.count > 30)
        #expect(lines.filter { $0.hasSuffix("ALLOWED") || $0.hasSuffix("FAILS") } == [])
    }

    @Test("gnuplot can only draw, whatever it is asked", .enabled(if: hasLandlock))
    func confinedGnuplot() throws {
        let (lines, directory) = try probe(["gnuplot"])
        #expect(lines.count >= 7 && lines.allSatisfy { $0.hasSuffix("refused") }, "\(lines)")
        let left = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(left.sorted() == ["inside", "secret"])
    }

    @Test("No known escape leads out: Tests/lua/escapes.lua")
    func escapes() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../lua/escapes.lua").standardizedFileURL
        let release = try Run(["--version"]).output
        let run = try Run(["--quiet", "--time-limit", "100", file.path, release])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.hasSuffix("no way out\n"))
    }

    @Test(
        "The memory limit ends a script with a clear error, whatever it does",
        arguments: [
            "local t = {} for i = 1, 1e9 do t[i] = i end",
            "local s = ('x'):rep(1e9)", "local s = 'x' while true do s = s .. s end",
            "local s = ('x'):rep(1e8) s:format() string.format(('%s'):rep(20), s, s, s, s, s, s, s, s, s, s, s, s, s, s)",
            "local t = {} for i = 1, 1e3 do t[i] = ('x'):rep(1e6) end table.concat(t)",
            "collectgarbage('stop') local t = {} while true do t = { t } end",
            "local t = {} while true do pcall(function() t[#t + 1] = ('x'):rep(1e5) .. #t end) end",
            "xpcall(function() local t = {} for i = 1, 1e9 do t[i] = i end end, function() while true do end end)",
            "local t = {} local x <close> = setmetatable({}, { __close = function() for i = 1, 1e9 do t[i] = i end end }) "
                + "for i = 1, 1e9 do t[i] = i end",
            "local t = {} while true do t[#t + 1] = coroutine.create(print) end",
            "local t = {} while true do t[#t + 1] = astro.vector { 1, 2, 3 }:sorted() end",
            "local t = {} while true do t[#t + 1] = astro.Simulation() t[#t]:create('parrot_neuron', 1e4) end",
            "local s = astro.Simulation() s:create('aeif_cond_alpha_astro', 1e9)",
            "local s = astro.Simulation() local n = s:create('parrot_neuron', 1e5) s:connect(n, n)",
            "('x'):rep(3e7):gsub('x', ('y'):rep(100))", "load(function() return ('x'):rep(1e6) end)",
            "io.read = nil string.pack(('s'):rep(200), table.unpack((function() local t = {} for i = 1, 200 do t[i] = "
                + "('x'):rep(1e6) end return t end)()))",
        ])
    func memoryLimit(text: String) throws {
        let run = try Run(["--memory-limit", "60M", "--time-limit", "60", "-e", text + " print('not stopped')"])
        #expect(run.status == 1, "\(text)")
        #expect(
            run.errors.contains("--memory-limit") || run.errors.contains("stack overflow"), "\(text): \(run.errors)")
        #expect(!run.output.contains("not stopped"))
    }

    @Test(
        "What does not fit into the memory is an error that pcall catches, and the script goes on",
        arguments: [
            "return v:histogram(1e8)", "return v:histogram(3e7)", "return v:histogram(1.4e9)",
            "local t = {} for i = 1, 99 do t[i] = big:sorted() end",
            "local t = {} for i = 1, 99 do t[i] = big:totable() end",
            "local t = {} for i = 1, 99 do t[i] = big:slice(1) end", "local t = {} for i = 1, 99 do t[i] = -big end",
            "local t = {} for i = 1, 99 do t[i] = big + big end", "local t = {} for i = 1, 99 do t[i] = 2 ^ big end",
            "local t = {} for i = 1, 99 do t[i] = big:gt(1) end",
            "local t = {} for i = 1, 99 do t[i] = big:select(big) end",
            "for i = 1, 1000 do sim:record(n, { label = ('x'):rep(1e7) .. i }) end",
            "for i = 1, 1000 do sim:create('parrot_neuron', { label = ('x'):rep(1e7) .. i }) end",
            "local t = {} for i = 1, 1e7 do t[i] = astro.Simulation { threads = 1 } end",
            "sim:create(('x'):rep(5e7))", "astro.load(('x'):rep(5e7))", "return n:get(('x'):rep(1e7))",
        ])
    func memoryErrors(text: String) throws {
        let run = try Run([
            "--quiet", "--memory-limit", "150M", "-e",
            """
            local v, sim = astro.vector { 1, 2 }, astro.Simulation { seed = 1, threads = 1 }
            local n = sim:create("parrot_neuron", 10)
            local _, big = v:histogram(1e6)
            local ok, why = pcall(function() \(text) end)
            sim:simulate(1)
            print(ok, #tostring(why) < 1e5, "goes on")
            """,
        ])
        #expect(run.output == "false\ttrue\tgoes on\n", "\(text): \(run.output) \(run.errors.prefix(500))")
        #expect(!run.errors.contains("Fatal error"), "\(text)")
    }

    @Test(
        "Handles of four million connections, and what is asked of them, fit into the memory or are an error",
        arguments: [
            ("return sim:connections {}", "64M"), ("return sim:connections { source = some }", "40M"),
            ("return sim:connections { target = some }", "40M"),
            ("return sim:connections { source = some, target = some }", "20M"),
            ("local t = {} for i = 1, 99 do t[i] = sim:connections { target = some } end", "150M"),
            ("return sim:connections {}.source", "150M"), ("return sim:connections {}.target", "150M"),
            ("return sim:connections {}.synapse_model", "150M"), ("return sim:connections {}:get 'weight'", "150M"),
            ("sim:connections {}:set { weight = astro.random.uniform(0, 1) }", "150M"),
        ])
    func connectionMemory(text: String, limit: String) throws {
        let run = try Run([
            "--quiet", "--memory-limit", limit, "--time-limit", "60", "-e",
            """
            local sim = astro.Simulation { seed = 1, threads = 1 }
            local n = sim:create("parrot_neuron", 2000)
            local some = n:slice(1, 2000, 2)
            sim:connect(n, n)
            local ok, why = pcall(function() \(text) end)
            local few = sim:connections { source = n[7], target = some }
            sim:simulate(1)
            print(ok, tostring(why):match "%d+ connections need about" ~= nil, #few, few:get("weight"):sum())
            """,
        ])
        #expect(run.output == "false\ttrue\t1000\t1000.0\n", "\(text): \(run.output) \(run.errors.prefix(500))")
    }

    @Test(
        "Recorders that fill the memory stop the run, with all that they have and room to save it",
        arguments: [
            "for i = 1, 300 do add(sim:record(many[i])) end", "for i = 1, 2000 do add(sim:record(few)) end",
            "for i = 1, 400 do add(sim:record(cells, { 'V_m' }, { interval = 0.1 })) end",
            "for i = 1, 200 do add(sim:record(few)) add(sim:record(cells, { 'V_m' }, { interval = 0.1 })) end",
        ], ["1", "3"])
    func fullRecorders(text: String, threads: String) throws {
        let run = try Run([
            "--quiet", "--memory-limit", "64M", "--time-limit", "100", "-e",
            """
            local sim = astro.Simulation { seed = 1, threads = \(threads) }
            local cells = sim:create("aeif_cond_alpha_astro", 300)
            local few, many = sim:create("parrot_neuron", 10), sim:create("parrot_neuron", 300)
            local noise = sim:create("poisson_generator", { rate = 20000 })
            sim:connect(noise, few + many)
            local recs = {}
            local function add(rec) recs[#recs + 1] = rec end
            \(text)
            local done, problem
            repeat done, problem = pcall(sim.simulate, sim, 1) until not done or sim.time > 1e4
            local events, time = 0, sim.time
            for _, rec in ipairs(recs) do events = events + rec.n_events end
            recs[1]:save "full.csv"
            for _, rec in ipairs(recs) do rec:clear() end
            sim:simulate(1)
            os.remove "full.csv"
            print(done, problem:find "memory" ~= nil, events > 1e5, sim.time > time)
            """,
        ])
        #expect(run.output == "false\ttrue\ttrue\ttrue\n", "\(text): \(run.output) \(run.errors.prefix(500))")
    }

    @Test("The processes of a sweep share the memory limit; a point that needs more fails, and the others go on")
    func sharedMemory() throws {
        let run = try Run([
            "--quiet", "--memory-limit", "100M", "-e",
            """
            local sweep = require "astro.sweep"
            local results = sweep.run(function(p)
              local t = {} for i = 1, p.a == 2 and 60 or 5 do t[i] = ("x"):rep((1 << 20) - 100) end
              return #t
            end, { a = { 1, 2, 3, 4 } }, { processes = 4 })
            print(#results, #results.failed, results.failed[1].a, results.failed[1].error)
            """,
        ])
        #expect(
            run.output.hasPrefix("3\t1\t2\tthis point needs more memory than its share"), "\(run.output) \(run.errors)")
    }

    @Test("Rows so large that they lie in pieces of their own count as what they are, and are whole")
    func largeRows() throws {
        let run = try Run([
            "--quiet", "--memory-limit", "550M", "-e",
            """
            for _ = 1, 3 do
              local sim <close> = astro.Simulation { resolution = 0.1, threads = 2 }
              local pre, post = sim:create("parrot_neuron", 4000), sim:create("parrot_neuron", 9000)
              sim:connect(pre, post, nil, { synapse_model = "stdp_pl_synapse_hom", weight = 20, delay = 2, receptor_type = 1 })
              sim:connect(sim:create("spike_generator", { spike_times = { 1 } }), pre)
              sim:simulate(5)
              local weights = sim:connections({ target = post[77] }).weight
              print(#weights, weights:min(), weights:max())
            end
            """,
        ])
        #expect(
            run.output == String(repeating: "4000\t20.0\t20.0\n", count: 3), "\(run.output) \(run.errors.prefix(500))")
    }

    @Test("All that connections have of their own once their delays are set counts before they are")
    func ownValuesWithDelays() throws {
        let run = try Run([
            "--quiet", "--memory-limit", "110M", "-e",
            """
            local sim = astro.Simulation { resolution = 0.1, threads = 1 }
            local n = sim:create("parrot_neuron", 1500)
            sim:connect(n, n, nil, { synapse_model = "stdp_pl_synapse_hom", weight = 20, delay = 2, receptor_type = 1 })
            local some = sim:connections { source = n[1] }
            local done, problem = pcall(some.set, some, { delay = 3 })
            print(done, problem:match "set: values of their own .* %(%-%-memory%-limit%)" ~= nil, some:get("delay"):max())
            """,
        ])
        #expect(run.output == "false\ttrue\t2.0\n", "\(run.output) \(run.errors.prefix(500))")
    }

    @Test("Cells that excite each other without end are an error before the memory is full")
    func spikesWithoutEnd() throws {
        let run = try Run([
            "--memory-limit", "200M", "--time-limit", "60", "-e",
            """
            local astro = require "astro"
            local sim = astro.Simulation()
            local cells = sim:create("parrot_neuron", 100)
            sim:connect(sim:create("spike_generator", { spike_times = { 1.0 } }), cells)
            sim:connect(cells, cells)
            print(pcall(sim.simulate, sim, 1000))
            """,
        ])
        #expect(run.output.contains("Do cells excite each other without end?"), "\(run.output) \(run.errors)")
    }

    @Test(
        "The time limit ends a script with a clear error, whatever it does",
        arguments: [
            "while true do end", "while true do pcall(function() while true do end end) end",
            "while true do xpcall(error, function() while true do end end) end",
            "xpcall(function() while true do end end, function() while true do end end)",
            "local function f() return pcall(f) or f() end while true do f() end",
            "coroutine.wrap(function() while true do end end)()",
            "local x <close> = setmetatable({}, { __close = function() while true do end end }) while true do end",
            "local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end",
            "local co = coroutine.create(function() local x <close> = setmetatable({}, { __close = function() while true do end "
                + "end }) coroutine.yield() end) coroutine.resume(co) coroutine.close(co)",
            "coroutine.wrap(function() local x <close> = setmetatable({}, { __close = function() while true do end end }) "
                + "error() end)()",
            "('a'):rep(40):find(('a?'):rep(40) .. ('a'):rep(40))", "('a'):rep(5000):find(('.-'):rep(40) .. 'b')",
            "('a'):rep(1e5):gsub('.-.-.-b', '')", "for _ in ('a'):rep(3000):gmatch('(.*)(.*)(.*)(.*)b') do end",
            "table.move({}, 1, 1e15, 2)", "table.move({}, 1, 1e15, 2, {})",
            "table.insert(setmetatable({}, { __len = function() return 1 << 60 end }), 1, 1)",
            "table.remove(setmetatable({}, { __len = function() return 1 << 60 end }), 1)",
            "table.concat(setmetatable({}, { __index = function() return '' end }), '', 1, 1 << 60)",
            "local t = {} for i = 1, 1e5 do t[i] = i end while true do table.sort(t, function() return true end) end",
            "while true do load('return 1')() end", "while true do collectgarbage() end",
            "setmetatable(_G, { __index = function(t, k) while true do end end }) local x = nothing",
            "astro.vector { 1 }:map(function() while true do end end)",
            "local s = astro.Simulation() s:create('aeif_cond_alpha_astro', 1000) s:simulate(1e9)",
            "while true do pcall(astro.Simulation) end", "while true do pcall(require, 'nothing') end",
        ])
    func timeLimit(text: String) throws {
        let run = try Run(["--quiet", "--time-limit", "0.4", "-e", text + " print('not stopped')"])
        #expect(run.status == 1, "\(text)")
        #expect(run.errors.contains("--time-limit"), "\(text): \(run.errors)")
        #expect(!run.errors.contains("does not stop"), "\(text) was ended only by force")
        #expect(!run.output.contains("not stopped"))
    }

    @Test(
        "Deep recursion is an error and not a crash",
        arguments: [
            "local function f() return 1 + f() end f()",
            "local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k .. 'x'] end return t.x",
            "local s = ('('):rep(1e6) .. '1' .. (')'):rep(1e6) assert(load('return ' .. s))",
            "assert(load(('{'):rep(1e6)))", "assert(load('return ' .. ('not '):rep(1e6) .. '1'))",
            "assert(load(('do '):rep(1e5) .. ('end '):rep(1e5)))", "assert(load('x = ' .. ('a.'):rep(1e6)))",
            "assert(load('x = ' .. ('1 .. '):rep(1e6) .. '1'))", "assert(load(('function f() '):rep(1e5)))",
            "(('('):rep(100)):find(('('):rep(1e5))", "('x'):rep(50):find(('(x'):rep(40))",
            "('a'):rep(1e6):find(('a?'):rep(1e4))",
            "local f = function() error() end for i = 1, 250000 do local g = f f = coroutine.wrap(function() g() end) end f()",
            "local function f() xpcall(error, f) error() end f()",
            "local function f(e) error(e) end xpcall(f, f) error('x')",
            "local t = {} t.__tostring = function(x) return tostring(x) end tostring(setmetatable(t, t))",
            "local v = astro.vector { 1 } local function f() return v:map(f)[1] end f()",
            "local t = setmetatable({}, { __lt = function(a, b) local l = { a, b } table.sort(l) return true end }) "
                + "table.sort { t, t, t }",
            "local s = 'x' s = ('x'):gsub('x', function() return s:gsub('x', function() return dofile() end) end) error('x')",
            "require = nil local function f() return ('x'):gsub('x', f) end f()",
        ])
    func recursion(text: String) throws {
        let run = try Run(["--time-limit", "5", "-e", text])  // some would take longer than anybody lives
        #expect(
            run.status == 1 && !run.errors.contains("brought the program down"), "\(text): \(run.errors.prefix(300))")
    }

    @Test("250 000 coroutines that close each other do not overflow C's stack")
    func nestedClosing() throws {
        let text = """
            local co
            for i = 1, 250000 do
              local inner = co
              co = coroutine.create(function()
                local x <close> = setmetatable({}, { __close = function() if inner then coroutine.close(inner) end end })
                coroutine.yield()
              end)
              coroutine.resume(co)
            end
            coroutine.close(co)
            print("goes on")
            """
        #expect(try Run(["-e", text]).output == "goes on\n")
    }

    @Test(
        "No way of printing sends a command to a terminal",
        arguments: [
            "print('\\27[31mred\\7')", "io.write('\\27[31mred\\7')", "io.stdout:write('\\27[31mred\\7')",
            "io.stderr:write('\\27[31mred\\7')", "error('\\27[31mred\\7')", "error('\\27[31mred\\7', 0)",
            "io.output():write('\\27', '[31mred\\7')", "print(setmetatable({}, { __name = '\\27[31mred\\7' }))",
            "io.output():setvbuf('no') for c in ('\\27[31mred\\7'):gmatch('.') do io.write(c) end",
        ])
    func terminal(text: String) throws {
        let (unlock, peer): (UInt, UInt) = (0x4004_5431, 0x5441)  // TIOCSPTLCK, TIOCGPTPEER
        let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var locked: Int32 = 0
        try #require(master >= 0 && ioctl(master, unlock, &locked) == 0)
        let terminal = FileHandle(fileDescriptor: ioctl(master, peer, O_RDWR | O_NOCTTY), closeOnDealloc: false)
        let process = Process()
        process.executableURL = Run.program
        process.arguments = ["-e", text]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = terminal
        process.standardError = terminal
        try process.run()
        process.waitUntilExit()
        close(terminal.fileDescriptor)
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(master, &bytes, bytes.count)
        let shown = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        close(master)
        #expect(shown.contains("\\x1b[31mred\\x07"))
        #expect(!shown.contains("\u{1B}") && !shown.contains("\u{7}"))
    }

    @Test("Into a file or a pipe everything goes unchanged")
    func unchangedOutput() throws {
        #expect(try Run(["-e", "io.write('\\27[31m\\r\\0\\xff')"]).output == "\u{1B}[31m\r\0\u{FFFD}")
    }

    @Test("A crash is a message and status 1")
    func crash() throws {
        let process = try Started(["-e", "print('on') while true do end"])
        kill(try process.child(), SIGSEGV)
        #expect(process.end() == 1)
        #expect(process.errors.contains("brought the program down"))
    }

    @Test(
        "SIGTERM to the parent ends both, with the status a shell gives to that",
        arguments: [SIGTERM, SIGHUP])
    func terminate(signal: Int32) throws {
        let process = try Started(["-e", "print('on') while true do pcall(error) end"])
        let child = try process.child()
        kill(process.identifier, signal)
        #expect(process.end() == 128 + signal && !process.wasSignalled)
        #expect(kill(child, 0) != 0)
        #expect(process.errors.contains("(command line):1: interrupted (SIG"))
    }

    @Test("A signal stops a run with the place, the time and what is in files")
    func stoppedRun() throws {
        try Run.script(
            "stopped.lua",
            """
            local sim = astro.Simulation { threads = 1 }
            local spikes = sim:record(sim:create("aeif_cond_alpha_astro", 10, { I_e = 900.0 }), { to = "stopped.csv" })
            print "on"
            pcall(sim.simulate, sim, 1e9)
            """)
        let process = try Started(["--quiet", "stopped.lua"])
        usleep(300_000)
        kill(process.identifier, SIGTERM)
        #expect(process.end() == 143)
        let lines = process.errors.split(separator: "\n")
        try #require(lines.count == 4, "\(process.errors)")
        #expect(lines[0] == "stopped.lua:4: interrupted (SIGTERM)")
        #expect(lines[1].contains(" of 1000000000 ms of sim:simulate are done, sim.time = "))
        #expect(lines[2].hasPrefix("  stopped.csv holds everything up to "))
        #expect(lines[3].hasPrefix("  to continue: "))
    }

    @Test(
        "What a script's process forks ends with the program, also where it does not want to", .enabled(if: hasLandlock)
    )
    func forks() throws {
        let (lines, _) = try probe(["forks"])
        let process = try #require(lines.first.flatMap { Int32($0) })
        #expect(kill(process, 0) != 0)
    }

    @Test("Processes that draw at the same time get each its own picture")
    func picturesAtOnce() throws {
        let text = """
            local plot = require "astro.plot"
            local results = require("astro.sweep").run(function(p)
              plot.lines({ 1, 2 }, { 1, p.x }, { title = "picture " .. p.x .. "." }):save("at_once_" .. p.x .. ".svg")
              local ok, problem = pcall(function() plot.lines({ 1 }, { 1 }):save("nowhere/x.svg") end)
              return not ok and problem:find "nowhere" and 1 or 0
            end, { x = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 } }, { processes = 20 })
            print(#results, results:column("value"):sum())
            """
        let run = try Run(["--quiet", "-e", text])
        #expect(run.output == "20\t20.0\n", "\(run.errors)")
        for x in 1...20 {
            let file = Run.directory.appendingPathComponent("at_once_\(x).svg")
            #expect(try String(contentsOf: file, encoding: .utf8).contains("picture \(x)."))
        }
    }

    @Test(
        "A file that cannot be written whole leaves nothing behind, and the program goes on", arguments: ["npz", "h5"])
    func fullDisk(ending: String) throws {
        let text = """
            local sim = astro.Simulation { threads = 1 }
            local spikes = sim:record(sim:create("aeif_cond_alpha_astro", 200, { I_e = 900.0 }))
            sim:simulate(2000)
            print(pcall(spikes.save, spikes, "full.\(ending)"))
            """
        try Run.script("full.lua", text)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "ulimit -f 20; exec \"$0\" full.lua", Run.program.path]
        process.currentDirectoryURL = Run.directory
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(said.contains("can't write 'full.\(ending)': File too large"), "\(said)")
        #expect(errors.fileHandleForReading.readDataToEndOfFile().isEmpty)
        let left = try FileManager.default.contentsOfDirectory(atPath: Run.directory.path)
        #expect(!left.contains { $0.hasPrefix("full.\(ending)") })
    }

    @Test("The script's own exit status passes through")
    func exitStatus() throws {
        #expect(try Run(["-e", "os.exit(7)"]).status == 7)
        #expect(try Run(["-e", "os.exit(true, true)"]).status == 0)
        #expect(try Run(["-e", "io.write('kept') os.exit(false)"]).output == "kept")
    }

    @Test("A directory for --allow-read must exist")
    func missingDirectory() throws {
        let run = try Run(["--allow-read", "nowhere", "-e", ""])
        #expect(run.status == 2 && run.errors.contains("'nowhere' does not exist"))
    }

    @Test("A picture is drawn from inside the sandbox, and refused outside of it")
    func pictures() throws {
        let plot = "local plot = require 'astro.plot' plot.lines({ 1, 2 }, { 1, 2 }):save("
        #expect(try Run(["-e", plot + "'drawn.svg')"]).status == 0)
        let picture = try String(contentsOf: Run.directory.appendingPathComponent("drawn.svg"), encoding: .utf8)
        #expect(picture.contains("</svg>"))
        #expect(try Run(["-e", plot + "'../drawn.svg')"]).errors.contains("the sandbox lets a script write"))
    }

    private func probe(_ arguments: [String]) throws -> ([String], URL) {
        let outside = FileManager.default.temporaryDirectory.appendingPathComponent("astrolua-\(UUID().uuidString)")
        let inside = outside.appendingPathComponent("inside")
        try FileManager.default.createDirectory(at: inside, withIntermediateDirectories: true)
        try Data("classified\n".utf8).write(to: outside.appendingPathComponent("secret"))
        let process = Process()
        process.executableURL = Run.built("SandboxProbe")
        process.arguments = arguments
        process.currentDirectoryURL = inside
        var environment = ProcessInfo.processInfo.environment
        environment["PROBE_SECRET"] = "1"
        environment["TERM"] = "dumb"
        process.environment = environment
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return (text.split(separator: "\n").map(String.init), outside)
    }
}

/// A program that runs while the test does something to it; it has printed a line by then.
final class Started {
    private let process = Process()
    private let output = Pipe()
    private let complaints = Pipe()
    private(set) var errors = ""

    init(_ arguments: [String]) throws {
        process.executableURL = Run.program
        process.arguments = arguments
        process.currentDirectoryURL = Run.directory
        process.standardOutput = output
        process.standardError = complaints
        try process.run()
        _ = output.fileHandleForReading.availableData
    }

    var identifier: Int32 { process.processIdentifier }
    var wasSignalled: Bool { process.terminationReason == .uncaughtSignal }

    func child() throws -> Int32 {
        let path = "/proc/\(identifier)/task/\(identifier)/children"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return try #require(text.split(separator: " ").first.flatMap { Int32($0) })
    }

    func end() -> Int32 {
        errors = String(decoding: complaints.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return process.terminationStatus
    }
}
