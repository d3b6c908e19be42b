// Functions of Lua's libraries that count to a number the script chose, where no hook reaches: here each of them
// looks at the limits on its way.
#include "Host.h"

#include <stdint.h>
#include <string.h>

static void check_stop(lua_State *L, uint64_t i) {
    if (i % 4096 == 0) host_check_stop(L);
}

static int rep(lua_State *L) {
    size_t length, separator_length;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Integer times = luaL_checkinteger(L, 2);
    const char *separator = luaL_optlstring(L, 3, "", &separator_length);
    if (times <= 0 || length + separator_length == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    if (length + separator_length > (size_t)PTRDIFF_MAX / (size_t)times) return luaL_error(L, "resulting string too large");
    size_t whole = (size_t)times * length + ((size_t)times - 1) * separator_length;
    luaL_Buffer buffer;
    char *out = luaL_buffinitsize(L, &buffer, whole);
    for (lua_Integer i = 1; i <= times; i++) {
        check_stop(L, (uint64_t)i);
        memcpy(out, text, length);
        out += length;
        if (i == times) break;
        memcpy(out, separator, separator_length);
        out += separator_length;
    }
    luaL_pushresultsize(&buffer, whole);
    return 1;
}

// What is no table must behave as one.
void host_check_table(lua_State *L, int index, int uses) {
    if (lua_type(L, index) == LUA_TTABLE) return;
    static const char *const needed[] = {"__index", "__newindex", "__len"};
    for (int i = 0; i < 3; i++) {
        if (!(uses & 1 << i)) continue;
        if (luaL_getmetafield(L, index, needed[i]) == LUA_TNIL) luaL_checktype(L, index, LUA_TTABLE);
        else lua_pop(L, 1);
    }
}

static int insert(lua_State *L) {
    host_check_table(L, 1, HOST_READ | HOST_WRITE | HOST_LENGTH);
    lua_Integer end = (lua_Integer)((lua_Unsigned)luaL_len(L, 1) + 1), position = end;
    int count = lua_gettop(L);
    if (count != 2 && count != 3) return luaL_error(L, "wrong number of arguments to 'insert'");
    if (count == 3) {
        position = luaL_checkinteger(L, 2);
        luaL_argcheck(L, (lua_Unsigned)position - 1u < (lua_Unsigned)end, 2, "position out of bounds");
        for (lua_Integer i = end; i > position; i--) {
            check_stop(L, (uint64_t)i);
            lua_geti(L, 1, i - 1);
            lua_seti(L, 1, i);
        }
    }
    lua_seti(L, 1, position);
    return 0;
}

static int remove_element(lua_State *L) {
    host_check_table(L, 1, HOST_READ | HOST_WRITE | HOST_LENGTH);
    lua_Integer size = luaL_len(L, 1), position = luaL_optinteger(L, 2, size);
    if (position != size)
        luaL_argcheck(L, (lua_Unsigned)position - 1u <= (lua_Unsigned)size, 2, "position out of bounds");
    lua_geti(L, 1, position);
    for (; position < size; position++) {
        check_stop(L, (uint64_t)position);
        lua_geti(L, 1, position + 1);
        lua_seti(L, 1, position);
    }
    lua_pushnil(L);
    lua_seti(L, 1, position);
    return 1;
}

static int move(lua_State *L) {
    lua_Integer first = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3), to = luaL_checkinteger(L, 4);
    int target = lua_isnoneornil(L, 5) ? 1 : 5;
    host_check_table(L, 1, HOST_READ);
    host_check_table(L, target, HOST_WRITE);
    lua_settop(L, 5);
    lua_pushvalue(L, target);
    if (last < first) return 1;
    luaL_argcheck(L, first > 0 || last < LUA_MAXINTEGER + first, 3, "too many elements to move");
    lua_Integer count = last - first + 1;
    luaL_argcheck(L, to <= LUA_MAXINTEGER - count + 1, 4, "destination wrap around");
    bool overlaps = to > first && to <= last && (target == 1 || lua_compare(L, 1, target, LUA_OPEQ));
    for (lua_Integer k = 0; k < count; k++) {
        lua_Integer i = overlaps ? count - 1 - k : k;
        check_stop(L, (uint64_t)k);
        lua_geti(L, 1, first + i);
        lua_seti(L, target, to + i);
    }
    return 1;
}

void bounds_install(lua_State *L) {
    lua_getglobal(L, "string");
    host_set_function(L, "rep", rep);
    lua_getglobal(L, "table");
    host_set_function(L, "insert", insert);
    host_set_function(L, "remove", remove_element);
    host_set_function(L, "move", move);
    lua_pop(L, 2);
}
