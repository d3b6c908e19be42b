import Glibc

/// Which files a script may touch. Links and `..` are resolved before anything is compared.
package struct Access {
    let trusted: Bool
    package let readable, writable: [String]
    let scriptDirectory: String
    let stdlib: String?

    package init(_ options: Options) {
        trusted = options.trust
        let script = options.script.flatMap(resolved)
        scriptDirectory = script.map(directory) ?? resolved(".") ?? "."
        stdlib = findStdlib()
        writable = (["."] + options.writable).compactMap(resolved)
        let sources = [scriptDirectory] + [stdlib, options.bundle].compactMap { $0 }
        readable = writable + (sources + options.readable).compactMap(resolved)
    }

    /// Why the script may not, or nil.
    package func refusal(_ path: String, writing: Bool) -> String? {
        if trusted { return nil }
        guard !path.utf8.contains(0) else { return "a path can't contain a zero byte" }
        let roots = writing ? writable : readable
        let option = writing ? "--allow-write DIR" : "--allow-read DIR"
        let verb = writing ? "write" : "read"
        guard let target = resolvedTarget(path) else { return nil }  // opening it says why it cannot be
        if roots.contains(where: { isBelow(target, $0) }) { return nil }
        return "'\(path)': the sandbox lets a script \(verb) below the current directory only (widen it with \(option))"
    }

    /// Where a path leads, also for a file that is yet to be made; what leads nowhere that has a name counts as outside.
    private func resolvedTarget(_ path: String) -> String? {
        if let existing = resolved(path) { return existing }
        var status = stat()
        // there by now: another rank has made it, or it is a link that leads nowhere
        if lstat(path, &status) == 0 { return resolved(path) ?? "/" }
        guard let parent = resolved(directory(path)) else { return access(directory(path), F_OK) == 0 ? "/" : nil }
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        return name == ".." ? "/" : "\(parent)/\(name)"
    }

    private func isBelow(_ path: String, _ root: String) -> Bool {
        path == root || root == "/" || path.hasPrefix(root + "/")
    }
}

/// nil, too, for a place whose name is not UTF-8: texts of two of them could be the same.
func resolved(_ path: String) -> String? {
    guard let result = realpath(path, nil) else { return nil }
    defer { free(result) }
    return String(validatingCString: result)
}

package func directory(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The files that come with the program.
public enum StandardLibrary {
    /// This program's file; of one that newer processors run in its place, that which people start.
    public static var program: String? {
        guard let running = resolved("/proc/self/exe") else { return nil }
        let place = AstroLua.directory(running)
        return (place.hasSuffix("/libexec") ? resolved("\(place)/../bin/astrolua") : nil) ?? running
    }

    public static func text(of file: String) -> String? {
        findStdlib().flatMap { readFile("\($0)/\(file)") }.map { String(decoding: $0, as: UTF8.self) }
    }
}

extension StandardLibrary {
    /// A directory that comes with the program: installed beside it, or in the checkout that it was built in.
    ///
    /// - `installed`: below PREFIX/share/astrolua; `checkout`: below the root; `file`: what it must hold.
    package static func directory(installed: String, checkout: String, holding file: String) -> String? {
        guard let program else { return nil }
        var above = AstroLua.directory(program)
        var candidates = ["\(above)/../share/astrolua/\(installed)"]
        for _ in 0..<5 {
            candidates.append("\(above)/\(checkout)")
            above = AstroLua.directory(above)
        }
        return candidates.lazy.compactMap(resolved).first { access("\($0)/\(file)", R_OK) == 0 }
    }
}

/// Set by hand, or with the program.
private func findStdlib() -> String? {
    if let chosen = getenv("ASTROLUA_STDLIB") { return resolved(String(cString: chosen)) }
    return StandardLibrary.directory(installed: "stdlib", checkout: "stdlib", holding: "astro")
}

extension Options {
    /// Why a script cannot be confined to the current directory, or nil.
    public static var problemWithDirectory: String? {
        guard resolved(".") == nil, Glibc.access(".", F_OK) == 0 else { return nil }
        return
            "the name of the current directory is not UTF-8, so nothing can be confined to it (--trust runs the script without the sandbox)"
    }

    /// Where the script may read, and where it may read and write, as real paths: what the operating system is told.
    public var sandboxRoots: (readable: [String], writable: [String]) {
        let access = Access(self)
        return (access.readable, access.writable)
    }
}
