// The local variables of a script's outermost function, which the REPL after it can use (astrolua -i).
#include "LuaShim.h"

static const char function_key, locals_key;

static bool is_kept(lua_State *L, lua_Debug *activation) {
    lua_getinfo(L, "f", activation);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &function_key);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same;
}

static void keep(lua_State *L, lua_Debug *activation) {
    if (!is_kept(L, activation)) return;
    lua_createtable(L, 0, 8);
    const char *name;
    for (int i = 1; (name = lua_getlocal(L, activation, i)); i++) {
        if (name[0] == '(') lua_pop(L, 1);      // Lua's own
        else lua_setfield(L, -2, name);
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, &locals_key);
    lua_sethook(L, NULL, 0, 0);
}

void shim_keep_locals(lua_State *L, int function) {
    lua_pushvalue(L, function);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &function_key);
    lua_sethook(L, keep, LUA_MASKRET, 0);
}

void shim_push_kept_locals(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &locals_key);
    for (int i = 0; i < 2; i++) {
        lua_pushnil(L);
        lua_rawsetp(L, LUA_REGISTRYINDEX, i ? &locals_key : &function_key);
    }
}
