import AstroCore
import Foundation
import Testing

@Suite("Files of events that are written while the simulation runs", .serialized)
struct StreamedEventFileTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    /// Recorders keep no more than so many bytes while `body` runs.
    private func keeping(_ bytes: Int, _ body: () throws -> Void) rethrows {
        let before = RecorderMemory.mostKept
        RecorderMemory.mostKept = bytes
        defer { RecorderMemory.mostKept = before }
        try body()
    }

    @Test(
        "What is long goes to the file and not into memory, in whatever pieces it is simulated",
        arguments: [".csv", ".dat"])
    func long(ending: String) throws {
        let network = try SmallNetwork()
        let kept = try network.simulation.record(network.glia, quantities: ["IP3", "Ca_astro"])
        let streamed = try network.simulation.record(
            network.glia, quantities: ["IP3", "Ca_astro"], options: ["to": .text(folder.path("calcium\(ending)"))])
        try keeping(1000) { for ms in [3.0, 200, 0.1, 50, 1000] { try network.simulation.simulate(ms) } }
        let events = try EventFile.read(folder.path("calcium\(ending)"))
        #expect(events.values("times") == kept.times && kept.eventCount > 2000)
        #expect(events.values("senders") == kept.senders)
        #expect(try events.values("Ca_astro") == kept.column("Ca_astro"))
        #expect(streamed.eventCount == kept.eventCount)
        #expect(throws: InputError.self) { try streamed.column("IP3") }
        #expect(throws: InputError.self) { try streamed.save(to: folder.path("again.npz")) }
        #expect(streamed.times.count < 200)
        folder.remove()
    }

    @Test("Spikes of cells and of generators are in order in the file, and those that are forgotten are in it")
    func spikes() throws {
        let simulation = try Simulation(threads: 2)
        let noise = try simulation.create("poisson_generator", count: 3, parameters: ["rate": .number(300)])
        let parrots = try simulation.create("parrot_neuron", count: 40)
        _ = try simulation.connect(noise, parrots)
        let all = try noise.joined(with: parrots)
        // each recorder of a generator has a train of its own, as each target has; so only the cells' spikes are the same
        let kept = try simulation.record(parrots)
        let streamed = try simulation.record(all, options: ["to": .text(folder.path("spikes.csv"))])
        try keeping(500) { for _ in 0..<20 { try simulation.simulate(25) } }
        let events = try EventFile.read(folder.path("spikes.csv"))
        let times = try #require(events.values("times")), senders = try #require(events.values("senders"))
        let order = zip(times, senders).map { ($0, $1) }
        #expect(kept.eventCount > 2000 && times.count > kept.eventCount && streamed.eventCount == times.count)
        #expect(zip(order, order.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(order.filter { $0.1 > 3 }.map(\.0) == kept.times)
        #expect(order.filter { $0.1 > 3 }.map(\.1) == kept.senders.map { Double($0) })
        #expect(try streamed.rate() == Double(times.count) / 43 / 0.5)
        folder.remove()
    }

    @Test(
        "What has gone to a file and out of memory is saved from there, as if it were in memory",
        arguments: [[], ["IP3", "Ca_astro"]])
    func saved(quantities: [String]) throws {
        let network = try SmallNetwork()
        let nodes = quantities.isEmpty ? network.parrots : network.glia
        let names = quantities.isEmpty ? nil : quantities
        let whole = try network.simulation.record(nodes, quantities: names)
        let streamed = try network.simulation.record(
            nodes, quantities: names, options: ["to": .text(folder.path("stream.dat"))])
        try keeping(1) {
            try network.simulation.simulate(4)
            try streamed.clear()
            try whole.clear()
            for ms in [300.0, 0.5, 700] { try network.simulation.simulate(ms) }
        }
        #expect(throws: InputError.self) { try streamed.save(to: folder.path("kept.npz")) }
        for ending in [".csv", ".dat", ".h5"] {
            try whole.save(to: folder.path("whole\(ending)"))
            try streamed.save(to: folder.path("streamed\(ending)"))
            #expect(try folder.bytes("streamed\(ending)") == folder.bytes("whole\(ending)"))
        }
        folder.remove()
    }

    /// A few plastic connections whose senders fire.
    private func plastic() throws -> (Simulation, Connections) {
        let simulation = try Simulation(threads: 2)
        let cells = try simulation.create("iaf_psc_exp", count: 6, parameters: ["I_e": .number(500)])
        _ = try simulation.connect(
            cells, cells, rule: ["rule": .text("all_to_all")],
            synapse: ["synapse_model": .text("stdp_synapse"), "weight": .number(30), "delay": .number(1.5)])
        return (simulation, try simulation.connections(source: nil, target: nil, synapseModel: "stdp_synapse"))
    }

    @Test(
        "Values of connections that have gone to a file and out of memory are saved from there, as if they were in memory",
        arguments: [["interval": Value.number(0.5)], ["when": .text("spike")]])
    func ofConnections(options: Settings) throws {
        let (simulation, connections) = try plastic()
        let whole = try simulation.record(connections, quantities: ["weight", "delay"], options: options)
        let to: Settings = ["to": .text(folder.path("stream.dat"))]
        let streamed = try simulation.record(
            connections, quantities: ["weight", "delay"], options: options.merging(to) { $1 })
        try keeping(1) {
            try simulation.simulate(40)
            try streamed.clear()
            try whole.clear()
            let before = simulation.stats.memoryBytes
            for ms in [100.0, 0.5, 200] { try simulation.simulate(ms) }
            #expect(streamed.eventCount == whole.eventCount && whole.eventCount > 300)
            // that of the recorder in memory grows, with room for as much again; both would take twice that
            #expect(simulation.stats.memoryBytes - before < 3 * whole.eventCount * 28 + 10_000)
        }
        #expect(throws: InputError.self) { try streamed.column("weight") }
        #expect(throws: InputError.self) { try streamed.save(to: folder.path("kept.npz")) }
        for ending in [".csv", ".dat"] {
            try whole.save(to: folder.path("whole\(ending)"))
            try streamed.save(to: folder.path("streamed\(ending)"))
            #expect(try folder.bytes("streamed\(ending)") == folder.bytes("whole\(ending)"))
        }
        #expect(try EventFile.read(folder.path("whole.csv")).values("weight") == whole.column("weight"))
        folder.remove()
    }

    @Test("A cleared recorder goes on in its file")
    func cleared() throws {
        let network = try SmallNetwork()
        let kept = try network.simulation.record(network.glia, quantities: ["IP3"])
        let streamed = try network.simulation.record(
            network.glia, quantities: ["IP3"], options: ["to": .text(folder.path("calcium.csv"))])
        for _ in 0..<3 {
            try network.simulation.simulate(10)
            try streamed.clear()
            #expect(streamed.eventCount == 0)
        }
        #expect(try EventFile.read(folder.path("calcium.csv")).values("times") == kept.times)
        folder.remove()
    }

    @Test("A file that a recorder writes is refused to others, and free when the recorder has gone")
    func locked() throws {
        let to: Settings = ["to": .text(folder.path("spikes.csv"))]
        do {
            let network = try SmallNetwork()
            let spikes = try network.simulation.record(network.parrots, options: to)
            try network.simulation.simulate(5)
            let whole = try folder.text("spikes.csv")
            #expect(throws: InputError.self) { try network.simulation.record(network.parrots, options: to) }
            #expect(throws: InputError.self) { try spikes.save(to: folder.path("spikes.csv")) }
            #expect(try folder.text("spikes.csv") == whole)
        }
        let network = try SmallNetwork()
        _ = try network.simulation.record(network.parrots, options: to)
        folder.remove()
    }

    @Test("A process that was forked does not write into the file of the other")
    func forked() throws {
        let network = try SmallNetwork()
        _ = try network.simulation.record(network.parrots, options: ["to": .text(folder.path("spikes.csv"))])
        let child = try ChildProcess { output in
            do { try network.simulation.simulate(20) } catch { output.write(Array("\(error)".utf8)) }
        }
        #expect(child.finish() == .answered)
        #expect(String(decoding: child.answer, as: UTF8.self).contains("give each process a file of its own"))
        try network.simulation.simulate(20)
        #expect(try EventFile.read(folder.path("spikes.csv")).values("times") == [2, 2, 3.5, 3.5, 13, 13])
        folder.remove()
    }

    @Test("A full disk stops the run; what was written is good, and with room again nothing is missing")
    func full() throws {
        let child = try ChildProcess { output in
            signal(SIGXFSZ, SIG_IGN)
            let fileSize = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
            var limit = rlimit()
            getrlimit(fileSize, &limit)
            let whole = limit
            limit.rlim_cur = 3000
            guard let network = try? SmallNetwork(),
                let kept = try? network.simulation.record(network.glia, quantities: ["IP3"]),
                (try? network.simulation.record(
                    network.glia, quantities: ["IP3"], options: ["to": .text(folder.path("calcium.csv"))])) != nil
            else { return }
            setrlimit(fileSize, &limit)
            do { try network.simulation.simulate(500) } catch { output.write(Array("\(error)".utf8)) }
            let before = (try? EventFile.read(folder.path("calcium.csv")))
            limit = whole
            setrlimit(fileSize, &limit)
            try? network.simulation.simulate(100)
            let after = try? EventFile.read(folder.path("calcium.csv"))
            let isCut = before.map { $0.note != nil || $0.count > 400 } ?? true
            let isGood = !isCut && after?.values("times") == kept.times
            output.write(Array((isGood ? " good" : " bad").utf8))
        }
        #expect(child.finish() == .answered)
        let said = String(decoding: child.answer, as: UTF8.self)
        #expect(said.contains("can't write") && said.contains("bytes are in it, all of them intact"), "\(said)")
        #expect(said.hasSuffix(" good"), "\(said)")
        folder.remove()
    }

    @Test("A last line that is cut off, anywhere, is left out and told", arguments: [".csv", ".dat"])
    func cut(ending: String) throws {
        let network = try SmallNetwork()
        let calcium = try network.simulation.record(network.glia, quantities: ["IP3"])
        try network.simulation.simulate(4.1)
        try calcium.save(to: folder.path("whole\(ending)"))
        let whole = try folder.bytes("whole\(ending)"), newline = UInt8(ascii: "\n")
        let values = try calcium.column("IP3")
        let header = ending == ".csv" ? 1 : 3
        for length in whole.indices {
            try folder.write("cut\(ending)", whole[..<length])
            let lines = whole[..<length].count { $0 == newline }, isCut = length > 0 && whole[length - 1] != newline
            guard lines >= header else {
                #expect(throws: InputError.self) { try EventFile.read(folder.path("cut\(ending)")) }
                continue
            }
            let table = try EventFile.read(folder.path("cut\(ending)"))
            #expect(table.values("IP3") == Array(values[..<(lines - header)]))
            #expect((table.note != nil) == isCut)
        }
        folder.remove()
    }

    @Test("A list of connections that is cut off is refused")
    func cutConnections() throws {
        try folder.write("whole.csv", "source,target\n1,2\n1,23\n")
        #expect(try ConnectionFile.read(folder.path("whole.csv")).count == 2)
        try folder.write("cut.csv", "source,target\n1,2\n1,2")
        let error = #expect(throws: InputError.self) { try ConnectionFile.read(folder.path("cut.csv")) }
        #expect(error?.message.contains("line 3: is cut off") == true, "\(error?.message ?? "")")
        folder.remove()
    }

    @Test("The memory that recorders hold is counted, and given back when they are cleared")
    func counted() throws {
        let network = try SmallNetwork()
        let calcium = try network.simulation.record(network.glia, quantities: ["IP3", "Ca_astro"])
        try network.simulation.simulate(1)
        let before = network.simulation.stats.memoryBytes
        try network.simulation.simulate(10_000)
        let full = network.simulation.stats.memoryBytes
        #expect(full - before > 2 * 2 * 9990 * 8)
        try calcium.clear()
        #expect(network.simulation.stats.memoryBytes < before + 1000)
        folder.remove()
    }

    @Test("Recorders that have taken the memory but for a rest stop the run; saved and cleared, it goes on")
    func shortage() throws {
        let simulation = try Simulation(threads: 1)
        let noise = try simulation.create("poisson_generator", parameters: ["rate": .number(20_000)])
        let parrots = try simulation.create("parrot_neuron", count: 100)
        _ = try simulation.connect(noise, parrots)
        let spikes = try simulation.record(parrots)
        try simulation.simulate(100)
        Memory.left = { 1e5 }
        defer { Memory.left = nil }
        let error = #expect(throws: InputError.self) { try simulation.simulate(100_000) }
        for part in ["that of spikes of 100 nodes from 2 on", "limit (--memory-limit)", "to = \"spikes.csv\""] {
            #expect(error?.message.contains(part) == true, "\(part) in \(error?.message ?? "")")
        }
        try spikes.save(to: folder.path("spikes.csv"))
        let kept = spikes.eventCount
        try spikes.clear()
        let time = simulation.time
        try simulation.simulate(1)
        #expect(simulation.time == time + 1)
        Memory.left = nil  // reading asks for more than was left
        #expect(try EventFile.read(folder.path("spikes.csv")).count == kept)
        folder.remove()
    }

    @Test("Samples for which there is no memory are refused before the run, unless they go to a file")
    func samplesRefused() throws {
        let simulation = try Simulation(threads: 1)
        let glia = try simulation.create("astrocyte_lr_1994", count: 200)
        Memory.left = { 1e8 }
        defer { Memory.left = nil }
        do {
            _ = try simulation.record(
                glia, quantities: ["IP3"], options: ["to": .text(folder.path("a.csv")), "interval": .number(1000)])
        }
        try simulation.simulate(10)
        let calcium = try simulation.record(glia, quantities: ["Ca_astro"], options: ["interval": .number(0.1)])
        let error = #expect(throws: InputError.self) { try simulation.simulate(1e5) }
        #expect(error?.message.contains("the samples of Ca_astro of 200 nodes from 1 on need about ") == true)
        #expect(error?.message.contains("to = \"samples.csv\"") == true)
        #expect(simulation.time == 10 && calcium.eventCount == 0)
        folder.remove()
    }

    @Test(
        "What is good only when it is whole cannot be streamed, and the message says what can",
        arguments: [".h5", ".npz", ".txt"])
    func endings(ending: String) throws {
        let network = try SmallNetwork()
        let to: Settings = ["to": .text(folder.path("spikes\(ending)"))]
        let error = #expect(throws: InputError.self) { try network.simulation.record(network.parrots, options: to) }
        #expect(error?.message.contains("the ending must be one of .csv, .dat") == true)
        folder.remove()
    }
}
