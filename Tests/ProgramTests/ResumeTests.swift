import Foundation
import Testing

/// A script that is ended in the middle and goes on from its checkpoint prints and writes what it would have without.
@Suite("--checkpoint-every and --resume", .ownDirectory, .serialized, .timeLimit(.minutes(10)))
struct ResumeTests {
    private let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
        "astrolua-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true) }

    /// Builds, simulates in a loop, asks, prints, sets, clears, builds more, and writes files of all kinds.
    private static let busy = """
        local astro = require "astro"
        local sim = astro.Simulation { seed = 5 }
        local neurons = sim:create("aeif_cond_alpha_astro", 800, { V_m = astro.random.uniform(-75, -50), tau_syn_ex = 2.0 })
        local glia = sim:create("astrocyte_lr_1994", 50, { IP3 = 0.6 })
        local noise = sim:create("poisson_generator", { rate = 2500 })
        sim:connect(noise, neurons, nil, { weight = 3.0 })
        sim:connect(neurons, neurons, { rule = "pairwise_bernoulli", p = 0.3 },
          { synapse_model = "tsodyks_synapse", weight = astro.random.uniform(0, 0.3), delay = 1.5 })
        sim:connect(neurons, glia, { rule = "fixed_indegree", indegree = 9 })
        sim:connect(glia, neurons, { rule = "fixed_indegree", indegree = 2 }, { synapse_model = "sic_connection", weight = 0.1 })
        local spikes = sim:record(neurons)
        local traces = sim:record(glia:sample(5), { "Ca_astro" }, { to = "traces.csv" })
        local some = sim:connections { source = neurons[3], synapse_model = "tsodyks_synapse" }
        local weights = sim:record(some, { "weight" }, { interval = 11, to = "weights.csv" })
        local sent = sim:record(some, { "sent" }, { when = "spike", to = "sent.dat" })
        local total = 0
        for i = 1, 12 do
          sim:simulate(TIME)
          total = total + spikes.n_events
          print(i, sim.time, spikes.n_events, neurons:get("V_m"):mean(), some:get("x"):sum(), sim:fingerprint(), tostring(spikes))
          if i == 3 then spikes:save("first.csv") end
          if i % 4 == 0 then spikes:clear() end
          neurons:set { I_e = 10 * (spikes.n_events % 7) }
          some:set { weight = i }
          print(pcall(sim.simulate, sim, -1))
          if i == 5 then
            local more = sim:create("parrot_neuron", 20)
            print(sim:connect(noise, more), sim:connect(more, neurons, { rule = "fixed_outdegree", outdegree = 3 }))
            sim:record(more, { label = "more" })
          end
          local other = astro.Simulation { seed = i }
          local cell = other:create("aeif_cond_alpha_astro", { I_e = 700 })
          other:simulate(20)
          print(cell:get("V_m"), math.random())
        end
        spikes:save("last.csv")
        local events = traces.events
        local file <close> = io.open("report.txt", "w")
        file:write(total, " ", #events.times, " ", events.Ca_astro:sum(), " ", weights.n_events, " ", sent.events.sent:sum(), "\\n")
        """

    private func start(_ arguments: [String], in folder: String) throws -> (Process, Pipe, Pipe) {
        let process = Process(), output = Pipe(), errors = Pipe()
        let place = directory.appendingPathComponent(folder)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        process.executableURL = Run.program
        process.arguments = arguments
        process.currentDirectoryURL = place
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        return (process, output, errors)
    }

    private func run(_ arguments: [String], in folder: String) throws -> (status: Int32, output: String, errors: String)
    {
        let (process, output, errors) = try start(arguments, in: folder)
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complaints = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text, complaints)
    }

    private func script(_ text: String, milliseconds: Double = 100) throws -> String {
        let url = directory.appendingPathComponent("busy.lua")
        try Data(text.replacingOccurrences(of: "TIME", with: "\(milliseconds)").utf8).write(to: url)
        return url.path
    }

    private func exists(_ file: String, in folder: String) -> Bool {
        FileManager.default.fileExists(
            atPath: directory.appendingPathComponent(folder).appendingPathComponent(file).path)
    }

    private func content(_ file: String, in folder: String) throws -> String {
        try String(contentsOf: directory.appendingPathComponent(folder).appendingPathComponent(file), encoding: .utf8)
    }

    /// Runs until there is a checkpoint and some time more, then sends the signal.
    private func end(_ arguments: [String], in folder: String, by signal: Int32, after delay: Double) throws {
        let (process, output, _) = try start(arguments, in: folder)
        let deadline = Date(timeIntervalSinceNow: 60)
        while process.isRunning, Date() < deadline, !exists("busy.checkpoint", in: folder) {
            Thread.sleep(forTimeInterval: 0.002)
        }
        Thread.sleep(forTimeInterval: delay)
        // the program and the process of its sandbox
        let child = try Self.children(of: process.processIdentifier)
        for id in (signal == SIGKILL ? child : []) + [process.processIdentifier] { kill(id, signal) }
        _ = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
    }

    private static func children(of parent: Int32) throws -> [Int32] {
        let path = "/proc/\(parent)/task/\(parent)/children"
        return (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: " ").compactMap { Int32($0) }
            ?? []
    }

    @Test("Killed again and again at any moment, and gone on with on other threads: the same output and files")
    func killed() throws {
        let path = try script(Self.busy, milliseconds: 150)
        let whole = try run(["--quiet", path], in: "whole")
        #expect(whole.status == 0, "\(whole.errors)")
        for round in 0..<3 {
            let folder = "round\(round)"
            let options = ["--quiet", "--checkpoint-every", "0.05", "--resume", "--threads", "\(round + 1)", path]
            for _ in 0..<3 { try end(options, in: folder, by: SIGKILL, after: Double.random(in: 0...0.3)) }
            let last = try run(options, in: folder)
            #expect(last.status == 0, "\(last.errors)")
            #expect(last.output == whole.output)
            for file in ["first.csv", "last.csv", "traces.csv", "weights.csv", "sent.dat", "report.txt"] {
                #expect(try content(file, in: folder) == content(file, in: "whole"), "\(file)")
            }
            #expect(!exists("busy.checkpoint", in: folder))
        }
    }

    @Test("SIGTERM and Ctrl-C leave a checkpoint of the moment", arguments: [SIGTERM, SIGINT])
    func signals(_ signal: Int32) throws {
        let path = try script(Self.busy, milliseconds: 150)
        let whole = try run(["--quiet", path], in: "whole")
        try end(["--quiet", "--checkpoint-every", "0.05", path], in: "stopped", by: signal, after: 0.05)
        #expect(exists("busy.checkpoint", in: "stopped"))
        let last = try run(["--quiet", "--resume", path], in: "stopped")
        #expect(last.status == 0 && last.output == whole.output, "\(last.errors)")
    }

    @Test("Another script, other arguments and another seed are refused; without a checkpoint it begins anew")
    func otherRuns() throws {
        let path = try script(Self.busy)
        try end(["--checkpoint-every", "0.01", path], in: "x", by: SIGKILL, after: 0)
        #expect(exists("busy.checkpoint", in: "x"))
        for arguments in [["--seed", "2", "--resume", path], ["--resume", path, "more"]] {
            let refused = try run(arguments, in: "x")
            #expect(refused.status == 1 && refused.errors.contains("belongs to another run"), "\(refused.errors)")
        }
        try Data("print('other')".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try run(["--resume", path], in: "x").errors.contains("belongs to another run"))
        let anew = try run(["--resume", path], in: "y")
        #expect(anew.status == 0 && anew.output == "other\n" && anew.errors.contains("starts again"))
    }

    @Test("A script that does something else the second time is found out")
    func divergence() throws {
        let text = """
            local astro = require "astro"
            local file = io.open("again.txt")
            local sim = astro.Simulation()
            local n = sim:create("aeif_cond_alpha_astro", 100, { I_e = file and 500 or 800 })
            io.open("again.txt", "w"):close()
            sim:simulate(100)
            sim:simulate(100000)
            """
        let path = try script(text)
        try end(["--checkpoint-every", "0.1", path], in: "d", by: SIGKILL, after: 0)
        let second = try run(["--resume", path], in: "d")
        #expect(second.status == 1 && second.errors.contains("does not do the same as before"), "\(second.errors)")
    }

    @Test("A script that appends to its own file before the checkpoint is told so")
    func appending() throws {
        let text = """
            local sim = astro.Simulation()
            sim:create("aeif_cond_alpha_astro", 100)
            sim:simulate(10)
            local file <close> = io.open("log.txt", "a")
            file:write("line\\n")
            file:flush()
            sim:simulate(100000)
            """
        let path = try script(text)
        try end(["--checkpoint-every", "0.1", path], in: "a", by: SIGKILL, after: 0)
        let second = try run(["--resume", path], in: "a")
        #expect(second.status == 1 && second.errors.contains("would write again"), "\(second.errors)")
        #expect(try content("log.txt", in: "a") == "line\n")
    }

    @Test("Sweeps, -e, -i and the prompt go without")
    func refused() throws {
        for arguments in [
            ["--resume", "-e", "print(1)"], ["--checkpoint-every", "1"], ["--checkpoint-every", "0", "x.lua"],
            ["--resume", "-i", "x.lua"], ["--resume", "-"],
        ] {
            #expect(try run(arguments, in: "o").status == 2, "\(arguments)")
        }
        let path = try script("require('astro.sweep').run(function() return { b = 1 } end, { a = { 1, 2 } })")
        #expect(try run(["--checkpoint-every", "1", path], in: "s").errors.contains("--checkpoint-every"))
    }

    @Test("A full disk is an error that leaves the older checkpoint whole")
    func noRoom() throws {
        let save = """
            local sim = astro.Simulation { seed = 1 }
            local n = sim:create("aeif_cond_alpha_astro", 4000)
            sim:simulate(1)
            if arg[1] then print(pcall(sim.save, sim, "x.checkpoint")) else sim:save("x.checkpoint") end
            print(astro.load("x.checkpoint"):fingerprint() == sim:fingerprint())
            """
        let path = try script(save)
        #expect(try run([path], in: "full").output == "true\n")
        let place = directory.appendingPathComponent("full").path
        let process = Process(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", "cd '\(place)' && ulimit -f 100 && '\(Run.program.path)' '\(path)' again"]
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(text.contains("File too large") && text.hasSuffix("true\n"), "\(text)")
        #expect(!exists("x.checkpoint.part", in: "full"))
    }
}
