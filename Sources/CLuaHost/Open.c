// The making of a state: all that the other files put in place of Lua's own.
#include "Host.h"

#include <stdlib.h>

// Where the registry keeps math.random as Lua has it, whatever a script puts in its place.
static const char *const RANDOM = "host.random";

// math.randomseed() without arguments goes back to the run's seed. Its first upvalue is Lua's own: the generator's state.
static int seed_random(lua_State *L) {
    if (lua_isnone(L, 1)) lua_pushinteger(L, (lua_Integer)host_of(L)->seed);
    lua_tocfunction(L, lua_upvalueindex(2))(L);
    return 0;
}

static void random_install(lua_State *L) {
    lua_getglobal(L, "math");
    lua_getfield(L, -1, "randomseed");
    if (!lua_getupvalue(L, -1, 1)) lua_pushnil(L);
    lua_insert(L, -2);
    lua_pushcclosure(L, seed_random, 2);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "randomseed");
    lua_call(L, 0, 0);
    lua_getfield(L, -1, "random");
    lua_setfield(L, LUA_REGISTRYINDEX, RANDOM);
    lua_pop(L, 1);
}

int64_t host_random_word(lua_State *L) {
    lua_getfield(L, LUA_REGISTRYINDEX, RANDOM);
    lua_pushinteger(L, 0);
    int64_t word = lua_pcall(L, 1, 1, 0) == LUA_OK ? (int64_t)lua_tointeger(L, -1) : 0;
    lua_pop(L, 1);
    return word;
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

static void release(Host *host) {
    if (host->main) lua_close(host->main);
    if (host->arena.base) arena_release(&host->arena);
    free(host);
}

lua_State *host_open(void *owner, int64_t seed) {
    Host *host = calloc(1, sizeof *host);
    if (!host) return NULL;
    *host = (Host){.owner = owner, .seed = seed, .building = true, .granting = 1, .out = stdout};
    if (arena_reserve(&host->arena)) host->main = lua_newstate(host_allocate, host);
    if (!host->main) {
        release(host);
        return NULL;
    }
    host->running = host->main;
    *(Host **)lua_getextraspace(host->main) = host;
    lua_pushcfunction(host->main, open_libraries);
    if (lua_pcall(host->main, 0, 0, 0) == LUA_OK) return host->main;
    release(host);
    return NULL;
}

void host_close(lua_State *L) {
    Host *host = host_of(L);
    host->stop = HOST_GOES_ON;
    host_watch_signals(NULL, 0);
    lua_sethook(L, NULL, 0, 0);
    release(host);
}
