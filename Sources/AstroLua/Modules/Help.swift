import AstroCore
import CLua
import Glibc
import LuaBridge

/// What help tells about a userdata type.
struct TypePage {
    let tag: Int32
    let name, meaning: String
    let methods, fields: [LuaValue]

    init<T: LuaType>(_ type: T.Type, _ tag: Int32) {
        self.tag = tag
        name = T.luaName
        meaning = T.luaMeaning
        methods = T.methods.map(\.page)
        fields = T.fields.map {
            .table([("name", .text($0.name)), ("meaning", .text($0.meaning)), ("result", .text($0.result))])
        }
    }
}

extension LuaMethod {
    var page: LuaValue {
        .table([
            ("name", .text(name)), ("usage", .text(usage)), ("meaning", .text(meaning)), ("details", .text(details)),
        ])
    }
}

/// What `help`, completion and pretty-printing in stdlib need of the program.
extension Runtime {
    static var helpFunctions: [LuaMethod<Void>] {
        [
            .init("reference", "host.reference()", "What there is to know about types and functions.") { _, arguments in
                .table([
                    ("types", .list(arguments.runtime.typePages.map(\.luaValue))),
                    ("astro", .list(Runtime.allFunctions.map(\.page))),
                    ("random", .list(Distribution.makers.map(\.page))),
                    ("space", .list(Runtime.spaceFunctions.map(\.page))),
                ])
            },
            .init("methods", "host.methods(type)", "The table of a userdata type's methods, or nil.") { _, arguments in
                try arguments.runtime.pushMethodTable(try arguments.string(1, "type"), arguments.L)
            },
            .init("modules", "host.modules([folder])", "Names of the modules in stdlib/astro, or in a folder there.") {
                _, arguments in
                let folder = arguments.isNothing(1) ? "astro" : "astro/\(try arguments.string(1, "folder"))"
                let files = arguments.runtime.access.stdlib.flatMap { directoryEntries("\($0)/\(folder)") } ?? []
                let prefix = folder.replacing("/", with: ".")
                return .list(
                    files.filter { $0.hasSuffix(".lua") }.sorted().map { .text("\(prefix).\($0.dropLast(4))") })
            },
            .init("source", "host.source(module)", "The text of a module in stdlib, or nil.") { _, arguments in
                try arguments.runtime.readStdlib(arguments)
            },
            .init("files", "host.files(directory)", "What lies there, directories with a slash; nothing if refused.") {
                _, arguments in
                .list(arguments.runtime.visibleFiles(try arguments.path(1, "directory")).map { .text($0) })
            },
            .init(
                "explained", "host.explained(message, text)",
                "An error of Lua's, with what was probably meant; it is about the text."
            ) { _, arguments in
                let message = try arguments.string(1, "message"), text = try arguments.string(2, "text")
                return .text(arguments.runtime.explained(message, about: text))
            },
            .init("readable", "host.readable(message)", "A message, without the middle of what nobody can read.") {
                _, arguments in
                .text(readable(try arguments.string(1, "message")))
            },
            .init("nearest", "host.nearest(name, names)", "The name that was probably meant, or nil.") { _, arguments in
                let name = try arguments.string(1, "name")
                let near = InputError.nearest(to: name, among: try arguments.names(2, "names"))
                return near.map { .text($0) } ?? .none
            },
            .init("visible", "host.visible(text)", "Text as a terminal may show it: control characters are shown.") {
                _, arguments in
                .text(visible(try arguments.string(1, "text")))
            },
            .init("seconds", "host.seconds()", "A clock that only runs forward.") { _, _ in
                var time = timespec()
                clock_gettime(CLOCK_MONOTONIC, &time)
                return .number(Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9)
            },
        ]
    }

    private func pushMethodTable(_ name: String, _ L: LuaState) throws -> LuaValue {
        guard let page = typePages.first(where: { $0.name == name }) else { return .none }
        pushMethodTable(page.tag, L)
        return .pushed(1)
    }

    private func visibleFiles(_ path: String) -> [String] {
        let path = path.isEmpty ? "." : path
        guard access.refusal(path, writing: false) == nil, let names = directoryEntries(path) else { return [] }
        return names.sorted().map { isDirectory("\(path)/\($0)") ? $0 + "/" : $0 }
    }
}

extension TypePage {
    fileprivate var luaValue: LuaValue {
        .table([
            ("name", .text(name)), ("meaning", .text(meaning)), ("methods", .list(methods)), ("fields", .list(fields)),
        ])
    }
}

private func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
