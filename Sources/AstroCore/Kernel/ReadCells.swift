/// Where what is read of targets lies, by their places in a segment; -1 for what does not change while cells run.
struct ReadPlaces: Sendable {
    var runs: [Int32]
    /// To the unit of formulas: a segment has cells of one model.
    var factor = 1.0

    init(count: Int) { runs = Array(repeating: -1, count: count) }
}

/// Where what is read of paired cells lies, by their ids.
struct ReadCells: Sendable {
    var runs: [Int32]
    var factors: [Double]

    init(count: Int) { (runs, factors) = (Array(repeating: -1, count: count), Array(repeating: 1, count: count)) }
}
