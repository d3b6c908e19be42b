import AstroCore
import Foundation
import Testing

/// A directory with an experiment of a script, a module and data.
struct Experiment {
    let directory: URL

    init(script: String = Experiment.script) throws {
        directory = Run.directory.appendingPathComponent("provenance-\(UUID().uuidString)")
        try write("experiment.lua", script)
        try write("parts/model.lua", "return { current = 600 }\n")
        try write("data/weight.csv", "weight\n1.5\n")
        try FileManager.default.createDirectory(
            at: directory.appendingPathComponent("results"), withIntermediateDirectories: true)
    }

    static let script = """
        local model = require "parts.model"
        local weight = tonumber(io.open("data/weight.csv"):read("a"):match("%d.*"))
        local sim = astro.Simulation { seed = 3 }
        local exc = sim:create("aeif_cond_alpha_astro", 10, { I_e = model.current, label = "exc" })
        local inh = sim:create("aeif_cond_alpha_astro", 5, { label = "inh" })
        sim:connect(exc, inh, "all_to_all", { weight = weight })
        local spikes = sim:record(exc)
        for call = 1, 3 do sim:simulate(100) end
        spikes:save("results/spikes.csv")
        print("spikes", spikes.n_events, ...)

        """

    func write(_ name: String, _ text: String) throws { try write(name, Data(text.utf8)) }

    func write(_ name: String, _ data: Data) throws {
        let file = directory.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
    }

    func read(_ name: String) throws -> Data { try Data(contentsOf: directory.appendingPathComponent(name)) }

    func text(_ name: String) throws -> String { String(decoding: try read(name), as: UTF8.self) }

    func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws -> Run {
        try Run(["--quiet"] + arguments, input: input, in: directory, environment: environment)
    }

    /// Changes the record's JSON as a person with an editor would; `digests` puts the digests right afterwards.
    func alter(_ from: String, _ to: String, digests: Bool = true) throws {
        var record =
            try JSONSerialization.jsonObject(
                with: Data(try text("run.json").replacingOccurrences(of: from, with: to).utf8)) as! [String: Any]
        if digests {
            record["script"] = try redigested(record["script"] as! [String: Any])
            record["modules"] = try (record["modules"] as! [[String: Any]]).map(redigested)
        }
        try write("run.json", try JSONSerialization.data(withJSONObject: record))
    }

    private func redigested(_ text: [String: Any]) throws -> [String: Any] {
        try write("text", (text["lines"] as! [String]).joined(separator: "\n"))
        let sum = try shell("sha256sum text")
        return text.merging(["sha256": String(sum.prefix(64))]) { $1 }
    }

    @discardableResult
    func shell(_ command: String) throws -> String {
        let process = Process(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = directory
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text
    }
}

@Suite("Records of runs", .ownDirectory, .timeLimit(.minutes(10)))
struct RecordTests {
    @Test("A run that is recorded comes to the same when it is verified, on any number of threads")
    func same() throws {
        let experiment = try Experiment()
        let run = try experiment.run(["--record", "run.json", "experiment.lua", "word"])
        #expect(run.status == 0 && run.errors.isEmpty)
        let written = try experiment.text("results/spikes.csv")
        // of its own: what other programs leave in the common one is not ours
        let temporary = Run.directory.appendingPathComponent("temporary-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
        for threads in ["1", "3"] {
            let verified = try experiment.run(
                ["--threads", threads, "verify", "run.json"], environment: ["TMPDIR": temporary.path])
            #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
            #expect(verified.output.hasPrefix("run.json: the same to the bit (3 states, 1 file, "))
        }
        #expect(try experiment.text("results/spikes.csv") == written)
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty)
    }

    @Test("The record names what ran, what it read and wrote, with digests that sha256sum gives")
    func contents() throws {
        let experiment = try Experiment()
        _ = try experiment.run(["--seed", "9007199254740993", "--record", "run.json", "experiment.lua", "one", "two"])
        let record = try JSONSerialization.jsonObject(with: experiment.read("run.json")) as! [String: Any]
        #expect(record["arguments"] as? [String] == ["one", "two"])
        #expect(record["status"] as? Int == 0)
        #expect((record["options"] as! [String: Any])["seed"] as? String == "9007199254740993")
        #expect(record["machine"] != nil && record["program"] != nil && record["wall_seconds"] != nil)
        let sums = try experiment.shell("sha256sum experiment.lua parts/model.lua data/weight.csv results/spikes.csv")
        let text = try experiment.text("run.json")
        for sum in sums.split(separator: "\n") { #expect(text.contains(sum.prefix(64)), "\(sum)") }
    }

    @Test(
        "What was changed in a record is found, and where it first shows",
        arguments: [
            (
                "I_e = model", "V_m = -65, I_e = model",
                "experiment.lua:8: call 1 of simulate, simulation 1, to 100 ms: population 1 'exc'"
            ),
            (
                "weight = weight", "weight = 2 * weight",
                "population 2 'inh' (5 aeif_cond_alpha_astro) differs (3 of 3 states differ)"
            ),
            ("current = 600", "current = 601", "population 1 'exc' (10 aeif_cond_alpha_astro) differs"),
            (
                "simulate(100) end", "simulate(call == 2 and 110 or 100) end",
                "call 2 of simulate, simulation 1, to 200 ms: the time is now 210 ms"
            ),
            ("call = 1, 3", "call = 1, 2", "call 3 of simulate, simulation 1, to 300 ms was not reached"),
            ("print(\\\"spikes\\\"", "print(\\\"Spikes\\\"", "printed: line 1 is 'Spikes"),
            ("print(\\\"spikes\\\"", "error(\\\"stop\\\"", "status: 1 (stop), was 0"),
            ("spikes:save", "spikes:clear() spikes:save", "files: results/spikes.csv: line 2 is "),
            ("\"arguments\": []", "\"arguments\": [\"word\"]", "printed: line 1 is 'spikes"),
        ])
    func altered(from: String, to: String, message: String) throws {
        let experiment = try Experiment()
        _ = try experiment.run(["--record", "run.json", "experiment.lua"])
        #expect(try experiment.text("run.json").contains(from))
        try experiment.alter(from, to)
        let verified = try experiment.run(["verify", "run.json"])
        #expect(verified.status == 1)
        #expect(
            verified.output.hasPrefix("run.json: different\n") && verified.output.contains(message),
            "\(verified.output)")
    }

    @Test("A text that does not have its digest is not run")
    func alteredText() throws {
        let experiment = try Experiment()
        _ = try experiment.run(["--record", "run.json", "experiment.lua"])
        try experiment.alter("current = 600", "current = 601", digests: false)
        let verified = try experiment.run(["verify", "run.json"])
        #expect(verified.status == 2)
        #expect(verified.errors.contains("the text of 'parts/model.lua' was altered"))
    }

    @Test("Data that is missing or another is named before anything runs")
    func alteredData() throws {
        let experiment = try Experiment()
        _ = try experiment.run(["--record", "run.json", "experiment.lua"])
        try experiment.write("data/weight.csv", "weight\n2\n")
        let other = try experiment.run(["verify", "run.json"])
        #expect(other.status == 1 && other.output.contains("data/weight.csv is not the file that it read"))
        try experiment.shell("rm data/weight.csv")
        let missing = try experiment.run(["verify", "run.json"])
        #expect(missing.status == 1 && missing.output.contains("data/weight.csv, which it read, is not here"))
    }

    @Test("A script that was changed since is told of; the recorded one is run")
    func changedSince() throws {
        let experiment = try Experiment()
        _ = try experiment.run(["--record", "run.json", "experiment.lua"])
        try experiment.write("experiment.lua", "error 'another'")
        let verified = try experiment.run(["verify", "run.json"])
        #expect(verified.status == 0 && verified.output.contains("note: experiment.lua differs here"))
    }

    @Test("os.exit, errors, -e, standard input and sweeps are recorded, too")
    func endings() throws {
        let sweep = """
            local sweep = require "astro.sweep"
            local results = sweep.run(function(p)
              local sim = astro.Simulation { seed = p.seed }
              sim:create("astrocyte_lr_1994", 2, { IP3 = p.ip3 })
              sim:simulate(10)
              io.open("point" .. p.ip3, "w"):write(sim:fingerprint()):close()
              return sim:fingerprint()
            end, { ip3 = { 0.1, 0.2, 0.3 } }, { file = "results.jsonl" })
            print(#results, results[2].value)
            """
        let cases: [(arguments: [String], input: String, status: Int32, extent: String)] = [
            (["exit.lua"], "", 3, "0 states, 0 files, 3 bytes"),
            (["-e", "print(1)", "-e", "error('x')"], "", 1, "0 states"),
            (["-"], "print(6 * 7)", 0, "0 states, 0 files, 3 bytes"), (["sweep.lua"], "", 0, "3 states, 4 files"),
        ]
        for (arguments, input, status, extent) in cases {
            let experiment = try Experiment()
            try experiment.write("exit.lua", "io.write('bye') os.exit(3)")
            try experiment.write("sweep.lua", sweep)
            let run = try experiment.run(["--record", "run.json"] + arguments, input: input)
            #expect(run.status == status, "\(arguments): \(run.errors)")
            let verified = try experiment.run(["verify", "run.json"])
            #expect(
                verified.status == 0 && verified.output.contains(extent),
                "\(arguments): \(verified.output)\(verified.errors)")
        }
    }

    @Test("The record of a sweep has every point, also where many processes end at the same time")
    func manyPoints() throws {
        let experiment = try Experiment()
        try experiment.write(
            "sweep.lua",
            """
            local points = {}
            for i = 1, 500 do points[i] = i end
            require("astro.sweep").run(function(p)
              astro.Simulation():simulate(1)
              return p.n
            end, { n = points }, { processes = 8 })
            """)
        #expect(try experiment.run(["--record", "run.json", "sweep.lua"]).status == 0)
        let verified = try experiment.run(["verify", "run.json"])
        #expect(verified.output.contains("500 states"), "\(verified.output)\(verified.errors)")
    }

    @Test(
        "What is no record, or one that was made to do harm, gives a clean error",
        arguments: [
            ("", "not JSON"), ("[]", "not a record of a run"),
            ("{\"format\": \"astrolua run\", \"version\": 9}", "another version"),
            (hostile(file: "current/../../x.lua"), "leads elsewhere"), (hostile(file: "/tmp/x.lua"), "outside"),
            (hostile(file: "current/a\\u001b.lua"), "control characters"), (hostile(file: "x.lua"), "is not below"),
            (
                hostile(file: "current/x.lua", more: ", \"written\": [{\"file\": \"current/../../y/z\"}]"),
                "leads elsewhere"
            ),
        ])
    func hostileRecords(text: String, message: String) throws {
        let experiment = try Experiment()
        try experiment.write("run.json", text)
        let verified = try experiment.run(["verify", "run.json"])
        #expect(verified.status == 2 && verified.errors.contains(message), "\(verified.output)\(verified.errors)")
    }

    private static func hostile(file: String, more: String = "") -> String {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        return
            "{\"format\": \"astrolua run\", \"version\": 1, \"script\": {\"file\": \"\(file)\", \"sha256\": \"\(empty)\", "
            + "\"lines\": []}\(more)}"
    }

    @Test("A record outside of the sandbox, or where it can't be written, is refused before anything runs")
    func refused() throws {
        let experiment = try Experiment()
        let trusted = try experiment.run(["--trust", "--record", "run.json", "experiment.lua"])
        #expect(trusted.status == 2 && trusted.errors.contains("--record needs the sandbox"))
        let nowhere = try experiment.run(["--record", "nowhere/run.json", "-e", "print 'ran'"])
        #expect(nowhere.status == 2 && nowhere.output.isEmpty && nowhere.errors.contains("nowhere/run.json"))
        #expect(try experiment.run(["verify"]).status == 2)
    }

    @Test("Verifying reads and writes nothing beside its own directory")
    func confined() throws {
        let experiment = try Experiment(script: "print(io.open('../../secret'), io.open('/etc/passwd'))")
        _ = try experiment.run(["--record", "run.json", "experiment.lua"])
        let before = try experiment.shell("find . -type f | sort | xargs md5sum")
        #expect(try experiment.run(["verify", "run.json"]).status == 0)
        #expect(try experiment.shell("find . -type f | sort | xargs md5sum") == before)
    }
}

@Suite("Bundles", .ownDirectory, .timeLimit(.minutes(10)))
struct BundleTests {
    private func friend(with bundle: Data) throws -> Experiment {
        let friend = try Experiment()
        try friend.shell("rm -rf * && ls")
        try friend.write("experiment.astro", bundle)
        return friend
    }

    @Test("A bundle does in an empty directory what the script did")
    func elsewhere() throws {
        let experiment = try Experiment()
        let packed = try experiment.run(["bundle", "experiment.lua", "word"])
        #expect(packed.status == 0, "\(packed.errors)")
        #expect(packed.output.contains("experiment.astro: experiment.lua, 1 module, 1 data file, "))
        let friend = try friend(with: try experiment.read("experiment.astro"))
        let run = try friend.run(["experiment.astro"])
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        #expect(packed.output.hasPrefix(run.output) && run.output.hasSuffix("word\n"))
        #expect(try friend.read("results/spikes.csv") == experiment.read("results/spikes.csv"))
        #expect(try friend.shell("find . -type f | sort") == "./experiment.astro\n./results/spikes.csv\n")
        #expect(try friend.run(["experiment.astro", "other"]).output.hasSuffix("other\n"))
    }

    @Test("Its own data counts, until the script writes a file of that name")
    func overlay() throws {
        let experiment = try Experiment(
            script: """
                print(io.open("data/weight.csv"):read("a"))
                io.open("data/weight.csv", "a"):write("more\\n"):close()
                for line in io.lines("data/weight.csv") do print(line) end
                """)
        #expect(try experiment.run(["bundle", "experiment.lua"]).status == 1)  // changed while it ran
        try experiment.write("data/weight.csv", "weight\n1.5\n")
        try experiment.write(
            "experiment.lua",
            "print(io.open('data/weight.csv'):read('a'))\nif ... then io.open('data/weight.csv', 'a')"
                + ":write('more'):close() print(io.open('data/weight.csv'):read('a')) end")
        #expect(try experiment.run(["bundle", "-o", "x.astro", "experiment.lua"]).status == 0)
        let friend = try friend(with: try experiment.read("x.astro"))
        try friend.write("data/weight.csv", "mine\n")
        #expect(try friend.run(["experiment.astro"]).output == "weight\n1.5\n\n")
        #expect(try friend.run(["experiment.astro", "write"]).output == "weight\n1.5\n\nmine\nmore\n")
    }

    @Test("Errors name the script as its author called it, and the sandbox holds")
    func errors() throws {
        let experiment = try Experiment(script: "if ... then error('stop') end print(io.open('/etc/passwd'))")
        #expect(try experiment.run(["bundle", "experiment.lua"]).output.contains("the sandbox lets a script read"))
        let friend = try friend(with: try experiment.read("experiment.astro"))
        let run = try friend.run(["experiment.astro", "now"])
        #expect(run.status == 1 && run.errors.hasPrefix("experiment.lua:1: stop\n"), "\(run.errors)")
        #expect(try friend.run(["experiment.astro"]).output.contains("the sandbox lets a script read"))
        #expect(try friend.run(["--trust", "experiment.astro"]).status == 2)
    }

    @Test("A script that fails, or is none, is not packed")
    func failing() throws {
        let experiment = try Experiment(script: "error 'no'")
        let failed = try experiment.run(["bundle", "experiment.lua"])
        #expect(failed.status == 1 && failed.errors.contains("nothing is packed"))
        #expect(try experiment.run(["bundle", "missing.lua"]).status == 1)
        #expect(try experiment.run(["bundle"]).status == 2)
        #expect(try experiment.shell("ls *.astro 2>/dev/null") == "")
    }

    @Test("A bundle that was damaged anywhere does not run")
    func damaged() throws {
        let experiment = try Experiment(script: "print 'ran'")
        _ = try experiment.run(["bundle", "experiment.lua"])
        let whole = try experiment.read("experiment.astro")
        for place in stride(from: 4, to: whole.count, by: 41) {
            var bytes = whole
            bytes[place] ^= 0x41
            let friend = try friend(with: bytes)
            let run = try friend.run(["experiment.astro"])
            // bytes that say when a file was made, or by what, do not matter
            guard run.output != "ran\n" else { continue }
            #expect(run.status == 1 && run.errors.contains("is not a complete bundle"), "byte \(place): \(run.errors)")
        }
        let short = try friend(with: whole.prefix(whole.count - 9)).run(["experiment.astro"])
        #expect(short.status == 1 && short.errors.contains("is not a complete bundle"))
    }

    @Test("A bundle that was made to do harm does none", arguments: Forgery.all)
    func hostile(forgery: Forgery) throws {
        let friend = try friend(with: forgery.bytes)
        let run = try friend.run(["experiment.astro"])
        #expect(run.status == 1 && run.output.isEmpty && run.errors.contains(forgery.message), "\(run.errors)")
        #expect(try friend.shell("find .") == ".\n./experiment.astro\n")
    }
}

extension JSON {
    fileprivate func replacing(_ others: [String: JSON]) -> JSON {
        guard case .object(let fields) = self else { return self }
        let kept = fields.filter { others[$0.name] == nil }.map { ($0.name, Optional($0.value)) }
        return .fields(kept + others.map { ($0.key, Optional($0.value)) })
    }
}

/// A bundle as somebody could make it who means no good, and what the program has to say of it.
struct Forgery: Sendable, CustomTestStringConvertible {
    let message: String
    private var names: [String] = []
    private var script = "current/a.lua"
    private var directories: [String] = []
    private var digest: String?
    private var isListed = true
    /// Fields of the list that are something else.
    private var others: [String: JSON] = [:]
    private var list: String?
    private var isCompressed = false

    private init(_ message: String, _ change: (inout Forgery) -> Void) {
        self.message = message
        change(&self)
    }

    var testDescription: String { "\(names) \(directories) \(script): \(message)" }

    static let all: [Forgery] = [
        .init("leads elsewhere") { $0.names = ["current/../../x"] }, .init("leads elsewhere") { $0.names = ["/tmp/x"] },
        .init("leads elsewhere") { $0.names = ["current/a//b"] },
        .init("leads elsewhere") { $0.directories = ["current/../../x"] },
        .init("leads elsewhere") { $0.directories = ["/tmp/x"] }, .init("is not below") { $0.names = ["x"] },
        .init("too deep") { $0.names = ["current/" + String(repeating: "a/", count: 40) + "b"] },
        .init("too long") { $0.names = ["current/" + String(repeating: "a", count: 2000)] },
        .init("control characters") { $0.names = ["current/\n"] },
        .init("same name") { $0.names = ["current/b", "current/b"] },
        .init("can't ") { $0.names = ["current/b", "current/b/c"] },
        .init("not those in its list") { $0.isListed = false },
        .init("was altered") { $0.digest = String(repeating: "0", count: 64) },
        .init("is not in it") { $0.script = "current/b" }, .init("compressed") { $0.isCompressed = true },
        .init("not JSON") { $0.list = String(repeating: "[", count: 100_000) }, .init("version") { $0.list = "{}" },
        .init("more than 1000 directories") { $0.directories = (1...1001).map { "current/d\($0)" } },
        .init("more than 1000 directories") { $0.names = (1...1001).map { "current/d\($0)/x" } },
        .init("'arguments' is not what it should be") { $0.others = ["arguments": .text("-e")] },
        .init("'arguments' is not what it should be") { $0.others = ["arguments": .list([.number(1)])] },
        .init("'seed' is not what it should be") { $0.others = ["seed": .text("--trust")] },
        .init("'directories' is not what it should be") { $0.others = ["directories": .number(1)] },
    ]

    var bytes: Data {
        let files = [("current/a.lua", Array("print 'ran'".utf8))] + names.map { ($0, Array("x".utf8)) }
        let entries = files.map { name, content in
            JSON.fields([
                "file": .text(name), "bytes": .number(content.count),
                "sha256": .text(digest ?? SHA256.hex(of: content)),
            ])
        }
        let whole = JSON.fields([
            "format": .text("astrolua bundle"), "version": .number(1), "script": .text(script), "arguments": .list([]),
            "directories": .texts(directories), "files": .list(isListed ? entries : []),
        ]).replacing(others)
        var bytes = ZipArchive([("bundle.json", Array((list ?? whole.readable).utf8))] + files).bytes
        if isCompressed, let entry = bytes.firstRange(of: [0x50, 0x4b, 1, 2]) { bytes[entry.lowerBound + 10] = 8 }
        return Data(bytes)
    }
}
