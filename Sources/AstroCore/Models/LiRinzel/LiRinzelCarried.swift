/// What is kept of a long step that a slice ends within: where it began and the deviations so far. The series are computed anew, so
/// that a slice of one step gives the same bits as one of many.
struct LiRinzelCarried {
    /// Calcium at the beginning; negative where no long step is under way.
    let c: Column
    private let ip3, h, deviation, deviation_c, sum, sum_c: Column

    static let columns: [ModelDefinition.HiddenState] = [
        .init("long_IP3"), .init("long_Ca_astro", start: -1), .init("long_h_IP3R"),
        .init("long_deviation"), .init("long_deviation_Ca"), .init("long_sum"), .init("long_sum_Ca"),
    ]

    init(_ columns: ModelColumns) {
        (ip3, c, h) = (columns["long_IP3"], columns["long_Ca_astro"], columns["long_h_IP3R"])
        (deviation, deviation_c) = (columns["long_deviation"], columns["long_deviation_Ca"])
        (sum, sum_c) = (columns["long_sum"], columns["long_sum_Ca"])
    }

    /// Long steps after `number` steps of the simulation; without meaning where none is under way.
    @inline(__always)
    func step<Vector: LaneVector>(
        _ model: AstrocyteLR1994, _ flux: LiRinzelFlux<Vector>, _ cell: Int, after number: Int
    ) -> LiRinzelLongStep<Vector> {
        LiRinzelLongStep(
            model, flux, cell, from: LiRinzelState(ip3: ip3.vector(cell), c: c.vector(cell), h: h.vector(cell)),
            after: number, deviations: (deviation.vector(cell), deviation_c.vector(cell)),
            sums: (sum.vector(cell), sum_c.vector(cell)))
    }

    /// Keeps the long steps of some lanes; the others have none under way.
    @inline(__always)
    func keep<Vector: LaneVector>(_ long: LiRinzelLongStep<Vector>, _ lanes: LaneBits, _ cell: Int) {
        let mask = Vector.Mask(bits: lanes)
        ip3.store(mask.select(long.start.ip3, .zeros), cell)
        c.store(mask.select(long.start.c, Vector(repeating: -1)), cell)
        h.store(mask.select(long.start.h, .zeros), cell)
        deviation.store(mask.select(long.deviation, .zeros), cell)
        deviation_c.store(mask.select(long.deviation_c, .zeros), cell)
        sum.store(mask.select(long.sum, .zeros), cell)
        sum_c.store(mask.select(long.sum_c, .zeros), cell)
    }
}
