extension SignalProjection {
    /// A parameter of a connection, told by its number, beside weight and delay.
    func parameter(_ name: String, _ number: Int, _ resolution: Double) -> Double {
        guard let values else { return 0 }
        if let column = model.column(name) { return values.value(column, entryIndex(of: number)) }
        return name == Coupling.every ? TimeGrid.ms(values.every, resolution) : 0
    }

    /// After delays were set.
    func findDelays(_ together: Together) {
        setDelays(
            shortest: together.least(ownDelays?.lowerBound ?? .max),
            longest: together.greatest(ownDelays?.upperBound ?? 1))
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
}
