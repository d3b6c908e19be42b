import AstroBase
import CLua
import CLuaHost
import LuaShim

package typealias LuaState = OpaquePointer

/// An error value that Lua raised and that lies on top of the stack, on its way through Swift.
package struct RaisedError: Error {
    package init() {}
}

/// One running Lua, and the Swift functions and types that scripts find in it.
///
/// A subclass holds what these work on. It calls `close` when it goes, while all of it is still there: finalizers of scripts may
/// call any function.
open class Lua {
    /// The main coroutine's; functions get that of their caller.
    package private(set) var L: LuaState! = nil
    package final let objects = Objects()
    private final var entries: [Entry] = []
    /// The types that are registered, in the order of their tags.
    final var types: [ObjectIdentifier] = []
    var memory = MemoryWatch()

    private struct Entry {
        /// In front of the message: the name of the call.
        let label: String?
        let body: (Lua, LuaState) throws -> LuaValue
    }

    package init(seed: Int64) throws {
        guard let state = shim_open(enter, Unmanaged.passUnretained(self).toOpaque(), seed) else {
            throw InputError("there is no memory for Lua")
        }
        L = state
    }

    package func close() {
        if L != nil { shim_close(L) }
        L = nil
    }

    deinit { close() }

    /// The number under which Lua calls `body`; `label` stands in front of its errors.
    package func addEntry(_ label: String?, _ body: @escaping (Lua, LuaState) throws -> LuaValue) -> Int32 {
        entries.append(Entry(label: label, body: body))
        return Int32(entries.count - 1)
    }

    fileprivate final func call(_ id: Int32, _ L: LuaState) -> Int32 {
        let entry = entries[Int(id)]
        do {
            let value = try entry.body(self, L)
            try value.refuse()
            return push(value, L)
        } catch is RaisedError {
            return Int32(SHIM_RAISED)
        } catch {
            // a message that begins with the name of the call does not say it twice
            let message = "\(error)"
            let prefix = entry.label.flatMap { message.hasPrefix("\($0) ") ? nil : "\($0): " } ?? ""
            pushText(shortened(prefix + message), L)
            return Int32(SHIM_FAILED)
        }
    }

    /// Messages name what a script passed: a text of megabytes is not repeated as a whole.
    private func shortened(_ message: String) -> String {
        let most = 1 << 14, shown = 1 << 12
        guard message.utf8.count > most else { return message }
        return "\(message.prefix(shown)) … (\(message.utf8.count) bytes in all) … \(message.suffix(shown / 4))"
    }

    /// Calls the function below its arguments; what it raises goes on through Swift as it is.
    package func callBack(_ L: LuaState, arguments: Int32, results: Int32) throws {
        guard host_call(L, arguments, results, false) == LUA_OK else { throw RaisedError() }
    }
}

package let registry = Int32(SHIM_REGISTRY)

private let enter: shim_entry = { L, method in
    Unmanaged<Lua>.fromOpaque(shim_context(L)).takeUnretainedValue().call(method, L!)
}
