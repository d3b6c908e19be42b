import AstroCore
import AstroLua
import Glibc

/// This process as one of those that mpirun has started; a program started by itself notices nothing of it.
enum Job {
    /// A rank that has failed waits so long for the others to fail, too, as they do where the script itself is wrong; one
    /// that is done waits longer, since the first rank may still be drawing.
    private static let patience = (failed: 2.0, done: 600.0)
    nonisolated(unsafe) private static var hasEnded = false

    /// Joins the other ranks, if there are any; a status to end with if that fails. Only the first one prints.
    static func join() -> Int32? {
        guard Ranks.areExpected else { return nil }
        do {
            try Ranks.all.start()
        } catch {
            complain("astrolua: \(error)")
            return ExitStatus.failure
        }
        if Ranks.all.rank > 0 { dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO) }
        processes = Ranks.all.together.tell([gethostid(), Int(getpid())])
        // scripts may call os.exit
        atexit { Job.end(ExitStatus.success, nil) }
        return nil
    }

    /// Ends this rank's part. What the script did wrong on all ranks is said once; what went wrong on one rank only ends
    /// the others, which would wait for it for ever.
    static func end(_ status: Int32, _ problem: String?) {
        let ranks = Ranks.all
        guard !ranks.isAlone else { return problem.map { complain($0) } ?? () }
        guard !hasEnded else { return }
        hasEnded = true
        tell(problem, status)
        ranks.together.finish()
    }

    /// Says what went wrong on all ranks, at the prompt or at the end; what went wrong on one only ends the job.
    static func tell(_ problem: String?, _ status: Int32 = ExitStatus.failure) {
        let ranks = Ranks.all
        guard !ranks.isAlone else { return problem.map { complain($0, isColoured: true) } ?? () }
        fflush(nil)
        if ranks.together.meet(within: problem == nil ? patience.done : patience.failed) {
            let speaks = ranks.together.isFirst(problem != nil)
            if let problem, speaks { complain(problem) }
            return
        }
        complain("rank \(ranks.rank): " + (problem ?? "has ended, but the others have not"))
        ranks.abort(problem == nil ? ExitStatus.failure : status)
    }

    // MARK: When another rank has died

    /// Machine and process of each rank.
    nonisolated(unsafe) private static var processes: [[Int]] = []
    /// The one that runs. Not a weak reference, which would make every other one to it several times as slow.
    nonisolated(unsafe) private static var runtime: Runtime?
    nonisolated(unsafe) private static var hasTold = false
    /// mpirun ends the others by SIGTERM, and a second later by SIGKILL.
    private static let secondsBeforeTelling = 0.4

    static func watch(_ runtime: Runtime) {
        Job.runtime = runtime
        Ranks.all.whileWaiting { waited in
            guard waited > Job.secondsBeforeTelling, Runtime.stopSignal == SIGTERM, !Job.hasTold else { return }
            Job.hasTold = true
            if Job.isSpeaker { complain(Job.farewell) }
        }
    }

    /// The runtime's work is done.
    static func forgetRuntime() { runtime = nil }

    /// Is this the first rank that is still there, as far as can be seen from here?
    private static var isSpeaker: Bool {
        let mine = processes[Ranks.all.rank]
        return processes[..<Ranks.all.rank].allSatisfy { $0[0] == mine[0] && access("/proc/\($0[1])", F_OK) != 0 }
    }

    private static var farewell: String {
        let words = CommandLine.arguments
        let options = words.contains("--resume") ? words.dropFirst() : ["--resume"] + words.dropFirst()
        let command = "mpirun -n \(Ranks.all.count) astrolua \(options.joined(separator: " "))"
        let wayOn =
            runtime?.checkpoint.map { "\(command)\n  continues from \($0); any number of ranks will do" }
            ?? "start it again; with --checkpoint-every SECONDS it would not have to start from the beginning"
        return "rank \(Ranks.all.rank): told to end while it waits for another rank, which has ended or cannot answer: "
            + "see what mpirun says\n  to continue: \(wayOn)"
    }
}
