#ifndef CLUAHOST_HOST_H
#define CLUAHOST_HOST_H

#include "CLuaHost.h"
#include <signal.h>
#include <stdio.h>

enum { ARENA_CLASSES = 256 };

// One reserved range. A block's place in it depends on the requests alone, so it is the same in every run.
typedef struct {
    char *base;
    size_t size, top, claimed;
    void *free[ARENA_CLASSES];
} Arena;

typedef struct {
    Arena arena;
    void *owner;
    int64_t seed;
    lua_State *main;
    lua_State *volatile running;           // the coroutine a signal has to reach
    volatile sig_atomic_t stop;
    int granting;                          // above 0 where no Lua error may pass: no request is refused
    size_t used, external, held_before, limit, fail_after, requests;
    int refusals;                          // Lua collects after the first refusal and asks once more
    bool refuses_again;                    // the same request, when it is made once more
    bool building, seed_fixed, collecting;
    lua_Integer shown;                     // objects numbered by tostring so far
    double time_limit;
    char stopped_at[160];                  // "script.lua:9: ", where a stop first became an error
    const char *stack_base;                // where C's stack stood when Lua was entered from outside
    FILE *out;                             // where print writes
} Host;

static inline Host *host_of(lua_State *L) { return *(Host **)lua_getextraspace(L); }

bool arena_reserve(Arena *arena);
void arena_release(Arena *arena);
void *host_allocate(void *host, void *block, size_t old_size, size_t new_size);

void order_install(lua_State *L);          // pairs, next, table.sort
void text_install(lua_State *L);           // tostring, print, string.format
void guard_install(lua_State *L);          // pcall, xpcall, coroutine
void patterns_install(lua_State *L);       // string.find, match, gmatch, gsub
void bounds_install(lua_State *L);         // string.rep, table.insert, remove, move
void terminal_shield(lua_State *L);        // nothing a script prints becomes a terminal's command
const char *terminal_lost(bool is_raised); // why something printed is lost, as errno tells now

void host_check_stop(lua_State *L);        // raises where a limit was reached; for loops that no hook sees

// Lua's own function, which is kept in that upvalue, within this call: what it complains of carries the caller's line and the
// name that the script knows it by.
int host_original(lua_State *L, int upvalue);

// Raises unless the argument can be used as a table is.
enum { HOST_READ = 1, HOST_WRITE = 2, HOST_LENGTH = 4 };
void host_check_table(lua_State *L, int index, int uses);

int host_raise_stop(lua_State *L);
int host_push_text(lua_State *L, int index);
void host_push_sorted_keys(lua_State *L, int table);
// A table with weak keys, in the registry under `key`.
void host_keep_weak_table(lua_State *L, const void *key);
// Replaces field `name` of the table on top.
void host_set_function(lua_State *L, const char *name, lua_CFunction function);

#endif
