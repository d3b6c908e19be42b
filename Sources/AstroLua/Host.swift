import AstroCore
import CLua
import CSandbox
import Glibc
import LuaShim

/// The private table that modules in stdlib get as their third argument; scripts cannot reach it.
extension Runtime {
    static var hostFunctions: [LuaMethod<Void>] {
        [
            .init("gnuplot", "host.gnuplot(commands, path)", "Writes a picture; true, or nil and why not.") {
                _, arguments in
                let commands = try arguments.string(1, "commands")
                let path = try arguments.string(2, "path")
                guard let problem = draw(commands, path, arguments.runtime.access) else { return .flag(true) }
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
        ]
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

/// What is wrong, or nil. gnuplot writes to its standard output: it needs no right to write any file.
private func draw(_ commands: String, _ path: String, _ access: Access) -> String? {
    if let refusal = access.refusal(path, writing: true) { return refusal }
    do {
        let picture = try runGnuplot(commands + "\n")
        try picture.withUnsafeBytes { try writeFile(path, $0) }
        return nil
    } catch {
        let text = "\(error)"
        return text.hasPrefix("'") ? text : "'\(path)': \(text)"
    }
}

/// Commands, picture and messages go through files in memory rather than pipes, so neither side can wait for the other.
private func runGnuplot(_ input: String) throws -> [UInt8] {
    let files = (0..<3).map { _ in fdopen(sandbox_memory_file(), "w+b") }
    defer { for case let file? in files { fclose(file) } }
    guard let commands = files[0], let picture = files[1], let messages = files[2] else {
        throw InputError("no memory for gnuplot's files")
    }
    fputs(input, commands)
    fflush(nil)
    lseek(fileno(commands), 0, SEEK_SET)
    let status = sandbox_run_gnuplot(fileno(commands), fileno(picture), fileno(messages))
    if status == Int32(SANDBOX_NO_PROGRAM) {
        throw InputError("gnuplot is not installed (on Debian: apt install gnuplot-nox)")
    }
    rewind(picture)
    rewind(messages)
    guard status == 0 else { throw InputError("gnuplot: " + complaint(readAll(messages) ?? [], status)) }
    return readAll(picture) ?? []
}

private func complaint(_ messages: [UInt8], _ status: Int32) -> String {
    let lines = String(decoding: messages, as: UTF8.self).split(separator: "\n")
        .filter { !$0.allSatisfy { $0 == " " || $0 == "^" } }
    if !lines.isEmpty { return lines.joined(separator: "\n") }
    return status & 0x7f == 0 ? "ended with status \(status >> 8)" : "was ended by signal \(status & 0x7f)"
}
