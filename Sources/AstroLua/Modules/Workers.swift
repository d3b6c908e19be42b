import AstroCore
import CLuaHost
import Glibc
import LuaBridge

/// Points of a sweep, each computed by a process of its own. A dispatcher, forked before the first point, forks them and
/// runs no Lua itself: all points begin with the same memory, whatever has come of others meanwhile.
final class Workers {
    struct Result {
        let point: Int
        /// Or `text` says why there is no result.
        let isDone: Bool
        let text: String
    }

    /// What the first byte of an answer says.
    private static let failed: UInt8 = 0, done: UInt8 = 1, lost: UInt8 = 2

    private var dispatcher: ChildProcess?
    /// A pipe to the dispatcher, which ends when this end is closed.
    private var orders: Int32 = -1
    /// Is this process itself one of them?
    private(set) var isWorker = false

    /// Forks the dispatcher. `compute` will run in the processes of points.
    func start(processes: Int, _ compute: @escaping (Int) -> (isDone: Bool, text: [UInt8])) throws {
        endAll()
        let pipe = try ChildProcess.makePipe()
        do {
            dispatcher = try ChildProcess(closing: [pipe.input]) { output in
                isWorker = true
                guard let points = Self.readPoints(pipe.output) else { return }
                Self.dispatch(points, processes, orders: pipe.output, output) { point, output in
                    let (isDone, text) = compute(point)
                    let lost = lostOutput().map { "can't write to standard output: \($0.reason)" }
                    output.write(lost.map { [Self.lost] + Array($0.utf8) } ?? [isDone ? Self.done : Self.failed] + text)
                }
            }
        } catch {
            close(pipe.input)
            close(pipe.output)
            throw error
        }
        close(pipe.output)
        orders = pipe.input
    }

    /// Says which points are to be computed.
    func order(_ points: [Int]) {
        ([points.count] + points).withUnsafeBytes { ChildProcess.Output(pipe: orders).write(Array($0)) }
    }

    /// Waits for the next result; nil when `isStopped`. Calls `whileWaiting` a few times a second.
    func next(isStopped: () -> Bool, whileWaiting: () -> Void) throws -> Result? {
        guard let dispatcher else { throw InputError("there are no points to wait for") }
        while !isStopped() {
            if let result = Self.takeResult(&dispatcher.answer) { return result }
            var pipe = pollfd(fd: dispatcher.pipe, events: Int16(POLLIN), revents: 0)
            let milliseconds: Int32 = 200
            guard poll(&pipe, 1, milliseconds) > 0 else {
                whileWaiting()
                continue
            }
            if !dispatcher.takeIn() { throw InputError("the processes of the sweep were ended from outside") }
        }
        return nil
    }

    /// Ends all at once: workers end with the dispatcher.
    func endAll() {
        if orders >= 0 { close(orders) }
        orders = -1
        dispatcher?.kill()
        dispatcher = nil
    }

    // MARK: the dispatcher

    /// nil where the pipe was closed before there were any orders.
    private static func readPoints(_ orders: Int32) -> [Int]? {
        guard let count = readNumbers(orders, 1)?[0] else { return nil }
        return readNumbers(orders, count)
    }

    private static func readNumbers(_ pipe: Int32, _ count: Int) -> [Int]? {
        var numbers = [Int](repeating: 0, count: count)
        let isWhole = numbers.withUnsafeMutableBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = read(pipe, bytes.baseAddress! + done, bytes.count - done)
                if count == 0 || (count < 0 && errno != EINTR) { return false }
                done += max(count, 0)
            }
            return true
        }
        return isWhole ? numbers : nil
    }

    private static func dispatch(
        _ points: [Int], _ processes: Int, orders: Int32, _ output: ChildProcess.Output,
        _ compute: @escaping (Int, ChildProcess.Output) -> Void
    ) {
        var running: [(point: Int, process: ChildProcess)] = []
        var waiting = points[...]
        while !waiting.isEmpty || !running.isEmpty {
            while running.count < processes, let point = waiting.popFirst() {
                do {
                    let open = running.map(\.process.pipe) + [orders, output.pipe]
                    running.append((point, try ChildProcess(closing: open) { compute(point, $0) }))
                } catch {
                    output.write(frame(point, [failed] + Array("\(error)".utf8)))
                }
            }
            var pipes = ([orders] + running.map(\.process.pipe)).map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            guard poll(&pipes, nfds_t(pipes.count), -1) > 0 else { continue }
            if pipes[0].revents != 0 { _exit(0) }
            for i in running.indices.reversed() where pipes[i + 1].revents != 0 && !running[i].process.takeIn() {
                let (point, process) = running.remove(at: i)
                let isWhole = process.ending == .answered && !process.answer.isEmpty
                let problem = "the process of this point \(process.ending!) and left no result"
                output.write(frame(point, isWhole ? process.answer : [failed] + Array(problem.utf8)))
            }
        }
    }

    /// The point, the number of bytes, the bytes.
    private static func frame(_ point: Int, _ bytes: [UInt8]) -> [UInt8] {
        [point, bytes.count].withUnsafeBytes { Array($0) } + bytes
    }

    private static func takeResult(_ bytes: inout [UInt8]) -> Result? {
        guard bytes.count >= 16 else { return nil }
        let (point, count) = bytes.withUnsafeBytes {
            ($0.loadUnaligned(as: Int.self), $0.loadUnaligned(fromByteOffset: 8, as: Int.self))
        }
        guard bytes.count >= 16 + count else { return nil }
        defer { bytes.removeFirst(16 + count) }
        // this process has failed then, too, whatever becomes of the point
        if bytes[16] == lost { host_note_lost_output() }
        return Result(
            point: point, isDone: bytes[16] == done, text: String(decoding: bytes[17..<16 + count], as: UTF8.self))
    }
}
