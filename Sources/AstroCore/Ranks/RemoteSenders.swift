/// Cells of other ranks whose signals cells here receive, and those here whose signals go elsewhere. After each
/// slice their values go to the ranks that need them, and to no other.
final class RemoteSenders {
    private let together: Together
    private var ranks: Ranks { together.ranks }
    /// Where the runs of remote senders begin among all runs of a slice's output.
    private let firstRun: Int
    private var run: [Sender: Int] = [:]
    /// For each rank, how many senders we have from it, and where their runs begin.
    private var incoming: [(count: Int, first: Int)] = []
    /// For each rank, the runs that it wants from us.
    private var outgoing: [[Int]] = []
    /// For each of the outputs that are used in turn and each rank: was there a value other than 0?
    private var isFilled: [[Bool]]
    /// The most buffers for signals that are used in turn.
    private static let mostBuffers = 3
    private var flights = Flights { Flight() }

    private final class Flight {
        let sent = ReusedMemory(), received = ReusedMemory()
        var messages: Messages?
    }

    var count: Int { run.count }

    /// A signal of a cell.
    struct Sender: Hashable, Comparable {
        let signal: String
        let id: Int

        static func < (a: Sender, b: Sender) -> Bool { (a.signal, a.id) < (b.signal, b.id) }
    }

    /// - `needed`: whatever cells here receive.
    init(_ simulation: Simulation, needed: Set<Sender>, _ together: Together) {
        self.together = together
        let ranks = together.ranks
        firstRun = simulation.senderCount
        isFilled = Array(repeating: Array(repeating: false, count: ranks.count), count: Self.mostBuffers)
        // all ranks have the same projections
        let signals = simulation.heardSignals.sorted()
        var wanted = Array(repeating: [SIMD2<Int32>](), count: ranks.count)
        for sender in needed.sorted() {
            let owner = simulation.owner(of: sender.id)
            if owner != ranks.rank {
                wanted[owner].append(SIMD2(Int32(signals.firstIndex(of: sender.signal)!), Int32(sender.id)))
            }
        }
        for list in wanted {
            incoming.append((list.count, firstRun + run.count))
            for item in list {
                run[Sender(signal: signals[Int(item[0])], id: Int(item[1]))] = firstRun + run.count
            }
        }
        outgoing = together.exchange(wanted).map { $0.map { simulation.ownSender(signals[Int($0[0])], Int($0[1])) } }
    }

    /// The run of a remote sender.
    func run(of sender: Sender) -> Int { run[sender]! }

    /// Sends on its way what each rank wants of a slice of `steps` steps.
    ///
    /// - `output`: runs of all senders, `stride` apart.
    /// - `isActive`: has an own cell sent anything but 0?
    func begin(_ output: UnsafePointer<Double>, stride: Int, steps: Int, isActive: Bool) {
        let flight = flights.begin(), messages = Messages(together)
        flight.messages = messages
        var place = flight.received.memory(bytes: max(8, incoming.reduce(0) { $0 + Self.bytes($1.count, steps) }))
        for (rank, senders) in incoming.enumerated() where senders.count > 0 {
            messages.receive(.currents, from: rank, place, most: Self.bytes(senders.count, steps))
            place += Self.bytes(senders.count, steps)
        }
        let most = outgoing.reduce(0) { $0 + Self.bytes($1.count, steps) }
        var next = flight.sent.memory(bytes: max(8, most)).assumingMemoryBound(to: Double.self)
        for (rank, runs) in outgoing.enumerated() where !runs.isEmpty {
            let words = pack(isActive ? runs : [], output, stride, steps, to: next)
            messages.send(.currents, to: rank, next, words * 8)
            next += words
        }
    }

    func lookAfter() { flights.underWay?.messages?.lookAfter() }

    /// Puts what has come of the slice that was begun first among the outputs; is there anything that is not 0?
    ///
    /// - `number`: which of the outputs that are used in turn it is.
    func end(_ output: UnsafeMutablePointer<Double>, stride: Int, steps: Int, number: Int) -> Bool {
        let flight = flights.end()
        flight.messages?.end()
        flight.messages = nil
        var part = flight.received.memory(bytes: 8)
        for (rank, senders) in incoming.enumerated() where senders.count > 0 {
            let message = part.assumingMemoryBound(to: Double.self)
            clear(rank, output, stride, number)
            if message.pointee > 0 {
                unpack(message, rank, output, stride, steps)
                isFilled[number][rank] = true
            }
            ranks.count(bytes: Self.bytes(Int(message.pointee), steps))
            part += Self.bytes(senders.count, steps)
        }
        return isFilled[number].contains(true)
    }

    /// What `count` senders take: their number, and for each its place among them and a value a step.
    private static func bytes(_ count: Int, _ steps: Int) -> Int { 8 * (1 + count * (1 + steps)) }

    /// Writes some senders, those of 0 left out; the number of words.
    private func pack(
        _ runs: [Int], _ output: UnsafePointer<Double>, _ stride: Int, _ steps: Int,
        to start: UnsafeMutablePointer<Double>
    ) -> Int {
        var next = start + 1
        for (place, run) in runs.enumerated() {
            let values = UnsafeBufferPointer(start: output + run * stride, count: steps)
            guard values.contains(where: { $0 != 0 }) else { continue }
            next.pointee = Double(place)
            (next + 1).update(from: values.baseAddress!, count: steps)
            next += 1 + steps
        }
        start.pointee = Double((next - start - 1) / (1 + steps))
        return next - start
    }

    private func clear(_ rank: Int, _ output: UnsafeMutablePointer<Double>, _ stride: Int, _ number: Int) {
        guard isFilled[number][rank] else { return }
        (output + incoming[rank].first * stride).update(repeating: 0, count: incoming[rank].count * stride)
        isFilled[number][rank] = false
    }

    private func unpack(
        _ message: UnsafePointer<Double>, _ rank: Int, _ output: UnsafeMutablePointer<Double>, _ stride: Int,
        _ steps: Int
    ) {
        var next = message + 1
        for _ in 0..<Int(message.pointee) {
            (output + (incoming[rank].first + Int(next.pointee)) * stride).update(from: next + 1, count: steps)
            next += 1 + steps
        }
    }
}
