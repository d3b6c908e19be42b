import Foundation
import Glibc

/// The program at a terminal of its own, as a person meets it: keys go in, and what it writes is read.
final class TerminalRun {
    private let master: Int32
    private let process: pid_t
    /// All that has been written, without colours and movements of the cursor.
    private(set) var screen = ""
    private var raw: [UInt8] = []
    private var seen = 0

    /// The keys that have names.
    static let tab = "\t", enter = "\r", up = "\u{1B}[A", ctrlC = "\u{3}", ctrlD = "\u{4}", ctrlR = "\u{12}"

    init(_ arguments: [String] = [], columns: UInt16 = 80, environment: [String: String] = [:]) throws {
        var size = winsize(ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        var (keyboard, display): (Int32, Int32) = (-1, -1)
        guard openpty(&keyboard, &display, nil, nil, &size) == 0 else { throw Failure("no terminal to be had") }
        defer { close(display) }
        master = keyboard
        process = try Self.spawn(arguments, on: String(cString: ttyname(display)), environment)
    }

    deinit {
        kill(process, SIGKILL)
        close(master)
    }

    func type(_ keys: String) {
        let bytes = Array(keys.utf8)
        _ = write(master, bytes, bytes.count)
    }

    /// Waits until the text has been written, behind what was waited for before. The limit is for what never comes.
    func wait(for text: String, _ limit: Double = 30) throws {
        let end = Date().addingTimeInterval(limit)
        while true {
            let fresh = screen.dropFirst(seen)
            if let found = fresh.range(of: text) {
                seen = screen.distance(from: screen.startIndex, to: found.upperBound)
                return
            }
            guard Date() < end, readMore() else { throw Failure("'\(text)' did not come; the screen:\n\(screen)") }
        }
    }

    /// Waits for the next prompt: until then the terminal itself acts on control characters. At Enter the editor may write the prompt of the
    /// line that ends once more, without a new line before it.
    func prompt() throws {
        if screen.prefix(seen).last == "\n" { seen -= 1 }
        try wait(for: "\n> ")
    }

    func enter(_ line: String) { type(line + Self.enter) }

    /// The status it ends with; what does not end is ended.
    func end(_ limit: Double = 30) -> Int32 {
        let deadline = Date().addingTimeInterval(limit)
        while readMore() {
            if Date() > deadline { kill(process, SIGKILL) }
        }
        var status: Int32 = 0
        waitpid(process, &status, 0)
        return status & 0x7f == 0 ? status >> 8 & 0xff : -1
    }

    var usesColours: Bool { hasGot("\u{1B}[1;36m") }

    /// Have these very bytes been written to the terminal?
    func hasGot(_ text: String) -> Bool { raw.firstRange(of: Array(text.utf8)) != nil }

    struct Failure: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    /// False at the end of what it writes.
    private func readMore() -> Bool {
        var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, 1000) > 0 else { return true }
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = read(master, &buffer, buffer.count)
        guard count > 0 else { return false }
        raw += buffer[..<count]
        screen = Self.withoutEscapes(String(decoding: raw, as: UTF8.self))
        return true
    }

    private static func withoutEscapes(_ text: String) -> String {
        let plain = text.replacing(#/\e\[[0-9;?]*[A-Za-z]|\e[()=>][A-Z0-9]?/#, with: "")
        return String(String.UnicodeScalarView(plain.unicodeScalars.filter { $0 != "\r" }))
    }

    /// In a session of its own, whose terminal is the first that it opens.
    private static func spawn(_ arguments: [String], on terminal: String, _ environment: [String: String]) throws
        -> pid_t
    {
        var actions = posix_spawn_file_actions_t(), attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        let newSession: Int16 = 0x80  // POSIX_SPAWN_SETSID
        posix_spawnattr_setflags(&attributes, newSession)
        var variables = ProcessInfo.processInfo.environment
        variables["TERM"] = "xterm-256color"
        variables["NO_COLOR"] = nil
        variables["ASTROLUA_HISTORY"] = ""
        variables.merge(environment) { $1 }
        let words =
            (["sh", "-c", "cd \"$0\" && exec \"$@\"", Run.directory.path, Run.program.path] + arguments).map {
                strdup($0)
            } + [nil]
        let settings = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in words + settings { free(text) } }
        var process: pid_t = 0
        let status = posix_spawn(&process, "/bin/sh", &actions, &attributes, words, settings)
        guard status == 0 else { throw Failure("the program does not start: \(String(cString: strerror(status)))") }
        return process
    }
}
