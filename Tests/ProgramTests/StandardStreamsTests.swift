import Foundation
import Testing

@Suite("Standard input, output and error", .ownDirectory, .timeLimit(.minutes(10)))
struct StandardStreamsTests {
    private static let recording = """
        local sim = astro.Simulation { seed = 1, threads = 1 }
        local n = sim:create("aeif_cond_alpha_astro", 1, { I_e = 900 })
        sim:record(n, { to = "c.csv" })
        print "hello" sim:simulate(100) print "more" io.stderr:write "warning"
        print(io.read())
        error "boom"
        """

    private func run(_ command: String, in trap: Trap) throws -> (status: String, output: String) {
        let start = "program() { '\(Run.program.path)' --quiet \"$@\"; }"
        let text = try trap.shell("\(start); (\(command)) 2>errors.txt; echo \"status $?\"; cat errors.txt")
        let status = text.split(separator: "\n").first { $0.hasPrefix("status ") }.map(String.init) ?? ""
        return (status, text)
    }

    @Test(
        "Where one is closed, nothing printed gets into what is recorded",
        arguments: ["<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"])
    func closed(redirection: String) throws {
        let trap = try Trap()
        try trap.write("c.lua", Self.recording)
        try trap.write(
            "s.lua",
            "require('astro.sweep').run(function(p) print(p.a) \(Self.recording.replacing("c.csv", with: "d.csv")) end, { a = { 1 } })"
        )
        let whole = try trap.shell("'\(Run.program.path)' --quiet c.lua </dev/null >/dev/null 2>&1; cat c.csv")
        #expect(whole.hasPrefix("time_ms") && whole.split(separator: "\n").count > 3)
        for options in ["", "--trust", "--record r.json"] {
            _ = try trap.shell("rm -f c.csv; '\(Run.program.path)' --quiet \(options) c.lua \(redirection); true")
            #expect(try trap.shell("cat c.csv") == whole, "\(options)")
        }
        _ = try trap.shell("'\(Run.program.path)' --quiet s.lua \(redirection); true")
        #expect(try trap.shell("cat d.csv") == whole)
        let records = try trap.shell("'\(Run.program.path)' --quiet verify r.json | head -c 30")
        #expect(records.hasPrefix("r.json: the same to the bit"), "\(records)")
        let picture =
            "sim = astro.Simulation {} r = sim:record(sim:create('parrot_neuron', 1)) sim:simulate(1) require 'astro.plot'.raster(r):save 'p.svg'"
        try trap.write("p.lua", picture)
        _ = try trap.shell("'\(Run.program.path)' --quiet p.lua \(redirection); true")
        #expect(try trap.shell("head -c 5 p.svg; tail -n 2 p.svg").hasPrefix("<?xml"))
        #expect(try trap.shell("tail -n 2 p.svg").contains("</svg>"))
    }

    @Test(
        "What is printed to a full disk is an error with status 1",
        arguments: [
            "-e 'print \"x\"'", "-e 'io.write \"x\"'", "-e 'io.stdout:write \"x\"'", "-e 'io.write \"x\" os.exit(0)'",
            "-e 'pcall(print, 1)'", "-e 'for i = 1, 1e5 do io.write(i) end'", "--trust -e 'print \"x\"'",
            "--trust -e 'io.write \"x\"'", "--trust -e 'io.write \"x\" os.exit(true)'",
            "--trust -e 'io.write \"x\" os.exit(true, true)'",
            "--help", "--version", "new experiment", "bundle quiet.lua", "verify run.json", "-i <commands.txt",
            "-e 'require \"astro.report\".value(\"x\", 1)'", "-e 'require \"astro.report\".run(astro.Simulation {})'",
            "-e 'require \"astro.sweep\".run(function(p) io.write(p.a) return 1 end, { a = { 1, 2 } })'",
            "--record x.json -e 'io.write \"x\"'", "--record x.json -e 'io.write \"x\" os.exit(0)'", "- <commands.txt",
        ])
    func fullDisk(words: String) throws {
        let trap = try Trap()
        try trap.write("quiet.lua", "x = 1")
        try trap.write("commands.txt", "print(1)\n")
        _ = try trap.run(["--record", "run.json", "quiet.lua"])
        let result = try run("program \(words) >/dev/full", in: trap)
        #expect(result.status == "status 1", "\(result.output)")
        #expect(result.output.contains("can't write to standard output: No space left on device"), "\(result.output)")
        guard words.contains("x.json") else { return }
        let record = try trap.shell("cat x.json")
        #expect(record.contains("\"status\": 1") && record.contains("can't write to standard output"))
    }

    @Test("A record that cannot be written is status 1, too, however the script ends", arguments: ["", " os.exit(0)"])
    func fullRecord(ending: String) throws {
        let trap = try Trap()
        let result = try run("ulimit -f 0; program --record x.json -e 'x = 1\(ending)'", in: trap)
        #expect(result.status == "status 1", "\(result.output)")
    }

    @Test("Who stops reading ends the program by SIGPIPE, as it does others")
    func brokenPipe() throws {
        let trap = try Trap()
        try trap.write("many.lua", "for i = 1, 1e6 do print(i) end")
        let text = try trap.shell("'\(Run.program.path)' --quiet many.lua | head -n 1; echo ${PIPESTATUS[0]}")
        #expect(text == "1\n141\n")
    }

    @Test("At the prompt the escape codes of a script are shown and not obeyed; the prompt's own colours stay")
    func prompt() throws {
        let trap = try Trap()
        for name in ["\u{1B}[8mone.csv", "\u{1B}[8mtwo.csv"] { try trap.write(name, "") }
        try trap.write(
            "start.lua",
            "function text(s) return setmetatable({}, { __tostring = function() return '\\27[8m' .. s end }) end")
        let terminal = try TerminalRun(["-i", trap.directory.appendingPathComponent("start.lua").path])
        try terminal.prompt()
        let lines = [
            ("error '\\27[8mhidden1'", "hidden1"), ("error(text 'hidden2')", "hidden2"), ("text 'hidden3'", "hidden3"),
            ("{ text 'hidden4' }", "hidden4"), (":traceback", "hidden2"), ("_G['\\27[8mhidden5'] = 1", ""),
            (":vars", "hidden5"),
            ("astro.Simulation {}:create('\\27[8mhidden6')", "hidden6"), ("help '\\27[8mhidden7'", "hidden7"),
            ("s = astro.Simulation {} n = s:create('parrot_neuron', 1, { label = '\\27[8mhidden8' })", ""),
            ("s", "hidden8"),
            ("n", "hidden8"), ("s:record(n)", "hidden8"), ("help(n)", ""), ("load('\\27[8mhidden9 = =')", ""),
            ("setmetatable({}, { __name = '\\27[8mhidden10' })()", "hidden10"), ("print '\\27[8mhidden11'", "hidden11"),
        ]
        for (line, shown) in lines {
            terminal.enter(line)
            try terminal.wait(for: "\n")
            if !shown.isEmpty { try terminal.wait(for: "\\x1b[8m" + shown) }
            try terminal.prompt()
        }
        terminal.enter(":quit")
        #expect(terminal.end() == 0)
        #expect(terminal.usesColours && terminal.hasGot("\u{1B}[31m") && !terminal.hasGot("\u{1B}[8m"))
    }

    @Test("File names that complete a line are shown, too")
    func completion() throws {
        for name in ["\u{1B}[8mone.csv", "\u{1B}[8mtwo.csv", "z\"q.csv"] {
            try Data().write(to: Run.directory.appendingPathComponent(name))
        }
        let terminal = try TerminalRun()
        try terminal.prompt()
        terminal.type("io.open(\"" + TerminalRun.tab + TerminalRun.tab)
        try terminal.wait(for: "\\x1b[8mone.csv")
        terminal.type("z" + TerminalRun.tab)
        try terminal.wait(for: "z\\\"q.csv")
        terminal.type(TerminalRun.ctrlC)
        try terminal.prompt()
        terminal.enter(":quit")
        _ = terminal.end()
        #expect(!terminal.hasGot("\u{1B}[8m"))
    }

    @Test("Names that are not UTF-8 are refused: two of them would be one file")
    func otherBytes() throws {
        let trap = try Trap()
        try trap.write(
            "names.lua",
            """
            local io2, plot, sweep = require "astro.io", require "astro.plot", require "astro.sweep"
            local sim = astro.Simulation { seed = 1 }
            local cells = sim:create("parrot_neuron", 1)
            local rec = sim:record(cells)
            sim:simulate(1)
            local name = "\\xff"
            local calls = {
              function() rec:save(name .. ".csv") end, function() sim:save(name) end, function() astro.load(name) end,
              function() sim:record(cells, { to = name .. ".csv" }) end, function() io2.read(name .. ".csv") end,
              function() io2.connect(sim, name .. ".csv") end, function() io2.save_connections(sim:connections {}, name .. ".csv") end,
              function() plot.raster(rec):save(name .. ".svg") end,
              function() sweep.run(function() return 1 end, { a = { 1 } }, { file = name }) end,
              function() sim:create("parrot_neuron", 1, { label = name }) end,
            }
            if not ... then
              for _, call in ipairs { function() assert(io.open(name, "w")) end, function() io.lines(name) end, function() dofile(name) end,
                function() io.output(name) end, function() assert(os.remove(name)) end, function() assert(os.rename("names.lua", name)) end } do
                calls[#calls + 1] = call
              end
            end
            for i, call in ipairs(calls) do
              local done, problem = pcall(call)
              assert(not done and problem:find("'\\\\xff[^']*' is not UTF%-8"), i .. tostring(problem))
            end
            assert(not pcall(rec.save, rec, "a\\0b.csv"))
            print "all refused"
            """)
        for words in ["names.lua", "--trust names.lua trusted"] {
            let result = try run("program \(words)", in: trap)
            #expect(result.output.hasPrefix("all refused\n"), "\(result.output)")
        }
        let word = try run("program $'\\xff.lua'", in: trap)
        #expect(word.status == "status 2" && word.output.contains("not UTF-8"))
        let place = try run("mkdir $'\\xff'; cd $'\\xff'; program -e 'print(1)'", in: trap)
        #expect(place.status == "status 1" && place.output.contains("the name of the current directory is not UTF-8"))
        #expect(try trap.shell("ls | wc -l") == "3\n")
    }

    @Test("Without free descriptors a module is not called missing")
    func descriptors() throws {
        let trap = try Trap()
        try trap.write("mine.lua", "return 1")
        try trap.write(
            "fd.lua",
            """
            local kept = {}
            while true do
              local file = io.open "fd.lua"
              if not file then break end
              kept[#kept + 1] = file
            end
            for _, name in ipairs { "astro.plot", "mine" } do print(pcall(require, name)) end
            """)
        let result = try run("ulimit -n 40; program fd.lua", in: trap)
        #expect(result.output.components(separatedBy: "Too many open files").count == 3, "\(result.output)")
        #expect(!result.output.contains("no module") && !result.output.contains("not found"))
    }

    @Test("A chain of __call metamethods ends in the grace time")
    func chain() throws {
        let trap = try Trap()
        try trap.write("call.lua", "local f = print for i = 1, 3e5 do f = setmetatable({}, { __call = f }) end f()")
        let start = Date()
        let result = try run("program --time-limit 1 call.lua", in: trap)
        #expect(result.status == "status 1" && result.output.contains("time limit"), "\(result.output)")
        #expect(Date().timeIntervalSince(start) < 12)
    }
}
