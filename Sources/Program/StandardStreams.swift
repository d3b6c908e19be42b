import AstroLua
import Glibc

/// Standard input, output and error: there from the beginning, and whole at the end.
enum StandardStreams {
    /// Whatever is opened gets the lowest free number. So where one of these is closed, a file would get it, and what is printed
    /// would go over what is recorded.
    static func openClosed() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            if open("/dev/null", O_RDWR) < 0, open("/", O_RDONLY) < 0 { _exit(ExitStatus.failure) }
        }
    }

    /// A program that could not write what it was to print has failed, however it ends. Called first, so this comes last.
    static func checkAtEnd() {
        on_exit(
            { status, _ in
                let settled = StandardStreams.settled(status)
                if settled != status { _exit(settled) }
            }, nil)
    }

    /// The record of the run could not be written.
    nonisolated(unsafe) static var hasLostRecord = false
    nonisolated(unsafe) private static var hasTold = false

    static var problem: String? { lostOutput().map { "can't write to standard output: \($0.reason)" } }

    /// The status to end with. Says once what went wrong, if the script's own error has not.
    static func settled(_ status: Int32) -> Int32 {
        if let (reason, isTold) = lostOutput(), !hasTold {
            hasTold = true
            if !isTold || status == ExitStatus.success {
                complain("astrolua: can't write to standard output: \(reason)")
            }
        }
        return status == ExitStatus.success && (hasTold || hasLostRecord) ? ExitStatus.failure : status
    }
}
