/// Poisson trains of few spikes: the number of all spikes of 32 connections in a long window is a Poisson number, and each of
/// them has a connection and a step of its own, drawn evenly. So each connection has a Poisson number in each step that is
/// independent of all others, and the work goes with the spikes, not with the connections.
package final class RareWindow: Sendable {
    /// Spikes a step and connection up to which trains are drawn so: eight steps, for which a number is drawn otherwise, hold 0.04.
    /// At that rate, 100 generators onto 1000 cells cost half of what they cost when a number is drawn for each eight steps.
    package static let largestMean = 0.005
    package static let connections = 32
    /// Fewer connections of a call are drawn otherwise: that costs them little, and they keep the trains that they always had.
    package static let fewestConnections = 128
    /// What 32 connections have in a window, where that is not longer than 2^16 steps.
    private static let mostSpikes = 8.0
    private static let longestShift = 16

    /// The number of steps is 2^shift.
    package let shift: Int
    let counts: PoissonTable

    package init(mean: Double) throws {
        let ofStep = mean * Double(Self.connections)
        var shift = 0
        while shift < Self.longestShift, ofStep * Double(2 << shift) <= Self.mostSpikes { shift += 1 }
        self.shift = shift
        counts = try PoissonTable(mean: ofStep * Double(1 << shift))
    }
}

/// Such trains of one link.
package struct RareTrains {
    package let window: RareWindow
    private let key: SIMD2<UInt32>
    private let name: StreamName
    /// The stamp of the last change: what was sent until then was drawn before.
    private let since: Int

    package init(_ window: RareWindow, seed: Int64, _ name: StreamName, since: Int) {
        (self.window, self.name, self.since) = (window, name, since)
        key = RandomStream.key(seed)
    }

    /// Spikes of connections 32 `block` ..< 32 `block` + 32 in a window, in no order. Word 0 tells their number, each of the next
    /// ones a connection and a step.
    @inline(__always)
    package func forEachSpike(block: Int, window number: Int, _ body: (_ stamp: Int, _ connection: Int) -> Void) {
        let start = number << window.shift
        // the first stamp, so that the windows before and after a change differ
        let first = max(start, since + 1)
        var words = words(block, first, 0)
        let count = window.counts.number(words[0])
        for index in stride(from: 1, through: count, by: 1) {
            if index & 3 == 0 { words = self.words(block, first, UInt32(index >> 2)) }
            let word = words[index & 3]
            let stamp = start + Int((word << 5) >> UInt32(32 - window.shift))
            if stamp >= first { body(stamp, block * RareWindow.connections + Int(word >> 27)) }
        }
    }

    private func words(_ block: Int, _ first: Int, _ index: UInt32) -> SIMD4<UInt32> {
        // set apart from the draws of `PoissonDraws` and `PoissonTrains`
        let tag: UInt32 = 1 << 22
        var counter = name.of(member: block).counter(UInt64(first))
        counter[1] |= tag | index << 24
        return Philox.block(counter: counter, key: key)
    }
}
