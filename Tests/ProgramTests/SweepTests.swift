import Foundation
import Testing

@Suite("Sweeps as processes", .ownDirectory, .timeLimit(.minutes(10)), .serialized)
struct SweepTests {
    private static let text = """
        local loops = ...
        local results = require("astro.sweep").run(function(p)
          if loops and p.x > 2 then
            print("looping")
            while true do end
          end
          return p.x
        end, { x = { 1, 2, 3, 4, 5 } }, { file = "interrupted.jsonl", processes = 2 })
        print(#results, #results.failed)
        """

    private let file = Run.directory.appendingPathComponent("interrupted.jsonl")

    private func lines() throws -> [Substring] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    }

    /// The script, with points that never end, when two of these are at it.
    private func loopingSweep() throws -> (process: Process, output: FileHandle) {
        try? FileManager.default.removeItem(at: file)
        try Run.script("looping.lua", Self.text)
        let process = Process()
        process.executableURL = Run.program
        process.arguments = ["looping.lua", "loop"]
        process.currentDirectoryURL = Run.directory
        let output = Pipe()
        process.standardOutput = output
        process.standardError = Pipe()
        try process.run()
        var seen = ""
        while seen.count < 2 * "looping\n".count {
            seen += String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        }
        while try lines().count < 3 { usleep(1000) }
        return (process, output.fileHandleForReading)
    }

    @Test("An interrupt ends all processes and keeps what is done; the next run does the rest")
    func interrupt() throws {
        let (process, output) = try loopingSweep()
        process.interrupt()
        // the pipe ends when nobody holds it any more
        #expect(output.readDataToEndOfFile().isEmpty)
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        let before = try lines()
        #expect(before.count == 3)
        #expect(try Run(["looping.lua"]).output == "5\t0\n")
        #expect(try Array(lines()[..<3]) == before)
        #expect(try lines().count == 6)
    }

    @Test("A terminal sees how far it is before any point is done, and what is done already when it goes on")
    func progress() throws {
        try? FileManager.default.removeItem(at: file)
        try Run.script("waiting.lua", Self.text.replacingOccurrences(of: "p.x > 2", with: "p.x > 0"))
        try Run.script("looping.lua", Self.text)
        for (script, shown) in [("waiting.lua", "0 of 5 points"), ("looping.lua", "2 of 5 points")] {
            let terminal = try TerminalRun([script, "loop"])
            try terminal.wait(for: shown)
            terminal.type(TerminalRun.ctrlC)
            #expect(terminal.end() == 130)
        }
    }

    @Test("No process outlives the program, even one that is killed")
    func killed() throws {
        let (process, output) = try loopingSweep()
        kill(process.processIdentifier, SIGKILL)
        #expect(output.readDataToEndOfFile().isEmpty)
        process.waitUntilExit()
    }

    @Test("--seed changes the seeds of all points, --threads the processes, and neither reaches into a point")
    func overrides() throws {
        let text = """
            local sweep = require "astro.sweep"
            local rows = sweep.run(function(p)
              local sim = astro.Simulation { seed = p.seed }
              return { equal = sim.seed == p.seed, threads = sim.threads }
            end, { x = { 1, 2 } })
            for _, row in ipairs(rows) do print(row.seed, row.equal, row.threads) end
            """
        let plain = try Run(["-e", text]).output, other = try Run(["--seed", "9", "--threads", "3", "-e", text]).output
        #expect(plain.contains("true\t1"))
        #expect(other.split(separator: "\n").allSatisfy { $0.hasSuffix("\ttrue\t1") })
        #expect(plain != other)
    }
}
