import AstroCore
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
        ranks.finish()
    }

    /// Says what went wrong on all ranks, at the prompt or at the end; what went wrong on one only ends the job.
    static func tell(_ problem: String?, _ status: Int32 = ExitStatus.failure) {
        let ranks = Ranks.all
        guard !ranks.isAlone else { return problem.map { complain($0, isColoured: true) } ?? () }
        fflush(nil)
        if ranks.meet(within: problem == nil ? patience.done : patience.failed) {
            let speaks = ranks.isFirst(problem != nil)
            if let problem, speaks { complain(problem) }
            return
        }
        complain("rank \(ranks.rank): " + (problem ?? "has ended, and the others have not"))
        ranks.abort(problem == nil ? ExitStatus.failure : status)
    }
}
