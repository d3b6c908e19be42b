import AstroCore
import Foundation
import Testing

/// A folder for one test.
struct Folder {
    private let url = FileManager.default.temporaryDirectory.appendingPathComponent("astro-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
    func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }
    func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path(name)))) }
    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    }
    func write(_ name: String, _ text: String) throws { try write(name, text.utf8) }
    func remove() { try? FileManager.default.removeItem(at: url) }
}

extension FileTable {
    func values(_ name: String) -> [Double]? {
        if case .numbers(let values)? = self[name] { return values }
        return nil
    }
}

/// Two populations that fire at known times, and astrocytes.
struct SmallNetwork {
    let simulation: Simulation
    let parrots, others, glia: Nodes

    init() throws {
        simulation = try Simulation(threads: 1)
        let generator = try simulation.create("spike_generator", parameters: ["spike_times": .numbers([1, 2.5, 12])])
        parrots = try simulation.create("parrot_neuron", count: 2, label: "parrots")
        others = try simulation.create("parrot_neuron", count: 1)
        glia = try simulation.create("astrocyte_lr_1994", count: 2, parameters: ["IP3": .numbers([0.3, 0.5])])
        _ = try simulation.connect(generator, parrots)
        _ = try simulation.connect(generator, others, synapse: ["delay": .number(2)])
    }
}

@Suite("Files of events")
struct EventFileTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    @Test(".csv: a header with units, one event a line")
    func csv() throws {
        let network = try SmallNetwork()
        let spikes = try network.simulation.record(try network.parrots.joined(with: network.others))
        try network.simulation.simulate(20)
        try spikes.save(to: folder.path("spikes.csv"))
        #expect(
            try folder.text("spikes.csv")
                == "time_ms,sender\n2.0,2\n2.0,3\n3.0,4\n3.5,2\n3.5,3\n4.5,4\n13.0,2\n13.0,3\n14.0,4\n")
        folder.remove()
    }

    @Test(".dat: the reference's three lines of header and its times")
    func dat() throws {
        let network = try SmallNetwork()
        let spikes = try network.simulation.record(network.parrots)
        let calcium = try network.simulation.record(
            network.glia, quantities: ["IP3"], options: ["interval": .number(10)])
        try network.simulation.simulate(20.1)
        try spikes.save(to: folder.path("spikes.dat"))
        try calcium.save(to: folder.path("calcium.dat"))
        let lines = try folder.text("spikes.dat").split(separator: "\n")
        #expect(lines[0].hasPrefix("# astrolua version: "))
        #expect(lines[1] == "# RecordingBackendASCII version: 2")
        let events = "2\t2.000\n3\t2.000\n2\t3.500\n3\t3.500\n2\t13.000\n3\t13.000\n"
        #expect(try folder.text("spikes.dat").hasSuffix("\nsender\ttime_ms\n" + events))
        let samples = try folder.text("calcium.dat").split(separator: "\n")
        #expect(samples[2] == "sender\ttime_ms\tIP3")
        #expect(samples[3].hasPrefix("5\t10.000\t0.29"))
        folder.remove()
    }

    @Test("What recorders write is read back", arguments: [".csv", ".dat", ".npz", ".h5"])
    func roundTrip(ending: String) throws {
        let network = try SmallNetwork()
        let both = try network.parrots.joined(with: network.others)
        let spikes = try network.simulation.record(both)
        let calcium = try network.simulation.record(network.glia, quantities: ["IP3", "Ca_astro"])
        try network.simulation.simulate(20.1)
        try spikes.save(to: folder.path("spikes\(ending)"))
        try calcium.save(to: folder.path("calcium\(ending)"))

        let events = try EventFile.read(folder.path("spikes\(ending)"))
        #expect(events.values("times") == spikes.times)
        #expect(events.values("senders") == spikes.senders)
        let samples = try EventFile.read(folder.path("calcium\(ending)"))
        #expect(samples.values("times") == calcium.times)
        #expect(samples.values("senders") == calcium.senders)
        for name in ["IP3", "Ca_astro"] {
            // reports hold 32-bit numbers, as SONATA has it
            let expected = try calcium.column(name).map { ending == ".h5" ? Double(Float($0)) : $0 }
            #expect(samples.values(name) == expected)
        }
        folder.remove()
    }

    @Test(
        "A recorder that has seen nothing makes a file that is read back", arguments: [".csv", ".dat", ".npz", ".h5"])
    func nothing(ending: String) throws {
        let network = try SmallNetwork()
        let spikes = try network.simulation.record(network.parrots)
        let calcium = try network.simulation.record(network.glia, quantities: ["IP3"])
        for (name, recorder) in [("a", spikes), ("b", calcium)] {
            try recorder.save(to: folder.path(name + ending))
            let events = try EventFile.read(folder.path(name + ending))
            #expect(events.values("times") == [])
            #expect(events.values("senders") == [])
        }
        folder.remove()
    }

    @Test("A stream holds what the recorder holds, over several runs", arguments: [".csv", ".dat"])
    func stream(ending: String) throws {
        let network = try SmallNetwork()
        let to: Settings = ["to": .text(folder.path("spikes\(ending)"))]
        let spikes = try network.simulation.record(network.parrots, options: to)
        let calcium = try network.simulation.record(
            network.glia, quantities: ["IP3"], options: ["to": .text(folder.path("calcium\(ending)"))])
        for _ in 0..<3 { try network.simulation.simulate(7) }
        let events = try EventFile.read(folder.path("spikes\(ending)"))
        #expect(events.values("times") == spikes.times)
        #expect(events.values("senders") == spikes.senders)
        let samples = try EventFile.read(folder.path("calcium\(ending)"))
        #expect(samples.values("times") == calcium.times)
        #expect(samples.values("IP3")?.count == calcium.eventCount)
        folder.remove()
    }

    @Test("A population of a SONATA file by its name: the label, or the model's")
    func populations() throws {
        let network = try SmallNetwork()
        let spikes = try network.simulation.record(try network.parrots.joined(with: network.others))
        try network.simulation.simulate(20)
        let path = folder.path("spikes.h5")
        try spikes.save(to: path)
        #expect(try EventFile.read(path, population: "parrots").values("senders") == [2, 3, 2, 3, 2, 3])
        #expect(try EventFile.read(path, population: "parrot_neuron").values("senders") == [4, 4, 4])
        #expect(throws: InputError.self) { try EventFile.read(path, population: "parots") }
        folder.remove()
    }

    @Test("Samples that are not even fit into no report, and the file is not made")
    func uneven() throws {
        let simulation = try Simulation(threads: 1)
        let glia = try simulation.create("astrocyte_lr_1994", count: 2)
        let meter = try simulation.create("multimeter", parameters: ["record_from": .texts(["IP3"])])
        _ = try simulation.connect(meter, try glia.node(at: 1))
        try simulation.simulate(5.1)
        _ = try simulation.connect(meter, try glia.node(at: 2))
        try simulation.simulate(5)
        let recorder = try simulation.recorder(of: meter)
        #expect(throws: InputError.self) { try recorder.save(to: folder.path("a.h5")) }
        #expect(!FileManager.default.fileExists(atPath: folder.path("a.h5")))
        #expect(!FileManager.default.fileExists(atPath: folder.path("a.h5.part")))
        try recorder.save(to: folder.path("a.csv"))
        #expect(try EventFile.read(folder.path("a.csv")).values("IP3") == recorder.column("IP3"))
        folder.remove()
    }

    @Test("What others write as text is read: comments, line ends of Windows, columns in any order, no values")
    func foreignText() throws {
        try folder.write("a.csv", "# made by hand\r\nV_m,sender,times\r\n-70.5,1,0.1\r\n,2,1e1\r\n")
        let table = try EventFile.read(folder.path("a.csv"))
        #expect(table.values("times") == [0.1, 10])
        #expect(table.values("senders") == [1, 2])
        #expect(table.values("V_m")![0] == -70.5)
        #expect(table.values("V_m")![1].isNaN)
        folder.remove()
    }

    @Test(
        "Wrong text is refused with its line",
        arguments: [
            ("time_ms,sender\n1,2,3\n", "line 2: 3 fields"),
            ("time_ms,sender\n\n1,x\n", "line 3: 'x' in column senders"),
            ("time_ms,sender\n1, 2\n", "line 2: ' 2'"), ("time_ms,sender\n1,1.5\n", "not all senders are ids"),
            ("time_ms,sender\nnan,1\n", "not all times"), ("time_ms,sender\n1,-1\n", "not all senders"),
            ("time_ms,time_ms\n", "two columns"), ("a,b\n1,2\n", "found: a, b"), ("", "empty"), ("\n\n# x", "empty"),
            ("sender,time_step,time_offset\n1,2,0\n", "time_in_steps"),
        ])
    func wrongText(text: String, message: String) throws {
        try folder.write("a.csv", text)
        let error = #expect(throws: InputError.self) { try EventFile.read(folder.path("a.csv")) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        folder.remove()
    }

    @Test("Spikes without a line of names, as NEST 2 wrote them", arguments: [".gdf", ".dat"])
    func withoutNames(_ ending: String) throws {
        for text in ["7\t10.0\n8\t11.5\n", "# sender, time\r\n7\t10.0\t\r\n8\t11.5\t\r\n"] {
            try folder.write("nest2" + ending, text)
            let table = try EventFile.read(folder.path("nest2" + ending))
            #expect(table.values("senders") == [7, 8] && table.values("times") == [10, 11.5])
        }
        for text in ["7\t10.0\t-70\n", "7\n", "7\t10.0\n8\t11.0\t0\n", "10.5\t7\n"] {
            try folder.write("other" + ending, text)
            #expect(throws: InputError.self) { try EventFile.read(folder.path("other" + ending)) }
        }
        folder.remove()
    }

    @Test("What is not a file, or no format, is refused")
    func noFile() throws {
        for name in ["a.csv", "a.dat", "a.npz", "a.h5", "a.txt"] {
            #expect(throws: InputError.self) { try EventFile.read(folder.path(name)) }
        }
        try FileManager.default.createDirectory(atPath: folder.path("b.csv"), withIntermediateDirectories: true)
        #expect(throws: InputError.self) { try EventFile.read(folder.path("b.csv")) }
        folder.remove()
    }
}
