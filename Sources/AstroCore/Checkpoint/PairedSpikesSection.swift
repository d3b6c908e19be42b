/// Spikes of paired cells that synapses may still look back at, in a checkpoint.
extension Simulation {
    func writePairedSpikes(to writer: CheckpointWriter) throws {
        guard readsPairedSpikes else { return }
        let all = allPairedSpikes(writer.together)
        try writer.put(.pairedSpikes, 0) { contents in
            contents.put(all.count)
            for (id, times) in all {
                contents.put(id)
                contents.put(times)
            }
        }
    }
}

extension CheckpointLoader {
    func readPairedSpikes() throws {
        guard var (_, contents) = try reader.takeIf(.pairedSpikes) else { return }
        simulation.keepPairedSpikes()
        for _ in 0..<(try contents.count()) {
            let id = try contents.int(1...targets.count, "node")
            let times = try contents.doubles()
            try contents.require(
                times.allSatisfy(\.isFinite) && zip(times, times.dropFirst()).allSatisfy { $0 <= $1 },
                "spikes are out of order")
            if simulation.pairedSpikes.place(of: id) != nil { simulation.pairedSpikes.restore(id, times) }
        }
        try contents.finish()
    }
}
