import AstroBase
import CLua
import LuaShim

/// A typed array of doubles. It lives in Lua's own memory, so Lua's collector and limit see it; a `Vector` here
/// is a view that holds while the userdata is on the stack.
package struct Vector {
    package let values: UnsafeMutableBufferPointer<Double>

    private static let header = MemoryLayout<shim_vector>.size

    package static func read(_ lua: Lua, _ L: LuaState, at index: Int32) -> Vector? {
        var count = 0
        guard let vector = shim_read_vector(L, index, lua.tag(of: Vector.self), &count) else { return nil }
        return Vector(values: values(vector, count))
    }

    private static func values(_ vector: UnsafeMutableRawPointer, _ count: Int) -> UnsafeMutableBufferPointer<Double> {
        let start = (vector + header).bindMemory(to: Double.self, capacity: count)
        return UnsafeMutableBufferPointer(start: start, count: count)
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
        block.storeBytes(of: SHIM_VECTOR_MARK, as: UInt64.self)
        lua.setMetatable(lua.tag(of: Vector.self), L)
        try fill(values(block, count))
    }

    package func push(_ lua: Lua, _ L: LuaState) {
        Vector.push(lua, L, values.count) { _ = $0.update(from: values) }
    }
}
