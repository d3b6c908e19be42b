import AstroCore
import Glibc
import LuaBridge

/// Where files lie, in words that hold on another machine: "current/data.csv" below the directory the run began in,
/// "script/model.lua" below the script's own where that is another. Records and bundles name files so.
struct Places {
    let current, script: String
    /// The directory of an unpacked bundle, whose files lie as they are named.
    let bundle: String?

    init(_ options: Options, scriptDirectory: String) {
        current = resolved(".") ?? "."
        script = scriptDirectory
        bundle = options.bundle
    }

    /// The name of what lies at a path; of a place elsewhere the whole path.
    func name(of path: String) -> String {
        let absolute = normalized(path)
        return [absolute, resolved(path) ?? absolute].lazy.compactMap(nameBelow).first ?? absolute
    }

    /// Where a file of that name is.
    func path(of name: String) -> String {
        for (root, directory) in [(current, "current/"), (script, "script/")] where name.hasPrefix(directory) {
            return "\(root)/\(name.dropFirst(directory.count))"
        }
        return name
    }

    private func nameBelow(_ absolute: String) -> String? {
        if let bundle, let name = rest(of: absolute, below: bundle) { return name }
        if let name = rest(of: absolute, below: current) { return "current/\(name)" }
        return rest(of: absolute, below: script).map { "script/\($0)" }
    }

    private func rest(of path: String, below root: String) -> String? {
        let prefix = root == "/" ? root : root + "/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : nil
    }

    /// Absolute, without "." and "..": as written, since a link may be what a script is meant to find again.
    private func normalized(_ path: String) -> String {
        var parts: [Substring] = []
        for part in (path.hasPrefix("/") ? path : "\(current)/\(path)").split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}

/// What a script wants with a file.
enum Purpose: String, CaseIterable {
    case read, write
    /// Reading what is there, and writing.
    case change
    /// Running it as Lua.
    case code

    var writes: Bool { self == .write || self == .change }
}

extension Runtime {
    /// The path to open for one that a script gave; throws where the sandbox refuses. What belongs to a bundle is read
    /// from there until the script writes a file of that name.
    func admit(_ path: String, for purpose: Purpose) throws -> String {
        if let refusal = access.refusal(path, writing: purpose.writes) { throw InputError(refusal) }
        guard ledger != nil || places.bundle != nil else { return path }
        let name = places.name(of: path)
        let place = bundled(name, for: purpose) ?? path
        ledger?.note(name, at: place, for: purpose)
        return place
    }

    /// What gnuplot has been given for a picture, which is the same whichever gnuplot draws it.
    func noteDrawing(_ commands: String, _ picture: [UInt8], at path: String) {
        ledger?.noteDrawing(places.name(of: path), commands, picture)
    }

    /// The path of a file to write. What opening it would say is true of no file: that it is the directory which is missing.
    func admitNew(_ path: String) throws -> String {
        let place = try admit(path, for: .write), parent = directory(path)
        guard places.bundle == nil, resolved(parent) == nil, errno == ENOENT else { return place }
        throw InputError("can't write '\(path)': there is no directory '\(parent)' (make it first)")
    }

    /// Why the script may not, or nil.
    func refusal(_ path: String, for purpose: Purpose) -> String? {
        do {
            _ = try admit(path, for: purpose)
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func bundled(_ name: String, for purpose: Purpose) -> String? {
        guard let bundle = places.bundle, name.hasPrefix("current/"), !writtenNames.contains(name) else { return nil }
        let original = "\(bundle)/\(name)"
        guard purpose.writes else { return isFile(original) ? original : nil }
        writtenNames.insert(name)
        let copy = places.path(of: name)
        if purpose == .change, !isFile(copy), let bytes = readFile(original) {
            try? bytes.withUnsafeBytes { try writeFile(copy, $0) }
        }
        return nil
    }
}

func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}
