#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import Synchronization

/// Lets nobody pass until all have come. Spins a while, since slices are short; then sleeps, so that a worker whose core
/// another program has taken can move to the one that is waiting. Where there are more workers than cores, sleeps at once.
package final class Barrier: @unchecked Sendable {
    private let count: Int
    private let arrived = Atomic<Int>(0)
    private let generation = Atomic<Int>(0)
    private let sleepers = Atomic<Int>(0)
    private let spins: Int
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    package init(_ count: Int) {
        self.count = count
        // longer than workers with equal shares wait for each other
        spins = count <= Team.cores ? 50_000 : 0
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(wake)
        mutex.deallocate()
        wake.deallocate()
    }

    package func wait() {
        guard count > 1 else { return }
        let mine = generation.load(ordering: .acquiring)
        if arrived.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue == count { return open() }
        for _ in 0..<spins where generation.load(ordering: .acquiring) != mine { return }
        sleep(after: mine)
    }

    /// Who comes last lets all pass. Either it sees a sleeper, or the sleeper sees the new generation.
    private func open() {
        arrived.store(0, ordering: .relaxed)
        generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
        guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(wake)
        pthread_mutex_unlock(mutex)
    }

    private func sleep(after mine: Int) {
        pthread_mutex_lock(mutex)
        sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
        while generation.load(ordering: .sequentiallyConsistent) == mine { pthread_cond_wait(wake, mutex) }
        sleepers.wrappingSubtract(1, ordering: .relaxed)
        pthread_mutex_unlock(mutex)
    }
}
