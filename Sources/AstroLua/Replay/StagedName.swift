import AstroCore
import LuaBridge

/// A file name such as records and bundles hold: below current/ or script/, and nowhere else.
package struct StagedName {
    private static let roots = ["current", "script"]
    /// How many files and directories a record or a bundle may bring.
    package static let mostFiles = 65_535, mostDirectories = 1000

    /// Why it is none, or nil.
    package static func problem(with name: String) -> String? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        if let problem = problem(with: parts, in: name) { return problem }
        if parts.count < 2 || !roots.contains(String(parts[0])) { return "is not below current/ or script/" }
        return parts.count > 30 ? "lies too deep" : nil
    }

    private static func problem(with parts: [Substring], in name: String) -> String? {
        if name.utf8.count > 1000 { return "is too long" }
        if name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) {
            return "holds control characters"
        }
        return parts.contains { $0.isEmpty || $0 == "." || $0 == ".." } ? "leads elsewhere" : nil
    }

    /// Throws for a name that is none.
    package static func check(_ name: String) throws {
        if let problem = problem(with: name) { throw InputError("the file '\(quoted(name))' \(problem)") }
    }

    /// The same for a file that may lie outside of both directories, by its whole path.
    static func checkPlace(_ name: String) throws {
        guard name.hasPrefix("/") else { return try check(name) }
        let parts = name.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        if let problem = problem(with: parts, in: name) { throw InputError("the file '\(quoted(name))' \(problem)") }
    }

    /// Throws where files of these names need too many directories.
    package static func checkDirectories(above names: some Sequence<String>) throws {
        var directories: Set<Substring> = []
        for name in names {
            for place in name.utf8.indices where name.utf8[place] == UInt8(ascii: "/") {
                directories.insert(name[..<place])
            }
            guard directories.count <= mostDirectories else {
                throw InputError("its files lie in more than \(mostDirectories) directories (the limit)")
            }
        }
    }

    /// As a user knows it.
    package static func shown(_ name: String) -> String {
        name.hasPrefix("current/") ? String(name.dropFirst(8)) : name
    }

    /// In a message, which may go anywhere.
    static func quoted(_ name: String) -> String { visible(String(name.prefix(80))) }
}
