/// A multimeter for the membrane potential.
struct Voltmeter: RecorderDevice {
    static let name = "voltmeter"
    static let text = ModelText(summary: "Samples V_m: a multimeter with record_from = { \"V_m\" }.")
    static let ownParameters = Multimeter.sampling(recordFrom: ["V_m"])

    let values: Settings
    var recording: Recording
    let schedule: Schedule

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        schedule = try Schedule(sampling: values, resolution, Self.name)
        recording = Recording(quantities: values.texts("record_from"), resolution: resolution, schedule)
    }
}
