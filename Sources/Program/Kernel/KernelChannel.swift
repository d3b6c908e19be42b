import AstroBase
import AstroCore
import AstroLua
@preconcurrency import Glibc

/// The way to the program that asks: requests come in, events go out, each a line of JSON.
///
/// Both go through descriptors of their own, which no script knows and no program that one starts inherits. Standard output and
/// standard error become pipes. What comes out of them goes into events as text: nothing that is printed can look like an event.
final class KernelChannel: @unchecked Sendable {
    private let requests, replies: Int32
    /// Bytes of requests that are not a whole line yet.
    private var waiting: ArraySlice<UInt8> = []
    /// Held while something is taken out of the pipes or sent: what was printed before an event comes before it.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var streams: [Stream]
    /// The request that is being answered; guarded by the mutex.
    private var id: JSON = .null
    /// A fork of this process, as a point of a sweep is, has nothing to say here.
    private let process = getpid()

    private struct Stream {
        let name: String
        let pipe: Int32
        /// The beginning of a character whose end is still to come.
        var rest: [UInt8] = []
    }

    init() throws {
        requests = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
        replies = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
        guard requests >= 0, replies >= 0 else { throw InputError("no descriptor is left: \(reason)") }
        streams = [
            Stream(name: "stdout", pipe: try Self.divert(STDOUT_FILENO)),
            Stream(name: "stderr", pipe: try Self.divert(STDERR_FILENO)),
        ]
        try Self.closeInput()
        // a line that is printed is seen at once
        setvbuf(stdout, nil, _IOLBF, Int(BUFSIZ))
        pthread_mutex_init(mutex, nil)
        startForwarding()
    }

    /// Makes it the writing end of a pipe, whose reading end comes back.
    private static func divert(_ descriptor: Int32) throws -> Int32 {
        let (output, input) = try ChildProcess.makePipe()
        defer { close(input) }
        guard dup2(input, descriptor) >= 0 else { throw InputError("no descriptor is left: \(reason)") }
        _ = fcntl(output, F_SETFL, O_NONBLOCK)
        return output
    }

    /// A script that reads finds the end of the input at once.
    private static func closeInput() throws {
        let (output, input) = try ChildProcess.makePipe()
        close(input)
        dup2(output, STDIN_FILENO)
        close(output)
    }

    // MARK: requests

    /// The next request's line; nil at the end.
    func readLine() -> [UInt8]? {
        while true {
            if let end = waiting.firstIndex(of: UInt8(ascii: "\n")) {
                defer { waiting = waiting[(end + 1)...] }
                return Array(waiting[..<end])
            }
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = read(requests, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                defer { waiting = [] }
                return waiting.isEmpty ? nil : Array(waiting)
            }
            waiting += buffer[..<count]
        }
    }

    /// From now on events are about this request.
    func begin(_ id: JSON) { locked { self.id = id } }

    // MARK: events

    func send(_ event: String, _ fields: KeyValuePairs<String, JSON?> = [:]) {
        guard getpid() == process else { return }
        // without the mutex: a full pipe is emptied by the other thread, which needs it
        fflush(nil)
        locked {
            forward(isEnd: true)
            write(event, Array(fields))
        }
    }

    private func write(_ event: String, _ fields: [(String, JSON?)]) {
        let line = JSON.fields([("id", id), ("event", .text(event))] + fields).description + "\n"
        if !writeAll(Array(line.utf8), to: replies) { _exit(ExitStatus.failure) }  // nobody is there any more
    }

    private func locked(_ body: () -> Void) {
        pthread_mutex_lock(mutex)
        body()
        pthread_mutex_unlock(mutex)
    }

    // MARK: what is printed

    /// Sends what the pipes hold. At an `isEnd` a character that lacks its end gets none.
    private func forward(isEnd: Bool) {
        for i in streams.indices {
            var bytes = streams[i].rest
            var buffer = [UInt8](repeating: 0, count: 65536)
            while case let count = read(streams[i].pipe, &buffer, buffer.count), count > 0 {
                bytes += buffer[..<count]
                if bytes.count > 1 << 20 { break }
            }
            let kept = isEnd ? 0 : Self.unfinished(bytes)
            streams[i].rest = Array(bytes.suffix(kept))
            let text = String(decoding: bytes.dropLast(kept), as: UTF8.self)
            if !text.isEmpty { write("output", [("stream", .text(streams[i].name)), ("text", .text(text))]) }
        }
    }

    /// How many bytes at the end begin a character and do not end it.
    static func unfinished(_ bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let byte = bytes[bytes.count - length]
            if byte & 0xc0 == 0x80 { continue }
            let whole = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
            return whole > length ? length : 0
        }
        return 0
    }

    private func startForwarding() {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                let channel = Unmanaged<KernelChannel>.fromOpaque(argument!).takeRetainedValue()
                while true { channel.waitAndForward() }
            }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }

    /// A little is waited for after the first byte, so that many lines make one event.
    private func waitAndForward() {
        var pipes = streams.map { pollfd(fd: $0.pipe, events: Int16(POLLIN), revents: 0) }
        guard poll(&pipes, nfds_t(pipes.count), -1) > 0 else { return }
        let microseconds: UInt32 = 10_000
        usleep(microseconds)
        locked { forward(isEnd: false) }
    }
}
