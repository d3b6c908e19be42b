import CLua
import LuaShim

/// The Swift values that scripts hold. A userdata carries only a number and a generation: a forged, closed or
/// collected one finds nothing here, where an address would lead into freed memory.
///
/// A class, not a value: while a userdata is made Lua may collect others, which come back here to be released.
package final class Objects {
    private struct Handle {
        var tag: Int32
        var generation: Int32
        var slot: Int
    }

    private struct Slot {
        var value: AnyObject?
        var tag: Int32
        var generation: Int32
    }

    private final class Box<T> {
        let value: T
        init(_ value: T) { self.value = value }
    }

    private var slots: [Slot] = []
    private var unused: [Int] = []

    func push<T: LuaType>(_ value: T, _ lua: Lua, _ L: LuaState) {
        let slot = unused.popLast() ?? slots.count
        let tag = lua.tag(of: T.self)
        if slot == slots.count { slots.append(Slot(value: nil, tag: tag, generation: 0)) }
        (slots[slot].value, slots[slot].tag) = (Box(value), tag)
        let block = lua_newuserdatauv(L, MemoryLayout<Handle>.size, 0)!
        block.storeBytes(of: Handle(tag: tag, generation: slots[slot].generation, slot: slot), as: Handle.self)
        lua.setMetatable(tag, L)
    }

    func read<T: LuaType>(_ type: T.Type, _ lua: Lua, _ L: LuaState, at index: Int32) -> T? {
        let tag = lua.tag(of: T.self)
        guard shim_is_of_type(L, index, tag), let handle = handle(tag, L, at: index) else { return nil }
        return slots[handle.slot].value.map { unsafeDowncast($0, to: Box<T>.self).value }
    }

    /// Lets go of the value; the userdata is of no use from then on.
    func release(_ tag: Int32, _ L: LuaState, at index: Int32) {
        guard let handle = handle(tag, L, at: index) else { return }
        // kept until the slot is in order again: what goes with the value may be much
        let value = slots[handle.slot].value
        slots[handle.slot].value = nil
        slots[handle.slot].generation &+= 1
        unused.append(handle.slot)
        withExtendedLifetime(value) {}
    }

    /// A handle that is of this type and of a value that is there, both by what the slot says.
    private func handle(_ tag: Int32, _ L: LuaState, at index: Int32) -> Handle? {
        guard lua_type(L, index) == LUA_TUSERDATA, lua_rawlen(L, index) == MemoryLayout<Handle>.size,
            let block = lua_touserdata(L, index)
        else { return nil }
        let handle = block.load(as: Handle.self)
        guard handle.tag == tag, slots.indices.contains(handle.slot), slots[handle.slot].value != nil,
            slots[handle.slot].tag == tag, slots[handle.slot].generation == handle.generation
        else { return nil }
        return handle
    }
}
