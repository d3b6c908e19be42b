/// Random numbers of cells for a step: functions of seed, cell, step and site, the place in the model that draws.
package struct CellDraws {
    private let outbox: Outbox
    private let step, population: Int
    private let residents: UnsafePointer<Residents.Resident>?
    /// The first slot behind all real cells.
    private let count: Int

    init(_ io: borrowing CellIO, step: Int) {
        (outbox, self.step, population) = (io.outbox, step, io.population)
        (residents, count) = (io.residents, io.count)
    }

    package enum Kind { case uniform, normal, poisson, binomial }

    /// A draw of the cell in a slot; padding gets 0.
    package func draw(_ kind: Kind, site: Int, slot: Int, _ a: Double = 0, _ b: Double = 0) -> Double {
        guard slot < count else { return 0 }
        let owner = residents.map { Int($0[slot].population) } ?? population
        let cell = residents.map { Int($0[slot].cell) } ?? slot
        let name = StreamName(.cellStep, call: site, member: outbox.firstStreamed[owner] + cell)
        switch kind {
        case .uniform:
            var stream = RandomStream(seed: outbox.seed, name, from: step)
            return stream.uniform()
        case .normal:
            var stream = RandomStream(seed: outbox.seed, name, from: step)
            return stream.normal()
        case .poisson:
            var stream = RandomStream(seed: outbox.seed, name, from: step << Self.blockBits)
            return stream.poisson(a)
        case .binomial:
            var stream = RandomStream(seed: outbox.seed, name, from: step << Self.blockBits)
            return stream.binomial(a, b)
        }
    }

    /// Counts are drawn by rejection, which takes several blocks now and then.
    private static let blockBits = 8
}
