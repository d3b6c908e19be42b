import AstroCore
import CLua
import CLuaHost
import Glibc
import LuaBridge

/// What a script asked of simulations and what it was told, so that it can be run again up to a checkpoint without computing
/// anything twice.
///
/// Each call that tells something of a simulation's state, or changes it, becomes an entry: a digest of the call with its
/// arguments, and the answer. A checkpoint is made in a call of `simulate`; it holds the entries so far and the state of all
/// simulations. With --resume the script runs again from its beginning:
///
/// - calls of `simulate` before the checkpoint only set the clock;
/// - questions get the answers that were given then;
/// - calls that build or change something happen, so that there are nodes, connections and recorders to take over the state;
/// - what writes a simulation's data to a file does not happen again;
/// - in the call of `simulate` with the checkpoint all simulations take over its state, and from there on all is computed.
///
/// So the script has to do the same again. If it does not, a digest differs, and that ends the run.
final class Journal {
    private enum Phase { case writing, replaying, over }

    enum Answer {
        /// What makes or changes something, or gives handles: it has to happen again.
        case again
        case value(LuaValue)
        case failure(String)
        /// Of `simulate`: the step it came to, and why no further.
        case ran(until: Int, failure: String?)
    }

    /// Where checkpoints go.
    let path: String
    private let interval: Double?
    private let script: [UInt8]
    private var phase: Phase
    private var lastWritten = Journal.seconds
    private var pieces: [SectionWriter] = []
    private var count = 0
    /// Has anything been simulated? Until then all answers follow from what was built.
    private var hasRun = false
    /// Why the script is not what it was.
    private var divergence: String?
    private var simulations: [(number: Int, simulation: Weak)] = []
    private var replay: JournalReader?
    /// Why a file may not be written, or nil.
    var refusal: (String) -> String? = { _ in nil }

    private struct Weak { weak var simulation: Simulation? }

    /// - `script`: a digest of the text and of all that it depends on.
    /// - `interval`: seconds of wall time between two checkpoints.
    init(_ path: String, script: [UInt8], interval: Double?) {
        (self.path, self.script, self.interval) = (path, script, interval)
        phase = interval == nil ? .over : .writing
    }

    var isReplaying: Bool { phase == .replaying }
    var isActive: Bool { phase != .over }
    /// The checkpoint that there is to go on from.
    var pathIfThere: String? { access(path, F_OK) == 0 ? path : nil }

    func register(_ simulation: Simulation) {
        simulations.append((simulations.count, Weak(simulation: simulation)))
    }

    private func number(of simulation: Simulation) -> Int {
        simulations.first { $0.simulation.simulation === simulation }?.number ?? -1
    }

    // MARK: Calls

    /// Those that happen again although their answer is known.
    private static let changing: Set = [
        "Simulation.connect", "Simulation.tripartite_connect", "Simulation.disconnect", "Connections.disconnect",
        "io.connect",
    ]
    /// Those that put a simulation's data into a file, which is there already.
    private static let written: Set = ["Simulation.save", "Recorder.save", "io.save_connections"]
    /// Those whose answers follow from what was built and set, and may be long.
    private static let built: Set = [
        "Connections.source", "Connections.target", "Connections.weight", "Connections.delay",
        "Connections.synapse_model",
    ]
    /// Those that only lead to what was built, and `simulate`, which is dealt with by itself.
    private static let untold: Set = [
        "Nodes.slice", "Nodes.ids", "Nodes.positions", "Nodes.model", "Nodes.label", "Simulation.nodes",
        "Simulation.populations",
        "Simulation.simulate",
    ]

    /// The name under which calls are entered, nil for those that need no entry.
    static func name<T: LuaType>(_ type: T.Type, _ call: String) -> String? {
        let name = "\(T.luaName).\(call)"
        let hasState =
            T.self == Simulation.self || T.self == Nodes.self || T.self == Recorder.self || T.self == Connections.self
        return hasState && !untold.contains(name) ? name : nil
    }

    func pass(_ name: String, _ runtime: Runtime, _ L: LuaState, _ body: () throws -> LuaValue) throws -> LuaValue {
        switch phase {
        case .over: return try body()
        case .writing:
            let call = digest(name, runtime, L)
            do {
                let value = try body()
                put(call, hasRun && !Self.built.contains(name) ? Answer(value) : .again)
                return value
            } catch {
                put(call, error is RaisedError ? .again : .failure("\(error)"))
                throw error
            }
        case .replaying:
            switch try nextAnswer(digest(name, runtime, L), name) {
            case .failure(let message): throw InputError(message)
            case .value(let value):
                if Self.changing.contains(name) { _ = try body() }
                return value
            case .again:
                guard Self.written.contains(name) else { return try body() }
                return .nothing
            case .ran: throw diverged("it now calls \(name)")
            }
        }
    }

    /// `run` computes: to the end, or with pauses for checkpoints.
    func simulate(
        _ simulation: Simulation, _ ms: Double, _ runtime: Runtime, _ L: LuaState,
        _ run: (Double, Interlude?) throws -> Void
    ) throws {
        let call = digest("Simulation.simulate", runtime, L)
        hasRun = true
        var rest = ms
        if phase == .replaying {
            guard let end = try replay(simulation, call) else { return }
            rest = TimeGrid.ms(end - simulation.now, simulation.resolution)
        }
        guard let interval, phase == .writing else { return try run(rest, nil) }
        let interlude = Interlude {
            Self.seconds - self.lastWritten >= interval
        } act: { end in
            try self.write(simulation, call, end)
        }
        let end = simulation.now + (TimeGrid.steps(rest, simulation.resolution) ?? 0)
        do {
            try run(rest, interlude)
        } catch {
            put(call, .ran(until: simulation.now, failure: "\(error)"))
            throw error
        }
        // stopped by a signal or the time limit: so that nothing of it is lost
        let isStopped = [HOST_INTERRUPTED, HOST_OUT_OF_TIME].contains(Int(host_stop_reason(L)))
        if isStopped, simulation.now < end { try write(simulation, call, end) }
        put(call, .ran(until: simulation.now, failure: nil))
    }

    private func put(_ call: UInt64, _ answer: Answer) {
        let pieceSize = 1 << 20
        if pieces.last.map({ $0.bytes.count > pieceSize }) ?? true { pieces.append(SectionWriter()) }
        pieces[pieces.count - 1].put(Int(bitPattern: UInt(call)))
        answer.write(to: &pieces[pieces.count - 1])
        count += 1
    }

    // MARK: Digests

    private func digest(_ name: String, _ runtime: Runtime, _ L: LuaState) -> UInt64 {
        var digest = Digest(of: name.utf8)
        let top = lua_gettop(L)
        for index in stride(from: 1, through: top, by: 1) { add(index, to: &digest, runtime, L, depth: 0) }
        lua_settop(L, top)
        return digest.words[0]
    }

    private func add(_ index: Int32, to digest: inout Digest, _ runtime: Runtime, _ L: LuaState, depth: Int) {
        let type = lua_type(L, index)
        digest.add(UInt64(type & 0xff))
        switch type {
        case LUA_TNUMBER where lua_isinteger(L, index) != 0:
            digest.add(UInt64(bitPattern: Int64(lua_tointegerx(L, index, nil))))
        case LUA_TNUMBER: digest.add(lua_tonumberx(L, index, nil).bitPattern)
        case LUA_TBOOLEAN: digest.add(UInt64(lua_toboolean(L, index)))
        case LUA_TSTRING: digest.add(Digest(of: runtime.bytes(L, at: index)).words[0])
        case LUA_TUSERDATA: add(userdata: index, to: &digest, runtime, L)
        case LUA_TTABLE where depth < 8: add(table: index, to: &digest, runtime, L, depth)
        default: break
        }
    }

    private func add(table: Int32, to digest: inout Digest, _ runtime: Runtime, _ L: LuaState, _ depth: Int) {
        let top = lua_gettop(L)
        defer { lua_settop(L, top) }
        guard lua_checkstack(L, 16) != 0, (try? runtime.pushKeys(L, of: table)) != nil else { return }
        let keys = lua_gettop(L)
        for i in 0..<lua_rawlen(L, keys) {
            lua_rawgeti(L, keys, lua_Integer(i + 1))
            add(keys + 1, to: &digest, runtime, L, depth: depth + 1)
            lua_rawget(L, table)
            add(keys + 1, to: &digest, runtime, L, depth: depth + 1)
            lua_settop(L, keys)
        }
    }

    private func add(userdata index: Int32, to digest: inout Digest, _ runtime: Runtime, _ L: LuaState) {
        if let vector = Vector.read(runtime, L, at: index) {
            for x in vector.values { digest.add(x.bitPattern) }
        } else if let distribution = Distribution.read(runtime, L, at: index) {
            digest.add(Digest(of: distribution.description.utf8).words[0])
        } else if let positions = Positions.read(runtime, L, at: index) {
            digest.add(Digest(of: "\(positions)".utf8).words[0])
        } else if let function = SpatialFunction.read(runtime, L, at: index) {
            digest.add(Digest(of: function.text.utf8).words[0])
        } else if let mask = Mask.read(runtime, L, at: index) {
            digest.add(Digest(of: mask.description.utf8).words[0])
        } else if let simulation = Simulation.read(runtime, L, at: index) {
            digest.add(UInt64(bitPattern: Int64(number(of: simulation))))
        } else if let nodes = Nodes.read(runtime, L, at: index) {
            digest.add(UInt64(bitPattern: Int64(number(of: nodes.simulation))))
            for id in nodes.ids { digest.add(UInt64(id)) }
        } else if let recorder = Recorder.read(runtime, L, at: index) {
            digest.add(UInt64(bitPattern: Int64(number(of: recorder.simulation))))
            digest.add(UInt64(bitPattern: Int64(recorder.number)))
        } else if let connections = Connections.read(runtime, L, at: index) {
            digest.add(UInt64(connections.count))
        }
    }

    private static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

// MARK: - Checkpoints

extension Journal {
    /// Within the call with digest `call`, which is to go on to step `end`; all ranks do.
    private func write(_ running: Simulation, _ call: UInt64, _ end: Int) throws {
        try CheckpointWriter.write(to: path, Ranks.all.together) { writer in
            var contents = SectionWriter()
            contents.put("astrolua \(Catalogue.version)")
            for byte in script { contents.put(Int(byte)) }
            contents.put(count)
            contents.put(pieces.count)
            contents.put(number(of: running))
            contents.put(Int(bitPattern: UInt(call)))
            contents.put(end)
            try writer.put(.run, 0, contents)
            for (i, piece) in pieces.enumerated() { try writer.put(.journal, i, piece) }
            for (number, simulation) in living { try simulation.write(to: writer, number: number) }
        }
        lastWritten = Self.seconds
    }

    /// Simulations that are still there. Some ranks' collectors are slower; what one has collected no script can ask for.
    private var living: [(number: Int, simulation: Simulation)] {
        let ranks = Ranks.all
        return simulations.compactMap { number, weak in
            let simulation = weak.simulation
            return ranks.together.all { simulation != nil } ? simulation.map { (number, $0) } : nil
        }
    }

    /// The script has ended well on all ranks: there is nothing to go on with any more.
    func remove() { if Ranks.all.together.all({ true }), Ranks.all.rank == 0 { CheckpointWriter.remove(path) } }
}

// MARK: - Going on

extension Journal {
    /// Goes on from the checkpoint, if there is one.
    func resume() throws -> Bool {
        guard Ranks.all.together.decide({ access(path, F_OK) == 0 }) else { return false }
        replay = try JournalReader(path, script: script)
        phase = .replaying
        return true
    }

    private func nextAnswer(_ call: UInt64, _ name: String) throws -> Answer {
        guard let replay, replay.next < replay.count else {
            throw diverged("it calls \(name) where it called sim:simulate")
        }
        let entry = try replay.entry()
        guard entry.call == call else { throw diverged("its call number \(replay.next), \(name), is not what it was") }
        return entry.answer
    }

    /// The step to which a run has to go on from the state of the checkpoint; nil for one that lies before.
    private func replay(_ simulation: Simulation, _ call: UInt64) throws -> Int? {
        guard let replay, divergence == nil else { throw diverged("") }
        if replay.next == replay.count {
            guard call == UInt64(bitPattern: Int64(replay.call)), number(of: simulation) == replay.simulation else {
                throw diverged("its call number \(replay.next + 1), sim:simulate, is not what it was")
            }
            try restore(replay)
            return replay.end
        }
        guard case .ran(let step, let failure) = try nextAnswer(call, "sim:simulate") else {
            throw diverged("it now calls sim:simulate")
        }
        simulation.skip(to: step)
        if let failure { throw InputError(failure) }
        return nil
    }

    private func restore(_ replay: JournalReader) throws {
        var streams = CheckpointStreams()
        streams.refusal = refusal
        do {
            let living = self.living
            while replay.reader.upcoming == .simulation {
                let number = replay.reader.upcomingNumber
                if let simulation = living.first(where: { $0.number == number })?.simulation {
                    try simulation.restore(from: replay.reader, streams: streams)
                } else {
                    try replay.reader.skipSimulation()
                }
            }
            try replay.reader.finish()
        } catch {
            divergence = "\(error)"
            throw error
        }
        (pieces, count) = (replay.pieces.map(SectionWriter.init), replay.count)
        (self.replay, phase, lastWritten) = (nil, interval == nil ? .over : .writing, Self.seconds)
    }

    private func diverged(_ what: String) -> InputError {
        let text =
            divergence
            ?? "the script cannot continue from '\(path)', since it does not do the same as before: \(what) (remove the file to start again)"
        divergence = text
        return InputError(text)
    }

    /// What to say of a script that has ended: nil if all is well.
    var complaint: String? {
        if let divergence { return divergence }
        guard phase == .replaying else { return nil }
        return "\(diverged("it ended before it reached the checkpoint"))"
    }
}
