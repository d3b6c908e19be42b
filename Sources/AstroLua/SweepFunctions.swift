import AstroCore
import CLua
import CLuaHost
import Glibc

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

/// What stdlib/astro/sweep.lua is made of.
extension Runtime {
    static var sweepFunctions: [LuaMethod<Void>] {
        [
            .init(
                "run", "host.run(processes, f)",
                "f(point) -> text will run for each point in a process of its own, beginning with the memory of now."
            ) { _, arguments in
                let runtime = arguments.runtime
                guard Ranks.all.isAlone else {
                    throw InputError("a sweep runs its points side by side in one program: start it without mpirun")
                }
                guard !runtime.workers.isWorker else {
                    throw InputError("a sweep within a sweep is not possible: make one grid of both")
                }
                if let journal = runtime.journal, journal.isActive {
                    throw InputError(
                        "goes without --checkpoint-every and --resume: a sweep keeps its own file of results")
                }
                runtime.ledger?.beginSweep()
                let processes = runtime.sweepProcesses(try arguments.integer(1, "processes"))
                let function = try arguments.function(2, "f")
                try runtime.workers.start(processes: processes) {
                    runtime.compute($0, arguments.L, function, processes)
                }
                return .nothing
            },
            .init("order_points", "host.order_points(list)", "Which points are to be computed.") { _, arguments in
                arguments.runtime.workers.order(try arguments.numbers(1, "list").map { Int($0) })
                return .nothing
            },
            .init(
                "next_point", "host.next_point() -> point, done, text",
                "Waits until a point has been computed; its text, or why there is none."
            ) { _, arguments in
                let (runtime, L) = (arguments.runtime, arguments.L)
                let result = try runtime.workers.next {
                    Int(host_stop_reason(L)) != HOST_GOES_ON
                } whileWaiting: {
                    runtime.showSweep()
                }
                guard let result else {
                    runtime.workers.endAll()
                    return .nothing
                }
                runtime.push(.integer(result.point), L)
                runtime.push(.flag(result.isDone), L)
                runtime.push(.text(result.text), L)
                return .pushed(3)
            },
            .init("end_points", "host.end_points()", "Ends all that are being computed.") { _, arguments in
                arguments.runtime.workers.endAll()
                return .nothing
            },
            .init("cores", "host.cores()", "How many processes to use.") { _, arguments in
                .integer(arguments.runtime.options.threads ?? ChildProcess.cores)
            },
            .init("seed", "host.seed(n)", "n, unless the command line says otherwise.") { _, arguments in
                let asked = try arguments.integer(1, "seed")
                return .integer(arguments.runtime.options.seed.map(Int.init) ?? asked)
            },
            .init("show_points", "host.show_points(done, whole, failed)", "Moves the progress bar.") { _, arguments in
                let runtime = arguments.runtime
                let (done, whole) = (try arguments.integer(1, "done"), try arguments.integer(2, "whole"))
                runtime.sweepState = (done, whole, try arguments.integer(3, "failed"))
                runtime.showSweep()
                return .nothing
            },
        ]
    }

    fileprivate func showSweep() { sweepState.map { sweepProgress?($0.done, $0.whole, $0.failed) } }

    /// In the sandbox, a sweep does not crowd the machine: more processes than these would only wait for each other.
    fileprivate func sweepProcesses(_ asked: Int) -> Int {
        access.trusted ? asked : min(asked, 4 * max(ChildProcess.cores, options.threads ?? 1))
    }

    /// In the process of a point: what was there before the sweep is there once, the rest of the limit is shared by all.
    private func shareMemory(_ processes: Int) {
        guard let limit = options.memoryLimit else { return }
        let held = Int(host_measure_memory(L))
        let share = held + max(limit - held, 0) / processes
        options.memoryLimit = share
        host_set_memory_limit(L, share)
        watchMemory()
    }

    private static func outOfShare(_ limit: Int, _ processes: Int) -> String {
        let megabytes = formatted((Double(limit) / 1_048_576 / Double(processes)).rounded())
        return "this point needs more memory than its share: \(processes) processes share the limit of "
            + "\(formatted(Double(limit) / 1_048_576)) MB (--memory-limit), about \(megabytes) MB each; fewer at a time "
            + "(the option processes) have more"
    }

    /// In the process of a point: the text that the function returned, or an error.
    private func compute(
        _ point: Int, _ L: LuaState, _ function: Int32, _ processes: Int
    ) -> (isDone: Bool, text: [UInt8]) {
        let whole = options.memoryLimit
        shareMemory(processes)
        progress = nil
        sweepProgress = nil
        // the point's own seed counts, which the command line's has gone into; cores are used up by the processes
        options.seed = nil
        options.threads = options.threads.map { _ in 1 }
        defaultThreads = 1
        ledger?.beginPoint()
        defer { ledger?.endPoint(point) }
        do {
            lua_pushvalue(L, function)
            lua_pushinteger(L, lua_Integer(point))
            try callBack(L, arguments: 1, results: 1)
            return (true, Array(bytes(L, at: -1)))
        } catch {
            if let whole, Int(host_stop_reason(L)) == HOST_OUT_OF_MEMORY {
                return (false, Array(Self.outOfShare(whole, processes).utf8))
            }
            return (false, lua_type(L, -1) == LUA_TSTRING ? Array(bytes(L, at: -1)) : Array(described(L, at: -1).utf8))
        }
    }
}
