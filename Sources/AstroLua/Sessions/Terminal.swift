import AstroCore
import CLua
import Glibc
import LuaBridge

/// The terminal behind a file descriptor, and what it can show.
package struct Terminal {
    package let isTerminal: Bool
    /// 80 by 24 where there is no terminal to ask; COLUMNS and LINES go before what it says.
    package let columns, rows: Int
    /// Width of a character in pixels.
    let cellWidth: Int

    package init(_ descriptor: Int32 = STDOUT_FILENO) {
        isTerminal = isatty(descriptor) == 1
        var size = winsize()
        let known = isTerminal && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        columns = max(20, Terminal.number("COLUMNS") ?? (known ? Int(size.ws_col) : 80))
        rows = max(10, Terminal.number("LINES") ?? (known ? Int(size.ws_row) : 24))
        cellWidth = known && size.ws_xpixel > 0 ? Int(size.ws_xpixel) / Int(size.ws_col) : 10
    }

    /// A variable of the environment; an empty one counts as none.
    package static func variable(_ name: String) -> String? {
        getenv(name).flatMap { String(validatingCString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func number(_ name: String) -> Int? {
        variable(name).flatMap(Int.init).flatMap { 1...10000 ~= $0 ? $0 : nil }
    }

    /// Unless it is a dumb one, or the user does not want any (https://no-color.org).
    package var hasColours: Bool {
        isTerminal && Terminal.variable("NO_COLOR") == nil && !["dumb", nil].contains(Terminal.variable("TERM"))
    }

    /// A locale that is set to something else says no; none at all says nothing.
    var isUTF8: Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(Terminal.variable).first
        return locale.map { $0.lowercased().replacing("-", with: "").contains("utf8") } ?? true
    }

    var hasWindows: Bool { Terminal.variable("DISPLAY") != nil || Terminal.variable("WAYLAND_DISPLAY") != nil }

    /// "kitty", "sixel" or nothing, as the terminal answers; it is asked once, and not while typed text is waiting, which
    /// would be taken for an answer.
    static func graphics() -> String? {
        if let answer { return answer.isEmpty ? nil : answer }
        var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        if poll(&waiting, 1, 0) > 0 { return nil }
        answer = askForGraphics() ?? ""
        return graphics()
    }

    nonisolated(unsafe) private static var answer: String?

    /// Both questions at once. Every terminal answers the second (its device attributes), so an answer without the
    /// first's is a no and nobody has to wait.
    private static func askForGraphics() -> String? {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, let term = variable("TERM"), term != "dumb"
        else { return nil }
        let tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard tty >= 0 else { return nil }
        defer { close(tty) }
        var before = termios()
        guard tcgetpgrp(tty) == getpgrp(), tcgetattr(tty, &before) == 0 else { return nil }
        var raw = before
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
        guard tcsetattr(tty, TCSADRAIN, &raw) == 0 else { return nil }
        defer { tcsetattr(tty, TCSANOW, &before) }
        let question = "\u{1b}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1b}\\\u{1b}[c"
        guard write(tty, question, question.utf8.count) == question.utf8.count else { return nil }
        return graphics(in: readAnswer(tty))
    }

    /// Up to the end of the device attributes, ESC [ ? … c, or until the terminal has been silent for half a second.
    private static func readAnswer(_ tty: Int32) -> String {
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256)
        while answer.count < 4096 {
            var waiting = pollfd(fd: tty, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 500) > 0 else { break }
            let count = read(tty, &buffer, buffer.count)
            guard count > 0 else { break }
            answer += buffer[..<count]
            if String(decoding: answer, as: UTF8.self).firstRange(of: "\u{1b}[?") != nil,
                answer.last == UInt8(ascii: "c")
            {
                break
            }
        }
        return String(decoding: answer, as: UTF8.self)
    }

    /// Attribute 4 is sixel.
    static func graphics(in answer: String) -> String? {
        if answer.contains("_Gi=31;OK") { return "kitty" }
        guard let start = answer.firstRange(of: "\u{1b}[?") else { return nil }
        let attributes = answer[start.upperBound...].prefix { $0 != "c" }.split(separator: ";")
        return attributes.contains("4") ? "sixel" : nil
    }
}

/// What the program writes itself, behind what scripts have printed.
extension Terminal {
    package enum Style: String {
        case note = "2"
        case heading = "1"
        case error = "31"
    }

    package static func painted(_ text: String, _ style: Style, _ hasColours: Bool) -> String {
        hasColours ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Text for standard output, or for standard error; colours stay colours. Of several ranks, the first one writes.
    package static func show(_ text: String, isComplaint: Bool = false) throws {
        if Ranks.all.rank > 0 { return }
        let file = isComplaint ? STDERR_FILENO : STDOUT_FILENO
        try send(Array((isatty(file) == 1 ? visible(text, keepingColours: true) : text).utf8), to: file)
    }

    /// What cannot be said on standard error cannot be said at all.
    static func send(_ bytes: [UInt8], to file: Int32) throws {
        fflush(nil)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0, file == STDERR_FILENO { return }
            guard count >= 0 else {
                throw InputError("can't write to standard output: \(String(cString: strerror(errno)))")
            }
            rest = rest.dropFirst(count)
        }
    }
}

/// Pictures as a terminal takes them. Nothing that a script wrote gets into them as a control sequence.
enum TerminalPicture {
    /// The bytes if they are one sixel picture and nothing else.
    static func sixel(_ bytes: [UInt8]) -> [UInt8]? {
        let escape: UInt8 = 0x1b
        guard bytes.starts(with: [escape, UInt8(ascii: "P")]), bytes.suffix(2) == [escape, UInt8(ascii: "\\")] else {
            return nil
        }
        let body = bytes[2..<(bytes.count - 2)]
        guard body.allSatisfy({ $0 >= 0x20 && $0 < 0x7f || $0 == 0x0a || $0 == 0x0d }) else { return nil }
        guard
            body.drop(while: { $0 == UInt8(ascii: ";") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }).first
                == UInt8(ascii: "q")
        else { return nil }
        return bytes
    }

    /// A PNG in kitty's protocol: base64 in pieces of 4096.
    static func kitty(_ png: [UInt8]) -> [UInt8]? {
        guard png.starts(with: [0x89, 0x50, 0x4e, 0x47]) else { return nil }
        let text = base64(png)
        var result: [UInt8] = []
        var rest = text[...]
        while !rest.isEmpty {
            let piece = rest.prefix(4096)
            rest = rest.dropFirst(4096)
            let isFirst = result.isEmpty
            let head = "\u{1b}_G" + (isFirst ? "a=T,f=100,q=2," : "") + "m=\(rest.isEmpty ? 0 : 1);"
            result += Array(head.utf8) + piece + Array("\u{1b}\\".utf8)
        }
        return result
    }

    static func base64(_ bytes: [UInt8]) -> [UInt8] { Base64.encoded(bytes) }
}
