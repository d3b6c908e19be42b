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

// How the collector works is Lua's business: its generational mode is the less tested one.
static int collect(lua_State *L) {
    const char *option = luaL_optstring(L, 1, "collect");
    bool sets = strcmp(option, "setpause") == 0 || strcmp(option, "setstepmul") == 0;
    bool chooses = strcmp(option, "generational") == 0 || strcmp(option, "incremental") == 0;
    if (!sets && !chooses) return host_original(L, 1);
    if (sets) lua_pushinteger(L, 200);
    else lua_pushliteral(L, "incremental");
    return 1;
}

// Lua's own could also close the state, in the middle of a call.
static int leave(lua_State *L) {
    int status = lua_isboolean(L, 1) ? !lua_toboolean(L, 1) : (int)(luaL_optinteger(L, 1, EXIT_SUCCESS) & 255);
    bool is_told;
    host_lost_output(&is_told);
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
    lua_getfield(L, -1, "collectgarbage");
    lua_pushcclosure(L, collect, 1);
    lua_setfield(L, -2, "collectgarbage");
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

// Upvalues: Lua's own function; what finds the place of a path, or nil and why not; how many of the first arguments are paths;
// whether a refusal is an error; which argument says that only text is loaded, as precompiled code could do anything. What is no path is Lua's own business to complain of.
static int guarded(lua_State *L) {
    lua_Integer paths = lua_tointeger(L, lua_upvalueindex(3));
    for (int i = 1; i <= (int)paths; i++) {
        if (lua_type(L, i) != LUA_TSTRING && lua_type(L, i) != LUA_TNUMBER) continue;
        lua_pushvalue(L, lua_upvalueindex(2));
        luaL_tolstring(L, i, NULL);        // zero bytes too
        lua_pushinteger(L, i);
        if (lua_type(L, 2) == LUA_TSTRING) lua_pushvalue(L, 2);
        else lua_pushnil(L);
        lua_call(L, 3, 2);
        if (!lua_isnil(L, -2)) {
            lua_pop(L, 1);
            lua_replace(L, i);
            continue;
        }
        if (lua_toboolean(L, lua_upvalueindex(4))) return luaL_error(L, "%s", lua_tostring(L, -1));
        if (lua_toboolean(L, lua_upvalueindex(5))) return 2;
        lua_pushinteger(L, 13);            // EACCES, as io.open would say it
        return 3;
    }
    int mode = (int)lua_tointeger(L, lua_upvalueindex(5));
    if (mode == 0 || (paths == 0 && lua_gettop(L) == 0)) return host_original(L, 1);
    luaL_optstring(L, mode, NULL);
    if (lua_gettop(L) < mode) lua_settop(L, mode);
    lua_pushliteral(L, "t");
    lua_replace(L, mode);
    return host_original(L, 1);
}

static int make_guard(lua_State *L) {
    lua_settop(L, 5);
    lua_pushcclosure(L, guarded, 5);
    return 1;
}

void host_push_guard_maker(lua_State *L) { lua_pushcfunction(L, make_guard); }

int host_confine(lua_State *L) {
    lua_pushcfunction(L, confine);
    return host_call(L, 0, 0, false);
}
