#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A thread of its own for the rest of a process that was forked.
///
/// Swift's locks (`Mutex`, and those of its runtime for lazy globals and types) have each thread remember its id. The thread that forked
/// goes on in the new process with the id that it had in the old one: if it meets another thread at a lock, both wait forever.
public enum FreshThread {
    /// Runs `body` on a new thread, which all signals to the process reach, and waits for it.
    public static func run(_ body: () -> Void) {
        withoutActuallyEscaping(body) { body in
            var before = sigset_t(), all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_BLOCK, &all, &before)
            let stack = Stack()
            if let thread = start(Start(body, before), on: stack) { pthread_join(thread, nil) }
            stack?.deallocate()
            pthread_sigmask(SIG_SETMASK, &before, nil)
        }
    }

    /// The same of what ends with a status for the system. If `body` has forked and returns in the new process, where nobody waits for
    /// it, this ends the process.
    public static func status(of body: () -> Int32) -> Int32 {
        let process = getpid()
        var status: Int32 = 0
        run {
            status = body()
            if getpid() != process { exit(status) }
        }
        return status
    }

    private final class Start {
        let body: () -> Void
        let signals: sigset_t
        init(_ body: @escaping () -> Void, _ signals: sigset_t) { (self.body, self.signals) = (body, signals) }

        func run() {
            var signals = signals
            pthread_sigmask(SIG_SETMASK, &signals, nil)
            body()
        }
    }

    /// nil where the system gives no thread: it has then run on this one.
    private static func start(_ start: Start, on stack: Stack?) -> pthread_t? {
        var attributes = pthread_attr_t(), thread = pthread_t()
        pthread_attr_init(&attributes)
        if let stack { pthread_attr_setstack(&attributes, stack.base, stack.bytes) }
        let argument = Unmanaged.passRetained(start)
        let status = pthread_create(
            &thread, &attributes,
            { argument in
                Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        pthread_attr_destroy(&attributes)
        if status == 0 { return thread }
        argument.release()
        start.run()
        return nil
    }

    /// A stack that the C library does not know as its own. In a process that this thread forks, it would give it to another thread, with
    /// all that closures still refer to.
    private struct Stack {
        private let memory: UnsafeMutableRawPointer
        let bytes: Int
        private static let guardBytes = 64 << 10

        var base: UnsafeMutableRawPointer { memory + Self.guardBytes }

        /// As much as a process's first thread may take; nil where there is no memory.
        init?() {
            let usual = 8 << 20, most = 64 << 20
            var limit = rlimit()
            let isKnown = getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0
            bytes = isKnown ? min(max(Int(clamping: limit.rlim_cur), usual), most) : usual
            let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
            guard let memory = mmap(nil, bytes + Self.guardBytes, PROT_READ | PROT_WRITE, flags, -1, 0),
                memory != MAP_FAILED
            else { return nil }
            mprotect(memory, Self.guardBytes, PROT_NONE)
            self.memory = memory
        }

        func deallocate() { munmap(memory, bytes + Self.guardBytes) }
    }
}
