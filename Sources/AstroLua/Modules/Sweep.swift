import AstroCore
import CLua
import CLuaHost
import Glibc
import LuaBridge

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
                        "can't be combined with --checkpoint-every and --resume: a sweep keeps its own file of results")
                }
                runtime.ledger?.beginSweep()
                let processes = runtime.sweepProcesses(try arguments.integer(1, "processes"))
                let function = try arguments.function(2, "f")
                try runtime.workers.start(processes: processes) {
                    host_begin_stack(arguments.L)
                    return runtime.compute($0, arguments.L, function, processes)
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
        limitMemory(to: share)
        watchMemory()
    }

    private static func outOfShare(_ limit: Int, _ processes: Int) -> String {
        let megabytes = formatted((Double(limit) / 1_048_576 / Double(processes)).rounded())
        return "this point needs more memory than its share: \(processes) processes share the limit of "
            + "\(formatted(Double(limit) / 1_048_576)) MB (--memory-limit), about \(megabytes) MB each; with fewer at a time "
            + "(the option processes) each has more"
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
