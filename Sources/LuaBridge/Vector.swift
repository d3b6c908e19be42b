import AstroBase
import CLua

/// A typed array of doubles. It lives in Lua's own memory, so Lua's collector and limit see it; a `Vector` here
/// is a view that holds while the userdata is on the stack.
package struct Vector {
    package let values: UnsafeMutableBufferPointer<Double>

    private static let mark: UInt64 = 0x41_73_74_72_6f_56_65_63
    private static let header = 16

    package static func read(_ lua: Lua, _ L: LuaState, at index: Int32) -> Vector? {
        guard lua.hasMetatable(lua.tag(of: Vector.self), L, at: index), let block = lua_touserdata(L, index),
            lua_rawlen(L, index) >= header, block.load(as: UInt64.self) == mark
        else { return nil }
        let count = (Int(lua_rawlen(L, index)) - header) / MemoryLayout<Double>.stride
        let start = (block + header).bindMemory(to: Double.self, capacity: count)
        return Vector(values: UnsafeMutableBufferPointer(start: start, count: count))
    }

    package static func bytes(_ count: Int) -> Double { Double(header) + Double(count) * 8 }

    private static func refuse(_ count: Int) throws {
        try Memory.refuse(bytes(count), for: "Vectors of \(count) numbers")
    }

    /// Pushes a new vector that `fill` writes, if there is memory for it; it must write all of it.
    package static func push(
        _ lua: Lua, _ L: LuaState, asking count: Int,
        _ fill: (UnsafeMutableBufferPointer<Double>) throws -> Void
    ) throws {
        try refuse(count)
        try push(lua, L, count, fill)
    }

    /// The same without asking.
    package static func push(
        _ lua: Lua, _ L: LuaState, _ count: Int, _ fill: (UnsafeMutableBufferPointer<Double>) throws -> Void
    ) rethrows {
        let block = lua_newuserdatauv(L, header + count * MemoryLayout<Double>.stride, 0)!
        block.storeBytes(of: mark, as: UInt64.self)
        lua.setMetatable(lua.tag(of: Vector.self), L)
        let start = (block + header).bindMemory(to: Double.self, capacity: count)
        try fill(UnsafeMutableBufferPointer(start: start, count: count))
    }

    package func push(_ lua: Lua, _ L: LuaState) {
        Vector.push(lua, L, values.count) { _ = $0.update(from: values) }
    }
}
