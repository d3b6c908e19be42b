import AstroCore
import Foundation
import Synchronization
import Testing

@Suite("Damaged files")
struct DamagedFileTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    /// Small files of every kind that is read, made here.
    private func files() throws -> [(name: String, read: (String) throws -> Void)] {
        let network = try SmallNetwork()
        let spikes = try network.simulation.record(network.parrots)
        let calcium = try network.simulation.record(
            network.glia, quantities: ["IP3"], options: ["interval": .number(10)])
        try network.simulation.simulate(20.1)
        for ending in [".csv", ".dat", ".npz", ".h5"] {
            try spikes.save(to: folder.path("spikes\(ending)"))
            try calcium.save(to: folder.path("calcium\(ending)"))
        }
        let connections = try network.simulation.connections()
        for ending in [".csv", ".h5"] { try ConnectionFile.save(connections, to: folder.path("network\(ending)")) }
        let events = [".csv", ".dat", ".npz", ".h5"].flatMap { ["spikes\($0)", "calcium\($0)"] }
        return events.map { ($0, { _ = try EventFile.read($0) }) }
            + [".csv", ".h5"].map { ("network\($0)", { _ = try ConnectionFile.read($0) }) }
    }

    /// Reads it, or says why not; anything else would end the tests.
    private func tryToRead(_ name: String, _ bytes: [UInt8], _ read: (String) throws -> Void) throws -> Bool {
        let path = "damaged-\(name)"
        try folder.write(path, bytes)
        do {
            try read(folder.path(path))
            return true
        } catch is InputError {
            return false
        }
    }

    @Test("A byte that is wrong, anywhere, is an error or other data, never a crash")
    func wrongBytes() throws {
        for (name, read) in try files() {
            let whole = try folder.bytes(name)
            #expect(try tryToRead(name, whole, read))
            // .h5 files consist of zeros mostly, and each try takes a process: some are left out, unless all are asked for
            let isHDF5 = name.hasSuffix(".h5")
            let step = isHDF5 && ProcessInfo.processInfo.environment["ASTROLUA_EVERY_BYTE"] == nil ? 7 : 1
            var refused = 0
            for place in stride(from: 0, to: whole.count, by: step)
            where !isHDF5 || whole[place] != 0 || place % 61 == 0 {
                for flip in isHDF5 ? [0xff] : [0x01, 0x10, 0x80, 0xff] as [UInt8] {
                    var bytes = whole
                    bytes[place] ^= flip
                    if try !tryToRead(name, bytes, read) { refused += 1 }
                }
            }
            #expect(refused > 0, "\(name): no damage was found")
        }
        folder.remove()
    }

    @Test("A file that ends too early, anywhere, is an error or less data, never a crash")
    func cut() throws {
        for (name, read) in try files() {
            let whole = try folder.bytes(name)
            let step = name.hasSuffix(".h5") ? max(1, whole.count / 100) : 1
            for length in stride(from: 0, to: whole.count, by: step) {
                let isRead = try tryToRead(name, Array(whole[..<length]), read)
                let isText = name.hasSuffix(".csv") || name.hasSuffix(".dat")
                if !isText { #expect(!isRead, "\(name) cut to \(length) bytes") }
            }
        }
        folder.remove()
    }

    @Test("Bytes that never were such a file are refused")
    func noise() throws {
        var state: UInt64 = 1
        let noise = (0..<3000).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(state >> 56)
        }
        for (name, read) in try files() { #expect(try !tryToRead(name, noise, read)) }
        folder.remove()
    }
}

@Suite("Processes beside this one")
struct ChildProcessTests {
    @Test("A long answer arrives whole")
    func longAnswer() throws {
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let child = try ChildProcess { $0.write(bytes) }
        #expect(child.finish() == .answered)
        #expect(child.answer == bytes)
    }

    @Test("A crash is noticed, and is not ours")
    func crash() throws {
        let child = try ChildProcess { _ in abort() }
        #expect(child.finish() == .killed(signal: SIGABRT))
    }

    @Test("It can simulate on several threads after this process did")
    func threads() throws {
        func run() throws -> String {
            let simulation = try Simulation(seed: 1, threads: 3)
            let neurons = try simulation.create("aeif_cond_alpha_astro", count: 300, parameters: ["I_e": .number(700)])
            _ = try simulation.connect(
                neurons, neurons, rule: ["rule": .text("pairwise_bernoulli"), "p": .number(0.05)])
            try simulation.simulate(50)
            return simulation.fingerprint()
        }
        let here = try run()
        let child = try ChildProcess { output in output.write(Array(((try? run()) ?? "").utf8)) }
        #expect(child.finish() == .answered)
        #expect(String(decoding: child.answer, as: UTF8.self) == here)
    }

    /// Locks remember the id that a thread had when it used one first: here that of this process's thread.
    @Test("Its threads meet at locks that this process has used")
    func locks() throws {
        let counter = Mutex(0), rounds = 100_000
        counter.withLock { $0 = 0 }
        let child = try ChildProcess(processorTime: 20) { output in
            Team.shared.run(workers: 4) { _ in
                for _ in 0..<rounds { counter.withLock { $0 += 1 } }
            }
            output.write(Array("\(counter.withLock { $0 })".utf8))
        }
        #expect(child.finish() == .answered)
        #expect(String(decoding: child.answer, as: UTF8.self) == "\(4 * rounds)")
    }

    @Test("A process of a process of a process finds all that it refers to, with threads of its own")
    func nested() throws {
        var values = Array(0..<1000)
        func deeper(_ level: Int, _ output: ChildProcess.Output) {
            let own = level * 1000
            Team.shared.run(workers: 3) { worker in
                withUnsafeTemporaryAllocation(of: Int.self, capacity: 100) { $0.initialize(repeating: worker) }
            }
            values = values.map { $0 + own }
            guard level < 4, let child = try? ChildProcess({ deeper(level + 1, $0) }) else {
                return output.write(Array("\(values.reduce(0, +))".utf8))
            }
            output.write(child.finish() == .answered ? child.answer : [])
        }
        let child = try ChildProcess { deeper(1, $0) }
        #expect(child.finish() == .answered)
        #expect(String(decoding: child.answer, as: UTF8.self) == "\(499_500 + 1000 * 10_000)")
    }

    @Test("What runs in circles is ended")
    func circles() throws {
        let child = try ChildProcess(processorTime: 1) { _ in while getpid() > 0 {} }
        guard case .killed = child.finish() else {
            Issue.record("it was not ended")
            return
        }
    }
}
