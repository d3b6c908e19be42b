import AstroCore
import CLua
import LuaBridge

/// What stdlib/astro/io.lua is made of.
extension Runtime {
    static var fileFunctions: [LuaMethod<Void>] {
        [
            .init(
                "read", "io.read(path [, options])", "Events of a file, as rec.events, and what there is to say of it."
            ) { _, arguments in
                let table = try EventFile.read(arguments.readablePath(1), population: arguments.population(2))
                _ = try arguments.runtime.pushColumns(.table(table.luaFields), arguments.L)
                arguments.runtime.push(table.note.map { .text($0) } ?? .none, arguments.L)
                return .pushed(2)
            },
            .init(
                "read_connections", "io.read_connections(path [, options])", "Connections of a file, a Vector a column."
            ) { _, arguments in
                let table = try ConnectionFile.read(arguments.readablePath(1), population: arguments.population(2))
                return .pushed(try arguments.runtime.pushColumns(.table(table.luaFields), arguments.L))
            },
            .init("save_connections", "io.save_connections(connections, path)", "Writes a .csv or .h5 file.") {
                _, arguments in
                let connections = try arguments.object(Connections.self, 1, "connections")
                let path = try arguments.writablePath(2)
                return try arguments.runtime.journaled("io.save_connections", arguments.L) {
                    try ConnectionFile.save(connections, to: path)
                    return .nothing
                }
            },
            .init(
                "connect", "io.connect(sim, path_or_table [, options]) -> number", "Makes the connections of a file.",
                takes: 6
            ) { _, arguments in
                defer { arguments.runtime.accountMemory() }
                let simulation = try arguments.object(Simulation.self, 1, "sim")
                let source = arguments.isNothing(3) ? nil : try arguments.object(Nodes.self, 3, "source")
                let target = arguments.isNothing(4) ? nil : try arguments.object(Nodes.self, 4, "target")
                let synapse = try arguments.settings(5, "synapse", shorthand: "synapse_model")
                let isCounted = source != nil || target != nil
                return try arguments.runtime.journaled("io.connect", arguments.L) {
                    .integer(
                        try simulation.connect(
                            try arguments.connectionTable(2, population: 6, counting: isCounted), source: source,
                            target: target, synapse: synapse))
                }
            },
            .init("write_file", "host.write_file(path, text)", "Writes a file, where the sandbox lets it.") {
                _, arguments in
                let path = try arguments.writablePath(1)
                guard arguments.isText(2) else { throw arguments.wrong(2, "text", "a string") }
                try Ranks.all.together.onFirst {
                    try writeFile(path, arguments.runtime.bytes(arguments.L, at: arguments.index(2)))
                }
                return .nothing
            },
        ]
    }
}

extension Arguments {
    func readablePath(_ i: Int) throws -> String {
        try runtime.admit(try path(i), for: .read)
    }

    fileprivate func population(_ i: Int) throws -> String? { isNothing(i) ? nil : try string(i, "population") }

    /// A path, or a table with columns.
    fileprivate func connectionTable(_ i: Int, population: Int, counting: Bool) throws -> FileTable {
        if isText(i) {
            return try ConnectionFile.read(readablePath(i), population: self.population(population), counting: counting)
        }
        guard isTable(i) else { throw wrong(i, "connections", "the path of a file or a table") }
        var table = FileTable()
        for (name, value) in try settings(i, "connections").sorted(by: { $0.key < $1.key }) {
            switch value {
            case .numbers(let values): table.columns.append((name, .numbers(values)))
            case .texts(let texts): table.columns.append((name, .names(of: texts)))
            default: throw InputError("\(name) must be a Vector or a list, got \(value)")
            }
        }
        for (name, column) in table.columns where column.count != table.count {
            throw InputError("\(table.columns[0].name) has \(table.count) values, but \(name) has \(column.count)")
        }
        return table
    }
}

extension FileTable {
    fileprivate var luaFields: [(String, LuaValue)] {
        columns.map { name, column in
            switch column {
            case .numbers(let values): (name, .vector(values))
            case .names(let names, let which): (name, .list(which.map { .text(names[Int($0)]) }))
            }
        }
    }
}
