import AstroCore
import AstroLua
import Glibc

/// Where two runs of the same script part, by their records.
struct Comparison {
    let recorded, again: JSON
    /// What is in a file that was written, by its name and digest; nil if it is not there any more.
    let was, now: (_ name: String, _ digest: String?) -> [UInt8]?

    var differences: [String] { [states, files, printed, status].compactMap { $0 } }

    /// How much there was to compare.
    var extent: String {
        let steps = recorded["steps"]?.list?.count ?? 0, files = recorded["written"]?.list?.count ?? 0
        let bytes = recorded["printed"]?["bytes"]?.whole ?? 0
        return "\(count(steps, "state")), \(count(files, "file")), \(count(bytes, "byte")) printed"
    }

    /// What may explain a difference, or matter another time.
    ///
    /// - `current`: what is in a file below the current directory now.
    func notes(_ current: (String) -> [UInt8]?) -> [String] {
        let versions = ["astrolua", "lua"].compactMap { name -> String? in
            guard let old = recorded["program"]?[name]?.text, let new = again["program"]?[name]?.text, old != new else {
                return nil
            }
            return "note: recorded with \(name) \(old), this is \(new)"
        }
        let now = RecordedDigest.all(again["library"])
        // a run that has ended early has not come to all of them
        let library = Set(RecordedDigest.all(recorded["library"])).subtracting(now)
        let names = library.map(\.name).filter { name in now.contains { $0.name == name } }.sorted()
            .joined(separator: ", ")
        return versions + (names.isEmpty ? [] : ["note: modules of this program have changed since: \(names)"])
            + redrawn + texts(current)
    }

    /// The script as it is now need not be the one that was recorded.
    private func texts(_ current: (String) -> [UInt8]?) -> [String] {
        ([recorded["script"]].compactMap { $0 } + (recorded["modules"]?.list ?? [])).compactMap { text in
            guard let digest = RecordedDigest(text), digest.name.hasPrefix("current/"),
                let now = current(StagedName.shown(digest.name)), SHA256.hex(of: now) != digest.digest
            else { return nil }
            return "note: \(StagedName.shown(digest.name)) differs here from the recorded text, which was run"
        }
    }

    // MARK: states

    private var states: String? {
        let (old, new) = comparableSteps
        if let first = zip(old, new).first(where: { !Self.isSame($0, $1) }) {
            let differing = zip(old, new).filter { !Self.isSame($0, $1) }.count
            return "state: \(Self.place(of: first.0)): \(Self.difference(first.0, first.1)) "
                + "(\(differing) of \(count(old.count, "state")) differ)"
        }
        guard old.count != new.count else { return nil }
        let last = (old.count > new.count ? old : new)[min(old.count, new.count)]
        let verb = old.count > new.count ? "was not reached" : "was not recorded"
        return "state: \(Self.place(of: last)) \(verb) (\(count(new.count, "state")), there were \(old.count))"
    }

    /// When a simulation is collected is no result: its last state counts if both records have it.
    private var comparableSteps: ([JSON], [JSON]) {
        let old = recorded["steps"]?.list ?? [], new = again["steps"]?.list ?? []
        func isCommon(_ step: JSON, _ others: Set<[JSON?]>) -> Bool {
            step["last"] == nil || others.contains(Self.key(step))
        }
        let (oldKeys, newKeys) = (Set(old.map(Self.key)), Set(new.map(Self.key)))
        return (old.filter { isCommon($0, newKeys) }, new.filter { isCommon($0, oldKeys) })
    }

    private static func key(_ step: JSON) -> [JSON?] { ["sweep", "point", "simulation", "call"].map { step[$0] } }

    private static func isSame(_ a: JSON, _ b: JSON) -> Bool {
        ["sweep", "point", "simulation", "call", "time", "fingerprint"].allSatisfy { a[$0] == b[$0] }
    }

    private static func place(of step: JSON) -> String {
        let numbers = ["simulation", "call", "sweep", "point"].map { step[$0]?.whole }
        let sweep = numbers[3].map { " of point \($0) of sweep \(numbers[2] ?? 0)" } ?? ""
        return
            "\(step["line"]?.text ?? "?"): call \(numbers[1] ?? 0) of simulate, simulation \(numbers[0] ?? 0)\(sweep), "
            + "to \(step["time"]?.description ?? "?") ms"
    }

    private static func difference(_ a: JSON, _ b: JSON) -> String {
        for key in ["sweep", "point", "simulation", "call"] where a[key] != b[key] {
            return "another call of simulate came here (\(place(of: b)))"
        }
        if a["time"] != b["time"] { return "the time is now \(b["time"] ?? .null) ms" }
        let old = a["populations"]?.list ?? [], new = b["populations"]?.list ?? []
        guard old.count == new.count else { return "there are now \(new.count) populations of cells, not \(old.count)" }
        guard let first = old.indices.first(where: { old[$0] != new[$0] }) else {
            return old.isEmpty ? "the state differs" : "the state of synapses differs"
        }
        let (was, now) = (old[first], new[first])
        let name = was["label"]?.text.map { " '\($0)'" } ?? ""
        let kind = "\(was["cells"]?.description ?? "?") \(was["model"]?.text ?? "?")"
        let change =
            was["cells"] == now["cells"] && was["model"] == now["model"]
            ? "differs" : "is now one of \(now["cells"]?.description ?? "?") \(now["model"]?.text ?? "?")"
        return "population \(first + 1)\(name) (\(kind)) \(change)"
    }

    // MARK: files

    private var files: String? {
        let old = recorded["written"]?.list ?? [], new = again["written"]?.list ?? []
        func name(_ file: JSON) -> String { file["file"]?.text ?? "" }
        let newByName = Dictionary(new.map { (name($0), $0) }) { first, _ in first }
        let oldNames = Set(old.map(name))
        let differing = old.compactMap { file -> String? in
            guard let other = newByName[name(file)] else {
                return "\(StagedName.shown(name(file))) was not written"
            }
            return Self.isSame(file: file, other) ? nil : difference(name(file), file, other)
        }
        let more = new.filter { !oldNames.contains(name($0)) }
            .map { "\(StagedName.shown(name($0))) was not written then" }
        guard let first = (differing + more).first else { return nil }
        let others = differing.count + more.count - 1
        return "files: \(first)" + (others > 0 ? ", and \(count(others, "other")) differ" : "")
    }

    /// A picture is the same if its data and commands are: another gnuplot draws other bytes.
    private static func isSame(file a: JSON, _ b: JSON) -> Bool {
        if let old = a["drawing"], let new = b["drawing"] { return old == new }
        return ["bytes", "sha256", "sha256_of_sorted_lines", "removed"].allSatisfy { a[$0] == b[$0] }
    }

    private var redrawn: [String] {
        let new = Dictionary((again["written"]?.list ?? []).map { ($0["file"]?.text, $0) }) { first, _ in first }
        return (recorded["written"]?.list ?? []).compactMap { file in
            guard let drawing = file["drawing"], let other = new[file["file"]?.text], other["drawing"] == drawing,
                file["sha256"] != other["sha256"]
            else { return nil }
            let name = StagedName.shown(file["file"]?.text ?? "?")
            return "note: \(name) has other bytes, drawn by another gnuplot from the same data and commands"
        }
    }

    private func difference(_ name: String, _ old: JSON, _ new: JSON) -> String {
        let shown = StagedName.shown(name)
        if new["removed"] != nil { return "\(shown) is gone at the end" }
        if old["removed"] != nil { return "\(shown) is there at the end" }
        if old["drawing"] != nil, new["drawing"] != nil { return "\(shown) was drawn from other data or commands" }
        let sizes = "\(new["bytes"]?.description ?? "?") bytes, were \(old["bytes"]?.description ?? "?")"
        guard let was = was(name, old["sha256"]?.text), let now = now(name, new["sha256"]?.text) else {
            return "\(shown) differs (\(sizes); the recorded file is not here to compare)"
        }
        guard let a = String(validating: was, as: UTF8.self), let b = String(validating: now, as: UTF8.self),
            !was.contains(0), !now.contains(0)
        else {
            let place = Self.firstDifference(was, now)
            return "\(shown) differs from byte \(place + 1) on (\(sizes))"
        }
        let (old, new) = (lines(a), lines(b))
        return "\(shown): \(Self.difference(old, new))\(EventLines(new).event(at: Self.firstDifference(old, new)))"
    }

    // MARK: what was printed, and the end

    private var printed: String? {
        guard let old = recorded["printed"], let new = again["printed"], old["sha256"] != new["sha256"] else {
            return nil
        }
        guard let was = old["lines"]?.texts, let now = new["lines"]?.texts else {
            return "printed: \(new["bytes"] ?? .null) bytes, were \(old["bytes"] ?? .null)"
        }
        return "printed: \(Self.difference(was, now))"
    }

    private var status: String? {
        guard recorded["status"] != again["status"] else { return nil }
        func end(_ record: JSON) -> String {
            "\(record["status"] ?? .null)" + (record["problem"]?.text.map { " (\($0))" } ?? "")
        }
        return "status: \(end(again)), was \(end(recorded))"
    }

    private static func firstDifference<T: Equatable>(_ old: [T], _ new: [T]) -> Int {
        zip(old, new).enumerated().first { $1.0 != $1.1 }?.offset ?? min(old.count, new.count)
    }

    private static func difference(_ old: [String], _ new: [String]) -> String {
        let place = firstDifference(old, new)
        func line(_ lines: [String]) -> String {
            guard lines.indices.contains(place) else { return "not there" }
            return "'\(lines[place].prefix(100))\(lines[place].count > 100 ? "…" : "")'"
        }
        return "line \(place + 1) is \(line(new)), was \(line(old))"
    }
}

/// Events in a file that a recorder has saved as text (.csv or .dat): a line each, below a line with names.
private struct EventLines {
    private let columns: [String]
    private let first: Int

    init(_ lines: [String]) {
        let head = lines.firstIndex { !$0.hasPrefix("#") } ?? 0
        let names = lines.indices.contains(head) ? lines[head].split { ",\t".contains($0) }.map(String.init) : []
        columns = names.contains("sender") ? names : []
        first = head + 1
    }

    /// " (event 69: time_ms, sender)", or nothing where the line is none.
    func event(at place: Int) -> String {
        columns.isEmpty || place < first ? "" : " (event \(place - first + 1): \(columns.joined(separator: ", ")))"
    }
}

/// A file and its digest, whatever else is said of it.
private struct RecordedDigest: Hashable {
    let name, digest: String

    init?(_ json: JSON) {
        guard let name = json["file"]?.text, let digest = json["sha256"]?.text else { return nil }
        (self.name, self.digest) = (name, digest)
    }

    static func all(_ json: JSON?) -> [RecordedDigest] { (json?.list ?? []).compactMap { RecordedDigest($0) } }
}

private func lines(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}
