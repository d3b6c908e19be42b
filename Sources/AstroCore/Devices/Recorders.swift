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

/// What a recorder has recorded.
final class Recording {
    struct Schedule {
        var window: ActivityWindow
        var interval = 0
        var offset = 0

        /// Stamps with a sample: offset, offset + interval, … within the window.
        func samples(in stamps: Range<Int>) -> [Int] {
            let first = max(stamps.lowerBound, window.start + 1, offset)
            let last = min(stamps.upperBound - 1, window.stop)
            let intervals = (first - offset + interval - 1) / interval
            return Array(stride(from: offset + intervals * interval, through: last, by: interval))
        }
    }

    let quantities: [String]
    let resolution: Double
    var schedule: Schedule!
    /// Spikes: stamp and sender of each.
    private var spikeStamps: [Int] = []
    private var spikeSenders: [Int32] = []
    /// Samples: when, and of how many of the `sampled` nodes (later ones may have been connected since).
    private var samples: [(stamp: Int, width: Int)] = []
    private(set) var count = 0
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
    var isConnected: Bool { !recordedIDs.isEmpty }
    /// The file that events also go to.
    var stream: RecordingStream?
    /// The name by which the recorder is found again.
    var label: String?

    func add(ids: [Int], now: Int) {
        if firstStamp == nil { firstStamp = now }
        recordedIDs.formUnion(ids)
        if !isSpikes { sampled += ids }
    }

    func clear() {
        spikeStamps.removeAll()
        spikeSenders.removeAll()
        samples.removeAll()
        columns.forEach { $0.count = 0 }
        count = 0
        firstStamp = lastStamp
        stream?.restart()
    }

    /// Stamps of all events.
    var stamps: [Int] {
        sortIfNeeded()
        return isSpikes ? spikeStamps : samples.flatMap { repeatElement($0.stamp, count: $0.width) }
    }

    /// Global ids of all events.
    var senders: [Int32] {
        sortIfNeeded()
        return isSpikes ? spikeSenders : samples.flatMap { sampled[..<$0.width].map { Int32($0) } }
    }

    // MARK: Spikes

    func addSpike(stamp: Int, sender: Int) {
        guard schedule.window.contains(stamp) else { return }
        if let last = spikeStamps.last, last > stamp || (last == stamp && Int(spikeSenders[count - 1]) > sender) {
            inOrder = false
        }
        spikeStamps.append(stamp)
        spikeSenders.append(Int32(sender))
        count += 1
    }

    /// Devices' spikes come after those of cells: put in order of time, then sender.
    func sortIfNeeded() {
        guard !inOrder else { return }
        let order = spikeStamps.indices.sorted {
            (spikeStamps[$0], spikeSenders[$0], $0) < (spikeStamps[$1], spikeSenders[$1], $1)
        }
        spikeStamps = order.map { spikeStamps[$0] }
        spikeSenders = order.map { spikeSenders[$0] }
        inOrder = true
    }

    // MARK: Samples

    /// Bytes that the samples of a run will take.
    func bytesPlanned(_ stamps: Range<Int>) -> Double {
        guard !isSpikes, schedule.interval > 0 else { return 0 }
        return Double(stamps.count / schedule.interval) * Double(sampled.count) * Double(8 * quantities.count)
    }

    /// The stamps of a run that will be sampled, with room for their samples; the index of the first value.
    func plan(_ stamps: Range<Int>) -> (first: Int, stamps: [Int]) {
        guard !isSpikes, !sampled.isEmpty else { return (0, []) }
        let due = schedule.samples(in: stamps)
        let first = count
        samples += due.map { ($0, sampled.count) }
        count += due.count * sampled.count
        columns.forEach { $0.grow(to: count) }
        return (first, due)
    }

    /// Forgets planned samples after `stamp`: the run stopped there.
    func cut(after stamp: Int) {
        while let last = samples.last, last.stamp > stamp {
            samples.removeLast()
            count -= last.width
        }
        if !isSpikes { columns.forEach { $0.count = count } }
    }

    /// Calls `body(stamp, sender, index)` for the events from number `first` on, up to `stamp`, in the order in which
    /// they were recorded; the number of the next.
    func forEachEvent(from first: Int, through stamp: Int, _ body: (Int, Int, Int) -> Void) -> Int {
        if isSpikes {
            for i in first..<max(first, count) { body(spikeStamps[i], Int(spikeSenders[i]), i) }
            return count
        }
        var index = 0
        for sample in samples {
            if sample.stamp > stamp { break }
            if index + sample.width > first {
                for place in 0..<sample.width where index + place >= first {
                    body(sample.stamp, sampled[place], index + place)
                }
            }
            index += sample.width
        }
        return max(index, first)
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

extension Recording: Checkpointed {
    static let kept = [
        "quantities", "schedule", "spikeStamps", "spikeSenders", "samples", "count", "columns", "sampled",
        "recordedIDs", "firstStamp", "lastStamp", "label",
    ]
    static let made = ["resolution", "inOrder", "stream"]

    /// Events in a section: some megabytes.
    private static let sectionSize = 1 << 20
    private static let times = -TimeGrid.never..<TimeGrid.never

    func write(to writer: CheckpointWriter, number: Int, isNode: Bool) throws {
        sortIfNeeded()
        try writer.put(.recording, number) { contents in
            contents.put(isNode)
            contents.put(label)
            contents.put(quantities.count)
            quantities.forEach { contents.put($0) }
            [schedule.window.start, schedule.window.stop, schedule.window.origin].forEach { contents.put($0) }
            [schedule.interval, schedule.offset, lastStamp, count].forEach { contents.put($0) }
            contents.put(firstStamp)
            contents.put(near: sampled)
            contents.put(near: recordedIDs.sorted())
            contents.put(near: samples.map(\.stamp))
            contents.put(near: samples.map(\.width))
        }
        for first in stride(from: 0, to: count, by: Self.sectionSize) {
            let range = first..<min(count, first + Self.sectionSize)
            if isSpikes {
                try writer.put(.spikes, number) { contents in
                    contents.put(near: spikeStamps[range])
                    contents.put(near: spikeSenders[range].map(Int.init))
                }
            }
            for (quantity, column) in columns.enumerated() {
                try writer.put(.samples, quantity) { contents in
                    contents.put(raw: UnsafeBufferPointer(start: column.base + first, count: range.count))
                }
            }
        }
    }

    /// Reads all but whether it is a node, and its quantities, which have been read.
    func read(_ contents: inout SectionReader, from reader: CheckpointReader, ids: Range<Int>) throws {
        let steps = -TimeGrid.never...TimeGrid.never
        let window = ActivityWindow(
            start: try contents.int(steps, "start"), stop: try contents.int(steps, "stop"),
            origin: try contents.int(steps, "origin"))
        let interval = try contents.int((isSpikes ? 0 : 1)...TimeGrid.never, "interval")
        schedule = Schedule(window: window, interval: interval, offset: try contents.int(steps, "offset"))
        lastStamp = try contents.int(steps, "time")
        count = try contents.int(0...Int.max / 16, "number of events")
        firstStamp = try contents.flag() ? try contents.int(steps, "time") : nil
        sampled = try contents.near(ids, "node")
        recordedIDs = Set(try contents.near(ids, "node"))
        let stamps = try contents.near(Self.times, "time"), widths = try contents.near(0..<sampled.count + 1, "width")
        try contents.require(stamps.count == widths.count, "times and widths of samples differ in number")
        samples = zip(stamps, widths).map { ($0, $1) }
        let values = widths.reduce(0, +)
        try contents.require(isSpikes ? widths.isEmpty : count == values, "\(count) events are not \(values) samples")
        try contents.finish()
        (spikeStamps, spikeSenders, inOrder) = ([], [], true)
        columns.forEach { $0.count = 0 }
        for first in stride(from: 0, to: count, by: Self.sectionSize) {
            try readEvents(min(Self.sectionSize, count - first), from: reader, ids)
        }
    }

    private func readEvents(_ number: Int, from reader: CheckpointReader, _ ids: Range<Int>) throws {
        guard !isSpikes else {
            var (_, contents) = try reader.take(.spikes)
            let stamps = try contents.near(Self.times, "time"), senders = try contents.near(ids, "node")
            try contents.require(stamps.count == number && senders.count == number, "there are not \(number) spikes")
            spikeStamps += stamps
            spikeSenders += senders.map { Int32($0) }
            return try contents.finish()
        }
        for column in columns {
            var (_, contents) = try reader.take(.samples)
            let values = try contents.doubles(number), first = column.count
            column.grow(to: first + number)
            (column.base + first).update(from: values, count: number)
            try contents.finish()
        }
    }
}
