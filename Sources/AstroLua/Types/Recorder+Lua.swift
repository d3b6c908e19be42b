import AstroCore
import CLua
import LuaBridge

extension Recorder: LuaType {
    package static var luaName: String { "Recorder" }
    package static var luaMeaning: String {
        "A recording, as returned by `sim:record`: the spikes or samples of some nodes. It grows while the simulation runs."
    }
    package var luaText: String { description }

    package func luaHint(forField name: String) -> String? {
        let isColumn = (["times", "senders"] + quantities).contains(name)
        return isColumn ? "it is a column of events: rec.events.\(name)" : nil
    }

    package static var methods: [LuaMethod<Recorder>] {
        [
            .init("clear", "rec:clear()", "Discards everything recorded so far.") { rec, _ in
                try rec.clear()
                return .nothing
            },
            .init(
                "rate", "rec:rate() -> Hz", "Mean rate per recorded node.",
                details: """
                    For spike recorders: spikes divided by the number of recorded nodes and the recorded time.
                    """
            ) { rec, _ in .number(try rec.rate()) },
            .init("save", "rec:save(path)", "Writes a .csv, .dat, .npz or .h5 file.") { rec, arguments in
                try rec.save(to: try arguments.writablePath(1))
                return .nothing
            },
        ]
    }

    package static var fields: [LuaField<Recorder>] {
        [
            .init("n_events", "Number of events.", result: "number") { .integer($0.eventCount) },
            .init(
                "events",
                "A table of equally long Vectors: times (ms), senders (ids), and each recorded quantity by its name. Each "
                    + "access makes a copy: keep it in a variable, and do not access it in a loop.",
                result: "table", present: Runtime.presentColumns
            ) { try $0.luaEvents() },
            .init("nodes", "The recorded nodes.", result: "Nodes") { .object($0.recordedNodes) },
            .init("window", "The recorded time in ms: { from, to }.", result: "table") {
                .list([.number($0.window.from), .number($0.window.to)])
            },
            .init("label", "The name it was given, if it has one.", result: "string") {
                $0.label.map { .text($0) } ?? .none
            },
            .init("quantities", "Names of the recorded quantities; empty for spikes.", result: "table") {
                .list($0.quantities.map { .text($0) })
            },
            .init("units", "Their units, in the same order.", result: "table") { recorder in
                .list(recorder.quantities.map { .text(recorder.unit(of: $0)) })
            },
        ]
    }

    func luaEvents() throws -> LuaValue {
        try checkKept()
        // once here, once in Lua
        let bytes = Double(eventCount * (quantities.count + 2) * 16)
        try Memory.refuse(
            bytes, for: "copies of \(eventCount) events", hint: "rec:save(path) writes them with little memory")
        let columns = try quantities.map { ($0, LuaValue.vector(try column($0))) }
        let ends = [("times", LuaValue.vector(times)), ("senders", .vector(senders))]
        return .table(ends + (isOfConnections ? [("targets", .vector(targets))] : []) + columns)
    }
}

extension Arguments {
    func writablePath(_ i: Int) throws -> String {
        try runtime.admitNew(try path(i))
    }
}
