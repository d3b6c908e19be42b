import AstroCore
import CLua
import Glibc
import LuaShim

/// The private table that modules in stdlib get as their third argument; scripts cannot reach it.
extension Runtime {
    static var hostFunctions: [LuaMethod<Void>] {
        [
            .init("gnuplot", "host.gnuplot(commands [, data])", "Runs gnuplot; true, or nil and why not.") {
                _, arguments in
                let input =
                    try arguments.string(1, "commands") + "\n"
                    + (arguments.isNothing(2) ? "" : try arguments.string(2, "data"))
                guard let problem = runGnuplot(input) else { return .flag(true) }
                arguments.runtime.push(.none, arguments.L)
                arguments.runtime.push(.text(problem), arguments.L)
                return .pushed(2)
            },
            .init("write_file", "host.write_file(path, text)", "Writes a file, where the sandbox lets it.") {
                _, arguments in
                let path = try arguments.writablePath(1)
                guard arguments.isText(2) else { throw arguments.wrong(2, "text", "a string") }
                try writeFile(path, arguments.runtime.bytes(arguments.L, at: arguments.index(2)))
                return .nothing
            },
        ] + deskFunctions
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

/// Commands and messages go through memory files rather than pipes, so neither side can wait for the other.
private func runGnuplot(_ input: String) -> String? {
    guard let commands = tmpfile(), let messages = tmpfile() else { return "no temporary file for gnuplot" }
    defer {
        fclose(commands)
        fclose(messages)
    }
    fputs(input, commands)
    fflush(commands)
    fflush(nil)
    lseek(fileno(commands), 0, SEEK_SET)
    guard let status = spawn("gnuplot", input: fileno(commands), messages: fileno(messages)) else {
        return "gnuplot is not installed (on Debian: apt install gnuplot-nox)"
    }
    if status == 0 { return nil }
    rewind(messages)
    let text = readAll(messages).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let lines = text.split(separator: "\n").filter { !$0.allSatisfy { $0 == " " || $0 == "^" } }
    return "gnuplot: " + (lines.isEmpty ? "ended with status \(status >> 8)" : lines.joined(separator: "\n"))
}

/// Runs a program found in PATH; its wait status, or nil if there is no such program.
private func spawn(_ program: String, input: Int32, messages: Int32) -> Int32? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO)
    var name: [UnsafeMutablePointer<CChar>?] = [strdup(program), nil]
    defer { free(name[0]) }
    var child: pid_t = 0
    guard posix_spawnp(&child, program, &actions, nil, &name, environ) == 0 else { return nil }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    return status
}
