import CMPI

/// What all ranks have to do together, since each waits for the others: one that does not come keeps them all waiting for ever.
///
/// It is the mark of all such functions. They are members of this, or take one as an argument, or belong to an object that was
/// made with one. Only a call of a script, which all ranks make, takes it from `Ranks`.
public struct Together: Sendable {
    let ranks: Ranks

    private var rank: Int { ranks.rank }
    private var count: Int { ranks.count }
    private var isAlone: Bool { ranks.isAlone }

    // MARK: The end

    /// Are all ranks here within so many seconds?
    public func meet(within seconds: Double) -> Bool { mpi_meet(seconds) }

    /// Is this the first of those ranks of which something holds?
    public func isFirst(_ holds: Bool) -> Bool { gather(equal: [holds]).firstIndex(of: true) == rank }

    /// Leaves.
    public func finish() { mpi_finish() }

    // MARK: Everybody to everybody

    /// What each rank has, by rank; all have equally many.
    func gather<T: BitwiseCopyable>(equal mine: [T]) -> [T] {
        if isAlone { return mine }
        return ranks.timed {
            let size = mine.count * MemoryLayout<T>.stride
            ranks.count(bytes: size * count)
            return [T](unsafeUninitializedCapacity: mine.count * count) { all, filled in
                mine.withUnsafeBytes { mpi_gather($0.baseAddress, size, all.baseAddress) }
                filled = mine.count * count
            }
        }
    }

    /// What all ranks have, one after the other, and how many are whose.
    func gather<T: BitwiseCopyable>(_ mine: [T]) -> (all: [T], counts: [Int]) {
        if isAlone { return (mine, [mine.count]) }
        let counts = gather(equal: [mine.count])
        let total = counts.reduce(0, +)
        let sizes = counts.map { $0 * MemoryLayout<T>.stride }
        ranks.count(bytes: sizes.reduce(0, +))
        let all = ranks.timed {
            [T](unsafeUninitializedCapacity: total) { all, filled in
                mine.withUnsafeBytes { mpi_gather_sized($0.baseAddress, all.baseAddress, sizes) }
                filled = total
            }
        }
        return (all, counts)
    }

    /// A sequence of which each rank has some stretches: put together, on all ranks.
    func assemble<T: BitwiseCopyable>(_ mine: [T], _ ownership: Ownership) -> [T] {
        if isAlone { return mine }
        let (all, counts) = gather(mine)
        return ownership.joined(all, starts: counts.indices.map { counts[..<$0].reduce(0, +) })
    }

    /// What each rank has, on the first one; on the others nothing.
    func toFirst<T: BitwiseCopyable>(_ mine: [T]) -> [[T]] {
        exchange([mine] + Array(repeating: [], count: count - 1))
    }

    /// A sequence of which each rank has some stretches: put together, on the first one.
    func toFirst<T: BitwiseCopyable>(_ mine: [T], _ ownership: Ownership) -> [T] {
        let parts = toFirst(mine)
        if rank > 0 { return [] }
        let starts = parts.indices.map { parts[..<$0].reduce(0) { $0 + $1.count } }
        return ownership.joined(Array(parts.joined()), starts: starts)
    }

    /// `out[r]` goes to rank r; what comes from each.
    func exchange<T: BitwiseCopyable>(_ out: [[T]]) -> [[T]] {
        if isAlone { return out }
        var counts = [Int](repeating: 0, count: count)
        let each = [Int](repeating: MemoryLayout<Int>.size, count: count)
        counts.withUnsafeMutableBytes { exchange(bytes: out.map(\.count), each, $0.baseAddress!, each) }
        return exchange(out, counts)
    }

    /// - `counts`: of what comes from each rank.
    private func exchange<T: BitwiseCopyable>(_ out: [[T]], _ counts: [Int]) -> [[T]] {
        let stride = MemoryLayout<T>.stride
        let total = counts.reduce(0, +)
        ranks.count(bytes: total * stride)
        let received = ranks.timed {
            [T](unsafeUninitializedCapacity: total) { received, filled in
                Array(out.joined()).withUnsafeBytes { sent in
                    mpi_exchange(
                        sent.baseAddress, out.map { $0.count * stride }, received.baseAddress,
                        counts.map { $0 * stride })
                }
                filled = total
            }
        }
        var start = 0
        return counts.map { number in
            defer { start += number }
            return Array(received[start..<start + number])
        }
    }

    /// Parts one after the other, by rank; what comes may be less than `inSizes`.
    func exchange(
        bytes out: UnsafeRawPointer, _ outSizes: [Int], _ place: UnsafeMutableRawPointer, _ inSizes: [Int]
    ) {
        ranks.count(bytes: inSizes.reduce(0, +))
        ranks.timed { mpi_exchange(out, outSizes, place, inSizes) }
    }

    // MARK: Small questions

    /// What each rank says of itself.
    public func tell(_ mine: [Int]) -> [[Int]] {
        let all = gather(equal: mine)
        return (0..<count).map { Array(all[$0 * mine.count..<($0 + 1) * mine.count]) }
    }

    func sum(_ values: [Int]) -> [Int] {
        let all = gather(equal: values)
        return values.indices.map { i in (0..<count).reduce(0) { $0 + all[$1 * values.count + i] } }
    }

    func least(_ value: Double) -> Double { gather(equal: [value]).min()! }
    func least(_ value: Int) -> Int { gather(equal: [value]).min()! }
    func greatest(_ value: Int) -> Int { gather(equal: [value]).max()! }
    func greatest(_ values: [Double]) -> [Double] {
        let all = gather(equal: values)
        return values.indices.map { i in (0..<count).map { all[$0 * values.count + i] }.max()! }
    }

    /// The text of the first rank that has one.
    public func first(_ text: String?) -> String? {
        if isAlone { return text }
        let (all, counts) = gather(text.map { [1] + Array($0.utf8) } ?? [])
        guard let first = counts.firstIndex(where: { $0 > 0 }) else { return nil }
        return String(decoding: all[1..<counts[first]], as: UTF8.self)
    }

    /// What the first rank has, on all ranks; nil where it has nothing. The others pass nil.
    public func fromFirst(_ bytes: [UInt8]?) -> [UInt8]? {
        if isAlone { return bytes }
        let count = share([bytes?.count ?? -1])[0]
        return count < 0 ? nil : share(bytes ?? [UInt8](repeating: 0, count: count))
    }

    /// The first rank's values, of which all have as many.
    func share<T: BitwiseCopyable>(_ values: [T]) -> [T] {
        if isAlone { return values }
        var values = values
        ranks.count(bytes: values.count * MemoryLayout<T>.stride)
        ranks.timed { values.withUnsafeMutableBytes { mpi_broadcast(0, $0.baseAddress, $0.count) } }
        return values
    }

    /// Does something hold on all ranks?
    public func all(_ holds: () -> Bool) -> Bool { gather(equal: [holds()]).allSatisfy { $0 } }

    /// What the first rank says, which is the only one to ask.
    public func decide(_ ask: () -> Bool) -> Bool {
        isAlone ? ask() : share([rank == 0 && ask()])[0]
    }

    /// The message of the first failure on any rank; there is one.
    func first(of failure: Ranks.Failure?) -> String {
        if isAlone { return failure!.message }
        let mine = failure?.key ?? [Int](repeating: .max, count: 4)
        let keys = gather(equal: mine)
        let least = (0..<count).map { Array(keys[4 * $0..<4 * $0 + 4]) }.min { $0.lexicographicallyPrecedes($1) }!
        return first(mine == least ? failure!.message : nil)!
    }

    /// What can fail on some ranks only fails on all, with the message of the first.
    func agree<Result>(_ body: () throws -> Result) throws -> Result {
        if isAlone { return try body() }
        let result = Swift.Result(catching: body)
        var problem: String?
        if case .failure(let error) = result { problem = (error as? InputError)?.message ?? "\(error)" }
        if let text = first(problem) { throw InputError(text) }
        return try result.get()
    }

    /// `body` runs on rank 0 only; if it fails, it has failed on all.
    public func onFirst(_ body: () throws -> Void) throws {
        try agree { if rank == 0 { try body() } }
    }
}
