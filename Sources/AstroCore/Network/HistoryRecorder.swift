/// Writes down, while runs go on, the spikes of own cells that synapses look back at, and knows how far back they may ask. It is good
/// from run to run, until the network changes.
///
/// Workers record their own cells' spikes; worker 0 takes notice of the senders' spikes between barriers.
final class HistoryRecorder: @unchecked Sendable {
    /// Where a worker's cells of a population have their histories.
    private struct Recorded {
        let cells: Range<Int>
        let history: TargetHistory
        /// From a cell to its place.
        let shift: Int
        /// For each name of the history: where a cell's values lie among those of a slice, less the cell; and the factor to the unit of
        /// formulas.
        let reads: [(run: Int, factor: Double)]
    }

    /// Where a worker's cells of a population are followed from step to step.
    private struct Followed {
        /// From cells that are followed to their places.
        let cells: [(cell: Int, place: Int)]
        let steps: StepHistory
        let reads: [(run: Int, factor: Double)]
    }

    /// A projection whose synapses read histories: for each row since when, the delay aside.
    private final class Reader {
        var since: [Double]
        /// For how long from then on.
        let reach: [Double]
        let longestDelay: Double

        init(_ since: [Double], _ reach: [Double], longestDelay: Double) {
            (self.since, self.reach, self.longestDelay) = (since, reach, longestDelay)
        }
    }

    /// What looks back at the cells of a plane, where senders that are silent for long need not keep all that comes.
    private struct Looked {
        let history: TargetHistory
        let parts: [(projection: Projection, segment: Segment, reader: Reader)]
        /// Fewer new spikes and events are not worth a look at so many connections.
        let least: Int
    }

    /// By worker and population.
    private let recorded: [[[Recorded]]]
    /// By worker.
    private let followed: [[Followed]]
    /// By worker.
    private var looked: [[Looked]] = []
    /// By population, with the rows of its cells.
    private var readers: [[(rows: RowMap, reader: Reader)]]
    private var all: [Reader] = []
    private let paired: PairedSpikes
    /// By population: places of its cells among those whose spikes paired synapses look back at.
    private let pairedPlaces: [[Int32: Int]]
    private let resolution: Double
    private unowned let simulation: Simulation
    /// ms; spikes before are not asked for.
    private var since = -Double.infinity
    /// ms; senders' spikes up to it have been handed over.
    private var handedOver: Double
    private var nextLook = 0
    /// Steps between two looks at how far back synapses may ask.
    private static let stepsBetweenLooks = 1000

    /// nil where nobody reads histories.
    init?(_ simulation: Simulation, _ together: Together) {
        guard simulation.readsTargetHistory else { return nil }
        resolution = simulation.resolution
        self.simulation = simulation
        handedOver = TimeGrid.ms(simulation.now, simulation.resolution)
        let names = simulation.namesReadAtSpikes
        recorded = (0..<simulation.threads).map { worker in
            simulation.populationList.map { population in
                (population.cells?.shares ?? []).compactMap { share in
                    guard share.worker == worker, let history = share.plane.history else { return nil }
                    history.setNames(names.filter(population.cells!.model.sends).sorted())
                    return Recorded(
                        cells: share.cells, history: history, shift: share.offset - share.cells.lowerBound,
                        reads: simulation.reads(history.names, of: population.cells!))
                }
            }
        }
        followed = (0..<simulation.threads).map { Self.followed(simulation, worker: $0) }
        paired = simulation.pairedSpikes
        var places = simulation.populationList.map { _ in [Int32: Int]() }
        for id in paired.ids {
            let (population, cell) = simulation.locate(id)
            places[population.index][Int32(cell)] = paired.place(of: id)
        }
        pairedPlaces = places
        readers = simulation.populationList.map { _ in [] }
        var byProjection: [Int: Reader] = [:]
        for projection in simulation.projections where projection.model.readsTargetHistory {
            var since = [Double](repeating: .infinity, count: projection.sources.count), reach = since
            simulation.lookbacks(of: projection, together) {
                since[$0.row] = min(since[$0.row], $0.earliest)
                reach[$0.row] = $0.reach
            }
            let reader = Reader(since, reach, longestDelay: TimeGrid.ms(projection.longestDelay, resolution))
            byProjection[projection.index] = reader
            all.append(reader)
        }
        for population in simulation.populationList {
            for outgoing in population.outgoing {
                guard let reader = byProjection[outgoing.projection.index] else { continue }
                readers[population.index].append((outgoing.rows, reader))
            }
        }
        looked = Self.looked(simulation, byProjection)
    }

    private static func looked(_ simulation: Simulation, _ readers: [Int: Reader]) -> [[Looked]] {
        let parts = simulation.projections.flatMap { projection in
            readers[projection.index].map { reader in
                projection.segments.map { (projection: projection, segment: $0, reader: reader) }
            } ?? []
        }
        let byPlane = Dictionary(grouping: parts) { ObjectIdentifier($0.segment.plane) }
        return simulation.planes.map { planes in
            planes.compactMap { plane in
                guard let history = plane.history, let parts = byPlane[ObjectIdentifier(plane)],
                    parts.contains(where: { $0.reader.reach.contains { $0 < .infinity } })
                else { return nil }
                return Looked(history: history, parts: parts, least: parts.reduce(4096) { $0 + $1.segment.count })
            }
        }
    }

    /// Where much has been written down since the last time, forgets what nobody will ask for.
    private func forgetUnread(_ looked: Looked) {
        let history = looked.history
        guard history.written >= max(looked.least, history.keptBefore) else { return }
        var wanted = WantedHistory(places: history.cells.count, now: handedOver)
        for (projection, segment, reader) in looked.parts {
            simulation.want(of: projection, in: segment, &wanted) { (reader.since[$0], reader.reach[$0]) }
        }
        wanted.forgetRest(of: history, resolution)
        history.beginCount()
    }

    private static func followed(_ simulation: Simulation, worker: Int) -> [Followed] {
        simulation.followed.flatMap { identity, rule, population in
            population.cells!.shares.compactMap { share in
                guard share.worker == worker, let steps = share.plane.history?.steps[identity] else { return nil }
                let places = share.cells.map { ($0, share.offset + $0 - share.cells.lowerBound) }
                    .filter { $1 < steps.cells.count && steps.cells[$1].isKept }
                if places.isEmpty { return nil }
                return Followed(
                    cells: places, steps: steps, reads: simulation.reads(rule.changing, of: population.cells!))
            }
        }
    }

    /// What a worker's own cells have gone through in a slice.
    ///
    /// - `values`: what cells have at the ends of the slice's steps.
    func follow(_ slice: Range<Int>, worker: Int, _ values: SignalValues?) {
        guard let values else { return }
        for each in followed[worker] {
            for (cell, place) in each.cells {
                for lag in 0..<slice.count {
                    let values = values.at(lag: lag)
                    each.steps.record(
                        place, stamp: slice.lowerBound + lag + 1, resolution, forgetting: since
                    ) { values[each.reads[$0].run + cell] * each.reads[$0].factor }
                }
            }
        }
    }

    /// A worker's own spikes of a slice.
    ///
    /// - `values`: what cells have at the ends of the slice's steps, where synapses read it.
    func record(_ outbox: Outbox, _ slice: Range<Int>, worker: Int, _ values: SignalValues?) {
        looked[worker].forEach(forgetUnread)
        for lag in 0..<slice.count {
            let values = values?.at(lag: lag)
            let time = TimeGrid.ms(slice.lowerBound + lag + 1, resolution)
            for spike in outbox.spikes[lag] {
                let cell = Int(spike.cell)
                for each in recorded[worker][Int(spike.population)] where each.cells.contains(cell) {
                    each.history.record(cell + each.shift, at: time, forgetting: since) { name in
                        let read = each.reads[name]
                        return values.map { $0[read.run + cell] * read.factor } ?? 0
                    }
                }
            }
        }
    }

    /// Spikes that are about to be handed over, of all cells with targets here.
    func note(_ spikes: [OrderedSpike], _ slice: Range<Int>) {
        for spike in spikes {
            if let place = pairedPlaces[Int(spike.population)][spike.cell] {
                let time = TimeGrid.ms(slice.lowerBound + Int(spike.lag) + 1, resolution)
                paired.record(place, at: time, forgetting: since)
            }
            for (rows, reader) in readers[Int(spike.population)] {
                let row = rows.row(Int(spike.cell))
                if row >= 0 { reader.since[row] = TimeGrid.ms(slice.lowerBound + Int(spike.lag) + 1, resolution) }
            }
        }
        handedOver = TimeGrid.ms(slice.upperBound, resolution)
        guard slice.upperBound >= nextLook else { return }
        nextLook = slice.upperBound + Self.stepsBetweenLooks
        let now = TimeGrid.ms(slice.upperBound, resolution)
        since = all.map { min($0.since.min() ?? now, now) - $0.longestDelay }.min()! - resolution
    }
}
