/// A generator whose spikes a recorder keeps: one more of its connections, with a train of its own.
struct DeviceListener {
    let recording: Recording
    let population: Population
    let device: Int
    /// Names the random numbers. As checkpoints have them, numbers begin behind those that links had room for.
    let streamNumber: Int
    static let streamNumbers = 1 << 23..<1 << 23 + Purpose.recordedPoisson.mostCalls
    let since: Int

    /// Keeps the spikes with first <= stamp <= last.
    func record(_ first: Int, _ last: Int, seed: Int64) {
        guard let source = population.spikeSource(device) else { return }
        let sender = population.firstID + device, first = max(first, since + 1)
        let name = StreamName(.recordedPoisson, call: streamNumber - Self.streamNumbers.lowerBound)
        let connection = ConnectionNumbers(
            seed: seed, link: name, connection: 0, generator: population.firstStreamed + device)
        source.forEachSpike(first..<max(first, last + 1), of: connection) { spikes in
            for _ in 0..<spikes.count { recording.addSpike(stamp: spikes.stamp, sender: sender) }
        }
    }
}

extension DeviceListener: Checkpointed {
    static let kept = ["recording", "population", "device", "streamNumber", "since"]
    static let made: [String] = []
}
