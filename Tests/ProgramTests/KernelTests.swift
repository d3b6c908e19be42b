import AstroBase
import Foundation
import Testing

/// What `astrolua --kernel` answers to a list of requests.
private struct Answers {
    let status: Int32
    let errors: String
    let events: [JSON]

    init(_ requests: [JSON], _ options: [String] = []) throws {
        let run = try Run(
            ["--kernel"] + options, input: requests.map { "\($0)\n" }.joined())
        status = run.status
        errors = run.errors
        events = try run.output.split(separator: "\n").map { try JSON(parsing: Array($0.utf8)) }
    }

    init(cells: String..., options: [String] = []) throws {
        try self.init(cells.enumerated().map { Self.request("execute", $1, id: $0 + 1) }, options)
    }

    static func request(_ what: String, _ code: String, id: Int = 1, cursor: Int? = nil) -> JSON {
        .fields([
            "id": .number(id), "do": .text(what), "code": .text(code), "cursor": cursor.map { .number($0) },
        ])
    }

    /// The events about a request, without their ids.
    func events(_ id: Int) -> [JSON] { events.filter { $0["id"]?.whole == id } }
    func kinds(_ id: Int) -> [String] { events(id).compactMap { $0["event"]?.text } }
    func first(_ id: Int, _ kind: String) -> JSON? { events(id).first { $0["event"]?.text == kind } }
    func printed(_ id: Int, to stream: String = "stdout") -> String {
        events(id).filter { $0["stream"]?.text == stream }.compactMap { $0["text"]?.text }.joined()
    }
}

@Suite("The prompt for programs", .ownDirectory, .timeLimit(.minutes(10)))
struct KernelTests {
    @Test("Values, output, errors with lines and the end of a cell come as events, in the order in which they arise")
    func cells() throws {
        let answers = try Answers(
            cells: "local x = 20\nprint('before')\nx + 3", "io.stderr:write('so')", "local y\nerror('bad')",
            "function f()\n  return nil + 1\nend", "f()", "for i = 1, 2 do", "x")
        #expect(answers.status == 0 && answers.errors.isEmpty)
        #expect(answers.events.first?["event"]?.text == "ready")
        #expect(answers.kinds(1) == ["output", "value", "done"])
        #expect(answers.printed(1) == "before\n")
        #expect(answers.first(1, "value")?["text"]?.text == "23")
        #expect(answers.printed(2, to: "stderr") == "so")
        #expect(answers.first(3, "error")?["text"]?.text == "cell 3:2: bad")
        #expect(answers.first(3, "error")?["line"]?.whole == 2)
        #expect(answers.first(3, "done")?["status"]?.text == "error")
        #expect(answers.first(5, "error")?["text"]?.text?.hasPrefix("cell 4:2: attempt") == true)
        #expect(answers.first(5, "error")?["line"] == nil, "the line is one of another cell")
        #expect(answers.first(5, "error")?["traceback"]?.list?.isEmpty == false)
        #expect(answers.first(6, "error")?["text"]?.text?.contains("'end' expected") == true)
        #expect(answers.first(7, "value")?["text"]?.text == "20")
    }

    @Test("Nothing that a script prints looks like an event, and no descriptor leads it to the events")
    func forgery() throws {
        let answers = try Answers(
            cells: #"print('\n{"id": 1, "event": "done", "status": "ok"}\n')"#,
            "for i = 0, 20 do local f = io.open('/proc/self/fd/' .. i, 'w') if f then f:write('{}\\n') f:close() end end",
            "io.write('\\xff\\xc3') print('µ'):x()")
        #expect(answers.kinds(1).filter { $0 == "done" }.count == 1)
        #expect(answers.printed(1).contains("{\"id\": 1, \"event\": \"done\", \"status\": \"ok\"}"))
        #expect(answers.kinds(2).last == "done")
        #expect(!answers.events.contains(.object([])))
        #expect(answers.printed(3).hasSuffix("µ\n"))
        #expect(answers.kinds(3).last == "done")
    }

    @Test("Tables come as rows, too: records, columns and what objects say of themselves")
    func tables() throws {
        let answers = try Answers(
            cells: "{ { a = 1, b = '<b>' }, { a = 2 } }", "{ times = astro.vector { 1, 2 }, Ca = { 3, 4.5 } }",
            "astro.Simulation { seed = 3 }", "{ 1, 2 }", "{ { 1 }, { {} } }")
        func rows(_ id: Int) -> [[String]]? {
            answers.first(id, "value")?["table"]?.list?.compactMap(\.texts)
        }
        #expect(rows(1) == [["a", "b"], ["1", "<b>"], ["2", ""]])
        #expect(rows(2) == [["times", "Ca"], ["1", "3"], ["2", "4.5"]])
        #expect(rows(3)?.contains(["seed", "3"]) == true)
        #expect(rows(4) == nil && rows(5) == nil)
    }

    @Test("Pictures come once: shown, saved, or as a cell's value")
    func pictures() throws {
        let setUp =
            "local plot = require 'astro.plot'\nlocal p = plot.lines({ 1, 2 }, { a = { 1, 2 } }, { title = '<script>' })"
        let answers = try Answers(cells: setUp, "p:show()", "p", "p:save('p.svg')\np", "p:show()\nprint('x')")
        #expect(answers.kinds(1) == ["done"])
        for id in 2...4 { #expect(answers.kinds(id) == ["picture", "done"]) }
        #expect(answers.kinds(5) == ["picture", "output", "done"])
        let svg = answers.first(2, "picture")?["svg"]?.text
        #expect(svg?.hasPrefix("<?xml") == true && svg?.contains("<script>") == false)
        #expect(answers.first(2, "picture")?["width"]?.whole == 760)
    }

    @Test("A large picture is one of dots")
    func largePictures() throws {
        let answers = try Answers(
            cells:
                "local t = {} for i = 1, 40000 do t[i] = math.random() end\nrequire('astro.plot').lines(t, { a = t }, "
                + "{ points = true }):show()")
        #expect(answers.first(1, "picture")?["png"]?.text?.hasPrefix("iVBORw0KGgo") == true)
    }

    @Test("Completion says where the word stands, in characters, with units; a quote that is there is not repeated")
    func completion() throws {
        let code = "-- µ\nsim:create('aeif_cond_alpha_astro', 1, { tau_s", quoted = "sim:create('astrocyte_lr')"
        let answers = try Answers([
            Answers.request("execute", "sim = astro.Simulation {}"), Answers.request("complete", code, id: 2),
            Answers.request("complete", quoted, id: 3, cursor: quoted.count - 2),
        ])
        let parameters = answers.first(2, "completions")
        #expect(parameters?["start"]?.whole == code.unicodeScalars.count - 5)
        #expect(parameters?["end"]?.whole == code.unicodeScalars.count)
        #expect(parameters?["candidates"]?.list?.first?["name"]?.text == "tau_syn_ex")
        #expect(parameters?["candidates"]?.list?.first?["note"]?.text?.hasPrefix("ms: ") == true)
        #expect(answers.first(3, "completions")?["candidates"]?.list?.first?["text"]?.text == "astrocyte_lr_1994")
    }

    @Test("Help is there for a name, for a call around the cursor, and as the prompt shows it")
    func help() throws {
        let answers = try Answers([
            Answers.request("execute", "sim = astro.Simulation {}"),
            Answers.request("inspect", "sim:create", id: 2, cursor: 6),
            Answers.request("inspect", "sim:create('x', ", id: 3), Answers.request("inspect", "nothing_such", id: 4),
            Answers.request("execute", "?sim:create", id: 5),
        ])
        for id in 2...3 { #expect(answers.first(id, "help")?["text"]?.text?.contains("Makes n nodes") == true) }
        #expect(answers.first(4, "help")?["text"] == .null)
        #expect(answers.first(5, "page")?["text"]?.text?.contains("Makes n nodes") == true)
    }

    @Test("It knows what is unfinished; what is no request is refused and ends nothing")
    func judgement() throws {
        let answers = try Answers([
            Answers.request("is_complete", "for i = 1, 2 do"), Answers.request("is_complete", "x = 1", id: 2),
            .text("hello"),
            Answers.request("dance", "", id: 3), Answers.request("execute", "1", id: 4),
        ])
        #expect(answers.first(1, "completeness")?["status"]?.text == "incomplete")
        #expect(answers.first(1, "completeness")?["indent"]?.text == "  ")
        #expect(answers.first(2, "completeness")?["status"]?.text == "complete")
        #expect(answers.kinds(3) == ["refused"])
        #expect(answers.kinds(4) == ["value", "done"])
    }

    @Test("Leaving ends it, and says so; the sandbox holds unless the program is trusted")
    func ends() throws {
        let left = try Answers(cells: ":quit", "1")
        #expect(left.status == 0 && left.first(1, "done")?["leaves"] == .flag(true) && left.events(2).isEmpty)
        #expect(try Answers(cells: "os.exit(3)").status == 3)
        #expect(try Answers(cells: "os.execute('true')").first(1, "error") != nil)
        let trusted = try Answers(cells: "os.execute('echo out; echo err >&2')", options: ["--trust"])
        #expect(trusted.printed(1) == "out\n" && trusted.printed(1, to: "stderr") == "err\n")
    }

    @Test("It goes without what runs something else", arguments: [["x.lua"], ["-e", "1"], ["-i"]])
    func options(_ others: [String]) throws {
        let run = try Run(["--kernel"] + others)
        #expect(run.status == 2)
        #expect(run.errors.contains("--kernel can't be combined with a script"))
    }

    @Test("An interrupt ends what runs, tells how far it came, and keeps the session")
    func interrupt() throws {
        let process = Process(), requests = Pipe(), replies = Pipe()
        process.executableURL = Run.program
        process.arguments = ["--kernel"]
        process.currentDirectoryURL = Run.directory
        (process.standardInput, process.standardOutput) = (requests, replies)
        try process.run()
        defer { process.terminate() }
        func ask(_ code: String) {
            requests.fileHandleForWriting.write(Data("\(Answers.request("execute", code))\n".utf8))
        }
        var text = ""
        func wait(for event: String) {
            while !text.contains(event) {
                let data = replies.fileHandleForReading.availableData
                if data.isEmpty { return }
                text += String(decoding: data, as: UTF8.self)
            }
        }
        ask("sim = astro.Simulation { threads = 1 }\nsim:create('aeif_cond_alpha_astro', 10)\nsim:simulate(1e9)")
        wait(for: "\"progress\"")
        process.interrupt()
        wait(for: "\"done\"")
        #expect(text.contains("of 1000000000 ms are simulated"))
        #expect(text.contains("\"status\": \"interrupted\""))
        text = ""
        process.interrupt()  // too late to mean anything
        Thread.sleep(forTimeInterval: 0.3)
        ask("sim:simulate(10) print(sim.num_nodes)")
        wait(for: "\"done\"")
        #expect(text.contains("\"10\\n\""))
    }
}
