/// What goes wrong in a run: the first thing on this rank is told, and ends the run.
final class Faults: @unchecked Sendable {
    private let simulation: Simulation
    /// Spikes of negative weight that reached cells which take none: for each worker the first.
    private let arrivals: [FirstArrival]
    /// Memory that recorders lack.
    var shortage: String?

    /// Of one worker: workers write side by side.
    private final class FirstArrival { var arrival: Arrival? }

    /// A spike of negative weight: global ids.
    private struct Arrival {
        let stamp, target, source: Int
        let synapse: String?

        func comes(before other: Arrival) -> Bool {
            (stamp, target, source) < (other.stamp, other.target, other.source)
        }
    }

    init(_ simulation: Simulation) {
        self.simulation = simulation
        arrivals = (0..<simulation.threads).map { _ in FirstArrival() }
    }

    /// Notes a spike of negative weight from a node.
    func note(_ arrival: NegativeArrival, from source: Int, _ worker: Int) {
        let target = simulation.id(at: arrival.place, of: arrival.plane)
        let fault = Arrival(stamp: arrival.stamp, target: target, source: source, synapse: arrival.synapse)
        let first = arrivals[worker]
        if first.arrival.map(fault.comes) ?? true { first.arrival = fault }
    }

    /// The first thing that went wrong on this rank in the slice that begins at `firstStep`.
    ///
    /// - `outboxes`: of that slice.
    /// - `spikeRoom`: spikes of a slice that there is memory for.
    /// - `length`: of slices, in steps.
    func first(_ outboxes: [Outbox], from firstStep: Int, spikeRoom: Int, length: Int) -> Ranks.Failure? {
        let overflow = outboxes.compactMap(\.overflow).min {
            ($0.lag, $0.population, $0.cell) < ($1.lag, $1.population, $1.cell)
        }
        if let overflow {
            let step = firstStep + overflow.lag
            let message = tooManySpikes(overflow.population, overflow.cell, step, spikeRoom, length)
            return .init(0, step, overflow.population, overflow.cell, message)
        }
        let unstable = outboxes.compactMap(\.instability).min {
            ($0.step, $0.population, $0.cell) < ($1.step, $1.population, $1.cell)
        }
        if let unstable {
            return .init(0, unstable.step, unstable.population, unstable.cell, simulation.describe(unstable))
        }
        if let fault = firstArrival() { return .init(1, fault.stamp, fault.target, fault.source, describe(fault)) }
        return shortage.map { .init(3, 0, 0, simulation.ranks.rank, $0) }
    }

    private func tooManySpikes(_ population: Int, _ cell: Int, _ step: Int, _ room: Int, _ length: Int) -> String {
        let population = simulation.populationList[population], time = TimeGrid.ms(step + 1, simulation.resolution)
        return """
            node \(population.firstID + cell) (\(population.modelName)) spikes at \(formatted(time)) ms, but there are \
            \(room) spikes already within \(formatted(TimeGrid.ms(length, simulation.resolution))) ms, more than fit into \
            memory. Do cells excite each other without end?
            """
    }

    private func firstArrival() -> Arrival? {
        for link in simulation.links {
            guard let arrival = link.takeNegativeArrival() else { continue }
            note(arrival, from: simulation.populationList[link.population].firstID + link.device, 0)
        }
        return arrivals.compactMap(\.arrival).min { $0.comes(before: $1) }
    }

    private func describe(_ fault: Arrival) -> String {
        if let synapse = fault.synapse {
            return "a synapse from node \(fault.source) onto node \(fault.target) went wrong: \(synapse)"
        }
        let time = formatted(TimeGrid.ms(fault.stamp, simulation.resolution))
        let model = simulation.locate(fault.target).population.modelName
        return """
            a spike of negative weight from node \(fault.source) reaches node \(fault.target) (\(model)) at \(time) ms (spikes \
            onto it must have weights of 0 or more)
            """
    }
}
