/// Keeps time and sender of spikes.
struct SpikeRecorder: RecorderDevice {
    static let name = "spike_recorder"
    static let text = ModelText(
        summary: "Keeps time and sender of spikes.",
        notes: ["Times are those of emission, the end of the step; weight and delay of the connection are ignored."])
    static let ownParameters: [Parameter] = []
    static let samples = false

    let values: Settings
    var recording: Recording
    let schedule: Schedule

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        schedule = Schedule(window: try ActivityWindow(values, resolution, Self.name))
        recording = Recording(quantities: [], resolution: resolution, schedule)
    }
}
