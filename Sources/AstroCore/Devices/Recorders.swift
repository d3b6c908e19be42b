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
            Parameter("interval", 1, .ms, "sampling interval", .positive),
            Parameter("offset", 0, .ms, "time of the first sample; 0 = interval", .nonNegative),
            Parameter("record_from", .texts(recordFrom), .names, "recordables to sample"),
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
                    "\(model): \(name) = \(formatted(ms)) ms is not a multiple of the resolution \(formatted(resolution)) ms")
            }
            return steps
        }
        let recording = Recording(quantities: values.texts("record_from"), resolution: resolution)
        recording.schedule = Recording.Schedule(
            window: try ActivityWindow(values, resolution, model), interval: try steps("interval"), offset: try steps("offset"))
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

/// What a recorder has recorded.
final class Recording {
    struct Schedule {
        var window: ActivityWindow
        var interval = 0
        var offset = 0

        /// Is there a sample at this stamp?
        func samples(at stamp: Int) -> Bool {
            guard window.contains(stamp) else { return false }
            return stamp >= offset && (stamp - offset) % interval == 0
        }
    }

    let quantities: [String]
    let resolution: Double
    var schedule: Schedule!
    private(set) var stamps: [Int] = []
    private(set) var senders: [Int32] = []
    /// One array a quantity, in step with `stamps`. Workers write into it during a run.
    private(set) var columns: [GrowingColumn]
    /// Where nodes stand in a sample, in the order of their connecting: global ids.
    private(set) var sampled: [Int] = []
    /// Ids of all nodes that are recorded, for the mean rate.
    private(set) var recordedIDs = Set<Int>()
    /// Stamps between which this recorder has been at work, for the mean rate.
    var firstStamp: Int?
    var lastStamp = 0
    private var inOrder = true

    init(quantities: [String], resolution: Double) {
        self.quantities = quantities
        self.resolution = resolution
        columns = quantities.map { _ in GrowingColumn() }
    }

    var isSpikes: Bool { quantities.isEmpty }
    var count: Int { stamps.count }
    var isConnected: Bool { !recordedIDs.isEmpty }

    func add(ids: [Int], now: Int) {
        if firstStamp == nil { firstStamp = now }
        recordedIDs.formUnion(ids)
        if !isSpikes { sampled += ids }
    }

    func clear() {
        stamps.removeAll()
        senders.removeAll()
        columns.forEach { $0.count = 0 }
        firstStamp = lastStamp
    }

    func addSpike(stamp: Int, sender: Int) {
        guard schedule.window.contains(stamp) else { return }
        if let last = stamps.last, last > stamp || (last == stamp && Int(senders[senders.count - 1]) > sender) {
            inOrder = false
        }
        stamps.append(stamp)
        senders.append(Int32(sender))
    }

    /// Devices' spikes come after those of cells: put in order of time, then sender.
    func sortIfNeeded() {
        guard !inOrder, isSpikes else { return }
        let order = stamps.indices.sorted { (stamps[$0], senders[$0], $0) < (stamps[$1], senders[$1], $1) }
        stamps = order.map { stamps[$0] }
        senders = order.map { senders[$0] }
        inOrder = true
    }

    /// The stamps of a run that will be sampled, with room for their samples; the index of the first.
    func plan(_ stamps: Range<Int>) -> (first: Int, stamps: [Int]) {
        guard !isSpikes, !sampled.isEmpty else { return (0, []) }
        let due = stamps.filter { schedule.samples(at: $0) }
        let first = count
        for stamp in due { self.stamps.append(contentsOf: repeatElement(stamp, count: sampled.count)) }
        for _ in due { senders.append(contentsOf: sampled.lazy.map { Int32($0) }) }
        columns.forEach { $0.grow(to: count) }
        return (first, due)
    }

    /// Forgets planned samples after `stamp`: the run stopped there.
    func cut(after stamp: Int) {
        guard !isSpikes, let last = stamps.last, last > stamp else { return }
        let keep = stamps.firstIndex { $0 > stamp } ?? stamps.count
        stamps.removeSubrange(keep...)
        senders.removeSubrange(keep...)
        columns.forEach { $0.count = keep }
    }
}

/// An array of doubles that workers may fill side by side once it has grown.
final class GrowingColumn {
    private(set) var base = UnsafeMutablePointer<Double>.allocate(capacity: 16)
    private var capacity = 16
    var count = 0

    deinit { base.deallocate() }

    func grow(to newCount: Int) {
        if newCount > capacity {
            let larger = max(newCount, capacity + capacity / 2)
            let memory = UnsafeMutablePointer<Double>.allocate(capacity: larger)
            memory.update(from: base, count: count)
            base.deallocate()
            (base, capacity) = (memory, larger)
        }
        if newCount > count { (base + count).update(repeating: 0, count: newCount - count) }
        count = newCount
    }

    var array: [Double] { Array(UnsafeBufferPointer(start: base, count: count)) }
}

/// A recording and the cells of one population that it samples.
struct Sampler {
    let recording: Recording
    let cells: [Int]
    /// Place of each cell in a sample.
    let places: [Int]
}

/// A recording and the cells of one population whose spikes it keeps.
struct SpikeListener {
    let recording: Recording
    let members: [Bool]
}
