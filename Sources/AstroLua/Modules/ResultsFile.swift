import AstroCore
import CLua
import LuaBridge

/// The file of a sweep's results, of which one is open at a time: lines that are there whole or not at all, and are written by
/// nobody else meanwhile.
extension Runtime {
    static var resultsFunctions: [LuaMethod<Void>] {
        [
            .init(
                "open_results", "host.open_results(path)",
                "Opens a file for more lines; what it holds, or nil and why it cannot be opened."
            ) { _, arguments in
                let runtime = arguments.runtime
                runtime.results = nil
                return try arguments.orFailure {
                    let path = try arguments.path(1)
                    let file = try AppendingFile(try runtime.admit(path, for: .change), keeping: true)
                    runtime.ledger?.noteUnordered(runtime.places.name(of: path))
                    runtime.results = file
                    try file.contents().withUnsafeBytes { bytes in
                        _ = lua_pushlstring(
                            arguments.L, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
                    }
                    return .pushed(1)
                }
            },
            .init("cut_results", "host.cut_results(bytes)", "Takes away what is behind so many bytes.") {
                _, arguments in
                try arguments.runtime.results?.cut(to: try arguments.integer(1, "bytes"))
                return .nothing
            },
            .init("add_result", "host.add_result(line)", "Appends a line; true, or nil and why not.") { _, arguments in
                guard arguments.isText(1) else { throw arguments.wrong(1, "line", "a string") }
                return try arguments.orFailure {
                    let line = arguments.runtime.bytes(arguments.L, at: arguments.index(1))
                    try arguments.runtime.results?.append(line + [UInt8(ascii: "\n")])
                    return .flag(true)
                }
            },
            .init("close_results", "host.close_results()", "The file may be written by others again.") { _, arguments in
                try? arguments.runtime.results?.settle()
                arguments.runtime.results = nil
                return .nothing
            },
        ]
    }
}

extension Arguments {
    /// What `body` returns, or nil and what was wrong.
    fileprivate func orFailure(_ body: () throws -> LuaValue) throws -> LuaValue {
        do { return try body() } catch let problem as InputError { return failure(problem.message) }
    }
}
