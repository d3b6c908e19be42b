/// The connections of one connect call that carry a signal. Parallel connections with the same source, target,
/// weight and delay are one entry with a multiplicity.
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
    let count: Int
    private(set) var shortestDelay = 1, longestDelay = 1
    /// Made when first asked for: entries by source and by target, and the number of each one's first connection, which stays
    /// when entries are split.
    private var bySource: [Int32] = [], byTarget: [Int32] = [], firsts: [Int] = []

    /// Collective.
    init(number: Int, model: SynapseDefinition, _ route: SignalRoute, entries: [Entry], count: Int) {
        self.number = number
        (self.model, self.route) = (model, route)
        self.entries = entries
        self.count = count
        findDelays()
    }

    /// Collective.
    func findDelays() {
        shortestDelay = Ranks.all.least(entries.lazy.map { Int($0.delay) }.min() ?? .max)
        longestDelay = Ranks.all.greatest(entries.lazy.map { Int($0.delay) }.max() ?? 1)
    }

    /// Gives connections, told by their numbers, new weights or delays (steps). Entries whose connections then differ are
    /// split.
    func set(_ changes: [(number: Int, value: Double)], delay: Bool) {
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

    /// By source, then by target, parallel ones in their order: all that may be between some nodes.
    func ordered(_ source: Nodes?, _ target: Nodes?) -> [Int] {
        if bySource.count != entries.count {
            let key = { (i: Int32) in (self.entries[Int(i)].source, self.entries[Int(i)].target, i) }
            bySource = entries.indices.map { Int32($0) }.sorted { key($0) < key($1) }
        }
        if let source, Self.isFew(source, entries.count) {
            return source.ids.sorted().flatMap { id in Self.range(of: id, bySource) { entries[$0].source } }
        }
        guard let target, Self.isFew(target, entries.count) else { return bySource.map { Int($0) } }
        if byTarget.count != entries.count {
            byTarget = entries.indices.map { Int32($0) }.sorted {
                (entries[Int($0)].target, $0) < (entries[Int($1)].target, $1)
            }
        }
        let found = target.ids.flatMap { id in Self.range(of: id, byTarget) { entries[$0].target } }
        return found.sorted {
            (entries[$0].source, entries[$0].target, $0) < (entries[$1].source, entries[$1].target, $1)
        }
    }

    /// Is it sooner to look for each than to go through all entries?
    private static func isFew(_ nodes: Nodes, _ count: Int) -> Bool { nodes.count * 32 < count }

    private static func range(of id: Int, _ order: [Int32], _ end: (Int) -> Int32) -> [Int] {
        let first = order.partitioningIndex { Int(end(Int($0))) >= id }
        return order[first...].prefix { Int(end(Int($0))) == id }.map { Int($0) }
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
    static let kept = ["number", "model", "route", "entries"]
    static let made = ["count", "shortestDelay", "longestDelay", "bySource", "byTarget", "firsts"]
}

extension SignalProjection {
    /// In the order of checkpoints, which does not tell how targets are dealt out.
    var entriesByTarget: [Entry] {
        if zip(entries, entries.dropFirst()).allSatisfy({ $0.target <= $1.target }) { return entries }
        return entries.indices.sorted { (entries[$0].target, $0) < (entries[$1].target, $1) }.map { entries[$0] }
    }

    var memoryBytes: Int {
        entries.count * MemoryLayout<Entry>.stride + (bySource.count + byTarget.count) * 4 + firsts.count * 8
    }
}
