import AstroCore
import CLua
import CLuaHost
import Glibc
import LuaBridge

/// A signal that has stopped a script: Ctrl-C, or somebody who wants the program to end.
public struct Interruption: Equatable, Sendable {
    public let signal: Int32
    /// "script.lua:9", or empty.
    let place: String
    /// The latest run, if there was one.
    let run: Stopped?
    /// The file of a sweep that was stopped.
    let results: String?

    /// A run, which may have been over.
    struct Stopped: Equatable, Sendable {
        /// ms; `time` is the simulation's.
        let done, asked, time: Double
        /// Files that recorders write.
        let files: [String]
        /// Where the state of the script is, if it is kept.
        var checkpoint: String?
    }

    /// What a shell would say of a program that the signal has ended.
    public var status: Int32 { 128 + signal }
    public var endsSession: Bool { signal != SIGINT }

    /// Where it stopped, what is there, and how to go on.
    public var text: String {
        let name = [SIGINT: "Ctrl-C", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP"][signal] ?? "signal \(signal)"
        return ([place.isEmpty ? "interrupted (\(name))" : "\(place): interrupted (\(name))"] + details).joined(
            separator: "\n")
    }

    /// The same for those who are at a prompt and see where they are.
    public var shortText: String {
        guard let run, run.done < run.asked else { return "interrupted" }
        let files = run.files.isEmpty ? "" : "; \(Self.files(run))"
        return "interrupted: \(Self.shown(run.done)) of \(Self.shown(run.asked)) ms are simulated, "
            + "sim:simulate(\(Self.shown(run.asked - run.done))) does the rest\(files)"
    }

    private var details: [String] {
        if let results {
            return [
                "  \(results) holds the points that were done", "  to continue: run it again; it computes the others",
            ]
        }
        guard let run else { return ["  to continue: run it again"] }
        let files = run.files.isEmpty ? [] : ["  \(Self.files(run))"]
        let parts = "\(Self.shown(run.done)) of \(Self.shown(run.asked)) ms of sim:simulate are done"
        let wayOn = run.checkpoint.map { "run it again with --resume, which continues from \($0)" }
        return ["  \(parts), sim.time = \(Self.shown(run.time)) ms"] + files
            + ["  to continue: \(wayOn ?? "run it again; with the same seed it gives the same results")"]
    }

    private static func files(_ run: Stopped) -> String {
        "\(run.files.joined(separator: ", ")) \(run.files.count == 1 ? "holds" : "hold") everything up to \(shown(run.time)) ms"
    }

    private static func shown(_ ms: Double) -> String {
        let thousandths = (ms * 1000).rounded() / 1000
        return thousandths == thousandths.rounded() && abs(thousandths) < 1e15
            ? "\(Int(thousandths))" : "\(thousandths)"
    }
}

/// The latest call of `simulate`.
struct LatestRun {
    weak var simulation: Simulation?
    /// ms
    let start, asked: Double
}

extension Runtime {
    /// The latest signal that was to end the script; 0 if there was none.
    public static var stopSignal: Int32 { host_stop_signal() }

    /// The checkpoint that --resume goes on from, if there is one.
    public var checkpoint: String? { journal?.pathIfThere }

    func takeInterruption() -> Interruption {
        defer { latestRun = nil }
        let place = String(cString: host_stopped_at(L))
        let run = latestRun.flatMap { run in
            run.simulation.map {
                Interruption.Stopped(
                    done: $0.time - run.start, asked: run.asked, time: $0.time, files: $0.streamedFiles,
                    checkpoint: journal?.pathIfThere)
            }
        }
        return Interruption(
            signal: host_stop_signal(), place: String(place.dropLast(place.hasSuffix(": ") ? 2 : 0)), run: run,
            results: results?.path)
    }
}
