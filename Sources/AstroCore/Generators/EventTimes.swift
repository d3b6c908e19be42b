/// Lists of times given by a user.
enum EventTimes {
    /// The step at `ms`, or the one it lies in if times may be rounded up.
    static func step(_ ms: Double, _ resolution: Double, roundingUp: Bool, _ what: String) throws -> Int {
        if let step = TimeGrid.steps(ms, resolution) { return step }
        guard roundingUp, ms.isFinite else {
            throw InputError(
                "\(what): \(formatted(ms)) ms is not a multiple of the resolution \(formatted(resolution)) ms")
        }
        return TimeGrid.stepsUp(ms, resolution)
    }

    /// The first index of a sorted list whose time is after `time`.
    static func firstIndex(in times: [Int], after time: Int) -> Int {
        times.partitioningIndex { $0 > time }
    }
}
