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
    /// Cells that lie evenly and stand one behind the other in a sample, from `place` on.
    let runs: [(cells: EvenRun, place: Int)]

    /// - `places`: of each cell in a sample.
    init(recording: Recording, cells: [Int], places: [Int]) {
        self.recording = recording
        var runs: [(cells: EvenRun, place: Int)] = []
        for (cell, place) in zip(cells, places) {
            if let last = runs.last, last.place + last.cells.count == place, let longer = last.cells.followed(by: cell)
            {
                runs[runs.count - 1].cells = longer
            } else {
                runs.append((EvenRun(cell, 1, 1), place))
            }
        }
        self.runs = runs
    }

    init(recording: Recording, cells: EvenRun, place: Int) {
        self.recording = recording
        runs = cells.count == 0 ? [] : [(cells, place)]
    }

    var cells: [Int] { runs.flatMap { run in (0..<run.cells.count).map { run.cells[$0] } } }
    var places: [Int] { runs.flatMap { $0.place..<$0.place + $0.cells.count } }
}

extension EvenRun {
    /// With one number more, where that is at the same distance.
    fileprivate func followed(by number: Int) -> EvenRun? {
        guard number > last, count == 1 || number - last == step else { return nil }
        return EvenRun(first, count + 1, number - last)
    }
}

/// A recording and the cells of one population whose spikes it keeps; each rank keeps those of its own cells.
struct SpikeListener {
    let recording: Recording
    let cells: [Int32]
}

/// Who listens to each cell of a population: a spike costs as much as there are recorders that hear it.
final class SpikeHearing {
    private let recordings: [Recording]
    /// Which of them hear a cell: listeners[starts[cell - first] ..< starts[cell - first + 1]]
    private let first: Int
    private let starts: [Int]
    private let listeners: [Int32]

    /// - `own`: the rank's own cells.
    init(_ all: [SpikeListener], own: Range<Int>) {
        recordings = all.map(\.recording)
        first = own.lowerBound
        var starts = [Int](repeating: 0, count: own.count + 1)
        for listener in all {
            for cell in listener.cells { starts[Int(cell) - own.lowerBound + 1] += 1 }
        }
        for i in 0..<own.count { starts[i + 1] += starts[i] }
        var next = starts, listeners = [Int32](repeating: 0, count: starts[own.count])
        for (number, listener) in all.enumerated() {
            for cell in listener.cells {
                listeners[next[Int(cell) - own.lowerBound]] = Int32(number)
                next[Int(cell) - own.lowerBound] += 1
            }
        }
        (self.starts, self.listeners) = (starts, listeners)
    }

    /// Spikes of other ranks' cells are heard there.
    @inline(__always)
    func record(_ cell: Int, stamp: Int, sender: Int) {
        let index = cell &- first
        guard index >= 0, index < starts.count - 1 else { return }
        for place in starts[index]..<starts[index + 1] {
            recordings[Int(listeners[place])].addSpike(stamp: stamp, sender: sender)
        }
    }
}
