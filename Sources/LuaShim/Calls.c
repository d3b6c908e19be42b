// The way between Lua and Swift, in both directions, and the making of a state.
#include "Host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char type_keys[SHIM_TYPES];

const void *shim_type_key(int tag) { return &type_keys[tag]; }

// Of the library that runs, which need not be that of the header.
const char *shim_lua_release(void) {
    static char release[24] = "Lua ";
    sscanf(lua_ident, "$LuaVersion: Lua %15s", release + 4);
    return release;
}

bool shim_lua_is_patched(void) {
    int number = 0;
    return sscanf(lua_ident, "$LuaVersion: Lua 5.4.%d", &number) == 1 && number >= 8;
}

void *shim_context(lua_State *L) { return host_of(L)->context; }
bool shim_seed_is_fixed(lua_State *L) { return host_of(L)->seed_fixed; }

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
    return strncmp(source, "=stdlib/", 8) == 0 || strncmp(source, "=[astrolua", 10) == 0;
}

// The innermost line that the user wrote.
static bool find_place(lua_State *L, lua_Debug *at) {
    for (int level = 0; lua_getstack(L, level, at); level++) {
        lua_getinfo(L, "Sl", at);
        if (at->currentline > 0 && !is_ours(at->source)) return true;
    }
    return false;
}

// "script.lua:9: "
void host_push_where(lua_State *L) {
    lua_Debug at;
    if (find_place(L, &at)) lua_pushfstring(L, "%s:%d: ", at.short_src, at.currentline);
    else lua_pushliteral(L, "");
}

int shim_push_place(lua_State *L) {
    lua_Debug at;
    bool found = find_place(L, &at);
    lua_pushstring(L, found ? at.source : "");
    return found ? at.currentline : 0;
}

static int raise_message(lua_State *L) {
    host_push_where(L);
    lua_insert(L, -2);
    lua_concat(L, 2);
    return lua_error(L);
}

static void collect_garbage(Host *host, lua_State *L) {
    if (host->collecting) return;
    host->collecting = true;
    lua_gc(L, LUA_GCCOLLECT);              // simulations may go with it
    host->collecting = false;
    host_measure(host);
}

void shim_collect_garbage(lua_State *L) { collect_garbage(host_of(L), host_of(L)->running); }

static int enter_swift(lua_State *L, int method) {
    Host *host = host_of(L);
    luaL_checkstack(L, 60, "too many nested calls");
    host_check_stack(L);
    errno = 0;                             // what a crash handler reads tells of this call
    host->granting++;
    int results = host->entry(L, method);
    host->granting--;
    if (host->stop) return host_raise_stop(L);
    if (results == SHIM_FAILED) return raise_message(L);
    if (results == SHIM_RAISED) return lua_error(L);
    if (!host_over_limit(host) || host->collecting) return results;
    collect_garbage(host, L);
    if (!host_over_limit(host)) return results;
    host->stop = SHIM_OUT_OF_MEMORY;
    return host_raise_stop(L);
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

static int add_traceback(lua_State *L) {
    if (lua_type(L, 1) != LUA_TSTRING) {
        if (!luaL_callmeta(L, 1, "__tostring") || lua_type(L, -1) != LUA_TSTRING)
            lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
    }
    luaL_traceback(L, L, lua_tostring(L, -1), 1);
    return 1;
}

int shim_call(lua_State *L, int arguments, int results, bool traceback) {
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

void shim_set_memory_limit(lua_State *L, size_t bytes) {
    host_of(L)->limit = bytes;
    host_measure(host_of(L));
}

void shim_fail_after(lua_State *L, size_t requests) {
    host_of(L)->fail_after = requests;
    host_of(L)->requests = 0;
}

// math.randomseed() without arguments goes back to the run's seed. Its first upvalue is Lua's own: the generator's state.
static int seed_random(lua_State *L) {
    if (lua_isnone(L, 1)) lua_pushinteger(L, (lua_Integer)host_of(L)->seed);
    lua_tocfunction(L, lua_upvalueindex(2))(L);
    return 0;
}

void random_install(lua_State *L) {
    lua_getglobal(L, "math");
    lua_getfield(L, -1, "randomseed");
    if (!lua_getupvalue(L, -1, 1)) lua_pushnil(L);
    lua_insert(L, -2);
    lua_pushcclosure(L, seed_random, 2);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "randomseed");
    lua_call(L, 0, 0);
    lua_pop(L, 1);
}

// A collection is not interrupted. In the middle of one, all of 5.4 loses a metatable that is given to a table with weak keys and
// values, and then uses it. With steps of this size each is a whole collection.
static void collect_at_once(lua_State *L) {
    enum { AS_BEFORE = 0, LARGEST_STEP = 100 };
    lua_gc(L, LUA_GCINC, AS_BEFORE, AS_BEFORE, LARGEST_STEP);
}

static int open_libraries(lua_State *L) {
    luaL_openlibs(L);
    collect_at_once(L);
    order_install(L);
    text_install(L);
    guard_install(L);
    random_install(L);
    patterns_install(L);
    bounds_install(L);
    return 0;
}

static void close_host(Host *host) {
    if (host->main) lua_close(host->main);
    if (host->arena.base) arena_release(&host->arena);
    free(host);
}

lua_State *shim_open(shim_entry entry, void *context, int64_t seed) {
    Host *host = calloc(1, sizeof *host);
    if (!host) return NULL;
    *host = (Host){.entry = entry, .context = context, .seed = seed, .building = true, .granting = 1, .out = stdout};
    if (arena_reserve(&host->arena)) host->main = lua_newstate(host_allocate, host);
    if (!host->main) {
        close_host(host);
        return NULL;
    }
    host->running = host->main;
    *(Host **)lua_getextraspace(host->main) = host;
    lua_pushcfunction(host->main, open_libraries);
    if (lua_pcall(host->main, 0, 0, 0) == LUA_OK) return host->main;
    close_host(host);
    return NULL;
}

void shim_close(lua_State *L) {
    Host *host = host_of(L);
    host->stop = SHIM_GOES_ON;
    shim_watch_signals(NULL, 0);
    lua_sethook(L, NULL, 0, 0);
    close_host(host);
}
