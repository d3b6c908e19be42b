/// The connections of one connect call that carry a signal. Parallel connections with the same source, target,
/// weight and delay are one entry with a multiplicity, but for couplings: of these each connection is an entry.
final class SignalProjection {
    struct Entry {
        /// Global ids.
        var source, target: Int32
        var weight: Double
        var delay: Int32
        var multiplicity: Int32
    }

    let number: Int
    let model: SynapseDefinition
    let route: SignalRoute
    /// Onto own cells.
    private(set) var entries: [Entry]
    /// Connections, on all ranks.
    private(set) var count: Int
    private(set) var shortestDelay = 1, longestDelay = 1
    /// Of a coupling.
    var values: CouplingValues?
    /// Made when first asked for: entries by source and by target, and the number of each one's first connection, which stays
    /// when entries are split.
    var bySource: [Int32] = [], byTarget: [Int32] = []
    private var firsts: [Int] = []

    init(
        number: Int, model: SynapseDefinition, _ route: SignalRoute, entries: [Entry], count: Int,
        values: CouplingValues? = nil
    ) {
        self.number = number
        self.values = values
        (self.model, self.route) = (model, route)
        self.entries = entries
        self.count = count
    }

    /// In steps, of the entries onto own cells; nil where there are none.
    var ownDelays: ClosedRange<Int>? {
        guard let shortest = entries.lazy.map(\.delay).min(), let longest = entries.lazy.map(\.delay).max() else {
            return nil
        }
        return Int(shortest)...Int(longest)
    }

    /// Takes over the delays on all ranks, in steps.
    func setDelays(shortest: Int, longest: Int) { (shortestDelay, longestDelay) = (shortest, longest) }

    /// What connections have.
    enum Quantity: Equatable { case weight, delay, column(Int) }

    func quantity(_ name: String) -> Quantity {
        if let column = model.column(name) { return .column(column) }
        return name == "delay" ? .delay : .weight
    }

    /// Gives connections, told by their numbers, new values; delays in steps. Entries whose connections then differ are split.
    func set(_ changes: [(number: Int, value: Double)], _ quantity: Quantity) {
        if case .column(let column) = quantity {
            values?.individualise(column, count: entries.count)
            for change in changes { values?.own[column][entryIndex(of: change.number)] = change.value }
            return
        }
        let delay = quantity == .delay
        var changed: [Int: [Double]] = [:]
        for change in changes {
            let index = entryIndex(of: change.number), entry = entries[index]
            let old = delay ? Double(entry.delay) : entry.weight
            changed[index, default: Array(repeating: old, count: Int(entry.multiplicity))][
                change.number - firstNumber(of: index)] = change.value
        }
        let parts = Dictionary(
            uniqueKeysWithValues: changed.map { ($0, Self.parts(of: entries[$0], $1, delay: delay)) })
        if parts.values.allSatisfy({ $0.count == 1 }) {
            for (index, part) in parts { entries[index] = part[0] }
            return
        }
        entries = entries.indices.flatMap { parts[$0] ?? [entries[$0]] }
        (bySource, byTarget, firsts) = ([], [], [])
    }

    /// Has only these left, which are what is left of entries at some places, so many connections on all ranks.
    func keep(_ entries: [Entry], at places: [Int], count: Int) {
        (self.entries, self.count) = (entries, count)
        values = values?.picking(places)
        (bySource, byTarget, firsts) = ([], [], [])
    }

    // MARK: Finding

    /// The entry of a connection; connections count through the entries.
    func entryIndex(of number: Int) -> Int {
        countIfNeeded()
        return firsts.partitioningIndex { $0 > number } - 1
    }

    func firstNumber(of index: Int) -> Int {
        countIfNeeded()
        return firsts[index]
    }

    private func countIfNeeded() {
        guard firsts.count != entries.count else { return }
        firsts.reserveCapacity(entries.count)
        var next = 0
        for entry in entries {
            firsts.append(next)
            next += Int(entry.multiplicity)
        }
    }

    private static func parts(of entry: Entry, _ values: [Double], delay: Bool) -> [Entry] {
        var result: [Entry] = []
        for value in values {
            var part = entry
            part.multiplicity = 1
            if delay { part.delay = Int32(value) } else { part.weight = value }
            if let last = result.last, last.weight == part.weight, last.delay == part.delay {
                result[result.count - 1].multiplicity += 1
            } else {
                result.append(part)
            }
        }
        return result
    }
}

extension SignalProjection: Checkpointed {
    static let kept = ["number", "model", "route", "entries", "values"]
    static let made = ["count", "shortestDelay", "longestDelay", "bySource", "byTarget", "firsts"]
}

extension SignalProjection {
    /// In the order of checkpoints, which does not tell how targets are dealt out.
    var placesByTarget: [Int] {
        if zip(entries, entries.dropFirst()).allSatisfy({ $0.target <= $1.target }) { return Array(entries.indices) }
        return entries.indices.sorted { (entries[$0].target, $0) < (entries[$1].target, $1) }
    }

    var entriesByTarget: [Entry] { placesByTarget.map { entries[$0] } }

    var memoryBytes: Int {
        let own = values.map { $0.held.count + $0.own.reduce(0) { $0 + $1.count } } ?? 0
        return entries.count * MemoryLayout<Entry>.stride + (bySource.count + byTarget.count) * 4
            + (firsts.count + own) * 8
    }
}
