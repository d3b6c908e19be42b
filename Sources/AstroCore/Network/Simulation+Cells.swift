/// Where cells lie: on which rank, with which worker, in which batch.
extension Simulation {
    func refuse(_ count: Int, bytes: Double, of model: String) throws {
        try Memory.refuse(bytes, for: "\(count) nodes of \(model)")
        guard count <= Self.mostNodes - nodeCount else {
            throw InputError("\(count) nodes are too many: a simulation holds at most \(Self.mostNodes)")
        }
    }

    /// Global ids are kept in 32 bits.
    static let mostNodes = Int(Int32.max) - blockSize

    /// The owners of the cells of the next population.
    func deal(_ count: Int) -> Deal { deal(count, rankTurn) }

    private func deal(_ count: Int, _ turn: Turn) -> Deal {
        Deal(count, to: ranks.count, smallTo: turn.number % ranks.count)
    }

    /// The owners of cells if populations of these sizes come.
    func deals(_ counts: [Int]) -> [Deal] {
        var turn = rankTurn
        return counts.map { count in
            let deal = deal(count, turn)
            if deal.isSmall { turn.take(count, most: smallCellsInTurn) }
            return deal
        }
    }

    /// The cells of the next population, in their places among all.
    func makeCells(_ model: ModelDefinition, _ deal: Deal, starting values: CellValues) -> Cells {
        let own = deal.cells(of: ranks.rank), population = populationList.count
        if deal.isSmall { rankTurn.take(deal.count, most: smallCellsInTurn) }
        isPrepared = false
        guard deal.isGathered else {
            let shares = self.shares(model, own)
            for share in shares { share.plane.add(cells: share.cells, of: population, at: share.offset) }
            let batch = Batch(
                model, own, of: population, resolution: resolution, spikes: spikes, shares: shares, starting: values)
            batches.append(batch)
            return Cells(model, deal, own: own, batch: batch, firstSlot: own.lowerBound)
        }
        if own.isEmpty { return Cells(model, deal, own: own, batch: nil, firstSlot: 0) }
        let batch = batchWithRoom(model, deal.count)
        let first = batch.add(deal.count, of: population, starting: values)
        return Cells(model, deal, own: own, batch: batch, firstSlot: first)
    }

    /// For a small population.
    private func batchWithRoom(_ model: ModelDefinition, _ count: Int) -> Batch {
        let plane = plane(model, worker: workerForSmall(count)), key = ObjectIdentifier(plane)
        if let open = openBatches[key], open.canGrow { return open }
        let batch = Batch(model, resolution: resolution, spikes: spikes, plane: plane)
        batches.append(batch)
        openBatches[key] = batch
        return batch
    }

    private func plane(_ model: ModelDefinition, worker: Int) -> InputPlane {
        if let index = models.firstIndex(of: model) { return planes[worker][index] }
        models.append(model)
        for worker in planes.indices { planes[worker].append(InputPlane(worker: worker, ports: model.ports)) }
        return planes[worker].last!
    }

    /// Small populations go to one worker: the first ones all to the same, since two workers on a small network wait for each
    /// other longer than they work.
    private func workerForSmall(_ count: Int) -> Int {
        defer { workerTurn.take(count, most: smallCellsInTurn) }
        return workerTurn.number % threads
    }

    /// Cells are dealt out in runs of whole blocks.
    private func shares(_ model: ModelDefinition, _ own: Range<Int>) -> [Cells.Share] {
        guard !own.isEmpty else { return [] }
        let blocks = padded(own.count) / blockSize
        let workers = blocks < 2 * threads ? [workerForSmall(own.count)] : Array(0..<threads)
        return workers.enumerated().map { i, worker in
            let first = own.lowerBound + blocks * i / workers.count * blockSize
            let end = min(own.upperBound, own.lowerBound + blocks * (i + 1) / workers.count * blockSize)
            let plane = plane(model, worker: worker)
            return Cells.Share(worker: worker, cells: first..<end, plane: plane, offset: plane.size)
        }
    }

    /// Whose turn it is: some cells go to one, then some to the next.
    struct Turn {
        private(set) var number = 0
        private var cells = 0

        mutating func take(_ count: Int, most: Int) {
            cells += count
            if cells >= most { (number, cells) = (number + 1, 0) }
        }
    }
}

extension Cells {
    /// About what `count` cells take: columns that are arrays, and a share of the input buffers.
    static func bytes(_ model: ModelDefinition, _ count: Int) -> Double {
        let states = model.parameters.count { $0.role == .state } + model.hiddenState.count
        return Double(count) * 8 * Double(states + 32 * model.ports.spikeRows)
    }
}
