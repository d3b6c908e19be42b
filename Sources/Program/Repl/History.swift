import AstroLua
import Glibc

/// What was entered in this and earlier sessions: a file with a line an entry, the oldest first. Every entry is
/// appended at once, so sessions at the same time lose nothing of each other.
final class History {
    static let limit = 5000

    private let path: String?
    private var last: String?

    /// - `path`: from `prepare`; nil keeps the history in memory only.
    init(_ path: String?) { self.path = path }

    /// The file, made and shortened while the program may still make files: in the sandbox it can be appended to, no more.
    static func prepare() -> String? {
        guard let path = location else { return nil }
        makeDirectories(above: path)
        if let lines = readLines(path), lines.count > 2 * limit {
            let new = "\(path).new"
            if write(lines.suffix(limit).joined(separator: "\n") + "\n", new, O_TRUNC) { rename(new, path) }
        }
        return write("", path, O_APPEND) ? path : nil
    }

    /// `$ASTROLUA_HISTORY` (empty: no file), otherwise in the directory for such things.
    private static var location: String? {
        guard let chosen = getenv("ASTROLUA_HISTORY") else { return stateDirectory.map { "\($0)/astrolua/history" } }
        return chosen.pointee == 0 ? nil : String(validatingCString: chosen)
    }

    private static var stateDirectory: String? {
        if let chosen = Terminal.variable("XDG_STATE_HOME"), chosen.hasPrefix("/") { return chosen }
        return Terminal.variable("HOME").map { "\($0)/.local/state" }
    }

    func load() -> [String] {
        guard let path, let lines = Self.readLines(path) else { return [] }
        let entries = lines.suffix(Self.limit).map(decoded)
        last = entries.last
        return entries
    }

    /// False if it is the last entry once more.
    func append(_ entry: String) -> Bool {
        guard entry != last else { return false }
        last = entry
        if let path { Self.write(encoded(entry) + "\n", path, O_APPEND) }
        return true
    }

    // MARK: the file

    private func encoded(_ entry: String) -> String {
        entry.reduce(into: "") { result, c in
            switch c {
            case "\n": result += "\\n"
            case "\\": result += "\\\\"
            default: result.append(c)
            }
        }
    }

    private func decoded(_ line: some StringProtocol) -> String {
        var result = "", isEscaped = false
        for c in line {
            if isEscaped {
                result.append(c == "n" ? "\n" : c)
                isEscaped = false
            } else if c == "\\" {
                isEscaped = true
            } else {
                result.append(c)
            }
        }
        return result
    }

    private static func readLines(_ path: String) -> [Substring]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    /// A history that cannot be written is no reason to trouble anybody.
    @discardableResult
    private static func write(_ text: String, _ path: String, _ mode: Int32) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | mode, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        return Glibc.write(descriptor, bytes, bytes.count) == bytes.count
    }

    private static func makeDirectories(above path: String) {
        for slash in path.indices where path[slash] == "/" && slash != path.startIndex {
            mkdir(String(path[..<slash]), 0o700)
        }
    }
}
