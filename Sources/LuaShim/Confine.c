// What a sandboxed script gets in place of functions that reach too far.
#include "Host.h"

#include <stdlib.h>
#include <string.h>

// Hooks do not fire while Lua finalizes, so no limit would end a script's finalizer. Lua looks for __gc when a metatable
// is set, and only then.
static int set_metatable(lua_State *L) {
    int type = lua_type(L, 2);
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) return luaL_error(L, "cannot change a protected metatable");
    lua_settop(L, 2);
    if (type == LUA_TTABLE) {
        lua_pushliteral(L, "__gc");
        if (lua_rawget(L, 2) != LUA_TNIL) return luaL_error(L, "the sandbox runs no finalizers (__gc); use __close, or --trust");
        lua_pop(L, 1);
    }
    lua_setmetatable(L, 1);
    return 1;
}

// Lua's own could also close the state, in the middle of a call.
static int leave(lua_State *L) {
    int status = lua_isboolean(L, 1) ? !lua_toboolean(L, 1) : (int)(luaL_optinteger(L, 1, EXIT_SUCCESS) & 255);
    bool is_told;
    shim_lost_output(&is_told);
    exit(status);
}

static int get_variable(lua_State *L) {
    static const char *const visible[] = {"LANG", "LC_ALL", "LC_CTYPE", "LC_NUMERIC", "LC_TIME", "TZ", "TERM",
                                          "COLUMNS", "LINES", "NO_COLOR"};
    const char *name = luaL_checkstring(L, 1);
    for (size_t i = 0; i < sizeof visible / sizeof *visible; i++) {
        if (strcmp(name, visible[i]) != 0) continue;
        lua_pushstring(L, getenv(name));
        return 1;
    }
    lua_pushnil(L);
    return 1;
}

// getmetatable answers with a name, and nobody can change what is in it.
static void lock(lua_State *L, const char *name) {
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

static int confine(lua_State *L) {
    lua_pushglobaltable(L);
    host_set_function(L, "setmetatable", set_metatable);
    lua_getfield(L, -1, "os");
    host_set_function(L, "exit", leave);
    host_set_function(L, "getenv", get_variable);

    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lock(L, "string");
    luaL_getmetatable(L, LUA_FILEHANDLE);
    lock(L, LUA_FILEHANDLE);
    terminal_shield(L);
    lua_settop(L, 0);
    return 0;
}

int shim_confine(lua_State *L) {
    lua_pushcfunction(L, confine);
    return shim_call(L, 0, 0, false);
}
