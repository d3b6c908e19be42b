import AstroCore
import CLua
import CLuaHost
import LuaBridge

/// --checkpoint-every and --resume: the journal of a script, from the outside.
extension Runtime {
    /// Where a script's checkpoints go: into the current directory, under its name.
    static func checkpointPath(of script: String) -> String {
        let name = script.split(separator: "/").last.map(String.init) ?? script
        return (name.hasSuffix(".lua") ? String(name.dropLast(4)) : name) + ".checkpoint"
    }

    /// Before a script runs.
    func keepJournal(_ script: String, _ text: [UInt8]) throws {
        guard options.checkpointInterval != nil || options.resumes else { return }
        var digest = Digest(of: text)
        for word in options.arguments + ["seed \(options.seed.map(String.init) ?? "of the script")"] {
            digest.add(Digest(of: word.utf8).words[0])
        }
        let path = Self.checkpointPath(of: script)
        if let refusal = access.refusal(path, writing: true) { throw InputError(refusal) }
        let journal = Journal(path, script: digest.bytes, interval: options.checkpointInterval)
        journal.refusal = { [unowned self] in access.refusal($0, writing: true) }
        self.journal = journal
        guard options.resumes else { return }
        let isThere = try journal.resume()
        announce?(isThere ? "continuing from '\(path)'" : "there is no '\(path)': \(script) starts again")
        try guardFiles(journal)
    }

    /// What a script has appended to a file before the checkpoint stands there already.
    private func guardFiles(_ journal: Journal) throws {
        try load(PackageResources.appending_lua, name: HOST_PROGRAM_CHUNK)
        pushFunction(.init("is_replaying", "", "") { _, _ in .flag(journal.isReplaying) })
        guard host_call(L, 1, 0, false) == LUA_OK else { throw InputError(text(L, at: -1)) }
    }
}
