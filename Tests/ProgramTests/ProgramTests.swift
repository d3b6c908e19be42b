import Foundation
import Testing

/// The program as a user meets it: a process with options, input, output and a status.
struct Run {
    let status: Int32
    let output, errors: String

    /// `environment` is added to that of the tests.
    init(
        _ arguments: [String], input: String = "", in directory: URL = Run.directory,
        environment: [String: String] = [:]
    ) throws {
        let process = Process()
        process.executableURL = Run.program
        process.arguments = arguments
        process.currentDirectoryURL = directory
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (standardInput, standardOutput, standardError) = (Pipe(), Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = standardOutput
        process.standardError = standardError
        try process.run()
        standardInput.fileHandleForWriting.write(Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        output = String(decoding: standardOutput.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        errors = String(decoding: standardError.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        status = process.terminationStatus
    }

    /// $ASTROLUA, or what the same build has left beside the tests.
    static var program: URL {
        if let path = ProcessInfo.processInfo.environment["ASTROLUA"] { return URL(fileURLWithPath: path) }
        return built("astrolua")
    }

    /// What the same build has left beside the tests.
    static func built(_ name: String) -> URL {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(name)
    }

    /// Where programs run and files are left: a directory of the running test case alone, see `OwnDirectory`.
    @TaskLocal static var directory = URL(fileURLWithPath: "/nonexistent")

    static func script(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: directory.appendingPathComponent(name))
    }
}

/// Gives each test case a directory, since cases run side by side and may use the same names.
struct OwnDirectory: SuiteTrait, TestTrait, TestScoping {
    let isRecursive = true

    func provideScope(for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void)
        async throws
    {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("astrolua-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        try await Run.$directory.withValue(url, operation: body)
    }
}

extension Trait where Self == OwnDirectory {
    static var ownDirectory: Self { Self() }
}

@Suite("The program", .ownDirectory, .timeLimit(.minutes(10)))
struct ProgramTests {
    @Test("-e runs a text; several run one after the other in one Lua")
    func chunks() throws {
        let run = try Run(["-e", "x = 1", "-e", "print(x + 1)"])
        #expect(run.status == 0)
        #expect(run.output == "2\n")
    }

    @Test(
        "An error that Lua words says what was probably meant",
        arguments: [
            ("if 1 != 2 then end", "'then' expected near '!' (\"not equal\" is ~= and \"not\" is not)"),
            ("if x = 3 then end", "'then' expected near '=' (a comparison is ==)"),
            ("local x = 1 x += 1", "syntax error near '+' (Lua has no += and no ++: x = x + 1)"),
            ("local n = {} print(n:mean)", "near ')' (a method is called with parentheses: v:mean())"),
            ("for i in 1, 10 do end", "(to count: for i = 1, 10 do)"),
            ("for i, x in pairs(astro.vector { 1 }) do end", "(for i, x in ipairs(v) do)"),
            ("os.execute('ls')", "--trust lets a script do all that Lua can)"),
            ("local glia = 1 print(gila)", "variable 'gila' is not defined (did you mean 'glia'?)"),
            ("local glia = 1 local function f() return glia + glai end f()", "(did you mean 'glia'?)"),
            ("Simulation {}", "variable 'Simulation' is not defined (did you mean astro.Simulation?)"),
            ("print(parrot_neuron)", "(the name of a model is written in quotes: \"parrot_neuron\")"),
            ("print(all_to_all)", "(the name of a rule is written in quotes: \"all_to_all\")"),
            ("require 'astro.plots'", "no module in stdlib: 'astro/plots.lua' (did you mean 'astro.plot'?)"),
            ("require 'plot'", "(did you mean 'astro.plot'?)"),
            ("if !x then end", "near '!' (\"not equal\" is ~= and \"not\" is not)"),
            ("if a && b then end", "(the word is and: a and b)"),
            ("if a || b then end", "(the word is or: a or b)"),
            ("x = { delta_IP3: 0.2 }", "(named values take =: { delta_IP3 = … })"),
            ("x = { a: b }", "(named values take =: { a = … })"),
            ("x = {\n  'a': 1,\n}", "(a name is written without quotes and takes =: { a = … })"),
            ("x = { 'a' = 1 }", "(a name is written without quotes and takes =: { a = … })"),
            ("print('x', delta_IP3 = 0.2)", "(named values go in braces: { delta_IP3 = … })"),
            ("print(\n  params = 3\n)", "(named values go in braces: { params = … })"),
            ("import astro", "local astro = require \"astro\""),
            ("from astro import Simulation", "(local astro = require \"astro\")"),
            ("local astro = require astro\nlocal x = 3", "(the name is written in quotes: require \"astro\")"),
            ("print(“astro”)", "(the quotes of Lua are \" and ', not “ (U+201C))"),
            ("x =\u{A0}3", "(the line contains an unusual space, U+00A0: retype it)"),
            ("x = 3 − 2", "(a minus is -, not − (U+2212))"),
            ("while True do end", "variable 'True' is not defined (it is true)"),
            ("x = None", "(it is nil)"),
            ("for i in range(10) do end", "(to count: for i = 1, 10 do)"),
            ("print(len({}))", "(the length is #x)"),
            ("math.mean({ 1 })", "(a Vector has it: v:mean()"),
            ("print('mean' + 3)", "(strings are joined by ..: \"mean \" .. 3)"),
            ("print('%d spikes' % 3)", "(format puts values into a string: (\"%g mV\"):format(x))"),
            ("print(f\"{x}\")", "(format puts values into a string: (\"%g mV\"):format(x))"),
            ("local t = {} t.append(5)", "(t[#t + 1] = x appends to a table)"),
            ("if x then elif y then end", "(the word is elseif)"),
            ("def f(x):\n  return x", "(a function is function f(…) … end)"),
            ("f = lambda x: x", "(a function without a name is function(x) return … end)"),
            ("x = 5 // a comment", "(a comment begins with --; // divides and rounds down)"),
            ("x := 5", "(an assignment is =)"),
            ("x = 2 ** 3", "(a power is x ^ 2)"),
            ("print x", "(a function is called with parentheses: print(x))"),
            ("for x in list:\n  print(x)", "(a loop is for … do … end)"),
            ("if x == 3:\n  print(x)", "(a condition ends with then: if x > 3 then … end)"),
            ("if (x) {\n}", "(a block begins with then or do and closes with end, without braces)"),
            ("if x then pass\nend", "an empty block needs nothing"),
            ("x = np.array(3)", "variable 'np' is not defined (astro.vector { 1, 2 } is an array"),
            ("nest.Create('x')", "Docs/coming-from-nest.md"),
            ("print(self.x)", "(it exists in functions that are defined with a colon"),
            (
                "io.open('/etc/hostname'):read()",
                "'/etc/hostname': the sandbox lets a script read below the current directory only"
            ),
            ("local f = io.open('/etc/hostname')\nf:read()", "'/etc/hostname': the sandbox lets a script read"),
            ("local f = io.open('no-file')\nf:read()", "(io.open returned nil: assert(io.open(path)) says why)"),
            ("x = astro.vector { 1 }[1:3]", "(a part of a Vector or of Nodes is v:slice(first, last))"),
        ])
    func hints(text: String, hint: String) throws {
        let run = try Run(["-e", text])
        #expect(run.status == 1)
        #expect(run.errors.contains(hint), "\(run.errors)")
    }

    @Test("What follows the script is the script's, options too")
    func scriptArguments() throws {
        try Run.script("args.lua", "#!/usr/bin/env astrolua\nprint(arg[0], ...)\nprint(#arg, arg[-1])")
        let run = try Run(["--quiet", "args.lua", "one", "--help", "-e"])
        #expect(run.output == "args.lua\tone\t--help\t-e\n3\t--quiet\n")
    }

    @Test("A script comes from standard input with - or when it is no terminal")
    func standardInput() throws {
        #expect(try Run([], input: "print('piped')").output == "piped\n")
        #expect(try Run(["-", "a"], input: "print(...)").output == "a\n")
    }

    @Test("-v and -h answer and succeed", arguments: [["-v"], ["--version"], ["-h"], ["--help"]])
    func information(arguments: [String]) throws {
        let run = try Run(arguments)
        #expect(run.status == 0)
        #expect(run.output.contains("astrolua"))
        #expect(run.errors.isEmpty)
    }

    @Test(
        "Wrong options end with status 2",
        arguments: [
            ["--bogus"], ["--seed", "x"], ["--threads", "0"], ["--memory-limit", "lots"], ["--time-limit", "-1"],
            ["-e"],
        ])
    func wrongOptions(arguments: [String]) throws {
        let run = try Run(arguments)
        #expect(run.status == 2)
        #expect(run.errors.contains(arguments[0]))
    }

    @Test("An error ends with status 1, its message and the script's lines on standard error")
    func scriptError() throws {
        try Run.script("wrong.lua", "local function f()\n  astro.Simulation():create('nothing')\nend\nf()\n")
        let run = try Run(["wrong.lua"])
        #expect(run.status == 1)
        #expect(run.output.isEmpty)
        #expect(run.errors.hasPrefix("wrong.lua:2: create: "))
        #expect(run.errors.contains("stack traceback:\n\twrong.lua:2: "))
        #expect(!run.errors.contains("[C]"))
    }

    @Test("A syntax error and a missing script end with status 1")
    func unreadable() throws {
        try Run.script("syntax.lua", "local = 3")
        #expect(try Run(["syntax.lua"]).errors.hasPrefix("syntax.lua:1: "))
        #expect(try Run(["missing.lua"]).errors == "cannot open missing.lua: No such file or directory\n")
        #expect(try Run(["missing.lua"]).status == 1)
        #expect(try Run(["syntax"]).errors.hasSuffix("(did you mean syntax.lua?)\n"))
    }

    @Test("--seed and --threads have the last word")
    func overrides() throws {
        let text = "local s = astro.Simulation{ seed = 1, threads = 2 } print(s.seed, s.threads)"
        #expect(try Run(["--seed", "9", "--threads", "1", "-e", text]).output == "9\t1\n")
    }

    @Test("The same script prints the same, twice")
    func sameOutput() throws {
        let text = """
            local t = {}
            for i = 1, 100 do t[{}] = i  t["k" .. math.random(1000)] = i end
            for k, v in pairs(t) do print(k, v) end
            for k, v in next, t do print(k, v) end
            print(print, io.stdout, coroutine.create(print), string.format("%s %p", t, t))
            """
        try Run.script("same.lua", text)
        let first = try Run(["same.lua"])
        #expect(first.status == 0)
        #expect(!first.output.contains("0x"))
        #expect(try Run(["same.lua"]).output == first.output)
    }

    @Test(
        "The time limit ends every loop with status 1",
        arguments: [
            "while true do end", "while true do pcall(function() while true do end end) end",
            "coroutine.wrap(function() while true do end end)()", "xpcall(function() while true do end end, print)",
        ])
    func timeLimit(text: String) throws {
        let run = try Run(["--time-limit", "0.3", "-e", text])
        #expect(run.status == 1)
        #expect(run.errors.contains("limit of 0.3 s (--time-limit)"))
    }

    @Test("An interrupt ends a loop with status 130")
    func interrupt() throws {
        let process = Process()
        process.executableURL = Run.program
        process.arguments = ["-e", "print('on') while true do pcall(error) end"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = Pipe()
        try process.run()
        _ = output.fileHandleForReading.availableData
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 130)
    }

    @Test("--allow-read and --allow-write widen the sandbox, --trust lifts it")
    func sandbox() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("astrolua-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let text = "local f = assert(io.open('\(directory.path)/x', 'w')) f:write('x') f:close()"
        #expect(try Run(["-e", text]).errors.contains("--allow-write DIR"))
        #expect(try Run(["--allow-read", directory.path, "-e", text]).status == 1)
        #expect(try Run(["--allow-write", directory.path, "-e", text]).status == 0)
        #expect(try Run(["--trust", "-e", text + " assert(os.execute)"]).status == 0)
    }

    @Test("A link does not lead out of the sandbox")
    func links() throws {
        let link = Run.directory.appendingPathComponent("out")
        try? FileManager.default.createSymbolicLink(at: link, withDestinationURL: URL(fileURLWithPath: "/etc"))
        #expect(try Run(["-e", "assert(io.open('out/passwd'))"]).errors.contains("sandbox"))
    }

    @Test(
        "A script gets neither gnuplot's commands nor another path to draw to, whatever it exchanges",
        arguments: [
            "for name in pairs(package.loaded) do if name:find('^astro%.plot') then package.loaded[name] = nil end end "
                + "package.loaded['astro.plot.gnuplot'] = { endings = { 'svg' }, commands = function() return evil end }",
            "local p = require 'astro.plot.gnuplot' p.commands = function() return evil end",
            "local p = package.searchers[2]('astro.plot.figure') package.loaded['astro.plot.figure'] = p('x')",
            "pcall = function() return true end error = function() end string.find = function() end",
            "string.match = function() return evil end string.gsub = function() return evil end",
            "ipairs = function() return function(_, i) if not i then return 1, evil end end end",
        ])
    func gnuplotIsOutOfReach(exchange: String) throws {
        let target = FileManager.default.temporaryDirectory.appendingPathComponent("astrolua-\(UUID().uuidString).svg")
            .path
        let script = """
            evil = "system('touch \(target)')\\n"
            \(exchange)
            local plot = require 'astro.plot'
            local figure = plot.lines({ 1, 2 }, { 1, 2 }, { title = evil })
            figure:save('\(target)')
            """
        _ = try Run(["-e", script])
        _ = try Run(["-e", script.replacingOccurrences(of: "save('\(target)')", with: "save('inside.svg')")])
        #expect(!FileManager.default.fileExists(atPath: target))
    }

    @Test("A figure is shown with characters in a pipe, in as many columns as there are")
    func show() throws {
        let run = try Run(["-e", "require('astro.plot').lines({ 1, 2 }, { 1, 2 }, { title = 'a line' }):show()"])
        #expect(run.status == 0)
        #expect(run.output.contains("a line"))
        #expect(!run.output.contains("\u{1b}"))
        #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test("require finds modules beside the script")
    func modules() throws {
        try Run.script("helper.lua", "return { name = ..., private = select('#', ...) }")
        try Run.script("main.lua", "local h = require 'helper' print(h.name, h.private)")
        #expect(try Run(["main.lua"]).output == "helper\t2\n")
        let missing = try Run(["-e", "require 'nowhere'"])
        #expect(missing.errors.contains("module 'nowhere' not found"))
    }

    @Test("The REPL prints expressions, takes several lines and survives errors")
    func repl() throws {
        let run = try Run(["-i"], input: "1 + 1\nfunction f()\nreturn 7\nend\nerror('oops')\nf()\n")
        #expect(run.status == 0)
        #expect(run.output.contains("2\n") && run.output.contains("7\n"))
        #expect(run.errors.contains("oops"))
    }
}
