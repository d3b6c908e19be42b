/// Connections that carry a signal, while they are collected.
struct SignalEntries {
    private(set) var entries: [SignalProjection.Entry] = []
    /// Values of a coupling's parameters that its connections do not share: by column of the model, then by entry.
    private var own: [[Double]]
    /// May parallel connections be one entry? Those of a coupling have more than a weight and a delay.
    private let joins: Bool

    /// What some connections have, by their numbers. Columns that all connections share have none.
    struct Values {
        let weights: [Double]
        let delays: [Int]
        let own: [[Double]]
    }

    init(_ spec: SynapseSpec) {
        joins = spec.model.coupling == nil
        own = spec.model.columns.map { _ in [] }
    }

    /// Joins with the entry before where only the multiplicity differs.
    ///
    /// - `i`: which of the values are meant; `number`: of equal connections.
    /// - `follows`: there is no connection between them, not onto cells of other ranks either.
    mutating func append(
        _ source: Int, _ target: Int, _ values: Values, _ i: Int, number: Int = 1, follows: Bool = true
    ) {
        let weight = values.weights[i], delay = values.delays[i]
        guard joins else {
            for _ in 0..<number {
                entries.append(.init(source, target, weight, delay, multiplicity: 1))
                for column in own.indices where !values.own[column].isEmpty {
                    own[column].append(values.own[column][i])
                }
            }
            return
        }
        if follows, let last = entries.last, Int(last.source) == source, Int(last.target) == target,
            last.weight == weight, Int(last.delay) == delay
        {
            entries[entries.count - 1].multiplicity += Int32(number)
        } else {
            entries.append(.init(source, target, weight, delay, multiplicity: number))
        }
    }

    mutating func append(_ others: SignalEntries) {
        entries += others.entries
        for column in own.indices { own[column] += others.own[column] }
    }

    /// What a coupling's connections have beside weight and delay; nil where it is not one.
    func couplingValues(_ spec: SynapseSpec) -> CouplingValues? {
        guard spec.model.coupling != nil else { return nil }
        return CouplingValues(
            every: spec.every, shared: spec.model.columns.map { spec.uniform($0.name) }, own: own,
            held: spec.every > 1 ? entries.map { _ in 0 } : [])
    }
}

extension SignalProjection.Entry {
    init(_ source: Int, _ target: Int, _ weight: Double, _ delay: Int, multiplicity: Int) {
        self.init(
            source: Int32(source), target: Int32(target), weight: weight, delay: Int32(delay),
            multiplicity: Int32(multiplicity))
    }
}

/// What the connections of a coupling have beside weight and delay.
struct CouplingValues {
    /// Steps from one evaluation to the next.
    var every: Int
    /// By column of the model: what all connections share, or nil.
    var shared: [Double?]
    /// By column, then by entry: what each has of its own.
    var own: [[Double]]
    /// By entry: what it sent last, times its weight; nothing where every step has its own.
    var held: [Double]

    func value(_ column: Int, _ entry: Int) -> Double { shared[column] ?? own[column][entry] }

    /// Lets each of `count` connections have its own.
    mutating func individualise(_ column: Int, count: Int) {
        guard let value = shared[column] else { return }
        shared[column] = nil
        own[column] = Array(repeating: value, count: count)
    }

    /// Of some entries, in this order.
    func picking(_ entries: [Int]) -> CouplingValues {
        CouplingValues(
            every: every, shared: shared, own: own.map { values in values.isEmpty ? [] : entries.map { values[$0] } },
            held: held.isEmpty ? [] : entries.map { held[$0] })
    }
}
