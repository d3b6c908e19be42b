/// A device that keeps what nodes do. The data live in a `Recording`, which a new version of the device goes on with.
protocol RecorderDevice: Device {
    var recording: Recording { get set }
    /// The schedule that the values mean.
    var schedule: Schedule { get }
    /// Does it sample its nodes? Otherwise they send it their spikes.
    static var samples: Bool { get }
}

extension RecorderDevice {
    static var family: NodeFamily { .recorder }
    static var samples: Bool { true }

    /// Goes on with what has been recorded, unless nothing is connected and other quantities are wanted.
    func succeeding(_ old: Self?, now: Int) -> Self {
        guard let old, old.recording.isConnected || old.recording.quantities == recording.quantities else {
            return self
        }
        var new = self
        new.recording = old.recording
        return new
    }

    /// Called when the device has taken its place.
    func takeOverSchedule() { recording.schedule = schedule }
}
