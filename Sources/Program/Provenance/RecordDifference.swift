import AstroCore
import AstroLua

/// What two records say that was different in the runs themselves: texts, options, versions, parameters, data.
struct RecordDifference {
    private let old, new: JSON
    private let oldTexts, newTexts: [RecordedText]

    private static let mostLines = 40, mostCompared = 20_000, mostLetters = 160

    init(_ old: RecordedRun, _ new: RecordedRun) {
        (self.old, self.new) = (old.json, new.json)
        (oldTexts, newTexts) = (old.texts, new.texts)
    }

    var lines: [String] {
        texts + options + words + versions + library + parameters + data
    }

    // MARK: texts

    private var texts: [String] {
        let scripts = [old["script"]?["file"]?.text, new["script"]?["file"]?.text].map {
            $0.map(StagedName.shown) ?? "none"
        }
        let isRenamed = scripts[0] != scripts[1]
        let script = changes(of: "script \(scripts[1])", text(old["script"], oldTexts), text(new["script"], newTexts))
        return (isRenamed ? ["script: \(scripts[0]) -> \(scripts[1])"] : []) + script + modules
    }

    private var modules: [String] {
        let names = [old, new].map { record in (record["modules"]?.list ?? []).compactMap { $0["file"]?.text } }
        return Set(names[0] + names[1]).sorted().flatMap { name -> [String] in
            let shown = "module \(StagedName.shown(name))"
            if !names[1].contains(name) { return ["\(shown): is not used any more"] }
            if !names[0].contains(name) { return ["\(shown): is used now"] }
            return changes(of: shown, oldTexts.last { $0.name == name }, newTexts.last { $0.name == name })
        }
    }

    private func text(_ entry: JSON?, _ texts: [RecordedText]) -> RecordedText? {
        entry?["file"]?.text.flatMap { name in texts.first { $0.name == name } }
    }

    private func changes(of what: String, _ old: RecordedText?, _ new: RecordedText?) -> [String] {
        guard let old, let new, old.bytes != new.bytes else { return [] }
        let (was, now) = (Self.lines(old), Self.lines(new))
        guard was.count + now.count < Self.mostCompared else {
            return ["\(what): other text (\(now.count) lines, were \(was.count))"]
        }
        let changes = Self.changes(was, now)
        let left = changes.count - Self.mostLines
        return ["\(what):"] + changes.prefix(Self.mostLines).map { "  \($0)" }
            + (left > 0 ? ["  … and \(left) more lines"] : [])
    }

    private static func lines(_ text: RecordedText) -> [String] {
        String(decoding: text.bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
    }

    /// Lines that went and lines that came, in the order in which they stand, each with its number.
    private static func changes(_ old: [String], _ new: [String]) -> [String] {
        let difference = new.difference(from: old)
        var gone: Set<Int> = [], come: Set<Int> = []
        for case .remove(let offset, _, _) in difference { gone.insert(offset) }
        for case .insert(let offset, _, _) in difference { come.insert(offset) }
        var result: [String] = [], i = 0, j = 0
        while i < old.count || j < new.count {
            if gone.contains(i) {
                result.append("- \(i + 1): \(old[i].prefix(mostLetters))")
                i += 1
            } else if come.contains(j) {
                result.append("+ \(j + 1): \(new[j].prefix(mostLetters))")
                j += 1
            } else {
                (i, j) = (i + 1, j + 1)
            }
        }
        return result
    }

    // MARK: options and versions

    private var options: [String] {
        [("seed", "seed"), ("threads", "threads"), ("time_limit", "time limit")].compactMap { key, name in
            change("\(name) (option)", old["options"]?[key], new["options"]?[key])
        }
    }

    private var words: [String] {
        [change("arguments", old["arguments"], new["arguments"]), change("texts of -e", old["chunks"], new["chunks"])]
            .compactMap { $0 }
    }

    /// A bundle does not say on which machine it was packed.
    private var versions: [String] {
        let program = ["astrolua", "lua", "swift"].compactMap { change($0, old["program"]?[$0], new["program"]?[$0]) }
        guard let was = old["machine"], let now = new["machine"] else { return program }
        return program + ["cpu", "cores", "architecture", "kernel"].compactMap { change($0, was[$0], now[$0]) }
    }

    private func change(_ what: String, _ was: JSON?, _ now: JSON?) -> String? {
        func shown(_ value: JSON?) -> String {
            let text = value?.text ?? value?.description ?? "none"
            return text.count > Self.mostLetters ? "\(text.prefix(Self.mostLetters))…" : text
        }
        return was == now ? nil : "\(what): \(shown(was)) -> \(shown(now))"
    }

    /// Which modules a run has used is no difference of its own; what they are is.
    private var library: [String] {
        let now = digests(new["library"])
        let changed = digests(old["library"]).filter { name, digest in now[name].map { $0 != digest } ?? false }
        return changed.isEmpty ? [] : ["modules of astrolua: \(changed.keys.sorted().joined(separator: ", ")) changed"]
    }

    // MARK: data

    private var data: [String] {
        let was = digests(old["read"]), now = digests(new["read"])
        return Set(was.keys).union(now.keys).sorted().compactMap { name in
            let shown = "data \(StagedName.shown(name))"
            guard let digest = was[name] else { return "\(shown): is read now" }
            guard let other = now[name] else { return "\(shown): is not read any more" }
            return digest == other
                ? nil : "\(shown): other content (sha256 \(digest.prefix(12))… -> \(other.prefix(12))…)"
        }
    }

    private func digests(_ files: JSON?) -> [String: String] {
        let pairs = (files?.list ?? []).compactMap { file in
            file["file"]?.text.flatMap { name in file["sha256"]?.text.map { (name, $0) } }
        }
        return Dictionary(pairs) { first, _ in first }
    }

    // MARK: parameters

    /// Only what both records hold is compared: older ones hold no networks.
    private var parameters: [String] {
        guard let was = old["networks"]?.list, let now = new["networks"]?.list else { return [] }
        let models = ModelTables(old["models"], new["models"])
        let common = zip(was, now).flatMap { NetworkRecord.changes(NetworkRecord($0), NetworkRecord($1), models) }
        return common + [change("networks", .number(was.count), .number(now.count))].compactMap { $0 }
    }
}
