/// Spikes that synapses have sent to paired cells and that have not arrived, in a checkpoint.
extension Simulation {
    /// Of all ranks, by stamp, then by cell, in the order in which they are added; the same on all.
    func allThirdSpikes(_ together: Together) -> [(stamp: Int, item: ThirdSpikes.Item)] {
        if ranks.isAlone { return thirdSpikes.all }
        // a cell's are on one rank
        let own = thirdSpikes.all
        let stamps = together.gather(own.map(\.stamp)).all, items = together.gather(own.map(\.item)).all
        return zip(stamps, items).map { (stamp: $0, item: $1) }.ordered { ($0.stamp, Int($0.item.third)) }
    }

    func writeThirdSpikes(to writer: CheckpointWriter) throws {
        let all = allThirdSpikes(writer.together)
        if all.isEmpty { return }
        try writer.put(.thirdSpikes, 0) { contents in
            contents.put(near: all.map(\.stamp))
            contents.put(near: all.map { Int($0.item.third) })
            contents.put(near: all.map { Int($0.item.source) })
            contents.put(all.map(\.item.amount))
        }
    }
}

extension CheckpointLoader {
    func readThirdSpikes() throws {
        simulation.thirdSpikes.removeAll()
        guard var (_, contents) = try reader.takeIf(.thirdSpikes) else { return }
        let nodes = 1..<targets.count + 1
        let stamps = try contents.near(simulation.now + 1..<simulation.now + Int(UInt16.max) + 2, "stamp")
        let thirds = try contents.near(nodes, "node"), sources = try contents.near(nodes, "node")
        let amounts = try contents.doubles()
        try contents.finish()
        try contents.require(
            [thirds.count, sources.count, amounts.count].allSatisfy { $0 == stamps.count }, "columns differ in length")
        try contents.require(amounts.allSatisfy(\.isFinite), "an amount is not finite")
        for i in stamps.indices {
            let model = simulation.locate(thirds[i]).population.cells?.model
            try contents.require(model?.ports.spikes(receptor: 0) != nil, "node \(thirds[i]) takes no spikes")
            simulation.keep(
                .init(third: Int32(thirds[i]), source: Int32(sources[i]), amount: amounts[i]), stamps[i])
        }
    }
}
