/// A device that keeps what nodes do. The data live in a `Recording`, which a new version of the device goes on with.
protocol RecorderDevice: Device {
    var recording: Recording { get set }
    /// The schedule that a setting brings, to be taken over with it.
    var pendingSchedule: Recording.Schedule? { get set }
}

extension RecorderDevice {
    static var family: NodeFamily { .recorder }
}

/// Keeps time and sender of spikes.
struct SpikeRecorder: RecorderDevice {
    static let name = "spike_recorder"
    static let text = ModelText(
        summary: "Keeps time and sender of spikes.",
        notes: ["Times are those of emission, the end of the step; weight and delay of the connection are ignored."])
    static let ownParameters: [Parameter] = []

    let values: Settings
    var recording: Recording
    var pendingSchedule: Recording.Schedule?

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        recording = Recording(quantities: [], resolution: resolution)
        recording.schedule = Recording.Schedule(window: try ActivityWindow(values, resolution, Self.name))
    }
}

/// Samples recordables of the nodes it is connected to.
struct Multimeter: RecorderDevice {
    static let name = "multimeter"
    static let text = ModelText(
        summary: "Samples recordables of the nodes it is connected to.",
        notes: [
            "The first sample is at `interval`, or at `offset` where that is not 0.",
            "A sample shows the state after the spikes that arrive at its time.",
        ])
    static let ownParameters = sampling(recordFrom: [])

    static func sampling(recordFrom: [String]) -> [Parameter] {
        [
            Parameter("interval", 1, .ms, "sampling interval", .positive, and: "on the grid"),
            Parameter("offset", 0, .ms, "time of the first sample; 0 = interval", .nonNegative, and: "on the grid"),
            Parameter(
                "record_from", .texts(recordFrom), .names, "recordables to sample",
                and: "recordables of what is recorded"),
        ]
    }

    let values: Settings
    var recording: Recording
    var pendingSchedule: Recording.Schedule?

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        recording = try Self.recording(values, resolution, Self.name)
    }

    static func recording(_ values: Settings, _ resolution: Double, _ model: String) throws -> Recording {
        func steps(_ name: String) throws -> Int {
            let ms = values.number(name)
            guard let steps = TimeGrid.steps(ms, resolution), steps > 0 || ms == 0 else {
                throw InputError(
                    "\(model): \(name) = \(formatted(ms)) ms is not a multiple of the resolution \(formatted(resolution)) ms"
                )
            }
            return steps
        }
        let recording = Recording(quantities: values.texts("record_from"), resolution: resolution)
        recording.schedule = Recording.Schedule(
            window: try ActivityWindow(values, resolution, model), interval: try steps("interval"),
            offset: try steps("offset"))
        return recording
    }
}

/// A multimeter for the membrane potential.
struct Voltmeter: RecorderDevice {
    static let name = "voltmeter"
    static let text = ModelText(summary: "Samples V_m: a multimeter with record_from = { \"V_m\" }.")
    static let ownParameters = Multimeter.sampling(recordFrom: ["V_m"])

    let values: Settings
    var recording: Recording
    var pendingSchedule: Recording.Schedule?

    init(_ values: Settings, resolution: Double) throws {
        self.values = values
        recording = try Multimeter.recording(values, resolution, Self.name)
    }
}

/// A recording and the cells of one population that it samples.
struct Sampler {
    let recording: Recording
    let cells: [Int]
    /// Place of each cell in a sample.
    let places: [Int]
}

/// A recording and the cells of one population whose spikes it keeps; each rank keeps those of its own cells.
struct SpikeListener {
    let recording: Recording
    /// Of the rank's own cells, from `first` on.
    let members: [Bool]
    var first = 0

    @inline(__always)
    func hears(_ cell: Int) -> Bool {
        let index = cell &- first
        return index >= 0 && index < members.count && members[index]
    }
}
