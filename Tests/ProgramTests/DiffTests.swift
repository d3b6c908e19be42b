import Foundation
import Testing

@Suite("Differences of records", .ownDirectory, .timeLimit(.minutes(10)))
struct DiffTests {
    private static let script = """
        local tau = require "parts.tau"
        local data = io.open("data.csv"):read("a")
        local sim = astro.Simulation { seed = 3 }
        local noise = sim:create("poisson_generator", { rate = 8000 })
        local exc = sim:create("iaf_psc_alpha", 10, { I_e = 400, tau_m = tau, label = "exc" })
        sim:connect(noise, exc, "all_to_all", { weight = 5 })
        local spikes = sim:record(exc)
        for _ = 1, 3 do sim:simulate(50) end
        spikes:save("spikes.csv")
        spikes:save("spikes.dat")
        print(spikes.n_events)

        """

    /// Two directories with a record each, of which the second has the script changed.
    private func records(_ changes: [(String, String)], options: [String] = []) throws -> Experiment {
        let experiment = try Experiment()
        for (name, changes) in [("a", []), ("b", changes)] {
            let text = changes.reduce(Self.script) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
            try experiment.write("\(name)/experiment.lua", text)
            try experiment.write("\(name)/parts/tau.lua", "return 10\n")
            try experiment.write("\(name)/data.csv", "1\n")
        }
        try record("a", experiment)
        try record("b", experiment, options)
        return experiment
    }

    private func record(_ name: String, _ experiment: Experiment, _ options: [String] = []) throws {
        let words = (options + ["--record", "run.json", "experiment.lua"]).map { "'\($0)'" }.joined(separator: " ")
        try experiment.shell("cd \(name) && \(Run.program.path) --quiet \(words)")
    }

    @Test("A record and itself, and the bundle of the same script, are the same")
    func same() throws {
        let experiment = try records([])
        for pair in [["a/run.json", "a/run.json"], ["a/run.json", "b/run.json"]] {
            let diff = try experiment.run(["diff"] + pair)
            #expect(diff.status == 0, "\(diff.output)\(diff.errors)")
            #expect(diff.output.contains("what ran: the same\nresults: the same to the bit (3 states, 2 files"))
        }
        try experiment.shell("cd a && \(Run.program.path) --quiet bundle experiment.lua")
        let bundled = try experiment.run(["diff", "a/run.json", "a/experiment.astro"])
        #expect(bundled.status == 0, "\(bundled.output)\(bundled.errors)")
    }

    @Test("What ran otherwise is named, and where the results part first")
    func differences() throws {
        let experiment = try records(
            [("I_e = 400", "I_e = 410"), ("weight = 5", "weight = 6")], options: ["--seed", "4"])
        try experiment.write("b/parts/tau.lua", "return 11\n")
        try experiment.write("b/data.csv", "2\n")
        try record("b", experiment, ["--seed", "4"])
        let diff = try experiment.run(["diff", "a/run.json", "b/run.json"])
        #expect(diff.status == 1 && diff.errors.isEmpty)
        for line in [
            "  - 5: local exc = sim:create(\"iaf_psc_alpha\", 10, { I_e = 400,",
            "  + 5: local exc = sim:create(\"iaf_psc_alpha\", 10, { I_e = 410,",
            "module parts/tau.lua:\n  - 1: return 10\n",
            "seed (option): none -> 4", "simulation 1: seed 3 -> 4", "simulation 1, nodes 2 'exc': I_e 400 -> 410 pA",
            "simulation 1, nodes 2 'exc': tau_m 10 -> 11 ms", "simulation 1, connections 1: synapse.weight 5 -> 6",
            "data data.csv: other content",
            "call 1 of simulate, simulation 1, to 50 ms: population 1 'exc' (10 iaf_psc_alpha)",
            "files: spikes.csv: line 2 is '", "(event 1: time_ms, sender), and 1 other differ", "printed: line 1 is '",
        ] { #expect(diff.output.contains(line), "\(line) is not in\n\(diff.output)") }
    }

    @Test("Where the files are no longer there, only that they differ can be told")
    func withoutFiles() throws {
        let experiment = try records([("I_e = 400", "I_e = 410")])
        try experiment.shell("rm a/spikes.*")
        let diff = try experiment.run(["diff", "a/run.json", "b/run.json"])
        #expect(diff.output.contains("spikes.csv differs ("), "\(diff.output)")
        #expect(diff.output.contains("the recorded file is not here to compare"))
    }

    @Test("Others that were given for records are refused, and nothing that they name is read elsewhere")
    func refused() throws {
        let experiment = try records([])
        for words in [["diff"], ["diff", "a/run.json"], ["diff", "a/run.json", "b/run.json", "c"]] {
            #expect(try experiment.run(words).status == 2)
        }
        let other = try experiment.run(["diff", "a/run.json", "a/data.csv"])
        #expect(other.status == 2 && other.errors.contains("'a/data.csv' is not a record of a run"))
        #expect(try experiment.run(["--seed", "4", "diff", "a/run.json", "b/run.json"]).status == 2)
    }
}
