/// A digest of 128 bits of a stream of words: two rounds of multiply and rotate a word. Not cryptographic.
package struct Digest: BitwiseCopyable {
    private var a: UInt64 = 0x9e37_79b9_7f4a_7c15
    private var b: UInt64 = 0xc2b2_ae3d_27d4_eb4f

    package init() {}

    @inline(__always)
    package mutating func add(_ word: UInt64) {
        a = (a ^ word) &* 0xff51_afd7_ed55_8ccd
        a = a << 29 | a >> 35
        b = (b &+ word ^ a) &* 0xc4ce_b9fe_1a85_ec53
        b = b << 31 | b >> 33
    }

    /// +0 and -0 are one value.
    @inline(__always)
    mutating func add(_ x: Double) { add((x == 0 ? 0.0 : x).bitPattern) }

    /// Every bit of them depends on every word that was added.
    package var words: [UInt64] {
        var copy = self
        for i in 0..<4 as Range<UInt64> { copy.add(i) }
        return [copy.a, copy.b]
    }

    var hex: String {
        words.map {
            String(repeating: "0", count: 16 - String($0, radix: 16).count) + String($0, radix: 16)
        }.joined()
    }
}

extension Simulation {
    /// A hex digest of the dynamic state: time, state of all cells, input on its way, synapses. Equal states have equal
    /// fingerprints, whatever the number of threads, the width of vectors or the processor.
    public func fingerprint() -> String {
        let together = ranks.together
        var relay = Relay(Digest(), together)
        relay.pass(to: 0) { $0.add(UInt64(now)) }
        for cells in populationList.compactMap(\.cells) { addCells(cells, to: &relay) }
        for projection in projections { addSynapses(projection, to: &relay, together) }
        for projection in signalProjections { addHeld(projection, to: &relay, together) }
        forgetUnreadHistory(together)
        for population in populationsWithHistory { addHistory(population, to: &relay) }
        for (identity, _, population) in followed { addSteps(population, identity, to: &relay) }
        let third = allThirdSpikes(together)
        relay.pass(to: 0) { digest in
            for spike in third {
                digest.add(UInt64(spike.stamp))
                digest.add(UInt64(spike.item.third))
                digest.add(spike.item.amount)
            }
        }
        return relay.end().hex
    }

    /// The same of each population of cells by itself: where two runs differ.
    package func fingerprintsOfPopulations() -> [(label: String?, model: String, count: Int, fingerprint: String)] {
        populationList.compactMap { population in
            guard let cells = population.cells else { return nil }
            var relay = Relay(Digest(), ranks.together)
            addCells(cells, to: &relay)
            return (population.label, cells.model.name, cells.count, relay.end().hex)
        }
    }

    private func addCells(_ cells: Cells, to relay: inout Relay<Digest>) {
        addState(cells, to: &relay)
        relay.passAlong(cells.deal) { digest in
            for share in cells.shares { addPending(share, to: &digest) }
        }
    }

    private func addState(_ cells: Cells, to relay: inout Relay<Digest>) {
        for name in cells.starts.map(\.name) {
            if let value = cells.sharedByAllRanks(name) {
                relay.addHere { digest in for _ in 0..<cells.count { digest.add(value) } }
                continue
            }
            relay.passAlong(cells.deal) { digest in
                let column = cells.column(name)
                for cell in cells.own { digest.add(column[cell]) }
            }
        }
    }

    /// What is still to arrive, cell by cell, with its time; nothing counts where there is nothing.
    private func addPending(_ share: Cells.Share, to digest: inout Digest) {
        let plane = share.plane
        guard plane.slots > 0 else { return }
        for cell in share.cells {
            let place = share.offset + cell - share.cells.lowerBound
            for stamp in now + 1..<now + plane.slots {
                for input in plane.ports.inputs {
                    guard let row = plane.row(of: input, stamp: stamp) else { continue }
                    add(row[place], stamp, input.code, to: &digest)
                }
            }
        }
    }

    private func add(_ value: Double, _ stamp: Int, _ kind: Int, to digest: inout Digest) {
        guard value != 0 else { return }
        digest.add(UInt64(stamp) << 8 | UInt64(kind))
        digest.add(value)
    }

    private func addSynapses(_ projection: Projection, to relay: inout Relay<Digest>, _ together: Together) {
        let columns = projection.columns
        if !columns.ofSenders.isEmpty {
            var next = 0
            for piece in rowOwnership(projection).pieces {
                relay.pass(to: piece.rank) { digest in
                    for row in next..<next + piece.count {
                        for k in columns.ofSenders.indices { digest.add(columns.block(ofSender: row)[k]) }
                    }
                    next += piece.count
                }
            }
        }
        if projection.model.changesWeight || !columns.ownStates.isEmpty {
            addOwnStates(projection, to: &relay, together)
        }
    }

    /// What couplings that are worked out now and then send until they are again, target by target.
    private func addHeld(_ projection: SignalProjection, to relay: inout Relay<Digest>, _ together: Together) {
        guard let values = projection.values, values.every > 1 else { return }
        let places = projection.placesByTarget
        let keys = places.map { place in
            ConnectionKey(Int(projection.entries[place].target), Int(projection.entries[place].target))
        }
        let order = merged(keys, together), all = together.assemble(places.map { values.held[$0] }, order)
        relay.pass(to: 0) { digest in all.forEach { digest.add($0) } }
    }

    /// The spikes that synapses may still ask for, cell by cell.
    private func addHistory(_ population: Population, to relay: inout Relay<Digest>) {
        relay.passAlong(population.cells!.deal) { digest in
            forEachHistory(population) { cell, spikes, _ in
                for spike in spikes {
                    digest.add(UInt64(cell))
                    digest.add(spike.time)
                    digest.add(spike.trace)
                }
            }
        }
    }

    /// What synapses may still ask for of steps that they follow, cell by cell.
    private func addSteps(_ population: Population, _ identity: String, to relay: inout Relay<Digest>) {
        relay.passAlong(population.cells!.deal) { digest in
            forEachFollowed(population, identity) { steps, cell, place in
                digest.add(UInt64(cell))
                for event in steps.cells[place].all {
                    digest.add(event.time)
                    digest.add(event.value)
                }
                for (stamp, values) in steps.rows(place, now: now) {
                    digest.add(UInt64(stamp))
                    values.forEach { digest.add($0) }
                }
            }
        }
    }

    /// In the order of rows and of targets' ids: segments and ranks must not show.
    private func addOwnStates(_ projection: Projection, to relay: inout Relay<Digest>, _ together: Together) {
        let count = projection.sources.count
        for first in stride(from: 0, to: count, by: Projection.rowsPerChunk) {
            let rows = first..<min(count, first + Projection.rowsPerChunk)
            let (states, keys) = ownStates(of: projection, rows), order = merged(keys, together)
            let all = states.map { together.assemble($0, order) }
            relay.pass(to: 0) { digest in
                for i in all[0].indices { all.forEach { digest.add($0[i]) } }
            }
        }
    }

    /// The states that connections of some rows have of their own, state by state: the weight where spikes change it, then others.
    private func ownStates(of projection: Projection, _ rows: Range<Int>) -> ([[Double]], [ConnectionKey]) {
        let columns = projection.columns, weights = projection.model.changesWeight ? 1 : 0
        var states = Array(repeating: [Double](), count: weights + columns.ownStates.count), keys: [ConnectionKey] = []
        forEachConnection(of: projection, rows: rows) { connection in
            if weights > 0 { states[0].append(connection.chunk.weights![connection.index]) }
            for (n, k) in columns.ownStates.enumerated() {
                states[weights + n].append(connection.chunk.own![connection.index * columns.ownWidth + k])
            }
            keys.append(ConnectionKey(connection.row, connection.target))
        }
        return (states, keys)
    }
}
