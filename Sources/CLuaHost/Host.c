// What the other files of this folder stand on.
#include "Host.h"

#include <stdio.h>
#include <string.h>

// Of the library that runs, which need not be that of the header.
const char *host_lua_release(void) {
    static char release[24] = "Lua ";
    sscanf(lua_ident, "$LuaVersion: Lua %15s", release + 4);
    return release;
}

bool host_lua_is_patched(void) {
    int release = 0;
    return sscanf(lua_ident, "$LuaVersion: Lua 5.4.%d", &release) == 1 && release >= 8;
}

void *host_owner(lua_State *L) { return host_of(L)->owner; }
bool host_seed_is_fixed(lua_State *L) { return host_of(L)->seed_fixed; }

void host_keep_weak_table(lua_State *L, const void *key) {
    lua_createtable(L, 0, 0);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

void host_set_function(lua_State *L, const char *name, lua_CFunction function) {
    lua_pushcfunction(L, function);
    lua_setfield(L, -2, name);
}

int host_original(lua_State *L, int upvalue) {
    lua_pushvalue(L, lua_upvalueindex(upvalue));
    lua_CFunction function = lua_tocfunction(L, -1);
    if (function && !lua_getupvalue(L, -1, 1)) {
        lua_pop(L, 1);
        return function(L);
    }
    if (function) lua_pop(L, 1);
    lua_insert(L, 1);                      // one of ours: it needs a call of its own
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

static bool is_ours(const char *source) {
    return strncmp(source, HOST_LIBRARY_CHUNK, sizeof HOST_LIBRARY_CHUNK - 1) == 0 || strcmp(source, HOST_PROGRAM_CHUNK) == 0;
}

// The innermost line that the user wrote.
static bool find_place(lua_State *L, lua_Debug *at) {
    for (int level = 0; lua_getstack(L, level, at); level++) {
        lua_getinfo(L, "Sl", at);
        if (at->currentline > 0 && !is_ours(at->source)) return true;
    }
    return false;
}

void host_push_where(lua_State *L) {
    lua_Debug at;
    if (find_place(L, &at)) lua_pushfstring(L, "%s:%d: ", at.short_src, at.currentline);
    else lua_pushliteral(L, "");
}

int host_push_place(lua_State *L) {
    lua_Debug at;
    bool found = find_place(L, &at);
    lua_pushstring(L, found ? at.source : "");
    return found ? at.currentline : 0;
}

static int add_traceback(lua_State *L) {
    if (lua_type(L, 1) != LUA_TSTRING) {
        if (!luaL_callmeta(L, 1, "__tostring") || lua_type(L, -1) != LUA_TSTRING)
            lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
    }
    luaL_traceback(L, L, lua_tostring(L, -1), 1);
    return 1;
}

int host_call(lua_State *L, int arguments, int results, bool traceback) {
    Host *host = host_of(L);
    int granting = host->granting, function = lua_gettop(L) - arguments, handler = 0;
    if (traceback) {
        lua_pushcfunction(L, add_traceback);
        lua_insert(L, function);
        handler = function;
    }
    bool outermost = !host->stack_base;
    if (outermost) host->stack_base = __builtin_frame_address(0);
    host->granting = 0;
    int status = lua_pcall(L, arguments, results, handler);
    host->granting = granting;
    if (outermost) host->stack_base = NULL;
    if (traceback) lua_remove(L, handler);
    return status;
}
