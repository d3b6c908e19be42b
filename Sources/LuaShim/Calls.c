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

bool shim_is_of_type(lua_State *L, int index, int tag) {
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) return false;
    lua_rawgetp(L, LUA_REGISTRYINDEX, shim_type_key(tag));
    bool is = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return is;
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

// MARK: Vectors

shim_vector *shim_read_vector(lua_State *L, int index, int tag, size_t *count) {
    if (!shim_is_of_type(L, index, tag) || lua_rawlen(L, index) < sizeof(shim_vector)) return NULL;
    shim_vector *vector = lua_touserdata(L, index);
    *count = (lua_rawlen(L, index) - sizeof(shim_vector)) / sizeof(double);
    return vector->mark == SHIM_VECTOR_MARK ? vector : NULL;
}

static shim_vector *receiver(lua_State *L, int upvalue, size_t *count) {
    return shim_read_vector(L, 1, (int)lua_tointeger(L, lua_upvalueindex(upvalue)), count);
}

// Scripts go through vectors element by element, and the way into Swift takes four times as long. Swift answers all other
// questions.
static int vector_index(lua_State *L) {
    size_t count;
    shim_vector *vector = lua_isinteger(L, 2) ? receiver(L, 3, &count) : NULL;
    lua_Unsigned place = vector ? (lua_Unsigned)lua_tointeger(L, 2) - 1 : 0;
    if (!vector || place >= count) return call_index(L);
    lua_pushnumber(L, vector->numbers[place]);
    return 1;
}

static int vector_length(lua_State *L) {
    size_t count;
    if (!receiver(L, 2, &count)) return call_method(L);
    lua_pushinteger(L, (lua_Integer)count);
    return 1;
}

void shim_push_vector_index(lua_State *L, int method, int tag) {
    lua_pushinteger(L, method);
    lua_insert(L, -2);
    lua_pushinteger(L, tag);
    lua_pushcclosure(L, vector_index, 3);
}

void shim_push_vector_length(lua_State *L, int method, int tag) {
    lua_pushinteger(L, method);
    lua_pushinteger(L, tag);
    lua_pushcclosure(L, vector_length, 2);
}
