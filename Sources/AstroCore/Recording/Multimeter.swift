/// Samples recordables of the nodes it is connected to.
struct Multimeter: RecorderDevice {
    static let name = "multimeter"
    static let text = ModelText(
        summary: "Samples recordables of the nodes it is connected to.",
        notes: [
            "The first sample is at `interval`, or at `offset` if it is not 0.",
            "A sample shows the state after the spikes that arrive at its time.",
        ])
    static let ownParameters = sampling(recordFrom: [])

    static func sampling(recordFrom: [String]) -> [Parameter] {
        [
            Parameter("interval", 1, .ms, "sampling interval", .positive, and: "on the grid"),
            Parameter("offset", 0, .ms, "time of the first sample; 0 = interval", .nonNegative, and: "on the grid"),
            Parameter(
                "record_from", .texts(recordFrom), .names, "recordables to sample",
                and: "recordables of the recorded nodes"),
        ]
    }

    let values: Settings
    var recording: Recording
    let schedule: Schedule

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        schedule = try Schedule(sampling: values, resolution, Self.name)
        recording = Recording(quantities: values.texts("record_from"), resolution: resolution, schedule)
    }
}
