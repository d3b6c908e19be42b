/// The slices of a run. One ends at each multiple of their period.
struct Slices {
    private let steps: Range<Int>
    private let length, period: Int
    /// Steps and slices before the first multiple of the period.
    private let before: (steps: Int, slices: Int)

    /// - `period`: in steps.
    init(_ steps: Range<Int>, length: Int, period: Int) {
        (self.steps, self.length, self.period) = (steps, length, period)
        let rest = period - steps.lowerBound % period
        before = (rest, Self.slices(rest, length))
    }

    private static func slices(_ steps: Int, _ length: Int) -> Int { (steps + length - 1) / length }

    /// Empty behind the last one.
    subscript(number: Int) -> Range<Int> {
        if number < before.slices { return range(number * length, end: before.steps) }
        let (whole, rest) = (number - before.slices).quotientAndRemainder(
            dividingBy: Self.slices(period, length))
        let first = before.steps + whole * period
        return range(first + rest * length, end: first + period)
    }

    /// A slice from its place in the run on.
    private func range(_ first: Int, end: Int) -> Range<Int> {
        let start = min(steps.upperBound, steps.lowerBound + first)
        return start..<min(start + min(length, end - first), steps.upperBound)
    }
}
