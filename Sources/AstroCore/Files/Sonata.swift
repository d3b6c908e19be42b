/// What SONATA files have in common: https://github.com/AllenInstitute/sonata/blob/master/docs/SONATA_DEVELOPER_GUIDE.md
///
/// SONATA counts the nodes of each population from 0. The attribute `first_global_id` of ours says which global id that
/// is here; files without it keep the ids they have.
enum Sonata {
    static let firstID = "first_global_id"

    /// `path` is the name in messages, `place` where the file is made.
    static func create(_ path: String, at place: String) throws -> HDF5File {
        let file = try HDF5File.create(path, at: place)
        try file.setAttribute("magic", of: "/", uint32: [0x0A7A], isList: false)
        try file.setAttribute("version", of: "/", uint32: [0, 1], isList: true)
        return file
    }
}

extension Simulation {
    /// Names of the populations in files: the label or the model's name, told apart by a number where they are equal.
    var fileNames: [String] {
        var used = Set<String>()
        return populationList.map { population in
            let label = population.label.map { String($0.map { $0 == "/" || $0 == "\0" ? "_" : $0 }) } ?? ""
            let stem = label.isEmpty || label.allSatisfy { $0 == "." } ? population.modelName : label
            var name = stem, number = 1
            while !used.insert(name).inserted {
                number += 1
                name = "\(stem)_\(number)"
            }
            return name
        }
    }
}

/// Writes a recorder's events as a SONATA spike file (/spikes/POPULATION) or report (/report/POPULATION, with several
/// quantities /report/POPULATION.QUANTITY), part by part.
final class SonataEvents: EventSink {
    private let recording: Recording
    private var spikes: [Int: SpikeGroup] = [:]
    private var reports: [ReportGroup] = []
    private let populations: [(name: String, firstID: Int, recordables: [Recordable])]
    private let file: HDF5File
    private let chunk: Int
    var next = 0
    /// Stamps of the first and the latest sample, and the steps between two.
    private var first = 0, last = 0, interval = 0

    private struct SpikeGroup {
        let times, ids: HDF5File.Dataset
    }

    /// One quantity of one population; `places`: where its nodes stand in a sample.
    private struct ReportGroup {
        let quantity: Int
        let places: [Int]
        let data, time: HDF5File.Dataset
    }

    /// - `path` is the name in messages, `place` where the file is made.
    /// - `nodes`: ids of all that are recorded, in the order in which they stand in a sample.
    /// - `expected`: about how many events there will be.
    init(
        _ path: String, at place: String, _ recording: Recording, _ simulation: Simulation, nodes: [Int],
        expected: Int = 4096
    ) throws {
        self.recording = recording
        chunk = min(max(expected, 1), 1 << 16)
        let names = simulation.fileNames
        populations = simulation.populationList.map { (names[$0.index], $0.firstID, $0.recordables) }
        file = try Sonata.create(path, at: place)
        let places = Dictionary(grouping: nodes.indices) { simulation.locate(nodes[$0]).population.index }
        try file.makeGroup(recording.isSpikes ? "/spikes" : "/report")
        for population in places.keys.sorted() {
            if recording.isSpikes {
                try addSpikes(population)
            } else {
                for quantity in recording.quantities.indices {
                    try addReport(population, quantity, places[population]!, nodes)
                }
            }
        }
        try file.flush()
    }

    private func addSpikes(_ population: Int) throws {
        let group = "/spikes/\(populations[population].name)"
        try file.makeGroup(group)
        try file.setAttribute("sorting", of: group, oneOf: ["none", "by_id", "by_time"], index: 2)
        try file.setAttribute(Sonata.firstID, of: group, number: Int64(populations[population].firstID))
        spikes[population] = SpikeGroup(
            times: try file.makeDataset("\(group)/timestamps", .double, chunk: chunk),
            ids: try file.makeDataset("\(group)/node_ids", .uint64, chunk: chunk))
        try file.setAttribute("units", of: "\(group)/timestamps", "ms")
    }

    private func addReport(_ population: Int, _ quantity: Int, _ places: [Int], _ nodes: [Int]) throws {
        let (name, firstID, recordables) = populations[population]
        let variable = recording.quantities[quantity]
        let group = "/report/" + (recording.quantities.count == 1 ? name : "\(name).\(variable)")
        try file.makeGroup(group)
        try file.setAttribute(Sonata.firstID, of: group, number: Int64(firstID))
        // libsonata reads 32 bits and no others
        let data = try file.makeDataset("\(group)/data", .float, width: places.count, chunk: chunk)
        try file.setAttribute(
            "units", of: "\(group)/data", recordables.first { $0.name == variable }?.unit.rawValue ?? "")
        try file.setAttribute("variable_name", of: "\(group)/data", variable)
        try file.makeGroup("\(group)/mapping")
        try file.write("\(group)/mapping/node_ids", places.map { Double(nodes[$0] - firstID) }, .uint64)
        try file.write("\(group)/mapping/index_pointers", (0...places.count).map(Double.init), .uint64)
        try file.write("\(group)/mapping/element_ids", places.map { _ in 0 }, .uint32)
        let ascends = zip(places, places.dropFirst()).allSatisfy { nodes[$0] < nodes[$1] }
        try file.setAttribute("sorted", of: "\(group)/mapping/node_ids", uint32: [ascends ? 1 : 0], isList: false)
        let time = try file.makeDataset("\(group)/mapping/time", .double, chunk: 3)
        try time.append([0, 0, recording.resolution])
        try file.setAttribute("units", of: "\(group)/mapping/time", "ms")
        reports.append(ReportGroup(quantity: quantity, places: places, data: data, time: time))
    }

    func append(_ recording: Recording, through stamp: Int) throws {
        let end =
            recording.isSpikes ? try appendSpikes(recording, next, stamp) : try appendSamples(recording, next, stamp)
        try file.flush()
        next = end
    }

    func append(_ piece: EventPiece) throws {
        next = 0
        try append(Recording(part: recording, piece), through: .max)
    }

    private func appendSpikes(_ recording: Recording, _ first: Int, _ stamp: Int) throws -> Int {
        var parts: [Int: (times: [Double], ids: [Double])] = [:]
        var index = populations.startIndex
        let next = recording.forEachEvent(from: first, through: stamp) { event in
            let (stamp, sender) = (event.stamp, event.sender)
            while sender < populations[index].firstID { index -= 1 }
            while index + 1 < populations.count, sender >= populations[index + 1].firstID { index += 1 }
            parts[index, default: ([], [])].times.append(TimeGrid.ms(stamp, recording.resolution))
            parts[index]!.ids.append(Double(sender - populations[index].firstID))
        }
        for (population, part) in parts.inOrder {
            try spikes[population]!.times.append(part.times)
            try spikes[population]!.ids.append(part.ids)
        }
        return next
    }

    private func appendSamples(_ recording: Recording, _ start: Int, _ stamp: Int) throws -> Int {
        var samples: [SampleTable.Sample] = []
        let next = recording.forEachSample(from: start, through: stamp) { samples.append($0) }
        guard !samples.isEmpty else { return next }
        let nodes = recording.samples.nodes.indices
        let known = reports.filter { $0.quantity == 0 }.reduce(0) { $0 + $1.places.count }
        guard samples.allSatisfy({ $0.places == nodes }), known == nodes.count else {
            throw unfit("nodes were connected to the recorder after its first sample")
        }
        try noteTimes(samples.map(\.stamp))
        for report in reports {
            var rows: [Double] = []
            rows.reserveCapacity(samples.count * report.places.count)
            for sample in samples {
                let values = recording.samples.values(report.quantity, sample.values)
                rows += report.places.map { values[$0] }
            }
            try report.data.append(rows)
            let bounds = [first, last + interval].map { TimeGrid.ms($0, recording.resolution) }
            try report.time.replace(bounds + [TimeGrid.ms(interval, recording.resolution)])
        }
        return next
    }

    /// A report is even: it says when it begins and how far apart its samples are.
    private func noteTimes(_ stamps: [Int]) throws {
        for stamp in stamps {
            if first == 0 {
                (first, interval) = (stamp, max(recording.schedule.interval, 1))
            } else if stamp != last + interval {
                throw unfit("the samples are not evenly spaced")
            }
            last = stamp
        }
    }

    private func unfit(_ why: String) -> InputError {
        InputError("'\(file.path)': \(why); a SONATA report can't hold that (.csv, .dat and .npz can)")
    }
}
