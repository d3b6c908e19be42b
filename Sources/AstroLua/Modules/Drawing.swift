import AstroCore
import CLua
import CSandbox
import Glibc
import LuaBridge

/// Pictures and text on the screen, which stdlib/astro/plot is made of.
extension Runtime {
    static var drawingFunctions: [LuaMethod<Void>] {
        [
            .init(
                "gnuplot", "host.gnuplot(commands, path)",
                "Writes what gnuplot draws to a file, where the sandbox lets it; true, or nil and why not."
            ) { _, arguments in
                let path = try arguments.writablePath(2)
                return try arguments.drawOnFirst { picture in
                    let picture = undated(picture), commands = try arguments.string(1, "commands")
                    try picture.withUnsafeBytes { try writeFile(path, $0) }
                    arguments.runtime.noteDrawing(commands, picture, at: path)
                    return nil
                }
            },
            .init(
                "show_window", "host.show_window(commands)",
                "Runs gnuplot, which opens a window; true, or nil and why not."
            ) { _, arguments in
                guard arguments.runtime.access.trusted else {
                    return arguments.failure("a script in the sandbox can't open a window (--trust allows it)")
                }
                return try arguments.draw(reach: SANDBOX_EVERYTHING) { _ in nil }
            },
            .init("terminal", "host.terminal(ask)", "What standard output can show; `ask` the terminal about graphics.")
            {
                _, arguments in
                let terminal = Terminal()
                let graphics = lua_toboolean(arguments.L, 1) != 0 ? Terminal.graphics() : nil
                return .table([
                    ("is_terminal", .flag(terminal.isTerminal)), ("columns", .integer(terminal.columns)),
                    ("rows", .integer(terminal.rows)), ("cell_width", .integer(terminal.cellWidth)),
                    ("colour", .flag(terminal.hasColours)), ("utf8", .flag(terminal.isUTF8)),
                    ("has_windows", .flag(arguments.runtime.access.trusted && terminal.hasWindows)),
                    ("graphics", graphics.map { .text($0) } ?? .none),
                    ("is_notebook", .flag(arguments.runtime.showInline != nil)),
                ])
            },
            .init(
                "show_inline", "host.show_inline(commands, kind, width, summary)",
                "Shows what gnuplot draws in the notebook, \"svg\" or \"png\"; true, or nil and why not.", takes: 4
            ) { _, arguments in
                guard let show = arguments.runtime.showInline,
                    let kind = InlinePicture.Kind(rawValue: try arguments.string(2, "kind"))
                else { throw InputError("there is no notebook, or no such kind of picture") }
                let width = Int(try arguments.number(3, "width")), summary = try arguments.string(4, "summary")
                return try arguments.draw { bytes in
                    let picture = InlinePicture(kind: kind, bytes: bytes, width: width, summary: summary)
                    guard picture.isWhatItSays else { return "gnuplot drew no picture for a notebook" }
                    try show(picture)
                    return nil
                }
            },
            .init(
                "show_picture", "host.show_picture(commands, protocol)",
                "Writes what gnuplot draws to the terminal, as \"sixel\" or \"kitty\" graphics; true, or nil and why not."
            ) { _, arguments in
                let kind = try arguments.string(2, "protocol")
                if Ranks.all.rank > 0 { return .flag(true) }
                return try arguments.draw { bytes in
                    let picture = kind == "kitty" ? TerminalPicture.kitty(bytes) : TerminalPicture.sixel(bytes)
                    guard let picture else { return "gnuplot drew no picture for a terminal" }
                    try Terminal.send(picture + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
                    return nil
                }
            },
            .init(
                "show_text", "host.show_text(text [, is_complaint])",
                "Writes text to standard output, or to standard error; colours stay colours."
            ) { _, arguments in
                let text = try arguments.string(1, "text")
                try Terminal.show(text, isComplaint: lua_toboolean(arguments.L, 2) != 0)
                return .nothing
            },
        ]
    }
}

extension Arguments {
    /// Has gnuplot draw the commands; true, or nil and what was wrong with drawing or, as `use` tells, with the picture.
    fileprivate func draw(
        reach: sandbox_reach = SANDBOX_PICTURE, _ use: ([UInt8]) throws -> String?
    ) throws -> LuaValue {
        switch runGnuplot(try string(1, "commands") + "\n", reach) {
        case .success(let picture): return try use(picture).map(failure) ?? .flag(true)
        case .failure(let problem): return failure("\(problem)")
        }
    }

    /// As `draw`, on the first of several ranks; all get its answer.
    fileprivate func drawOnFirst(_ use: ([UInt8]) throws -> String?) throws -> LuaValue {
        let ranks = Ranks.all
        if ranks.isAlone { return try draw(use) }
        var problem: String?
        try ranks.together.onFirst {
            switch runGnuplot(try string(1, "commands") + "\n", SANDBOX_PICTURE) {
            case .success(let picture): problem = try use(picture)
            case .failure(let error): problem = "\(error)"
            }
        }
        return ranks.together.first(problem).map(failure) ?? .flag(true)
    }

    func failure(_ problem: String) -> LuaValue {
        runtime.push(.none, L)
        runtime.push(.text(problem), L)
        return .pushed(2)
    }
}

/// A picture that a notebook shows.
public struct InlinePicture: Sendable {
    public enum Kind: String, Sendable { case svg, png }

    public let kind: Kind
    public let bytes: [UInt8]
    /// Pixels that it is to take up.
    public let width: Int
    /// What it is, in words.
    public let summary: String

    public var base64: String { String(decoding: TerminalPicture.base64(bytes), as: UTF8.self) }

    /// Browsers run what an SVG holds between <script>. gnuplot writes none unless it is asked to.
    var isWhatItSays: Bool {
        switch kind {
        case .png: bytes.starts(with: [0x89, 0x50, 0x4e, 0x47])
        case .svg: bytes.starts(with: Array("<?xml".utf8)) && bytes.firstRange(of: Array("<script".utf8)) == nil
        }
    }
}

/// The same picture has the same bytes another day: a PDF says nothing of its own when it was made.
private func undated(_ picture: [UInt8]) -> [UInt8] {
    let label = Array("/CreationDate (D:".utf8), date = Array("19800101000000".utf8)
    guard picture.starts(with: Array("%PDF".utf8)), let place = picture.firstRange(of: label)?.upperBound,
        picture[place...].prefix(date.count).allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
    else { return picture }
    return picture[..<place] + date + picture[(place + date.count)...]
}

/// Commands, picture and messages go through files in memory rather than pipes, so neither side can wait for the other.
private func runGnuplot(_ input: String, _ reach: sandbox_reach) -> Result<[UInt8], InputError> {
    let files = (0..<3).map { _ in fdopen(sandbox_memory_file(), "w+b") }
    defer { for case let file? in files { fclose(file) } }
    guard let commands = files[0], let picture = files[1], let messages = files[2] else {
        return .failure(InputError("can't make files for gnuplot: \(String(cString: strerror(errno)))"))
    }
    fputs(input, commands)
    fflush(nil)
    lseek(fileno(commands), 0, SEEK_SET)
    let status = sandbox_run_gnuplot(fileno(commands), fileno(picture), fileno(messages), reach)
    if status == Int32(SANDBOX_NO_PROGRAM) {
        return .failure(InputError("gnuplot is not installed (on Debian: apt install gnuplot-nox)"))
    }
    if status == Int32(SANDBOX_NO_ANSWER) {
        return .failure(InputError("gnuplot could not be started (too many processes or open files?)"))
    }
    rewind(picture)
    rewind(messages)
    guard status == 0 else { return .failure(InputError("gnuplot: " + complaint(readAll(messages) ?? [], status))) }
    return .success(readAll(picture) ?? [])
}

private func complaint(_ messages: [UInt8], _ status: Int32) -> String {
    let lines = String(decoding: messages, as: UTF8.self).split(separator: "\n")
        .filter { !$0.allSatisfy { $0 == " " || $0 == "^" } }
    if !lines.isEmpty { return lines.joined(separator: "\n") }
    return status & 0x7f == 0 ? "ended with status \(status >> 8)" : "was ended by signal \(status & 0x7f)"
}
