/// Where a connection stands among those of a call: by source, then by target. Those with the same key are on one rank.
struct ConnectionKey: BitwiseCopyable, Comparable {
    let source, target: Int32

    init(_ source: Int, _ target: Int) { (self.source, self.target) = (Int32(source), Int32(target)) }

    static func < (a: ConnectionKey, b: ConnectionKey) -> Bool { (a.source, a.target) < (b.source, b.target) }
}

/// Nodes of one population among others.
struct NodeStretch {
    /// The position of the first among all.
    let start: Int
    let nodes: Nodes.Run
}

extension Simulation {
    /// Nodes by population.
    func stretches(of ids: NodeIDs) -> [NodeStretch] {
        var result: [NodeStretch] = []
        for run in ids.runs {
            var done = 0
            while done < run.ids.count {
                let (population, cell) = locate(run.ids[done])
                let rest = EvenRun(cell, run.ids.count - done, run.ids.step)
                let number = rest.positions(in: 0..<population.count).count
                let nodes = Nodes.Run(population, cell, number, rest.step)
                result.append(NodeStretch(start: run.start + done, nodes: nodes))
                done += number
            }
        }
        return result
    }

    /// Whose a cell is, by its global id.
    func owner(of id: Int) -> Int {
        let (population, cell) = locate(id)
        return population.cells?.deal.owner(of: cell) ?? 0
    }

    func isOwn(_ id: Int) -> Bool { ranks.isAlone || owner(of: id) == ranks.rank }

    /// The place of a signal of an own cell among all that own cells send.
    func ownSender(_ signal: String, _ id: Int) -> Int {
        let (population, cell) = locate(id)
        let cells = population.cells!, batch = cells.batch!
        return batch.firstSenders[batch.model.signal(signal)!] + cell + cells.shift - batch.cells.lowerBound
    }

    /// Whose connections come when, where each rank has some in ascending order.
    func merged(_ own: [ConnectionKey], _ together: Together) -> Ownership {
        var result = Ownership()
        if ranks.isAlone { return result }
        let (keys, counts) = together.gather(own)
        let owners = counts.enumerated().flatMap { repeatElement($0.offset, count: $0.element) }
        for i in keys.indices.sorted(by: { (keys[$0], $0) < (keys[$1], $1) }) { result.add(owners[i]) }
        return result
    }

    /// Whose the sources of a projection's rows are; it is they who keep the rows' synaptic states.
    func rowOwnership(_ projection: Projection) -> Ownership {
        var result = Ownership()
        for stretch in stretches(of: projection.sources) { stretch.nodes.addOwners(to: &result) }
        return result
    }

    /// Gives this rank the states of some rows, whosever they are.
    func borrowStates(of rows: some Sequence<Int>, in projection: Projection, _ together: Together) {
        let width = projection.columns.ofSenders.count
        guard !ranks.isAlone, width > 0 else { return }
        let wanted = Set(rows).sorted()
        var questions = Array(repeating: [Int](), count: ranks.count)
        for row in wanted { questions[owner(of: projection.sources[row])].append(row) }
        let asked = together.exchange(questions)
        let answers = together.exchange(asked.map { $0.flatMap { projection.senderValues(row: $0) } })
        let values = Array(answers.joined())
        projection.columns.borrow(
            questions.joined().enumerated().map { ($1, Array(values[$0 * width..<($0 + 1) * width])) })
    }

    /// Seconds are those of the slowest rank; bytes and events those of all.
    public func wholeStats() -> Stats {
        if ranks.isAlone { return stats }
        var result = stats
        let together = ranks.together
        let seconds = together.greatest([
            stats.create, stats.connect, stats.prepare, stats.simulate, stats.communicate,
        ])
        (result.create, result.connect, result.prepare, result.simulate, result.communicate) = (
            seconds[0], seconds[1], seconds[2], seconds[3], seconds[4]
        )
        let sums = together.sum([stats.events, stats.memoryBytes])
        (result.events, result.memoryBytes) = (sums[0], sums[1])
        result.receivedBytes = together.greatest(stats.receivedBytes)
        return result
    }
}
