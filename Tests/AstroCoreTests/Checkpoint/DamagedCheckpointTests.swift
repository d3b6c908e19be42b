import AstroCore
import Foundation
import Testing

@Suite("Checkpoints that are damaged, foreign or made by a stranger")
struct DamagedCheckpointTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    /// A small file with something of each kind.
    private func small() throws -> [UInt8] {
        let network = try SmallNetwork()
        let simulation = network.simulation
        let neurons = try simulation.create("aeif_cond_alpha_astro", count: 2, label: "neurons")
        let noise = try simulation.create("poisson_generator", parameters: ["rate": .number(500)])
        _ = try simulation.connect(noise, network.parrots)
        _ = try simulation.connect(network.parrots, neurons, synapse: ["synapse_model": .text("tsodyks_synapse")])
        _ = try simulation.connect(
            network.others, neurons, synapse: ["weight": .distribution(.uniform(min: 0, max: 1))])
        _ = try simulation.connect(network.glia, neurons, synapse: ["synapse_model": .text("sic_connection")])
        _ = try simulation.record(network.parrots)
        _ = try simulation.record(network.glia, quantities: ["IP3"])
        try simulation.simulate(20.1)
        try simulation.save(to: folder.path("small"))
        return try folder.bytes("small")
    }

    /// The message, or nil if it was loaded.
    private func refusal(_ bytes: some Sequence<UInt8>) throws -> String? {
        try folder.write("damaged", bytes)
        do {
            _ = try Simulation.load(from: folder.path("damaged"), threads: 1)
            return nil
        } catch let error as InputError {
            return error.message
        }
    }

    @Test("A wrong byte, wherever it is, is found out")
    func wrongBytes() throws {
        defer { folder.remove() }
        let whole = try small()
        #expect(try refusal(whole) == nil)
        for place in whole.indices {
            var bytes = whole
            bytes[place] ^= [0x01, 0x80, 0xff, 0x10][place % 4]
            #expect(try refusal(bytes) != nil, "byte \(place) of \(whole.count)")
        }
    }

    @Test("A file that is cut off, anywhere, or that has grown, is found out")
    func lengths() throws {
        defer { folder.remove() }
        let whole = try small()
        for length in stride(from: 0, to: whole.count, by: 3) {
            let message = try #require(try refusal(whole.prefix(length)))
            #expect(length < 48 ? !message.isEmpty : message.contains("truncated"), "\(length): \(message)")
        }
        #expect(try #require(try refusal(whole + [0])).contains("added"))
    }

    @Test("Messages say what is wrong")
    func messages() throws {
        defer { folder.remove() }
        let whole = try small()
        var newer = whole
        newer[8] += 1
        #expect(try #require(try refusal(newer)).contains("newer program"))
        #expect(
            try #require(try refusal("a text of mine, longer than a header would be, with words".utf8)).contains(
                "not a checkpoint"))
        #expect(try #require(try refusal([UInt8]())).contains("not a checkpoint"))
        var altered = whole
        altered[whole.count / 2] ^= 4
        #expect(try #require(try refusal(altered)).contains("was changed"))
        #expect(throws: InputError.self) { try Simulation.load(from: folder.path("nowhere")) }
        #expect(throws: InputError.self) { try Simulation.load(from: folder.path("")) }
    }

    /// Places of the contents of all sections.
    private func contents(_ bytes: [UInt8]) -> [Int] {
        var places: [Int] = [], place = 48
        while place < bytes.count {
            let length = bytes[place + 8..<place + 16].reversed().reduce(0) { $0 << 8 | Int($1) }
            places += place + 40..<place + 40 + length
            place += 40 + (length + 7) / 8 * 8
        }
        return places
    }

    @Test("A stranger's file with right digests is refused or is a simulation like any other")
    func strangers() throws {
        defer { folder.remove() }
        let whole = try small()
        #expect(CheckpointFormat.resealed(whole) == whole)
        var refused = 0, loaded = 0
        for place in contents(whole) {
            for value in [0, 0x7f, 0x80, 0xff] as [UInt8] {
                var bytes = whole
                bytes[place] = value
                try folder.write("strange", CheckpointFormat.resealed(bytes))
                do {
                    let simulation = try Simulation.load(from: folder.path("strange"), threads: 2)
                    loaded += 1
                    if place % 5 == 0 { try simulation.simulate(3) }
                    _ = try simulation.connections()
                    for recorder in simulation.recorders { _ = (recorder.times, recorder.senders, recorder.window) }
                } catch is InputError {
                    refused += 1
                }
            }
        }
        #expect(refused > 100 && loaded > 100, "\(refused) refused, \(loaded) loaded")
    }

    /// The file with another number of nodes in a population, digests and lengths set right.
    private func enlarged(_ bytes: [UInt8], model: String, label: String, count: Int) throws -> [UInt8] {
        var before = SectionWriter(), after = SectionWriter()
        before.put(model)
        before.put(Optional(label))
        after.put(count)
        var result = Array(bytes[..<48]), place = 48, changed = 0
        while place < bytes.count {
            let length = bytes[place + 8..<place + 16].reversed().reduce(0) { $0 << 8 | Int($1) }
            var contents = Array(bytes[place + 40..<place + 40 + length])
            if contents.starts(with: before.bytes) {
                let start = before.bytes.count
                contents.replaceSubrange(start..<start + 1, with: after.bytes)
                changed += 1
            }
            result += bytes[place..<place + 8] + withUnsafeBytes(of: UInt64(contents.count)) { Array($0) }
            result += bytes[place + 16..<place + 40] + contents
            result += [UInt8](repeating: 0, count: (8 - contents.count % 8) % 8)
            place += 40 + (length + 7) / 8 * 8
        }
        try #require(changed == 1)
        return CheckpointFormat.resealed(result)
    }

    @Test("A file that asks for more than it holds is refused before there is memory for it")
    func greedy() throws {
        defer { folder.remove() }
        let whole = try small()
        let cells = try enlarged(whole, model: "aeif_cond_alpha_astro", label: "neurons", count: 500_000_000)
        #expect(try #require(try refusal(cells)).contains("do not fit into it"))
        let parrots = try enlarged(whole, model: "parrot_neuron", label: "parrots", count: 2_000_000_000)
        #expect(try #require(try refusal(parrots)).contains("need about"))
        let beyond = try enlarged(whole, model: "parrot_neuron", label: "parrots", count: 1 << 50)
        #expect(try #require(try refusal(beyond)).contains("number of nodes"))
    }
}

@Suite("Checkpoints: no property is forgotten")
struct CheckpointedTests {
    @Test("Each property of a state is said to be kept or made again")
    func properties() throws {
        let simulation = try Everything.build(threads: 2)
        try simulation.simulate(10)
        let problems = simulation.checkpointProblems
        #expect(problems.isEmpty, "\(problems)")
    }
}
