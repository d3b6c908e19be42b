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

    /// Of one of the model's own columns.
    func value(_ column: Int, row: Int, _ chunk: RowChunk, _ index: Int) -> Double {
        switch columns.places[column] {
        case .shared: columns.sharedValue(column)
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
        if isOwn(quantity) { return 0 }
        switch quantity {
        case .weight: return 8
        case .delay: return 2
        case .column(let column): return 8 * (columns.ownColumns(with: column).count - columns.ownWidth)
        }
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

    private func individualise(_ column: Int) {
        let own = columns.ownColumns(with: column)
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
