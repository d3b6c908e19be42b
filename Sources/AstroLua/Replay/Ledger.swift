import AstroCore
import CLua
import CLuaHost
import CSandbox
import Glibc
import LuaBridge
import LuaShim

/// What a run has read, written, printed and come to: what `--record` keeps.
public final class Ledger {
    private struct File {
        let bytes: Int
        let digest: String
    }

    private struct Known {
        weak var simulation: Simulation?
        let number: Int
        var calls = 0
        /// Every so many-th call is kept.
        var stride = 1
        /// The state after the last call, where it cannot be asked for at the end: several ranks have parted by then.
        var last: JSON?

        var isKept: Bool { calls % stride == 0 }
    }

    private let places: Places
    private let process = getpid()
    fileprivate var script: (name: String, text: [UInt8])?
    private var modules: [String: [UInt8]] = [:]
    private var library: [String: String] = [:]
    private var inputs: [String: File] = [:]
    private var outputs: Set<String> = []
    /// Of these, what was drawn: digests of the picture, and of the data and commands that gnuplot had for it.
    private var drawings: [String: (picture: String, commands: String)] = [:]
    /// Of these: whose lines come in any order.
    private var unordered: Set<String> = []
    private let started = now(CLOCK_REALTIME_COARSE)  // the clock of files
    private var simulations: [ObjectIdentifier: Known] = [:]
    private var simulationCount = 0
    private var networks = NetworkNotes()
    private var steps: [(simulation: Int, call: Int, entry: JSON)] = []
    private var printed = SHA256()
    private var printedBytes = 0
    private var printedStart: [UInt8] = []
    /// What the processes of sweeps add: a line of JSON a point. All share one file. Without O_APPEND their lines could overwrite
    /// each other: Linux does not lock the shared file offset of a file in memory.
    private let points = {
        let file = sandbox_memory_file()
        _ = fcntl(file, F_SETFL, O_APPEND)
        return file
    }()
    private(set) var sweeps = 0
    /// The last error.
    public var problem: String?

    private static let mostSteps = 1000, mostDetailed = 2000, mostPopulations = 50, printedKept = 1 << 16

    init(_ places: Places) { self.places = places }

    deinit { close(points) }

    // MARK: files

    func noteScript(_ name: String, _ text: [UInt8]) { script = (name, text) }

    func noteLibrary(_ path: String, _ text: [UInt8]) { library[path] = SHA256.hex(of: text) }

    /// Called before the file is opened: what is written later is no input.
    func note(_ name: String, at path: String, for purpose: Purpose) {
        let isKnown = outputs.contains(name) || inputs[name] != nil || modules[name] != nil
        switch purpose {
        case .code: if !isKnown, isFile(path) { modules[name] = readFile(path) }
        case .read: if !isKnown { noteInput(name, path) }
        case .change:
            if !isKnown { noteInput(name, path) }
            outputs.insert(name)
        case .write: outputs.insert(name)
        }
    }

    private func noteInput(_ name: String, _ path: String) {
        guard isFile(path), isWhole || modified(path) < started, let file = SHA256.hex(ofFile: path) else { return }
        inputs[name] = File(bytes: file.bytes, digest: file.hex)
    }

    /// As files of sweeps are, to which points are added as they are done.
    func noteUnordered(_ name: String) { unordered.insert(name) }

    /// A picture that lies there now.
    func noteDrawing(_ name: String, _ commands: String, _ picture: [UInt8]) {
        drawings[name] = (SHA256.hex(of: picture), SHA256.hex(of: Array(commands.utf8)))
    }

    func notePrinted(_ text: UnsafeRawBufferPointer) {
        printed.add(text)
        printedBytes += text.count
        printedStart += text.prefix(max(0, Self.printedKept - printedStart.count))
    }

    // MARK: simulations

    /// Called when a call of simulate has ended.
    func note(_ simulation: Simulation, at line: String) {
        let id = ObjectIdentifier(simulation)
        var known = simulations[id].flatMap { $0.simulation == nil ? nil : $0 } ?? newlyKnown(simulation)
        known.calls += 1
        known.last = nil
        if known.isKept {
            steps.append((known.number, known.calls, entry(simulation, known, line)))
            if known.calls / known.stride >= Self.mostSteps { thin(&known) }
        } else if !Ranks.all.isAlone {
            known.last = entry(simulation, known, "the end")
        }
        simulations[id] = known
    }

    /// Called before simulate: what is simulated, the first time.
    func noteStart(of simulation: Simulation) {
        let known = simulations[ObjectIdentifier(simulation)]
        if known == nil || known?.simulation == nil { networks.note(simulation, number: simulationCount + 1) }
    }

    /// Called when connections have been made.
    func noteConnections(_ fields: KeyValuePairs<String, JSON?>, synapses: [Settings], in simulation: Simulation) {
        networks.note(Array(fields), synapses: synapses, in: simulation)
    }

    private func newlyKnown(_ simulation: Simulation) -> Known {
        simulationCount += 1
        return Known(simulation: simulation, number: simulationCount)
    }

    /// The last states of simulations that are still there, if they are not kept anyway.
    private var lastSteps: [JSON] {
        simulations.values.filter { !$0.isKept }.sorted { $0.number < $1.number }.compactMap { known in
            known.simulation.map { (known.last ?? entry($0, known, "the end")).with(["last": .flag(true)]) }
        }
    }

    private func entry(_ simulation: Simulation, _ known: Known, _ line: String) -> JSON {
        let populations = simulation.fingerprintsOfPopulations()
        return .fields([
            "simulation": .number(known.number), "call": .number(known.calls), "line": .text(line),
            "time": .number(simulation.time), "fingerprint": .text(simulation.fingerprint()),
            "populations": populations.count > Self.mostPopulations || steps.count > Self.mostDetailed
                ? nil
                : .list(
                    populations.map {
                        .fields([
                            "label": $0.label.map { .text($0) }, "model": .text($0.model), "cells": .number($0.count),
                            "fingerprint": .text($0.fingerprint),
                        ])
                    }),
        ])
    }

    /// Many short calls: every second of those kept is enough to find where two runs part.
    private func thin(_ known: inout Known) {
        let (number, stride) = (known.number, known.stride * 2)
        steps.removeAll { $0.simulation == number && $0.call % stride != 0 }
        known.stride = stride
    }

    // MARK: sweeps

    func beginSweep() { sweeps += 1 }

    /// In the process of a point.
    func beginPoint() {
        (steps, inputs, modules, outputs, simulations, simulationCount) = ([], [:], [:], [], [:], 0)
        (networks, drawings) = (NetworkNotes(), [:])
    }

    func endPoint(_ point: Int) {
        let line = JSON.fields([
            "sweep": .number(sweeps), "point": .number(point), "steps": .list(steps.map(\.entry) + lastSteps),
            "read": filesRead, "modules": .texts(modules.keys.sorted()), "written": .texts(outputs.sorted()),
            "drawn": .list(
                drawings.sorted { $0.key < $1.key }.map { .texts([$0.key, $0.value.picture, $0.value.commands]) }),
        ])
        ChildProcess.Output(pipe: points).write(Array("\(line)\n".utf8))
    }

    private func takePoints() -> [JSON] {
        var size = stat()
        guard fstat(points, &size) == 0, size.st_size > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(size.st_size))
        guard pread(points, &bytes, bytes.count, 0) == bytes.count else { return [] }
        let lines = bytes.split(separator: UInt8(ascii: "\n")).compactMap { try? JSON(parsing: Array($0)) }
        func place(_ line: JSON) -> (Int, Int) { (line["sweep"]?.whole ?? 0, line["point"]?.whole ?? 0) }
        let sorted = lines.sorted { place($0) < place($1) }
        for line in sorted {
            for file in line["read"]?.list ?? [] { takeInput(file) }
            for name in line["modules"]?.texts ?? [] {
                modules[name] = modules[name] ?? readFile(places.path(of: name))
            }
            outputs.formUnion(line["written"]?.texts ?? [])
            for case let drawn? in (line["drawn"]?.list ?? []).map(\.texts) where drawn.count == 3 {
                drawings[drawn[0]] = (drawn[1], drawn[2])
            }
        }
        return sorted
    }

    private func takeInput(_ file: JSON) {
        guard let name = file["file"]?.text, let bytes = file["bytes"]?.whole, let digest = file["sha256"]?.text,
            inputs[name] == nil
        else { return }
        inputs[name] = File(bytes: bytes, digest: digest)
    }

    // MARK: the record

    /// Is this the process of the script, and none of its sweep's?
    public var isWhole: Bool { getpid() == process }

    /// All of it; `head` comes first.
    package func record(_ head: [(String, JSON?)]) -> JSON {
        let points = takePoints()
        let fields: [(String, JSON?)] =
            head + [
                ("steps", .list(steps.map(\.entry) + lastSteps + points.flatMap(stepsOfPoint))),
                ("read", filesRead), ("written", .list(outputs.sorted().map(written))),
                ("printed", printedText), ("networks", networks.json), ("models", networks.modelsUsed),
                ("script", script.map { source($0.name, $0.text) }),
                ("modules", .list(modules.sorted { $0.key < $1.key }.map { source($0.key, $0.value) })),
                (
                    "library",
                    .list(
                        library.sorted { $0.key < $1.key }.map {
                            .fields(["file": .text($0.key), "sha256": .text($0.value)])
                        })
                ),
            ]
        return .fields(fields)
    }

    private func stepsOfPoint(_ line: JSON) -> [JSON] {
        (line["steps"]?.list ?? []).map { $0.with(["sweep": line["sweep"], "point": line["point"]]) }
    }

    private var filesRead: JSON {
        .list(inputs.sorted { $0.key < $1.key }.map { file($0.key, $0.value) })
    }

    private func file(_ name: String, _ file: File) -> JSON {
        .fields(["file": .text(name), "bytes": .number(file.bytes), "sha256": .text(file.digest)])
    }

    private func written(_ name: String) -> JSON {
        let path = places.path(of: name)
        guard let content = SHA256.hex(ofFile: path) else {
            return .fields(["file": .text(name), "removed": .flag(true)])
        }
        if unordered.contains(name), let bytes = readFile(path) {
            let lines = bytes.split(separator: UInt8(ascii: "\n")).sorted { $0.lexicographicallyPrecedes($1) }
            let digest = SHA256.hex(of: Array(lines.joined(separator: [UInt8(ascii: "\n")])))
            return .fields([
                "file": .text(name), "bytes": .number(content.bytes), "sha256_of_sorted_lines": .text(digest),
            ])
        }
        // of a picture that was changed afterwards the bytes count
        let drawing = drawings[name].flatMap { $0.picture == content.hex ? $0.commands : nil }
        return .fields([
            "file": .text(name), "bytes": .number(content.bytes), "sha256": .text(content.hex),
            "drawing": drawing.map { .text($0) },
        ])
    }

    private var printedText: JSON {
        .fields([
            "bytes": .number(printedBytes), "sha256": .text(printed.hex),
            "lines": printedBytes > printedStart.count ? nil : JSON(linesOf: printedStart),
        ])
    }

    private func source(_ name: String, _ text: [UInt8]) -> JSON {
        .fields(["file": .text(name), "sha256": .text(SHA256.hex(of: text)), "lines": JSON(linesOf: text)])
    }
}

/// As "Lua 5.4.9".
public let luaRelease = String(cString: host_lua_release())

/// Whether it is without known memory faults that scripts reach.
public let luaIsPatched = host_lua_is_patched()

/// In seconds.
private func now(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return seconds(time)
}

/// When a file was last written to. In a process of a sweep, one that was written since the run began is another point's.
private func modified(_ path: String) -> Double {
    var status = stat()
    return stat(path, &status) == 0 ? seconds(status.st_mtim) : 0
}

private func seconds(_ time: timespec) -> Double { Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9 }

extension Runtime {
    /// Everything that is printed from now on goes through the ledger, too.
    func tapOutput() {
        guard let ledger else { return }
        host_tap_output(
            L,
            { ledger, text, length in
                Unmanaged<Ledger>.fromOpaque(ledger!).takeUnretainedValue()
                    .notePrinted(UnsafeRawBufferPointer(start: text, count: length))
            }, Unmanaged.passUnretained(ledger).toOpaque())
    }

    /// The innermost line of the user's, as records name it.
    func placeInScript(_ L: LuaState) -> String {
        let line = host_push_place(L)
        defer { shim_pop(L, 1) }
        let source = text(L, at: -1)
        guard source.hasPrefix("@") else { return "\(source.drop { $0 == "=" }.prefix(40)):\(line)" }
        let path = String(source.dropFirst())
        let isScript = path == options.scriptName ?? options.script
        let name = isScript ? ledger?.script?.name ?? path : places.name(of: path)
        return "\(name.split(separator: "/", maxSplits: 1).last ?? ""):\(line)"
    }
}
