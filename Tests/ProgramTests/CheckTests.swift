import AstroCore
import Foundation
import Testing

/// What many have handed in, in a directory of its own.
struct Submissions {
    let experiment: Experiment

    static let script = """
        #!/usr/bin/env astrolua
        -- Exercise 3
        -- author: Ada Lovelace

        local sim = astro.Simulation { seed = 3 }
        local cells = sim:create("iaf_psc_alpha", 10, { I_e = 400 })
        local spikes = sim:record(cells)
        sim:simulate(100)
        spikes:save("spikes.csv")
        print(spikes.n_events, ...)

        """

    init() throws {
        experiment = try Experiment(script: Self.script)
        _ = try experiment.run(["--record", "run.json", "experiment.lua", "word"])
        try experiment.shell("mkdir in && cp run.json in/good.json")
    }

    /// Hands in the record with a line of the script changed, and its digest.
    func add(_ name: String, _ from: String, _ to: String, digests: Bool = true) throws {
        try experiment.shell("cp in/good.json run.json")
        try experiment.alter(from, to, digests: digests)
        try experiment.shell("mv run.json in/\(name)")
    }

    /// By file: the row of the table.
    func check(_ options: [String] = [], _ files: String = "in/*") throws -> (status: Int32, rows: [String: String]) {
        let names = try experiment.shell("ls -d \(files)").split(separator: "\n").map(String.init)
        let run = try experiment.run(options + ["check"] + names)
        #expect(run.errors.isEmpty, "\(run.errors)")
        let lines = run.output.split(separator: "\n").map(String.init).dropFirst().dropLast()
        let rows = lines.map { line in (line.split(separator: " ").first.map(String.init) ?? "", line) }
        #expect(rows.count == names.count)
        return (run.status, Dictionary(rows) { first, _ in first })
    }
}

@Suite("Checking what was handed in", .ownDirectory, .timeLimit(.minutes(10)))
struct CheckTests {
    @Test("Records and bundles that come to the same are reproduced, with their authors")
    func good() throws {
        let submissions = try Submissions(), experiment = submissions.experiment
        try experiment.write(
            "team.lua", "-- label: team 7\nprint(io.open('data/weight.csv'):read('a'))\nastro.Simulation():simulate(1)")
        #expect(
            try experiment.run(["--seed", "9007199254740993", "bundle", "-o", "in/team.astro", "team.lua"]).status == 0)
        try experiment.shell("rm -r data *.lua")  // a bundle has all that it needs
        let (status, rows) = try submissions.check()
        #expect(status == 0, "\(rows)")
        #expect(rows["in/good.json"]?.contains("Ada Lovelace  reproduced") == true, "\(rows)")
        #expect(rows["in/team.astro"]?.contains("team 7        reproduced") == true, "\(rows)")
        #expect(try experiment.run(["verify", "in/team.astro"]).output.contains("the same to the bit (1 state"))
    }

    @Test("What differs, fails or takes too long says so, and the others go on")
    func bad() throws {
        let submissions = try Submissions()
        try submissions.add("differs.json", "I_e = 400", "I_e = 401")
        try submissions.add("fails.json", "10, { I_e", "10, nil + { I_e")
        try submissions.add("loops.json", "local spikes", "while true do end local spikes")
        try submissions.add(
            "memory.json", "local spikes", "local t = {} for i = 1, 1e9 do t[i] = { i } end local spikes")
        try submissions.add(
            "data.json", "\"read\": []", "\"read\": [{\"file\": \"current/no.csv\", \"bytes\": 1, \"sha256\": \"0\"}]")
        try submissions.add(
            "outside.json", "\"read\": []", "\"read\": [{\"file\": \"/etc/passwd\", \"bytes\": 1, \"sha256\": \"0\"}]")
        let (status, rows) = try submissions.check(["--time-limit", "20", "--memory-limit", "50M"])
        #expect(status == 1)
        let verdicts = [
            "good": "reproduced", "differs": "differs", "fails": "error", "loops": "timed out", "memory": "error",
            "data": "error", "outside": "error",
        ]
        for (name, verdict) in verdicts {
            #expect(rows["in/\(name).json"]?.contains("Ada Lovelace  \(verdict)") == true, "\(name): \(rows)")
        }
        #expect(rows["in/differs.json"]?.contains("population 1 (10 iaf_psc_alpha) differs") == true)
        #expect(rows["in/fails.json"]?.contains("status: 1 (experiment.lua:6: attempt to perform arithmetic") == true)
        #expect(rows["in/data.json"]?.contains("no.csv, which it read, is not here") == true)
        #expect(rows["in/outside.json"]?.contains("the sandbox lets a script read") == true)
        #expect(rows["in/memory.json"]?.contains("its limit of 50 MB") == true)
    }

    @Test("A file that is no record is a row")
    func notRecords() throws {
        let submissions = try Submissions(), experiment = submissions.experiment
        try submissions.add("altered.json", "I_e = 400", "I_e = 401", digests: false)
        try experiment.write("in/empty", "")
        try experiment.write("in/deep", String(repeating: "[", count: 1_000_000))
        try experiment.write("in/zip", "PK\u{3}\u{4}" + String(repeating: "x", count: 1000))
        try experiment.shell(
            "head -c 500 in/good.json >in/cut; mkdir in/directory; mkfifo in/pipe; ln -s nowhere in/link")
        try experiment.write("in/\u{1B}[31m", "x")
        let whole = try experiment.read("in/good.json")
        for place in stride(from: 0, to: whole.count, by: whole.count / 7) {
            var bytes = whole
            bytes[place] ^= 0x41
            try experiment.write("in/damaged-\(place)", bytes)
        }
        let (status, rows) = try submissions.check()
        #expect(status == 1)
        for name in ["altered.json", "empty", "deep", "zip", "cut", "directory", "pipe", "link", "\\x1b[31m"] {
            #expect(rows["in/\(name)"]?.contains("not a record") == true, "\(name): \(rows)")
        }
    }

    @Test("Nothing of a record is an option, and nothing outside of its directory is touched")
    func hostile() throws {
        let submissions = try Submissions(), experiment = submissions.experiment
        try submissions.add(
            "options.json", "\"arguments\": [\"word\"]", "\"arguments\": [\"--trust\", \"-e\", \"print(1)\"]")
        try submissions.add("script.json", "\"script_name\": \"experiment.lua\"", "\"script_name\": \"--trust\"")
        try submissions.add("limit.json", "\"options\": {}", "\"options\": {\"trust\": true}")
        try submissions.add("write.json", "local spikes", "io.open('../../../made', 'w') local spikes")
        let before = try experiment.shell("find . -type f | sort | xargs md5sum")
        let (_, rows) = try submissions.check()
        #expect(rows["in/options.json"]?.contains("differs") == true, "\(rows)")
        #expect(rows["in/script.json"]?.contains("reproduced") == true, "\(rows)")
        #expect(rows["in/limit.json"]?.contains("an option 'trust', which no record has") == true, "\(rows)")
        #expect(try experiment.shell("find . -type f | sort | xargs md5sum") == before)
    }

    @Test("It needs files, and takes options in front only")
    func usage() throws {
        let experiment = try Experiment()
        #expect(try experiment.run(["check"]).status == 2)
        let behind = try experiment.run(["check", "--time-limit", "5", "run.json"])
        #expect(behind.status == 2 && behind.errors.contains("options come first"))
        #expect(try experiment.run(["--trust", "check", "run.json"]).status == 2)
    }
}

@Suite("Results of earlier versions", .ownDirectory, .timeLimit(.minutes(10)))
struct CorpusTests {
    /// A failure means that results have changed: say so in the changelog, then write the records anew (Tests/records.sh).
    @Test("Records of models, rules, generators, synapses, recorders, equations, couplings and space are reproduced")
    func corpus() throws {
        let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/records")
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        let (records, scripts) = (names.filter { $0.hasSuffix(".json") }, names.filter { $0.hasSuffix(".lua") })
        #expect(records.count >= 60)
        #expect(records.map { $0.dropLast(5) } == scripts.map { $0.dropLast(4) })
        let run = try Run(["--quiet", "check"] + records.map { directory.appendingPathComponent($0).path })
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        #expect(run.output.hasSuffix("\(records.count) of \(records.count) reproduced\n"))
        for script in scripts {
            let text = try String(contentsOf: directory.appendingPathComponent(script), encoding: .utf8)
            let record = try JSON(
                parsing: Array(Data(contentsOf: directory.appendingPathComponent("\(script.dropLast(4)).json"))))
            let lines = record["script"]?["lines"]?.texts ?? []
            #expect(lines.joined(separator: "\n") == text, "\(script) is another script than that of its record")
        }
    }
}
