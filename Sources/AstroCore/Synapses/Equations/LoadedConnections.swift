/// Which connections of a row lie in lanes, and how their values come from where they are stored and back.
final class LoadedConnections {
    typealias Row = SynapseRows.Row

    /// In the row, and the places of their targets.
    let indices = UnsafeMutablePointer.ofLanes(0), targets = UnsafeMutablePointer.ofLanes(0)
    private(set) var count = 0
    /// Do they lie side by side in their row?
    private var followEachOther = false

    deinit { for list in [indices, targets] { list.deallocate() } }

    func load(_ row: ArrivingRow, _ some: ArraySlice<Int>) {
        for (lane, i) in some.enumerated() { (indices[lane], targets[lane]) = (i, Int(row.targets[i])) }
        (count, followEachOther) = (some.count, false)
    }

    /// The same for connections that follow each other.
    func load(_ row: ArrivingRow, from first: Int, _ count: Int) {
        let (indices, targets) = (indices, targets), all = row.targets + first
        for lane in 0..<count { indices[lane] = first &+ lane }
        for lane in 0..<count { targets[lane] = Int(all[lane]) }
        (self.count, followEachOther) = (count, true)
    }

    /// Takes a number of each: those of neighbours are `width` apart.
    @inline(__always)
    func take(_ numbers: UnsafePointer<Double>, _ width: Int, _ values: Row) {
        if followEachOther {
            let numbers = numbers + indices[0] &* width
            if width == 1 { return values.update(from: numbers, count: count) }
            for lane in 0..<count { values[lane] = numbers[lane &* width] }
        } else {
            for lane in 0..<count { values[lane] = numbers[indices[lane] &* width] }
        }
    }

    /// Puts it back.
    @inline(__always)
    func put(_ values: Row, _ width: Int, _ numbers: UnsafeMutablePointer<Double>) {
        if followEachOther {
            let numbers = numbers + indices[0] &* width
            if width == 1 { return numbers.update(from: values, count: count) }
            for lane in 0..<count { numbers[lane &* width] = values[lane] }
        } else {
            for lane in 0..<count { numbers[indices[lane] &* width] = values[lane] }
        }
    }
}

extension UnsafeMutablePointer {
    /// Memory for a value of each lane of a block.
    static func ofLanes(_ value: Pointee) -> Self {
        let list = allocate(capacity: Frame.largest)
        list.initialize(repeating: value, count: Frame.largest)
        return list
    }
}

/// Rows of lanes whose values are stored with connections, or come with a sender's spike.
struct StoredRows {
    typealias Row = SynapseRows.Row
    typealias Stored = (values: Row, place: Int)

    /// What connections have of their own, all of it and what changes, and the places in their blocks.
    let own, changing: FixedList<Stored>
    /// What a spike carries of its sender, where the sender releases, and the places in it.
    let carried: FixedList<Stored>
    /// Parameters that connections have of their own.
    let parameters: [Int]
    /// Does each connection know by itself to when its states are known, or since when spikes count?
    let haveOwnMoments: Bool
    /// Where connections have their number.
    let number: Int?

    init(_ synapse: BoundEquations, _ home: SynapseRows, known: Row, since: Row) {
        let (plan, columns, places) = (synapse.plan, synapse.columns, synapse.places)
        let place = { (column: Int) -> Int? in
            if case .connection(let k) = columns.places[column] { k } else { nil }
        }
        let stored = { (row: Row, column: Int) -> Stored? in place(column).map { (row, $0) } }
        let ofParameters = zip(home.parameters, places.parameters).compactMap(stored)
        let states = zip(home.states, places.states).compactMap(stored)
        let moments = [(known, places.known), (since, places.since)].compactMap(stored)
        own = FixedList(ofParameters + states + moments)
        changing = FixedList(states + moments)
        let ofSender = columns.releasesBySender ? plan.ofSenders.map { home.states[$0] } + [known, since] : []
        carried = FixedList(ofSender.enumerated().map { ($1, $0) })
        parameters = places.parameters.indices.filter { place(places.parameters[$0]) != nil }
        haveOwnMoments = !moments.isEmpty
        number = places.number.flatMap(place)
    }
}
