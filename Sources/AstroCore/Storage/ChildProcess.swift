import CFork

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A copy of this process that computes one answer, hands it back through a pipe and ends. However it ends, this
/// process goes on; and it never outlives this one.
public final class ChildProcess {
    public enum Ending: Equatable, Sendable {
        case answered
        case killed(signal: Int32)
        /// It left without an answer.
        case left(status: Int32)
    }

    public let id: pid_t
    /// Readable when there is something to take in; -1 once all has been.
    public private(set) var pipe: Int32
    public private(set) var answer: [UInt8] = []
    public private(set) var ending: Ending?

    /// Forks; `body` runs in the child, whose memory is a copy of this process's.
    ///
    /// - `closing`: descriptors that are not the child's business.
    /// - `processorTime`: seconds that it may compute.
    public init(closing: [Int32] = [], processorTime: UInt32? = nil, _ body: () -> [UInt8]) throws {
        var ends: [Int32] = [-1, -1]
        guard makePipe(&ends) == 0 else { throw Self.failure("a pipe") }
        fflush(nil)  // what is waiting to be written would be written by both
        id = cfork_child(processorTime ?? 0)
        guard id >= 0 else {
            let problem = Self.failure("a process")
            close(ends[0])
            close(ends[1])
            throw problem
        }
        if id == 0 {
            ([ends[0]] + closing).forEach { close($0) }
            Team.shared.forgetThreads()
            Self.write(body(), to: ends[1])
            fflush(nil)
            _exit(0)
        }
        close(ends[1])
        pipe = ends[0]
    }

    deinit { kill() }

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

    /// Ends it at once.
    public func kill() {
        guard ending == nil else { return }
        _ = endProcess(id, SIGKILL)
        reap()
    }

    private func reap() {
        close(pipe)
        pipe = -1
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7f
        ending = signal != 0 ? .killed(signal: signal) : status == 0 ? .answered : .left(status: status >> 8 & 0xff)
    }

    private static func write(_ bytes: [UInt8], to pipe: Int32) {
        bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = writeBytes(pipe, bytes.baseAddress! + done, bytes.count - done)
                if count < 0, errno != EINTR { _exit(1) }
                done += max(count, 0)
            }
        }
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
            return signal == SIGKILL ? "killed, perhaps for lack of memory" : "crashed (\(reason))"
        }
    }
}

// the system's calls, whose names are those of members above
private func makePipe(_ ends: UnsafeMutablePointer<Int32>) -> Int32 { pipe(ends) }
private func endProcess(_ id: pid_t, _ signal: Int32) -> Int32 { kill(id, signal) }
private func writeBytes(_ file: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int { write(file, bytes, count) }
