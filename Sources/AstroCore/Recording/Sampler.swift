/// A recording and the cells of one population that it samples.
struct Sampler {
    let recording: Recording
    /// Cells that lie evenly and stand one behind the other in a sample, from `place` on.
    let runs: [(cells: EvenRun, place: Int)]

    /// - `places`: of each cell in a sample.
    init(recording: Recording, cells: [Int], places: [Int]) {
        self.recording = recording
        var runs: [(cells: EvenRun, place: Int)] = []
        for (cell, place) in zip(cells, places) {
            if let last = runs.last, last.place + last.cells.count == place, let longer = last.cells.followed(by: cell)
            {
                runs[runs.count - 1].cells = longer
            } else {
                runs.append((EvenRun(cell, 1, 1), place))
            }
        }
        self.runs = runs
    }

    init(recording: Recording, cells: EvenRun, place: Int) {
        self.recording = recording
        runs = cells.count == 0 ? [] : [(cells, place)]
    }

    var cells: [Int] { runs.flatMap { run in (0..<run.cells.count).map { run.cells[$0] } } }
    var places: [Int] { runs.flatMap { $0.place..<$0.place + $0.cells.count } }
}

extension EvenRun {
    /// With one number more, where that is at the same distance.
    fileprivate func followed(by number: Int) -> EvenRun? {
        guard number > last, count == 1 || number - last == step else { return nil }
        return EvenRun(first, count + 1, number - last)
    }
}
