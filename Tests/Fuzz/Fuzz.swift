import AstroCore
import AstroLua
import CLua
import Equations
import Glibc
import LuaBridge

/// What is fuzzed, by name: `ASTROLUA_FUZZ_TARGET` chooses. A reader of files is one more line: it gets the bytes, and
/// has to return, or throw, whatever they are.
private let targets: [String: @Sendable (UnsafeRawBufferPointer) throws -> Void] = [
    "lua": { try runLua(Array($0)) },
    "calls": { try runLua(Array(CallGenerator(Array($0)).program.utf8)) },
    "patterns": { comparePatterns(Array($0)) },
    "checkpoints": { try loadCheckpoint(Array($0)) },
    "json": { _ = try JSON(parsing: Array($0)) },
    "zip": { _ = try ZipContents(Array($0)) },
    "models": { try runModel(Array($0)) },
    "records": { try readRecord(Array($0)) },
    "bundles": { try readBundle(Array($0)) },
    "pages": { try readPage(Array($0)) },
    "csv": { readTables($0, "csv") },
    "dat": { readTables($0, "dat") },
    "npz": { readTables($0, "npz") },
    "h5": { readTables($0, "h5") },
]

private let target: @Sendable (UnsafeRawBufferPointer) throws -> Void = {
    let name = getenv("ASTROLUA_FUZZ_TARGET").map { String(cString: $0) } ?? "lua"
    guard let target = targets[name] else { fatalError("no target '\(name)' (there are: \(targets.keys.sorted()))") }
    return target
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
    try? target(UnsafeRawBufferPointer(start: start, count: count))
    return 0
}

/// In a sandboxed Lua as a script has it, with limits. Whatever the text does, this must come back.
private func runLua(_ text: [UInt8]) throws {
    var options = Options()
    options.memoryLimit = 64 << 20
    options.timeLimit = 0.1
    options.threads = 1
    let runtime = try Runtime(options)
    // what would end the fuzzer, or wait for a key
    _ = runtime.run(Array("os.exit = nil  io.stdin:close()".utf8), name: "=fuzz")
    runtime.watchSignals()
    runtime.watchMemory()
    _ = runtime.run(text, name: "@fuzz.lua")
}

/// The path of a file with these bytes; nil where none can be made.
private func written(_ bytes: UnsafeRawBufferPointer, _ ending: String) -> String? {
    let path = "/dev/shm/astrolua-fuzz-\(getpid())\(ending)"
    guard let file = fopen(path, "wb") else { return nil }
    fwrite(bytes.baseAddress, 1, bytes.count, file)
    fclose(file)
    return path
}

/// As a file of events, and as one of connections.
private func readTables(_ bytes: UnsafeRawBufferPointer, _ ending: String) {
    guard let path = written(bytes, "." + ending) else { return }
    defer { unlink(path) }
    _ = try? EventFile.read(path)
    _ = try? ConnectionFile.read(path)
}

/// A checkpoint of a stranger, who knows what digests it needs: it is refused, or is a simulation that can be run.
private func loadCheckpoint(_ bytes: [UInt8]) throws {
    guard let path = CheckpointFormat.resealed(bytes).withUnsafeBytes({ written($0, "") }) else { return }
    Memory.left = { 256e6 }
    var streams = CheckpointStreams()
    streams.goOn = false
    let simulation = try Simulation.load(from: path, threads: 2, streams: streams)
    try simulation.simulate(TimeGrid.ms(3, simulation.resolution))
    _ = simulation.fingerprint()
}

/// A model from equations: it is refused, or it runs. Its texts are separated by zeros: equations, on_spike, when, action, refractory
/// time, start value, unit.
private func runModel(_ bytes: [UInt8]) throws {
    let texts = bytes.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    func text(_ index: Int) -> String { index < texts.count ? texts[index] : "" }
    var source = ModelSource(name: "fuzzed")
    source.parameters = [
        .init("tau", "10 ms", "", "> 0"), .init("E_L", "-70 \(text(6).isEmpty ? "mV" : text(6))"), .init("k", "2"),
    ]
    source.state = [.init("V_m", text(5).isEmpty ? "E_L" : text(5)), .init("x", "0.5"), .init("I_syn", "1 pA")]
    source.inputs = [.init("I_stim", "current pA")]
    source.equations = text(0)
    if !text(1).isEmpty { source.onSpike = [.init(receptor: "", sign: .any, text(1))] }
    if !text(2).isEmpty {
        var spike = ModelSource.Event("spike")
        (spike.when, spike.action, spike.refractory) = (text(2), text(3), text(4))
        source.spike = spike
    }
    let methods = ["auto", "rk4", "rkf45", "euler"]
    source.method = methods[bytes.reduce(0) { $0 &+ Int($1) } % methods.count]
    Memory.left = { 256e6 }
    let model = try EquationModel.definition(source)
    _ = try EquationModel.explanation(model, asLaTeX: true)
    guard ModelSource(encoded: source.encoded) == source else { fatalError("a model does not survive its encoding") }
    let simulation = try Simulation(threads: 1)
    _ = try simulation.create(model, count: 3)
    try simulation.simulate(0.3)
}

// MARK: records and bundles

/// A record of a stranger, who knows what digests it needs: it is refused, or all that it names lies where it may.
private func readRecord(_ bytes: [UInt8]) throws {
    let run = try RecordedRun(resealed(try JSON(parsing: bytes)))
    for (name, _) in run.textsInStage where name != "stdin" || run.script?.name != "-" { requireStaged(name) }
    for name in run.inputs.map(\.name) + run.outputs where !name.hasPrefix("/") { requireStaged(name) }
    for name in run.inputs.map(\.name) { _ = run.path(of: name) }
    if let path = run.pathInStage, run.script?.name != "-", path == "-" {
        fatalError("a script that is standard input")
    }
    if let limit = run.timeLimit, !(limit > 0) { fatalError("time limit \(limit)") }
}

/// With the digests of its texts.
private func resealed(_ record: JSON) -> JSON {
    record.changed { name, value in
        switch name {
        case "script": resealedText(value)
        case "modules": value.list.map { .list($0.map(resealedText)) } ?? value
        default: value
        }
    }
}

private func resealedText(_ text: JSON) -> JSON {
    guard let lines = text["lines"]?.texts else { return text }
    let digest = SHA256.hex(of: Array(lines.joined(separator: "\n").utf8))
    return text.changed { $0 == "sha256" ? .text(digest) : $1 }
}

/// As a zip archive; and a list, with the contents of its files behind zeros, in an archive that is whole.
private func readBundle(_ bytes: [UInt8]) throws {
    _ = try? check(BundleContents(bytes))
    let parts = bytes.split(separator: 0, omittingEmptySubsequences: false).map(Array.init)
    let contents = Array(parts.dropFirst())
    let list = try JSON(parsing: parts[0]).changed { name, value in
        guard name == "files", let files = value.list else { return value }
        return .list(
            files.enumerated().map { i, file in
                let digest = SHA256.hex(of: i < contents.count ? contents[i] : [])
                return file.changed { $0 == "sha256" ? .text(digest) : $1 }
            })
    }
    let names = (list["files"]?.list ?? []).map { $0["file"]?.text ?? "" }
    let files = names.enumerated().map { i, name in (name, i < contents.count ? contents[i] : []) }
    check(try BundleContents(ZipArchive([(BundleContents.list, Array(list.readable.utf8))] + files).bytes))
}

/// As a page that somebody has changed; and as a bundle that has been put into one, which comes out as it went in.
private func readPage(_ bytes: [UInt8]) throws {
    if let bundle = try? PageContents.bundle(in: bytes) { _ = try? check(BundleContents(bundle)) }
    let page = PageContents.start + PageContents.link("x.astro", bytes, text: "x")
    guard try PageContents.bundle(in: Array(page.utf8)) == bytes else { fatalError("a page changes its bundle") }
}

private func check(_ bundle: BundleContents) {
    for name in bundle.files.map(\.name) + bundle.directories + [bundle.script] { requireStaged(name) }
}

private func requireStaged(_ name: String) {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let isStaged = parts.count > 1 && ["current", "script"].contains(parts[0])
    if !isStaged || parts.contains("..") || parts.contains("") || name.utf8.contains(0) {
        fatalError("leads to \(name)")
    }
}

extension JSON {
    fileprivate func changed(_ change: (String, JSON) -> JSON) -> JSON {
        guard case .object(let fields) = self else { return self }
        return .fields(fields.map { ($0.name, change($0.name, $0.value)) })
    }
}

// MARK: patterns

/// Our string.find, match, gsub and gmatch give what Lua's own give, errors included (not their words).
private func comparePatterns(_ bytes: [UInt8]) {
    // short ones: Lua's own would take exponential time on others
    let parts = zip(bytes.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false), [20, 14, 20])
        .map { Array($0.prefix($1)) }
    guard parts.count == 3 else { return }
    let (ours, theirs) = (Matchers.ours, Matchers.theirs)
    for call in 0..<Matchers.calls {
        let (a, b) = (ours.answer(call, parts), theirs.answer(call, parts))
        if a != b { fatalError("call \(call) of \(parts): \(a), Lua has \(b)") }
    }
}

private struct Matchers {
    nonisolated(unsafe) static let theirs = Matchers(fresh: true)
    nonisolated(unsafe) static let ours = Matchers(fresh: false)
    static let calls = 6

    private let L: OpaquePointer
    private let runtime: Runtime?

    private static let text = """
        local calls = {
          function(s, p) return s:find(p) end,
          function(s, p) return s:match(p) end,
          function(s, p, r) return s:gsub(p, r) end,
          function(s, p) local t = {} for a, b in s:gmatch(p) do t[#t + 1] = tostring(a) .. "," .. tostring(b) end
            return table.concat(t, ";") end,
          function(s, p, r) return s:gsub(p, function(a) return a == r and "=" or nil end, 3) end,
          function(s, p) return s:find(p, -3), s:match(p, 2), s:find(p, 2, true) end,
        }
        function answer(call, s, p, r)
          local results = table.pack(pcall(calls[call], s, p, r))
          if not results[1] then return "error" end
          for i = 1, results.n do results[i] = type(results[i]) .. tostring(results[i]) end
          return table.concat(results, "|")
        end
        """

    init(fresh: Bool) {
        runtime = fresh ? nil : try! Runtime()
        if let runtime {
            L = runtime.L
        } else {
            L = luaL_newstate()
            luaL_openlibs(L)
        }
        guard luaL_loadstring(L, Self.text) == LUA_OK, lua_pcallk(L, 0, 0, 0, 0, nil) == LUA_OK else { fatalError() }
    }

    func answer(_ call: Int, _ parts: [[UInt8]]) -> String {
        lua_settop(L, 0)
        lua_getglobal(L, "answer")
        lua_pushinteger(L, lua_Integer(call + 1))
        for part in parts { push(part) }
        guard lua_pcallk(L, 4, 1, 0, 0, nil) == LUA_OK else { return "error" }
        var length = 0
        let start = lua_tolstring(L, -1, &length)
        return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
    }

    private func push(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { _ = lua_pushlstring(L, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count) }
    }
}

// MARK: the way in

/// SwiftPM gives every program this name for `main`; libFuzzer does the rest.
@_cdecl("Fuzz_main")
public func fuzzMain(
    _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> CInt {
    var (count, arguments) = (count, arguments)
    return withUnsafeMutablePointer(to: &count) { count in
        withUnsafeMutablePointer(to: &arguments) { runDriver(count, $0, testOneInput) }
    }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafeRawPointer?, Int) -> CInt
) -> CInt
