// `pairs`, `next` and `table.sort` that do the same in every run: numbers ascending, strings by their bytes,
// false and true, then objects by their place in the arena.
#define _GNU_SOURCE
#include "Host.h"

#include <dlfcn.h>
#include <string.h>

enum { NUMBERS, STRINGS, BOOLEANS, OBJECTS, ADDRESSES };

typedef struct {
    int rank;
    bool is_integer;
    lua_Integer integer;                   // also booleans and offsets
    lua_Number number;
    const char *text;
    size_t length, slot;
} Key;

static Key object_key(Host *host, const void *address) {
    size_t offset = (size_t)((const char *)address - host->arena.base);
    if (offset < host->arena.size) return (Key){.rank = OBJECTS, .integer = (lua_Integer)offset};
    Dl_info library;                       // a C function: its library lies elsewhere in every run
    if (!dladdr(address, &library)) library.dli_fbase = NULL;
    return (Key){.rank = ADDRESSES, .integer = (const char *)address - (const char *)library.dli_fbase};
}

static Key key_at(lua_State *L, int index) {
    Key key = {.rank = NUMBERS};
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        key.is_integer = lua_isinteger(L, index);
        if (key.is_integer) key.integer = lua_tointeger(L, index);
        else key.number = lua_tonumber(L, index);
        return key;
    case LUA_TSTRING:
        key.rank = STRINGS;
        key.text = lua_tolstring(L, index, &key.length);
        return key;
    case LUA_TBOOLEAN:
        key.rank = BOOLEANS;
        key.integer = lua_toboolean(L, index);
        return key;
    default:
        return object_key(host_of(L), lua_topointer(L, index));
    }
}

static int compare_numbers(const Key *a, const Key *b) {
    if (a->is_integer && b->is_integer) return (a->integer > b->integer) - (a->integer < b->integer);
    long double x = a->is_integer ? (long double)a->integer : (long double)a->number;
    long double y = b->is_integer ? (long double)b->integer : (long double)b->number;
    return (x > y) - (x < y);
}

static int compare_texts(const Key *a, const Key *b) {
    size_t shorter = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->text, b->text, shorter);
    return order ? order : (a->length > b->length) - (a->length < b->length);
}

static int compare_keys(const Key *a, const Key *b) {
    if (a->rank != b->rank) return a->rank - b->rank;
    if (a->rank == NUMBERS) return compare_numbers(a, b);
    if (a->rank == STRINGS) return compare_texts(a, b);
    return (a->integer > b->integer) - (a->integer < b->integer);
}

static void merge_keys(const Key *from, Key *to, size_t start, size_t middle, size_t end) {
    size_t i = start, j = middle;
    for (size_t k = start; k < end; k++) {
        bool left = i < middle && (j >= end || compare_keys(&from[i], &from[j]) <= 0);
        to[k] = left ? from[i++] : from[j++];
    }
}

// Sorts `keys`, with as much room again behind them; returns where the result lies.
static Key *sort_keys(lua_State *L, Key *keys, size_t count) {
    Key *from = keys, *to = keys + count;
    for (size_t run = 1; run < count; run *= 2) {
        for (size_t start = 0; start < count; start += 2 * run) {
            if (start % 65536 == 0) host_check_stop(L);
            size_t middle = start + run < count ? start + run : count;
            size_t end = start + 2 * run < count ? start + 2 * run : count;
            merge_keys(from, to, start, middle, end);
        }
        Key *swapped = from;
        from = to;
        to = swapped;
    }
    return from;
}

static size_t count_keys(lua_State *L, int table) {
    size_t count = 0;
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) count++;
    return count;
}

void host_push_sorted_keys(lua_State *L, int table) {
    table = lua_absindex(L, table);
    luaL_checkstack(L, 6, NULL);
    size_t room = count_keys(L, table), count = 0;
    lua_createtable(L, (int)room, 0);
    int unsorted = lua_gettop(L);
    Key *keys = lua_newuserdatauv(L, (2 * room + 1) * sizeof(Key), 0);
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
        if (count == room) continue;       // a finalizer has added keys meanwhile
        keys[count] = key_at(L, -2);
        keys[count].slot = count + 1;
        count++;
        lua_pushvalue(L, -2);
        lua_rawseti(L, unsorted, (lua_Integer)count);
    }
    Key *sorted = sort_keys(L, keys, count);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, unsorted, (lua_Integer)sorted[i].slot);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_replace(L, unsorted);
    lua_settop(L, unsorted);
}

static int protected_keys(lua_State *L) {
    host_push_sorted_keys(L, 1);
    return 1;
}

int host_push_keys(lua_State *L, int table) {
    table = lua_absindex(L, table);
    lua_pushcfunction(L, protected_keys);
    lua_pushvalue(L, table);
    return host_call(L, 1, 1, false);
}

// The number of elements if the keys are 1, 2, … n in this order, otherwise -1.
static lua_Integer sequence_length(lua_State *L, int table) {
    lua_Integer n = 0;
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
        if (lua_isinteger(L, -2) && lua_tointeger(L, -2) == ++n) continue;
        lua_pop(L, 2);
        return -1;
    }
    return n;
}

static int protected_length(lua_State *L) {
    lua_pushinteger(L, sequence_length(L, 1));
    return 1;
}

int host_push_sequence_length(lua_State *L, int table) {
    table = lua_absindex(L, table);
    lua_pushcfunction(L, protected_length);
    lua_pushvalue(L, table);
    return host_call(L, 1, 1, false);
}

// Upvalues: the keys in order (nil for 1 … n), their number, the place reached.
static int step(lua_State *L) {
    lua_Integer count = lua_tointeger(L, lua_upvalueindex(2)), i = lua_tointeger(L, lua_upvalueindex(3));
    bool listed = !lua_isnil(L, lua_upvalueindex(1));
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    while (i++ < count) {
        if (listed) lua_rawgeti(L, lua_upvalueindex(1), i);
        else lua_pushinteger(L, i);
        lua_pushvalue(L, -1);
        if (lua_rawget(L, 1) != LUA_TNIL) break;
        lua_settop(L, 1);                  // removed meanwhile
    }
    lua_pushinteger(L, i);
    lua_replace(L, lua_upvalueindex(3));
    if (lua_gettop(L) == 3) return 2;
    lua_pushnil(L);
    return 1;
}

// Lua's own, whose iterator would complain of nil without a line.
static int ipairs(lua_State *L) {
    luaL_checkany(L, 1);
    host_check_table(L, 1, HOST_READ);
    return host_original(L, 1);
}

static int pairs_continued(lua_State *L, int status, lua_KContext context) {
    (void)L, (void)status, (void)context;
    return 3;
}

static int pairs(lua_State *L) {
    luaL_checkany(L, 1);
    if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
        lua_pushvalue(L, 1);
        lua_callk(L, 1, 3, 0, pairs_continued);
        return 3;
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Integer count = sequence_length(L, 1);
    if (count >= 0) {
        lua_pushnil(L);
    } else {
        host_push_sorted_keys(L, 1);
        count = (lua_Integer)lua_rawlen(L, -1);
    }
    lua_pushinteger(L, count);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, step, 3);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

// `next` keeps a list of keys for each table that is gone through, in a table with weak keys.
static const char snapshots_key;

static void remember_keys(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &snapshots_key);
    lua_pushvalue(L, 1);
    host_push_sorted_keys(L, 1);
    lua_pushvalue(L, -1);
    lua_insert(L, -4);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

static void forget_keys(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &snapshots_key);
    lua_pushvalue(L, 1);
    if (lua_rawget(L, -2) != LUA_TNIL) {
        lua_pushvalue(L, 1);
        lua_pushnil(L);
        lua_rawset(L, -4);
    }
    lua_pop(L, 2);
}

static bool push_remembered_keys(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &snapshots_key);
    lua_pushvalue(L, 1);
    bool known = lua_rawget(L, -2) != LUA_TNIL;
    lua_remove(L, -2);
    if (!known) lua_pop(L, 1);
    return known;
}

// Where the key at 2 stands in the list on top; where it is missing, the place before which it would stand.
static lua_Integer place_of_key(lua_State *L, bool *found) {
    Key wanted = key_at(L, 2);
    lua_Integer low = 1, high = (lua_Integer)lua_rawlen(L, -1);
    while (low <= high) {
        lua_Integer middle = low + (high - low) / 2;
        lua_rawgeti(L, -1, middle);
        Key key = key_at(L, -1);
        lua_pop(L, 1);
        int order = compare_keys(&key, &wanted);
        *found = order == 0;
        if (*found) return middle;
        if (order < 0) low = middle + 1;
        else high = middle - 1;
    }
    *found = false;
    return high;
}

// Lua's own `next` knows a key that was just removed from one that never was, and raises at the latter.
static void check_key(lua_State *L) {
    lua_pushvalue(L, 2);
    lua_next(L, 1);
    lua_settop(L, 2);
}

// The least key needs no list. Lua goes through the array part first and in order, so where the hash part
// is empty its first key is the least one.
static int first_key(lua_State *L) {
    forget_keys(L);
    lua_pushnil(L);
    if (!lua_next(L, 1)) {
        lua_pushnil(L);
        return 1;
    }
    lua_Integer length = (lua_Integer)lua_rawlen(L, 1);
    bool array = lua_isinteger(L, 3) && lua_tointeger(L, 3) == 1;
    lua_pushinteger(L, length);
    if (array && !lua_next(L, 1)) return 2;
    lua_settop(L, 4);
    Key least = key_at(L, 3);
    lua_pushvalue(L, 3);
    while (lua_next(L, 1)) {
        Key key = key_at(L, 5);
        if (compare_keys(&key, &least) < 0) {
            least = key;
            lua_pushvalue(L, 5);
            lua_replace(L, 3);
            lua_copy(L, 6, 4);
        }
        lua_settop(L, 5);
    }
    lua_settop(L, 4);
    return 2;
}

static int next_key(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    if (lua_isnil(L, 2)) return first_key(L);
    bool found = false;
    lua_Integer place = push_remembered_keys(L) ? place_of_key(L, &found) : 0;
    if (!found) {
        lua_settop(L, 2);
        check_key(L);
        remember_keys(L);
        place = place_of_key(L, &found);
    }
    lua_Integer count = (lua_Integer)lua_rawlen(L, 3);
    while (++place <= count) {
        lua_rawgeti(L, 3, place);
        lua_pushvalue(L, -1);
        if (lua_rawget(L, 1) != LUA_TNIL) return 2;
        lua_settop(L, 3);
    }
    forget_keys(L);
    lua_pushnil(L);
    return 1;
}

// table.sort: Lua's own picks pivots by the clock when a list is long. This one is a merge sort: equal
// elements keep their order.
enum { LIST = 1, COMPARE = 2, FROM = 3, TO = 4, LEFT = 5, RIGHT = 6 };

// Lua's own comparison names no line when it fails within C.
static bool compare_plainly(lua_State *L) {
    int right = lua_type(L, RIGHT), left = lua_type(L, LEFT);
    bool comparable = right == left && (right == LUA_TNUMBER || right == LUA_TSTRING);
    if (comparable || luaL_getmetafield(L, RIGHT, "__lt") != LUA_TNIL || luaL_getmetafield(L, LEFT, "__lt") != LUA_TNIL) {
        lua_settop(L, RIGHT);
        return lua_compare(L, RIGHT, LEFT, LUA_OPLT);
    }
    if (right == left) return luaL_error(L, "attempt to compare two %s values", lua_typename(L, right));
    return luaL_error(L, "attempt to compare %s with %s", lua_typename(L, right), lua_typename(L, left));
}

static bool right_is_less(lua_State *L) {
    if (lua_isnil(L, COMPARE)) return compare_plainly(L);
    lua_pushvalue(L, COMPARE);
    lua_pushvalue(L, RIGHT);
    lua_pushvalue(L, LEFT);
    lua_call(L, 2, 1);
    bool less = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return less;
}

static void fetch(lua_State *L, int slot, lua_Integer i) {
    lua_rawgeti(L, FROM, i);
    lua_replace(L, slot);
}

static void put(lua_State *L, int slot, lua_Integer k) {
    lua_pushvalue(L, slot);
    lua_rawseti(L, TO, k);
}

static void merge_runs(lua_State *L, lua_Integer start, lua_Integer middle, lua_Integer end) {
    lua_Integer i = start, j = middle;
    if (i < middle) fetch(L, LEFT, i);
    if (j < end) fetch(L, RIGHT, j);
    for (lua_Integer k = start; k < end; k++) {
        if (k % 1024 == 0) host_check_stop(L);
        if (j < end && (i >= middle || right_is_less(L))) {
            put(L, RIGHT, k);
            if (++j < end) fetch(L, RIGHT, j);
        } else {
            put(L, LEFT, k);
            if (++i < middle) fetch(L, LEFT, i);
        }
    }
}

static lua_Integer least_of(lua_Integer a, lua_Integer b) { return a < b ? a : b; }

static int sort(lua_State *L) {
    host_check_table(L, LIST, HOST_READ | HOST_WRITE | HOST_LENGTH);
    lua_Integer count = luaL_len(L, LIST);
    if (!lua_isnoneornil(L, COMPARE)) luaL_checktype(L, COMPARE, LUA_TFUNCTION);
    luaL_argcheck(L, count < INT_MAX, LIST, "array too big");
    lua_settop(L, 2);
    if (count < 2) return 0;
    lua_createtable(L, (int)count, 0);
    lua_createtable(L, (int)count, 0);
    lua_settop(L, RIGHT);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_geti(L, LIST, i);
        lua_rawseti(L, FROM, i);
    }
    for (lua_Integer run = 1; run < count; run *= 2) {
        for (lua_Integer start = 1; start <= count; start += 2 * run)
            merge_runs(L, start, least_of(start + run, count + 1), least_of(start + 2 * run, count + 1));
        lua_pushvalue(L, FROM);
        lua_copy(L, TO, FROM);
        lua_replace(L, TO);
    }
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, FROM, i);
        lua_seti(L, LIST, i);
    }
    return 0;
}

void order_install(lua_State *L) {
    host_keep_weak_table(L, &snapshots_key);

    lua_pushglobaltable(L);
    host_set_function(L, "pairs", pairs);
    host_set_function(L, "next", next_key);
    lua_getfield(L, -1, "ipairs");
    lua_pushcclosure(L, ipairs, 1);
    lua_setfield(L, -2, "ipairs");
    lua_getfield(L, -1, "table");
    host_set_function(L, "sort", sort);
    lua_pop(L, 2);
}
