/// Numbers first, first + step, …
package struct EvenRun: Hashable, Sendable {
    package let first, count, step: Int

    @inlinable package init(_ first: Int, _ count: Int, _ step: Int) {
        (self.first, self.count, self.step) = (first, count, step)
    }
    @inlinable package init(_ range: Range<Int>) { self.init(range.lowerBound, range.count, 1) }

    @inlinable package subscript(position: Int) -> Int { first + position * step }

    /// Which of the numbers lie in a range.
    @inlinable package func positions(in range: Range<Int>) -> Range<Int> {
        let start = (max(range.lowerBound, first) - first + step - 1) / step
        let end = range.upperBound <= first ? 0 : min(count, (range.upperBound - first + step - 1) / step)
        return min(start, end)..<end
    }
}

extension Range<Int> {
    @inlinable package func shifted(by distance: Int) -> Range<Int> { lowerBound + distance..<upperBound + distance }
}

extension EvenRun {
    @inlinable package var last: Int { first + (count - 1) * step }

    /// The position of a number among them; nil if it is none.
    @inlinable package func position(of number: Int) -> Int? {
        guard number >= first, number <= last, (number - first) % step == 0 else { return nil }
        return (number - first) / step
    }

    /// A number that both have.
    @inlinable package func common(with other: EvenRun) -> Int? {
        let lowest = Swift.max(first, other.first), highest = Swift.min(last, other.last)
        guard lowest <= highest else { return nil }
        if step == 1 && other.step == 1 { return lowest }
        let (some, others) = count < other.count ? (self, other) : (other, self)
        return some.positions(in: lowest..<highest + 1).lazy.map { some[$0] }.first { others.position(of: $0) != nil }
    }
}
