// Lua calls Swift: what is pushed for a method, and what becomes of its answer.
#include "LuaShim.h"

#include <errno.h>
#include <stdlib.h>

typedef struct {
    shim_entry entry;
    void *context;
} Shim;

static const char type_keys[SHIM_TYPES];

const void *shim_type_key(int tag) { return &type_keys[tag]; }

lua_State *shim_open(shim_entry entry, void *context, int64_t seed) {
    Shim *shim = malloc(sizeof *shim);
    if (!shim) return NULL;
    *shim = (Shim){entry, context};
    lua_State *L = host_open(shim, seed);
    if (!L) free(shim);
    return L;
}

void shim_close(lua_State *L) {
    Shim *shim = host_owner(L);
    host_close(L);                         // runs finalizers, which call Swift
    free(shim);
}

void *shim_context(lua_State *L) { return ((Shim *)host_owner(L))->context; }

static int raise_message(lua_State *L) {
    host_push_where(L);
    lua_insert(L, -2);
    lua_concat(L, 2);
    return lua_error(L);
}

static int enter_swift(lua_State *L, int method) {
    Shim *shim = host_owner(L);
    luaL_checkstack(L, 60, "too many nested calls");
    host_check_stack(L);
    errno = 0;                             // what a crash handler reads tells of this call
    host_begin_code(L);
    int results = shim->entry(L, method);
    host_end_code(L);
    if (results == SHIM_FAILED) return raise_message(L);
    if (results == SHIM_RAISED) return lua_error(L);
    host_check_memory(L);
    return results;
}

static int call_method(lua_State *L) { return enter_swift(L, (int)lua_tointeger(L, lua_upvalueindex(1))); }

static int call_index(lua_State *L) {
    if (lua_type(L, 2) == LUA_TSTRING) {
        lua_pushvalue(L, 2);
        if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL) return 1;
        lua_settop(L, 2);
    }
    return call_method(L);
}

void shim_push_method(lua_State *L, int method) {
    lua_pushinteger(L, method);
    lua_pushcclosure(L, call_method, 1);
}

void shim_push_index(lua_State *L, int method) {
    lua_pushinteger(L, method);
    lua_insert(L, -2);
    lua_pushcclosure(L, call_index, 2);
}
