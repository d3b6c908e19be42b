import CMPI

/// Two exchanges of a kind in turn: one slice's is read while the next one's is on its way.
struct Flights<Flight> {
    private let both: [Flight]
    private var begun = 0, ended = 0

    init(_ make: () -> Flight) { both = [make(), make()] }

    mutating func begin() -> Flight {
        defer { begun += 1 }
        return both[begun % 2]
    }

    /// The one that was begun first.
    mutating func end() -> Flight {
        defer { ended += 1 }
        return both[ended % 2]
    }

    /// The one that will be ended next.
    var underWay: Flight? { begun > ended ? both[ended % 2] : nil }
}

/// Messages between ranks that are on their way while something else is done. Those of a kind arrive in the order in which
/// they were sent.
final class Messages {
    private var messages: OpaquePointer?
    private let ranks: Ranks

    init(_ together: Together) {
        ranks = together.ranks
        messages = mpi_begin()
    }

    deinit { if let messages { mpi_end(messages) } }

    enum Kind {
        case spikes, currents

        fileprivate var tag: Int32 { Int32(self == .spikes ? MPI_SPIKES : MPI_CURRENTS) }
    }

    func send(_ kind: Kind, to rank: Int, _ bytes: UnsafeRawPointer, _ count: Int) {
        mpi_post_send(messages, kind.tag, Int32(rank), bytes, count)
    }

    /// - `most`: no more bytes than these come.
    func receive(_ kind: Kind, from rank: Int, _ place: UnsafeMutableRawPointer, most: Int) {
        mpi_post_receive(messages, kind.tag, Int32(rank), place, most)
    }

    /// So many bytes for each rank, and as many from each.
    func exchange(_ out: UnsafeRawPointer, bytes: Int, _ place: UnsafeMutableRawPointer) {
        mpi_post_all_to_all(messages, out, bytes, place)
    }

    /// MPI works only while it is called.
    func lookAfter() { if let messages { mpi_look_after(messages) } }

    /// Waits for all.
    func end() {
        guard let messages else { return }
        self.messages = nil
        ranks.timed { mpi_end(messages) }
    }
}
