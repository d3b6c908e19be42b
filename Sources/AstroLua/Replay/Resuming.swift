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
        announce?(isThere ? "going on from '\(path)'" : "there is no '\(path)': \(script) begins anew")
        try guardFiles(journal)
    }

    /// What a script has appended to a file before the checkpoint stands there already.
    private func guardFiles(_ journal: Journal) throws {
        try load(Array(guardText.utf8), name: HOST_PROGRAM_CHUNK)
        pushFunction(.init("is_replaying", "", "") { _, _ in .flag(journal.isReplaying) })
        guard host_call(L, 1, 0, false) == LUA_OK else { throw InputError(text(L, at: -1)) }
    }
}

private let guardText = #"""
    local is_replaying = ...
    local open, find, type, error, tostring = io.open, string.find, type, error, tostring
    function io.open(path, mode, ...)
      if type(mode) == "string" and find(mode, "[a+]") and is_replaying() then
        error("io.open: '" .. tostring(path) .. "', mode '" .. mode .. "': --resume would write a second time what the script "
          .. "wrote to it before the checkpoint (open it with 'w', or once all is simulated)", 2)
      end
      return open(path, mode, ...)
    end
    """#
