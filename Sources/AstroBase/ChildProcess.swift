import CFork

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A copy of this process that computes something, hands it back through a pipe and ends. However it ends, this process
/// goes on; and it never outlives this one.
public final class ChildProcess {
    public enum Ending: Equatable, Sendable {
        case answered
        case killed(signal: Int32)
        /// It left without an answer.
        case left(status: Int32)
    }

    /// How many can compute at the same time.
    public static var cores: Int { Team.cores }

    public let id: pid_t
    /// Readable when there is something to take in; -1 once all has been.
    public private(set) var pipe: Int32
    public var answer: [UInt8] = []
    public private(set) var ending: Ending?

    /// Where a child writes what it hands back.
    public struct Output {
        public let pipe: Int32

        public init(pipe: Int32) { self.pipe = pipe }

        public func write(_ bytes: [UInt8]) {
            bytes.withUnsafeBytes { bytes in
                var done = 0
                while done < bytes.count {
                    let count = writeBytes(pipe, bytes.baseAddress! + done, bytes.count - done)
                    if count < 0, errno != EINTR { _exit(1) }
                    done += max(count, 0)
                }
            }
        }
    }

    /// Forks; `body` runs in the child, whose memory is a copy of this process's.
    ///
    /// - `closing`: descriptors that are not the child's business.
    /// - `processorTime`: seconds that it may compute.
    public init(closing: [Int32] = [], processorTime: UInt32? = nil, _ body: (Output) -> Void) throws {
        let ends = try Self.makePipe()
        fflush(nil)  // what is waiting to be written would be written by both
        id = cfork_child(processorTime ?? 0)
        guard id >= 0 else {
            let problem = Self.failure("a process")
            close(ends.output)
            close(ends.input)
            throw problem
        }
        if id == 0 {
            ([ends.output] + closing).forEach { close($0) }
            Team.shared.forgetThreads()
            FreshThread.run { body(Output(pipe: ends.input)) }
            fflush(nil)
            _exit(0)
        }
        close(ends.input)
        pipe = ends.output
    }

    deinit { kill() }

    /// What is written into `input` can be read from `output`.
    public static func makePipe() throws -> (output: Int32, input: Int32) {
        var ends: [Int32] = [-1, -1]
        guard cfork_pipe(&ends) == 0 else { throw failure("a pipe") }
        return (ends[0], ends[1])
    }

    /// Waits for the end.
    public func finish() -> Ending {
        while takeIn() {}
        return ending!
    }

    /// Takes in what the pipe holds, waiting for something if it is empty; false when the child has ended.
    public func takeIn() -> Bool {
        guard ending == nil else { return false }
        let size = 1 << 18
        let count = withUnsafeTemporaryAllocation(byteCount: size, alignment: 16) { buffer in
            let count = read(pipe, buffer.baseAddress, size)
            if count > 0 { answer += UnsafeRawBufferPointer(rebasing: buffer[..<count]) }
            return count
        }
        if count > 0 || (count < 0 && errno == EINTR) { return true }
        reap()
        return false
    }

    /// Ends it at once. In the sandbox, where no process may signal another, it ends when it next writes.
    public func kill() {
        guard ending == nil else { return }
        _ = endProcess(id, SIGKILL)
        reap()
    }

    /// In a child: nobody hears what a library, or the C library, says before it dies.
    package static func silence() {
        dup2(open("/dev/null", O_WRONLY), STDERR_FILENO)
        setenv("LIBC_FATAL_STDERR_", "1", 1)
    }

    private func reap() {
        close(pipe)
        pipe = -1
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7f
        ending = signal != 0 ? .killed(signal: signal) : status == 0 ? .answered : .left(status: status >> 8 & 0xff)
    }

    private static func failure(_ what: String) -> InputError {
        InputError("can't make \(what): \(String(cString: strerror(errno)))")
    }
}

extension ChildProcess.Ending: CustomStringConvertible {
    public var description: String {
        switch self {
        case .answered: return "ended"
        case .left(let status): return "ended with status \(status)"
        case .killed(let signal):
            let reason = String(cString: strsignal(signal))
            return signal == SIGKILL ? "was killed (perhaps for lack of memory)" : "crashed (\(reason))"
        }
    }
}

// the system's calls, whose names are those of members above
private func endProcess(_ id: pid_t, _ signal: Int32) -> Int32 { kill(id, signal) }
private func writeBytes(_ file: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int { write(file, bytes, count) }
