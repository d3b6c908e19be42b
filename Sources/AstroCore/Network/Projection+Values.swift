/// Values of single connections, wherever they are stored.
extension Projection {
    /// What a connection has a value of.
    enum Quantity: Equatable {
        case weight
        /// In steps.
        case delay
        /// One of the model's own columns.
        case column(Int)
    }

    func quantity(_ name: String) -> Quantity {
        switch name {
        case "weight": .weight
        case "delay": .delay
        default: .column(model.column(name)!)
        }
    }

    /// Of one of the model's own columns, as it is stored; of one that targets keep, as it began.
    func value(_ column: Int, row: Int, _ chunk: RowChunk, _ index: Int) -> Double {
        switch columns.places[column] {
        case .shared, .target: columns.sharedValue(column)
        case .sender(let k): senderValues(row: row)[k]
        case .connection(let k): chunk.own![index * columns.ownWidth + k]
        }
    }

    /// Of a connection that has its own.
    func set(_ quantity: Quantity, _ value: Double, _ chunk: RowChunk, _ index: Int) {
        switch quantity {
        case .weight: chunk.weights![index] = value
        case .delay: setDelay(Int(value), chunk, index)
        case .column(let column):
            guard case .connection(let k) = columns.places[column] else { fatalError("all connections share it") }
            chunk.own![index * columns.ownWidth + k] = value
        }
    }

    /// Does each connection have its own value?
    private func isOwn(_ quantity: Quantity) -> Bool {
        switch quantity {
        case .weight: weight == nil
        case .delay: delay == nil
        case .column(let column): columns.own.contains(column)
        }
    }

    /// Bytes that a connection takes for its own value of a quantity, beside what it has.
    func bytesOfOwn(_ quantity: Quantity) -> Int {
        let own: Int, more: [Int]
        switch quantity {
        case .weight: (own, more) = (8, [])
        case .delay: (own, more) = (2, ownWithDelays)
        case .column(let column): (own, more) = (0, [column])
        }
        return (isOwn(quantity) ? 0 : own) + 8 * (columns.ownColumns(with: more).count - columns.ownWidth)
    }

    /// Is it of synapses from texts that look back at the spikes of their targets?
    var looksBack: Bool { model.source != nil && model.readsTargetHistory }

    /// Columns that connections have their own values of from when delays are first set: when spikes of targets count depends on what
    /// delays were before.
    var ownWithDelays: [Int] {
        guard looksBack else { return [] }
        return [model.column(EquationSynapse.since)!] + (columns.trace.map { [$0] } ?? [])
    }

    /// Gives every connection its own value of a quantity that they shared.
    func individualise(_ quantity: Quantity) {
        if isOwn(quantity) { return }
        switch quantity {
        case .weight:
            let shared = weight!
            forEachChunk { chunk, _ in chunk.setWeights(Array(repeating: shared, count: chunk.count)) }
            weight = nil
        case .delay:
            let shared = UInt16(delay!)
            forEachChunk { chunk, _ in chunk.setDelays(Array(repeating: shared, count: chunk.count)) }
            delay = nil
        case .column(let column): individualise(column)
        }
    }

    /// Gives every connection its own value of a column: in the order of segments, chunks and rows.
    func individualise(_ column: Int, _ values: [Double]) {
        individualise(column)
        var next = values.makeIterator()
        forEachChunk { chunk, _ in
            for index in 0..<chunk.count { set(.column(column), next.next()!, chunk, index) }
        }
    }

    private func individualise(_ column: Int) {
        let own = columns.ownColumns(with: [column])
        forEachChunk { chunk, firstRow in
            var blocks: [Double] = []
            blocks.reserveCapacity(chunk.count * own.count)
            for row in chunk.rows {
                for index in chunk.connections(ofRow: row) {
                    blocks += own.map { value($0, row: firstRow + row, chunk, index) }
                }
            }
            chunk.setOwn(blocks)
        }
        columns.makeOwn(own)
    }

    /// Calls `body` with each chunk and its first row.
    func forEachChunk(_ body: (RowChunk, Int) -> Void) {
        for segment in segments {
            for (index, chunk) in segment.chunks.enumerated() {
                if let chunk { body(chunk, index * Self.rowsPerChunk) }
            }
        }
    }
}
