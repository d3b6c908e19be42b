import AstroCore
import CLua
import Glibc
import LuaShim

/// The private table that modules in stdlib get as their third argument; scripts cannot reach it.
extension Runtime {
    static var hostFunctions: [LuaMethod<Void>] {
        [
            .init(
                "gnuplot", "host.gnuplot(commands [, path])",
                "Runs gnuplot and writes its output to a file, where the sandbox lets it; true, or nil and why not."
            ) { _, arguments in
                let path = arguments.isNothing(2) ? nil : try arguments.writablePath(2)
                var picture: [UInt8] = []
                if let problem = runGnuplot(try arguments.string(1, "commands") + "\n", output: &picture) {
                    return arguments.failure(problem)
                }
                if let path { try picture.withUnsafeBytes { try writeFile(path, $0) } }
                return .flag(true)
            },
            .init("terminal", "host.terminal(ask)", "What standard output can show; `ask` the terminal about graphics.")
            {
                _, arguments in
                let terminal = Terminal()
                let graphics = lua_toboolean(arguments.L, 1) != 0 ? Terminal.graphics() : nil
                return .table([
                    ("is_terminal", .flag(terminal.isTerminal)), ("columns", .integer(terminal.columns)),
                    ("rows", .integer(terminal.rows)), ("cell_width", .integer(terminal.cellWidth)),
                    ("colour", .flag(terminal.hasColour)), ("utf8", .flag(terminal.isUTF8)),
                    ("has_windows", .flag(terminal.hasWindows)), ("graphics", graphics.map { .text($0) } ?? .none),
                ])
            },
            .init(
                "show_picture", "host.show_picture(commands, protocol)",
                "Writes what gnuplot draws to the terminal, as \"sixel\" or \"kitty\" graphics; true, or nil and why not."
            ) { _, arguments in
                let kind = try arguments.string(2, "protocol")
                var bytes: [UInt8] = []
                if let problem = runGnuplot(try arguments.string(1, "commands") + "\n", output: &bytes) {
                    return arguments.failure(problem)
                }
                guard let picture = kind == "kitty" ? TerminalPicture.kitty(bytes) : TerminalPicture.sixel(bytes) else {
                    return arguments.failure("gnuplot drew no picture for a terminal")
                }
                writeToStandardOutput(picture + [UInt8(ascii: "\n")])
                return .flag(true)
            },
            .init("write_file", "host.write_file(path, text)", "Writes a file, where the sandbox lets it.") {
                _, arguments in
                let path = try arguments.writablePath(1)
                guard arguments.isText(2) else { throw arguments.wrong(2, "text", "a string") }
                try writeFile(path, arguments.runtime.bytes(arguments.L, at: arguments.index(2)))
                return .nothing
            },
        ]
    }
}

extension Arguments {
    fileprivate func failure(_ problem: String) -> LuaValue {
        runtime.push(.none, L)
        runtime.push(.text(problem), L)
        return .pushed(2)
    }
}

private func writeToStandardOutput(_ bytes: [UInt8]) {
    fflush(nil)
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
        if count < 0, errno != EINTR { return }
        rest = rest.dropFirst(max(count, 0))
    }
}

func writeFile(_ path: String, _ bytes: UnsafeRawBufferPointer) throws {
    guard let file = fopen(path, "wb") else { throw InputError("'\(path)': \(String(cString: strerror(errno)))") }
    let written = fwrite(bytes.baseAddress ?? UnsafeRawPointer(file), 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count else {
        throw InputError("'\(path)': \(String(cString: strerror(errno)))")
    }
}

func readFile(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    return readAll(file)
}

func readStandardInput() -> [UInt8]? {
    guard let file = fdopen(dup(STDIN_FILENO), "rb") else { return nil }
    defer { fclose(file) }
    return readAll(file)
}

private func readAll(_ file: UnsafeMutablePointer<FILE>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        if count == 0 { return ferror(file) == 0 ? bytes : nil }
        bytes += buffer[..<count]
    }
}

/// What went wrong, if something did. Commands, messages and pictures go through files in memory rather than pipes, so
/// neither side can wait for the other.
private func runGnuplot(_ input: String, output: inout [UInt8]) -> String? {
    guard let commands = tmpfile(), let messages = tmpfile(), let picture = tmpfile() else {
        return "no temporary file for gnuplot"
    }
    defer {
        fclose(commands)
        fclose(messages)
        fclose(picture)
    }
    fputs(input, commands)
    fflush(commands)
    fflush(nil)
    lseek(fileno(commands), 0, SEEK_SET)
    let files = (fileno(commands), fileno(picture), fileno(messages))
    guard let status = spawn("gnuplot", files) else {
        return "gnuplot is not installed (on Debian: apt install gnuplot-nox)"
    }
    if status == 0 {
        rewind(picture)
        output = readAll(picture) ?? []
        return nil
    }
    rewind(messages)
    let text = readAll(messages).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let lines = text.split(separator: "\n").filter { !$0.allSatisfy { $0 == " " || $0 == "^" } }
    return "gnuplot: " + (lines.isEmpty ? "ended with status \(status >> 8)" : lines.joined(separator: "\n"))
}

/// Runs a program found in PATH with these as standard input, output and error; its wait status, or nil if there is no
/// such program.
private func spawn(_ program: String, _ files: (input: Int32, output: Int32, messages: Int32)) -> Int32? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, files.input, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, files.output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, files.messages, STDERR_FILENO)
    var name: [UnsafeMutablePointer<CChar>?] = [strdup(program), nil]
    defer { free(name[0]) }
    var child: pid_t = 0
    guard posix_spawnp(&child, program, &actions, nil, &name, environ) == 0 else { return nil }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    return status
}
