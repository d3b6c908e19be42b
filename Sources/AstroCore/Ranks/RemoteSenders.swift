/// Astrocytes of other ranks that neurons here listen to, and those here that neurons elsewhere listen to. After each
/// slice their values go to the ranks that need them, and to no other.
final class RemoteSenders {
    private let ranks: Ranks
    /// Where the runs of remote senders begin among all runs of a slice's output.
    private let firstRun: Int
    private var run: [Int: Int] = [:]
    /// For each rank, how many senders we have from it, and where their runs begin.
    private var incoming: [(count: Int, first: Int)] = []
    /// For each rank, the runs that it wants from us.
    private var outgoing: [[Int]] = []
    /// For each of the two outputs and each rank: was there a value other than 0?
    private var isFilled: [[Bool]]
    private let sent = ReusedMemory(), received = ReusedMemory()

    var count: Int { run.count }

    /// Collective. `needed`: global ids of all astrocytes that neurons here listen to, in ascending order.
    init(_ simulation: Simulation, needed: [Int]) {
        ranks = simulation.ranks
        firstRun = simulation.senderCount
        isFilled = Array(repeating: Array(repeating: false, count: ranks.count), count: 2)
        var wanted = Array(repeating: [Int32](), count: ranks.count)
        for id in needed {
            let owner = simulation.owner(of: id)
            if owner != ranks.rank { wanted[owner].append(Int32(id)) }
        }
        for list in wanted {
            incoming.append((list.count, firstRun + run.count))
            for id in list { run[Int(id)] = firstRun + run.count }
        }
        outgoing = ranks.exchange(wanted).map { $0.map { simulation.ownSender(Int($0)) } }
    }

    /// The run of a remote sender.
    func run(of id: Int) -> Int { run[id]! }

    /// Hands round what was sent in a slice of `steps` steps; is there anything from other ranks that is not 0?
    ///
    /// - `output`: runs of all senders, `stride` apart.
    /// - `active`: which ranks have sent anything but 0.
    /// - `parity`: which of the two outputs it is.
    func exchange(
        _ output: UnsafeMutablePointer<Double>, stride: Int, steps: Int, active: [Bool], parity: Int
    ) -> Bool {
        guard active.contains(true) || isFilled[parity].contains(true) else { return false }
        let outSizes = pack(output, stride, steps, active[ranks.rank])
        let inSizes = incoming.indices.map { active[$0] ? Self.bytes(incoming[$0].count, steps) : 0 }
        let place = received.memory(bytes: max(8, inSizes.reduce(0, +)))
        ranks.exchange(bytes: sent.memory(bytes: 8), outSizes, place, inSizes)
        var part = place
        for rank in incoming.indices {
            clear(rank, output, stride, parity)
            if inSizes[rank] > 0 {
                unpack(part.assumingMemoryBound(to: Double.self), rank, output, stride, steps)
                isFilled[parity][rank] = true
            }
            part += inSizes[rank]
        }
        return isFilled[parity].contains(true)
    }

    /// The most that `count` senders take: their number, and for each its place among them and a value a step.
    private static func bytes(_ count: Int, _ steps: Int) -> Int { count == 0 ? 0 : 8 * (1 + count * (1 + steps)) }

    /// Writes what each rank wants, senders of 0 left out; the number of bytes for each.
    private func pack(_ output: UnsafePointer<Double>, _ stride: Int, _ steps: Int, _ isActive: Bool) -> [Int] {
        guard isActive else { return outgoing.map { _ in 0 } }
        let most = outgoing.reduce(0) { $0 + Self.bytes($1.count, steps) }
        let start = sent.memory(bytes: max(8, most)).assumingMemoryBound(to: Double.self)
        var next = start
        return outgoing.map { runs in
            if runs.isEmpty { return 0 }
            let header = next
            var number = 0
            next += 1
            for (place, run) in runs.enumerated() {
                let values = UnsafeBufferPointer(start: output + run * stride, count: steps)
                guard values.contains(where: { $0 != 0 }) else { continue }
                next.pointee = Double(place)
                (next + 1).update(from: values.baseAddress!, count: steps)
                next += 1 + steps
                number += 1
            }
            header.pointee = Double(number)
            return (next - header) * 8
        }
    }

    private func clear(_ rank: Int, _ output: UnsafeMutablePointer<Double>, _ stride: Int, _ parity: Int) {
        guard isFilled[parity][rank] else { return }
        (output + incoming[rank].first * stride).update(repeating: 0, count: incoming[rank].count * stride)
        isFilled[parity][rank] = false
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
