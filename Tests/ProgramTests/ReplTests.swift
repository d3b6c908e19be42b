import Foundation
import Testing

@Suite("The prompt on a terminal", .ownDirectory, .timeLimit(.minutes(10)), .serialized)
struct ReplTerminalTests {
    @Test("It prints expressions, survives errors, shows tracebacks on request, and Ctrl-D leaves")
    func conversation() throws {
        let terminal = try TerminalRun()
        try terminal.wait(for: "?NAME for help")
        try terminal.prompt()
        terminal.enter("6 * 7")
        try terminal.wait(for: "\n42\n")
        terminal.enter("local x = 20; x + 3")
        try terminal.wait(for: "\n23\n")
        terminal.enter("local kept = { 'a' }")
        terminal.enter("kept")
        try terminal.wait(for: "{ \"a\" }")
        terminal.enter("_[1]")
        try terminal.wait(for: "\n\"a\"\n")
        terminal.enter("function broken() local x = nil + 1 end broken()")
        try terminal.wait(for: "attempt to perform arithmetic on a nil value")
        try terminal.wait(for: ":traceback")
        terminal.enter(":traceback")
        try terminal.wait(for: "in function 'broken'")
        terminal.enter(":time 1 + 1")
        try terminal.wait(for: "s\n")
        try terminal.prompt()
        terminal.type(TerminalRun.ctrlD)
        #expect(terminal.end() == 0)
        #expect(terminal.usesColours)
    }

    @Test("Tab completes names, and models between quotes; several candidates are listed")
    func completion() throws {
        let terminal = try TerminalRun()
        terminal.type("sim = astro.Simul\t{ se\t1 }\r")
        terminal.type("nodes = sim:cr\t(\"aeif_cond_alpha_a\t)\r")
        terminal.enter("nodes.model")
        try terminal.wait(for: "\"aeif_cond_alpha_astro\"")
        terminal.type("nodes:get(\"V_\t")
        try terminal.wait(for: "V_peak")
        terminal.type("m\t)\r")
        try terminal.wait(for: "-70.6")
        try terminal.prompt()
        terminal.type(TerminalRun.ctrlD)
        #expect(terminal.end() == 0)
    }

    @Test("Tab completes a model of one's own: its name, its parameters and what it records")
    func completionOfOwnModels() throws {
        let terminal = try TerminalRun()
        terminal.enter("sim = astro.Simulation {}")
        terminal.enter(
            "lif = astro.model { name = 'typed_in', parameters = { tau_typed = '10 ms' }, state = { V_typed = '7 mV' }, "
                + "equations = 'dV_typed/dt = -V_typed/tau_typed' }")
        terminal.type("cells = sim:create(\"typed\t, 2, { tau_\t20 })\r")
        terminal.enter("cells.model")
        try terminal.wait(for: "\"typed_in\"")
        terminal.type("cells:get(\"tau\t)[1]\r")
        try terminal.wait(for: "\n20")
        terminal.type("more = sim:create(lif, { V_t\t8 })\r")
        terminal.type("sim:record(cells + more, { \"V_\t }).quantities[1]\r")
        try terminal.wait(for: "\n\"V_typed\"")
        terminal.type("lif:ex\t()\r")
        try terminal.wait(for: "typed_in: 1 state")
        try terminal.prompt()
        terminal.type(TerminalRun.ctrlD)
        #expect(terminal.end() == 0)
    }

    @Test(
        "A quoted text that does not end is an error at once; a long one, a block and a bracket go on, with an ellipsis"
    )
    func unfinishedTexts() throws {
        let terminal = try TerminalRun()
        terminal.enter("print 'unfinished")
        try terminal.wait(for: "unfinished string")
        try terminal.prompt()
        terminal.enter("x = [[one")
        terminal.enter("two]]")
        terminal.enter("x")
        try terminal.wait(for: "\"one\\ntwo\"")
        try terminal.prompt()
        terminal.enter("y = {")
        try terminal.wait(for: "…")
        terminal.enter("7 }")
        terminal.enter("y")
        try terminal.wait(for: "{ 7 }")
        terminal.enter("z = { a: 1 }")
        try terminal.wait(for: "(named values take =: { a = … })")
        try terminal.prompt()
        terminal.type(TerminalRun.ctrlD)
        #expect(terminal.end() == 0)
    }

    @Test("An input of several lines is asked for, indented, and comes back whole with the up key")
    func severalLines() throws {
        let terminal = try TerminalRun()
        terminal.enter("for i = 1, 2 do")
        terminal.enter("print('line', i)")
        terminal.enter("end")
        try terminal.wait(for: "line\t2")
        try terminal.prompt()
        terminal.type(TerminalRun.up + TerminalRun.enter)
        try terminal.wait(for: "line\t2")
        try terminal.prompt()
        terminal.enter("x = {")
        terminal.type(TerminalRun.ctrlD)
        try terminal.prompt()
        terminal.enter("'still here'")
        try terminal.wait(for: "\"still here\"")
        try terminal.prompt()
        terminal.type(TerminalRun.ctrlD)
        #expect(terminal.end() == 0)
    }

    @Test(
        "Ctrl-C stops a run between slices, and a loop; the simulation goes on afterwards. At the prompt it drops the line"
    )
    func interrupts() throws {
        let terminal = try TerminalRun()
        terminal.enter("sim = astro.Simulation { threads = 1 } sim:create('aeif_cond_alpha_astro', 10) print('ready')")
        try terminal.wait(for: "\nready")
        terminal.enter("sim:simulate(1e9)")
        try terminal.wait(for: "real-time factor")
        terminal.type(TerminalRun.ctrlC)
        try terminal.wait(for: "of 1000000000 ms are simulated")
        terminal.enter("stopped = sim.time sim:simulate(10) print(sim.time - stopped, stopped > 0)")
        try terminal.wait(for: "10.0\ttrue")
        terminal.enter("print 'looping' while true do end")
        try terminal.wait(for: "\nlooping")
        terminal.type(TerminalRun.ctrlC)
        try terminal.wait(for: "interrupted")
        try terminal.prompt()
        terminal.type("error('never run')" + TerminalRun.ctrlC)
        try terminal.prompt()
        terminal.enter("'alive'")
        try terminal.wait(for: "\n\"alive\"")
        try terminal.prompt()
        terminal.type(TerminalRun.ctrlD)
        #expect(terminal.end() == 0)
        #expect(!terminal.screen.contains("\nnever run"))
    }

    @Test("The history outlives the session, inputs of several lines too, and Ctrl-R searches in it")
    func history() throws {
        let file = Run.directory.appendingPathComponent("state/\(UUID().uuidString)/history").path
        let first = try TerminalRun(environment: ["ASTROLUA_HISTORY": file])
        first.enter("print('needle' ..")
        first.enter("' in \\\\ hay')")
        try first.wait(for: "\nneedle in \\ hay")
        for number in ["1", "1"] {
            try first.prompt()
            first.enter(number)
        }
        try first.prompt()
        first.type(TerminalRun.ctrlD)
        #expect(first.end() == 0)
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2)
        let second = try TerminalRun(environment: ["ASTROLUA_HISTORY": file])
        try second.prompt()
        second.type(TerminalRun.ctrlR + "needle" + TerminalRun.enter)
        try second.wait(for: "\nneedle in \\ hay")
        try second.prompt()
        second.type(TerminalRun.ctrlD)
        #expect(second.end() == 0)
    }

    @Test(
        "Forty columns are enough",
        arguments: ["help()", "?weight", "?one_to_one", "?Recorder", "astro.vector { 1, 2, 4 }", "sim"])
    func narrow(line: String) throws {
        let terminal = try TerminalRun(columns: 40)
        terminal.enter("sim = astro.Simulation { threads = 1 }")
        terminal.enter(line)
        terminal.enter("'done'")
        try terminal.wait(for: "\n\"done\"")
        try terminal.prompt()
        terminal.type(TerminalRun.ctrlD)
        #expect(terminal.end() == 0)
        // what a person types, and code, may be longer
        for shown in terminal.screen.split(separator: "\n") where !shown.hasPrefix(">") && !shown.hasPrefix("      ") {
            #expect(shown.count <= 40, "\(shown)")
        }
    }

    @Test("No colours with NO_COLOR or a dumb terminal", arguments: [["NO_COLOR": "1"], ["TERM": "dumb"]])
    func colourless(environment: [String: String]) throws {
        let terminal = try TerminalRun(environment: environment)
        terminal.enter("{ 'text' }")
        try terminal.wait(for: "{ \"text\" }")
        terminal.enter(":quit")
        #expect(terminal.end() == 0)
        #expect(!terminal.usesColours)
    }

    @Test("A time limit is for what runs, not for who thinks")
    func timeLimit() throws {
        let terminal = try TerminalRun(["--time-limit", "1"])
        try terminal.prompt()
        terminal.enter("while true do end")
        try terminal.wait(for: "limit of 1 s (--time-limit)")
        try terminal.prompt()
        sleep(8)
        terminal.enter("'alive'")
        try terminal.wait(for: "\n\"alive\"")
        try terminal.prompt()
        terminal.type(TerminalRun.ctrlD)
        #expect(terminal.end() == 0)
    }

    @Test("After a script its outermost local variables are there")
    func afterScript() throws {
        try Run.script("left.lua", "local answer = 42\nlocal function twice(x) return 2 * x end\nprint 'ran'")
        let terminal = try TerminalRun(["-i", "left.lua"])
        try terminal.wait(for: "ran")
        terminal.enter("twice(answer)")
        try terminal.wait(for: "\n84\n")
        terminal.enter("exit")
        #expect(terminal.end() == 0)
    }
}

@Suite("The prompt in a pipe", .ownDirectory, .timeLimit(.minutes(10)))
struct ReplPipeTests {
    @Test("It prints values only: no prompt, no banner, no colours")
    func values() throws {
        let run = try Run(
            ["-i"], input: "1 + 1\nlocal x = 'a'\nx, 2\nsim = 3;\n4;\nfunction f()\nreturn 7\nend\nf()\nnil\n")
        #expect(run.status == 0)
        #expect(run.output == "2\n\"a\"   2\n7\nnil\n")
        #expect(run.errors.isEmpty)
    }

    @Test("Local variables last, hide globals for the session only, and may be nil")
    func locals() throws {
        let run = try Run(
            ["-i"], input: "local type = 'mine'\ntype\n{ 1 }\nlocal gone\ngone\ngone = 5\n_G.gone\ngone\n")
        #expect(run.output == "\"mine\"\n{ 1 }\nnil\n5\n")
        #expect(run.errors.contains("variable 'gone' is not defined"))
    }

    @Test("help alone is the overview, unless it is a variable of the session")
    func help() throws {
        #expect(try Run(["-i"], input: "help\n").output == Run(["-i"], input: "help()\n").output)
        #expect(try Run(["-i"], input: "local help = 1\nhelp\n").output == "1\n")
    }

    @Test("A module that is not loaded is named with its require")
    func missingModule() throws {
        let run = try Run(["-i"], input: "trains.poisson { }\n")
        #expect(run.errors == "variable 'trains' is not defined (local trains = require \"astro.trains\")\n")
    }

    @Test("Errors leave the session on, and say where within an input of several lines")
    func errors() throws {
        let run = try Run(["-i"], input: "nothing\nlocal x =\nnil + 1\nx = 1 y\nfoo(\n)\n'on'")
        #expect(run.status == 0)
        #expect(run.output == "\"on\"\n")
        #expect(run.errors.contains("variable 'nothing' is not defined"))
        #expect(run.errors.contains("stdin:2: attempt to perform arithmetic"))
        #expect(run.errors.contains("syntax error near <eof>"))
        #expect(!run.errors.contains("traceback:\n"))
    }

    @Test("Commands, help and their misspellings")
    func commands() throws {
        let run = try Run(
            ["-i"], input: "?pairwise_bernoulli\nhelp 'sim:simulat'\n:tme 1\n:vars\nx = { 1 }\n:vars\n:quit\n1\n")
        #expect(run.output.contains("Each pair with probability p"))
        #expect(run.output.contains("no variables yet\nx  { 1 }\n"))
        #expect(run.errors.contains("(did you mean 'sim:simulate'?)"))
        #expect(run.errors.contains("there is no command ':tme' (did you mean ':time'?)"))
        #expect(!run.output.hasSuffix("1\n"))
    }

    @Test("A script that takes Lua's functions away does not harm it")
    func robust() throws {
        try Run.script(
            "vandal.lua", "for _, name in ipairs { 'type', 'table', 'tostring', 'require' } do _G[name] = nil end")
        let run = try Run(["-i", "vandal.lua"], input: "{ 1, 'a' }\nerror('x')\n?V_m\n")
        #expect(run.output.hasPrefix("{ 1, \"a\" }\n"))
        #expect(run.output.contains("aeif_cond_alpha_astro"))
    }
}

@Suite("astrolua new", .ownDirectory, .timeLimit(.minutes(10)))
struct NewExperimentTests {
    @Test("It writes a script that runs, once")
    func new() throws {
        let first = try Run(["new", "my_experiment"])
        #expect(first.status == 0)
        #expect(try Run(["my_experiment.lua", "--time", "100"]).status == 0)
        try Run.script("my_experiment.lua", "-- mine")
        let second = try Run(["new", "my_experiment.lua"])
        #expect(second.status == 1)
        #expect(second.errors.contains("my_experiment.lua: File exists"))
        let text = try String(contentsOf: Run.directory.appendingPathComponent("my_experiment.lua"), encoding: .utf8)
        #expect(text == "-- mine")
    }

    @Test(
        "Names that are none are refused",
        arguments: [[], [""], ["a", "b"], ["bad name"], [".lua"], ["x/"], ["a'b"], ["-x"]])
    func names(words: [String]) throws {
        let run = try Run(["new"] + words)
        #expect(run.status == 2)
        #expect(run.errors.contains("astrolua new my_experiment"))
    }
}

@Suite("Help of commands", .ownDirectory, .timeLimit(.minutes(10)))
struct CommandHelpTests {
    @Test(
        "is the program's, and nothing is done",
        arguments: ["new", "tour", "verify", "check", "diff", "unpack", "publish", "bundle"], ["-h", "--help"])
    func help(command: String, option: String) throws {
        let run = try Run([command, option])
        #expect(run.status == 0)
        #expect(run.output.contains("astrolua \(command)"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: Run.directory.path).isEmpty)
    }
}

@Suite("astrolua tour", .ownDirectory, .timeLimit(.minutes(10)))
struct TourTests {
    @Test("It lists the lessons, and runs one with its options")
    func lessons() throws {
        let list = try Run(["tour"])
        #expect(list.status == 0)
        #expect(list.output.contains("   1  One astrocyte\n"))
        #expect(list.output.contains("  14  A tuned synapse\n"))
        let lesson = try Run(["--quiet", "tour", "11", "--time", "500"])
        #expect(lesson.status == 0, "\(lesson.errors)")
        #expect(!lesson.output.isEmpty)
        #expect(try Run(["tour", "1", "--help"]).output.contains("--"))
    }

    @Test("A lesson that is not there is refused", arguments: ["0", "15", "one", ""])
    func missing(word: String) throws {
        let run = try Run(["tour", word])
        #expect(run.status == 2)
        #expect(run.errors.contains("there is no lesson"))
    }
}
