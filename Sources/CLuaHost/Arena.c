// The allocator. Addresses order the keys of a table that are objects, and Lua hashes objects by the
// low 32 bits of their addresses; both must be the same in every run. So all blocks lie in one range whose
// base is a multiple of its size, cut from the bottom up and kept for reuse by size class.
#include "Host.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const size_t LARGEST = (size_t)1 << 38, SMALLEST = (size_t)1 << 26;
static const size_t WORTH_RETURNING = 1 << 18, PAGE = 4096;

static bool reserve(Arena *arena, size_t size) {
    char *range = mmap(NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) return false;
    char *base = (char *)(((uintptr_t)range + size - 1) & ~(uintptr_t)(size - 1));
    if (base > range) munmap(range, base - range);
    munmap(base + size, range + size - base);
    *arena = (Arena){.base = base, .size = size};
    return true;
}

bool arena_reserve(Arena *arena) {
    for (size_t size = LARGEST; size >= SMALLEST; size /= 2) {
        if (reserve(arena, size)) return true;
    }
    return false;
}

void arena_release(Arena *arena) { munmap(arena->base, arena->size); }

// Multiples of 16 up to 1024 bytes, then four sizes to a doubling.
static int size_class(size_t wanted, size_t *rounded) {
    if (wanted <= 1024) {
        int class = (int)((wanted + 15) / 16) - 1;
        *rounded = (size_t)(class + 1) * 16;
        return class;
    }
    int power = 63 - __builtin_clzll(wanted - 1);
    size_t step = (size_t)1 << (power - 2);
    size_t steps = (wanted - 1 - ((size_t)1 << power)) / step;
    *rounded = ((size_t)1 << power) + (steps + 1) * step;
    return 64 + (power - 10) * 4 + (int)steps;
}

// What is only reserved counts for nothing; room is claimed from the system, which may have a limit, in growing steps.
static bool claim(Arena *arena, size_t end) {
    enum { STEP = 1 << 20 };
    if (end <= arena->claimed) return true;
    size_t wanted = end + arena->claimed / 8;
    wanted = (wanted + STEP - 1) / STEP * STEP;
    if (wanted > arena->size) wanted = arena->size;
    if (mprotect(arena->base + arena->claimed, wanted - arena->claimed, PROT_READ | PROT_WRITE) != 0) return false;
    arena->claimed = wanted;
    return true;
}

static void *arena_take(Arena *arena, size_t wanted) {
    size_t rounded;
    int class = size_class(wanted, &rounded);
    void *block = arena->free[class];
    if (block) {
        memcpy(&arena->free[class], block, sizeof block);
        return block;
    }
    if (rounded > arena->size - arena->top || !claim(arena, arena->top + rounded)) return NULL;
    block = arena->base + arena->top;
    arena->top += rounded;
    return block;
}

static void arena_give_back(Arena *arena, void *block, size_t size) {
    size_t rounded;
    int class = size_class(size, &rounded);
    memcpy(block, &arena->free[class], sizeof block);
    arena->free[class] = block;
    if (rounded < WORTH_RETURNING) return;
    uintptr_t inner = ((uintptr_t)block + sizeof block + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    uintptr_t end = ((uintptr_t)block + rounded) & ~(uintptr_t)(PAGE - 1);
    if (end > inner) madvise((void *)inner, end - inner, MADV_DONTNEED);
}

static void *arena_resize(Arena *arena, void *block, size_t old_size, size_t new_size) {
    size_t old_rounded, new_rounded;
    if (size_class(old_size, &old_rounded) == size_class(new_size, &new_rounded)) return block;
    void *moved = arena_take(arena, new_size);
    if (!moved) return NULL;
    memcpy(moved, block, old_size < new_size ? old_size : new_size);
    arena_give_back(arena, block, old_size);
    return moved;
}

// Lua 5.4 seeds its string hash from the clock and from addresses; the seed decides when a table is
// rebuilt and so, in the end, where blocks lie. There is no call to set it. At the second request of a new
// state the seed has been drawn and no string exists yet: it is written over there, if everything around
// it looks as in 5.4's `global_State`; otherwise it is left alone.
static void fix_hash_seed(Host *host, const void *state, size_t size) {
    enum { STRINGS = 6, REGISTRY = 8, NIL_VALUE = 10, SEED = 12, WORDS = 13 };
    uintptr_t *words = (uintptr_t *)state;
    for (size_t i = 0; i + WORDS <= size / sizeof *words; i++) {
        uintptr_t *g = words + i;
        if (g[0] != (uintptr_t)host_allocate || g[1] != (uintptr_t)host) continue;
        bool no_strings = g[STRINGS] == 0 && g[STRINGS + 1] == 0;
        bool not_built = g[NIL_VALUE] == 0 && (unsigned char)g[NIL_VALUE + 1] == LUA_TNUMBER;
        if (!no_strings || !not_built || (unsigned char)g[REGISTRY + 1] != LUA_TNIL) continue;
        unsigned seed = 0x9E3779B9u;
        memcpy(&g[SEED], &seed, sizeof seed);
        host->seed_fixed = true;
    }
}

// What lies outside of Lua: simulations, with all that recorders have gathered.
static size_t held_outside(void) {
    struct mallinfo2 figures = mallinfo2();
    return figures.uordblks + figures.hblkhd;
}

static void measure(Host *host) {
    size_t held = held_outside();
    if (host->held_before == 0) host->held_before = held;
    host->external = held > host->held_before ? held - host->held_before : 0;
}

size_t host_measure_memory(lua_State *L) {
    Host *host = host_of(L);
    measure(host);
    return host->used + host->external;
}

static bool is_over_limit(const Host *host) { return host->limit && host->used + host->external > host->limit; }

static void collect_garbage(Host *host, lua_State *L) {
    if (host->collecting) return;
    host->collecting = true;
    lua_gc(L, LUA_GCCOLLECT);              // simulations may go with it
    host->collecting = false;
    measure(host);
}

void host_collect_garbage(lua_State *L) { collect_garbage(host_of(L), host_of(L)->running); }

void host_check_memory(lua_State *L) {
    Host *host = host_of(L);
    if (!is_over_limit(host) || host->collecting) return;
    collect_garbage(host, L);
    if (!is_over_limit(host)) return;
    host->stop = HOST_OUT_OF_MEMORY;
    host_raise_stop(L);
}

bool host_over_memory_limit(lua_State *L) { return is_over_limit(host_of(L)); }

void host_set_memory_limit(lua_State *L, size_t bytes) {
    host_of(L)->limit = bytes;
    measure(host_of(L));
}

void host_fail_after(lua_State *L, size_t requests) {
    host_of(L)->fail_after = requests;
    host_of(L)->requests = 0;
}

// Before 5.4.8, a table that grows may be collected while it does, if room for it was refused at first (as the `__newindex` of a
// weak metatable). So there what is no object of its own, the parts of tables among them, has an eighth of the limit more: the
// collection is left to the next object. What needs more than that is refused twice, and the script ends.
static bool grows_unsafely(bool is_object) { return !is_object && !host_lua_is_patched(); }

static size_t limit_for(const Host *host, bool is_object) {
    return host->limit + (grows_unsafely(is_object) ? host->limit / 8 : 0);
}

static bool refuses(Host *host, size_t growth, bool is_object) {
    if (host->refuses_again) return true;
    if (host->granting || host->stop) return false;
    if (host->fail_after && ++host->requests >= host->fail_after) return true;
    return host->limit && host->used + host->external + growth > limit_for(host, is_object);
}

static void *refuse(Host *host, size_t growth, bool is_object) {
    bool hopeless = ++host->refusals >= 2 || growth > host->limit || grows_unsafely(is_object);
    host->refuses_again = !host->refuses_again && grows_unsafely(is_object);
    if (hopeless && !host->fail_after) host_stop(host->main, HOST_OUT_OF_MEMORY);
    return NULL;
}

static void *grow(Host *host, void *block, size_t old_size, size_t new_size, bool is_object) {
    if (refuses(host, new_size - old_size, is_object)) return refuse(host, new_size - old_size, is_object);
    void *result = block ? arena_resize(&host->arena, block, old_size, new_size) : arena_take(&host->arena, new_size);
    if (!result) host_stop(host->main, HOST_OUT_OF_MEMORY);
    if (!result) host->refuses_again = grows_unsafely(is_object);
    if (!result && host->granting) {
        fputs("astrolua: no memory left for Lua\n", stderr);
        abort();
    }
    if (result) host->refusals = 0;
    return result;
}

void *host_allocate(void *context, void *block, size_t old_size, size_t new_size) {
    Host *host = context;
    bool is_object = !block && old_size != 0;       // Lua passes the kind of object there
    if (!block) old_size = 0;
    if (host->building && host->used && !block) {
        host->building = false;
        fix_hash_seed(host, host->arena.base, host->used);
    }
    if (new_size == 0) {
        if (block && old_size) arena_give_back(&host->arena, block, old_size);
        host->used -= old_size;
        return NULL;
    }
    if (block && old_size == 0) block = NULL;
    void *result;
    if (new_size > old_size) {
        result = grow(host, block, old_size, new_size, is_object);
    } else {
        result = arena_resize(&host->arena, block, old_size, new_size);
        if (!result) result = block;                // Lua takes it that shrinking never fails
    }
    if (result) host->used += new_size - old_size;
    return result;
}
