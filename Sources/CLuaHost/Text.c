// What scripts print shows no addresses: an object is numbered when it is first shown.
#include "Host.h"

#include <stdio.h>
#include <string.h>

static const char numbers_key;

static lua_Integer number_of(lua_State *L, int index) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &numbers_key);
    lua_pushvalue(L, index);
    lua_rawget(L, -2);
    if (lua_isnil(L, -1)) {
        lua_pushvalue(L, index);
        lua_pushinteger(L, ++host_of(L)->shown);
        lua_copy(L, -1, -3);
        lua_rawset(L, -4);
    }
    lua_Integer number = lua_tointeger(L, -1);
    lua_pop(L, 2);
    return number;
}

static void push_name(lua_State *L, int index) {
    const char *kind = luaL_typename(L, index);
    int tagged = luaL_getmetafield(L, index, "__name");
    if (tagged == LUA_TSTRING) kind = lua_tostring(L, -1);
    lua_pushfstring(L, "%s: #%I", kind, number_of(L, index));
    if (tagged != LUA_TNIL) lua_remove(L, -2);
}

int host_push_text(lua_State *L, int index) {
    index = lua_absindex(L, index);
    luaL_checkstack(L, 6, NULL);
    if (luaL_getmetafield(L, index, "__tostring") != LUA_TNIL) {
        lua_pop(L, 1);
        luaL_tolstring(L, index, NULL);
        return 1;
    }
    switch (lua_type(L, index)) {
    case LUA_TNIL: case LUA_TBOOLEAN: case LUA_TNUMBER: case LUA_TSTRING:
        luaL_tolstring(L, index, NULL);
        return 1;
    default:
        push_name(L, index);
        return 1;
    }
}

static int to_string(lua_State *L) {
    luaL_checkany(L, 1);
    return host_push_text(L, 1);
}

static int print(lua_State *L) {
    FILE *out = host_of(L)->out;
    int count = lua_gettop(L);
    for (int i = 1; i <= count; i++) {
        size_t length;
        host_push_text(L, i);
        const char *text = lua_tolstring(L, -1, &length);
        if (i > 1) fputc('\t', out);
        fwrite(text, 1, length, out);
        lua_pop(L, 1);
    }
    fputc('\n', out);
    if (fflush(out) == 0 && !ferror(out)) return 0;
    return luaL_error(L, "print: can't write to standard output: %s", terminal_lost(true));
}

static bool is_pointer(lua_State *L, int index) { return lua_topointer(L, index) != NULL; }

static void replace_pointer(lua_State *L, int argument) {
    if (is_pointer(L, argument)) lua_pushfstring(L, "#%I", number_of(L, argument));
    else lua_pushliteral(L, "(null)");
    lua_replace(L, argument);
}

// Lua's own format does the work, in this call, so that its errors name it and the line; before, the arguments it would show by address become texts.
static int format(lua_State *L) {
    int count = lua_gettop(L), argument = 1;
    size_t length;
    const char *original = luaL_checklstring(L, 1, &length);
    char *pattern = memcpy(lua_newuserdatauv(L, length + 1, 0), original, length + 1);
    for (size_t i = 0; i < length; i++) {
        if (pattern[i] != '%') continue;
        if (pattern[++i] == '%') continue;
        i += strspn(pattern + i, "-+ #0123456789.");
        if (++argument > count) break;
        if (pattern[i] == 'p') {
            pattern[i] = 's';
            replace_pointer(L, argument);
        } else if (pattern[i] == 's') {
            host_push_text(L, argument);
            lua_replace(L, argument);
        }
    }
    lua_pushlstring(L, pattern, length);
    lua_replace(L, 1);
    lua_settop(L, count);
    return host_original(L, 1);
}

void text_install(lua_State *L) {
    host_keep_weak_table(L, &numbers_key);

    luaL_getmetatable(L, LUA_FILEHANDLE);   // its own text shows an address
    lua_pushnil(L);
    lua_setfield(L, -2, "__tostring");
    lua_pop(L, 1);

    lua_pushglobaltable(L);
    host_set_function(L, "tostring", to_string);
    host_set_function(L, "print", print);
    lua_getfield(L, -1, "string");
    lua_getfield(L, -1, "format");
    lua_pushcclosure(L, format, 1);
    lua_setfield(L, -2, "format");
    lua_pop(L, 2);
}
