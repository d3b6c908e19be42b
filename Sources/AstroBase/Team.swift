#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import Synchronization

/// Threads that run one job together. Worker 0 is the caller.
///
/// Threads live as long as the program and are shared by all simulations; between jobs they sleep.
package final class Team: @unchecked Sendable {
    package static let shared = Team()
    package static let cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// Held during a job: simulations on different threads take turns.
    private let busy = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let finished = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var threads = 0
    // guarded by mutex
    private var job: ((Int) -> Void)?
    private var jobNumber = 0
    private var jobWorkers = 0
    private var running = 0

    private init() {
        pthread_mutex_init(busy, nil)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
        pthread_cond_init(finished, nil)
    }

    /// Calls `body(worker)` for 0 ..< workers, each on a thread of its own, and returns when all are done.
    package func run(workers: Int, _ body: @escaping (Int) -> Void) {
        guard workers > 1 else { return body(0) }
        pthread_mutex_lock(busy)
        defer { pthread_mutex_unlock(busy) }
        while threads < workers - 1 { startThread() }
        pthread_mutex_lock(mutex)
        job = body
        jobNumber += 1
        jobWorkers = workers
        running = workers - 1
        pthread_cond_broadcast(wake)
        pthread_mutex_unlock(mutex)
        body(0)
        pthread_mutex_lock(mutex)
        while running > 0 { pthread_cond_wait(finished, mutex) }
        job = nil
        pthread_mutex_unlock(mutex)
    }

    /// In a process that was forked: only the forking thread is in it, and no job was running.
    package func forgetThreads() {
        pthread_mutex_init(busy, nil)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
        pthread_cond_init(finished, nil)
        threads = 0
    }

    /// Deals out 0 ..< count, one after the other to whoever is free.
    package func forEach(_ count: Int, workers: Int, _ body: @escaping (_ index: Int, _ worker: Int) -> Void) {
        let next = SharedCounter()
        run(workers: min(workers, max(count, 1))) { worker in
            while case let index = next.value.wrappingAdd(1, ordering: .relaxed).oldValue, index < count {
                body(index, worker)
            }
        }
    }

    private final class SharedCounter: Sendable { let value = Atomic<Int>(0) }

    private func startThread() {
        threads += 1
        let start = Start(team: self, worker: threads, seen: jobNumber)
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        pthread_create(
            &thread, &attributes,
            { argument in
                let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
                start.team.work(start.worker, start.seen)
                return nil
            }, Unmanaged.passRetained(start).toOpaque())
        pthread_attr_destroy(&attributes)
    }

    /// What is sent to the process reaches whoever runs the team: it may be waiting for the user.
    private func leaveSignals() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH, SIGALRM, SIGUSR1, SIGUSR2] {
            sigaddset(&signals, number)
        }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    private final class Start {
        let team: Team
        let worker, seen: Int
        init(team: Team, worker: Int, seen: Int) { (self.team, self.worker, self.seen) = (team, worker, seen) }
    }

    private func work(_ worker: Int, _ first: Int) {
        leaveSignals()
        var seen = first
        pthread_mutex_lock(mutex)
        while true {
            while jobNumber == seen { pthread_cond_wait(wake, mutex) }
            seen = jobNumber
            guard worker < jobWorkers, let job else { continue }
            pthread_mutex_unlock(mutex)
            job(worker)
            pthread_mutex_lock(mutex)
            running -= 1
            if running == 0 { pthread_cond_signal(finished) }
        }
    }
}
