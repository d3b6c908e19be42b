// The only C between Swift and Lua. A Lua error is a longjmp and must never cross a Swift frame, so
// every API call that can raise is made here. Swift itself may call what Lua's manual marks '-', and
// what it marks 'm' (memory) inside an entry, where the allocator refuses nothing.
#ifndef LUASHIM_H
#define LUASHIM_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A Swift method. It returns the number of results it left on the stack, SHIM_FAILED with a message
// on top (the script's line is put in front), or SHIM_RAISED with an error value to be passed on as it is.
typedef int (*shim_entry)(lua_State *L, int method);
enum { SHIM_FAILED = -1, SHIM_RAISED = -2 };

// Why a script has to end, whatever it catches.
enum { SHIM_GOES_ON = 0, SHIM_INTERRUPTED = 1, SHIM_OUT_OF_TIME = 2, SHIM_OUT_OF_MEMORY = 3 };

enum { SHIM_TYPES = 32, SHIM_REGISTRY = LUA_REGISTRYINDEX };

// A state with Lua's libraries in their reproducible form; NULL when there is no memory for it.
lua_State *shim_open(shim_entry entry, void *context, int64_t seed);
void shim_close(lua_State *L);
void *shim_context(lua_State *L);

// Calls what lies under `arguments` values, protected; status as lua_pcall's. `traceback` adds one to the message.
int shim_call(lua_State *L, int arguments, int results, bool traceback);

// Pushes the function that calls Swift's method.
void shim_push_method(lua_State *L, int method);
// Pushes an `__index` that looks in the table on top (which it pops), then asks Swift's method.
void shim_push_index(lua_State *L, int method);
// Pushes an array of the table's keys in their fixed order; status as lua_pcall's.
int shim_push_keys(lua_State *L, int table);
// Pushes n if the table's keys are 1 ... n, otherwise -1; status as lua_pcall's.
int shim_push_sequence_length(lua_State *L, int table);
// Pushes a function that puts what guards the sandbox's paths and loads text only before Lua's own functions.
void shim_push_guard_maker(lua_State *L);
// Takes from a sandboxed script what it could do harm with inside Lua: finalizers, the metatables that all strings and
// files share, the environment; and puts the shield on the terminal. Called once, before any script; status as
// lua_pcall's.
int shim_confine(lua_State *L);
// Text as a terminal may show it: control characters, and marks that turn the direction of writing, become visible.
// `shown` has room for SHIM_SHOWN times the length; returns the length of what was written.
enum { SHIM_SHOWN = 8 };
size_t shim_make_visible(const char *text, size_t length, char *shown);
// "Lua 5.4.4"
const char *shim_lua_release(void);
// Why something that was printed could not be written, or NULL; writes what waits. `is_told`: the script was told by an error.
const char *shim_lost_output(bool *is_told);
void shim_note_lost_output(void);          // another process has lost some

// Whether it is one without known memory faults: 5.4.8 or later.
bool shim_lua_is_patched(void);
// What scripts print goes to `tap`, too. Called once, after shim_confine.
typedef void (*shim_tap)(void *context, const char *text, size_t length);
void shim_tap_output(lua_State *L, shim_tap tap, void *context);
// Pushes the source, as Lua keeps it, of the innermost line that the user wrote; returns the line, or 0.
int shim_push_place(lua_State *L);
// The local variables of the function at `function` are kept when it returns; pushes them as a table, or nil.
void shim_keep_locals(lua_State *L, int function);
void shim_push_kept_locals(lua_State *L);
// The address that marks type `tag` in the registry.
const void *shim_type_key(int tag);

// Ends the running script; safe in a signal handler. The reason stays until it is cleared.
void shim_stop(lua_State *L, int reason);
int shim_stop_reason(lua_State *L);
// Ends it as another process has been: for that reason, by that signal.
void shim_stop_as(lua_State *L, int reason, int signal_number);
void shim_clear_stop(lua_State *L);

// Bytes the script may hold, its simulations included; 0 is no limit.
void shim_set_memory_limit(lua_State *L, size_t bytes);
void shim_set_time_limit_text(lua_State *L, double seconds);
// Looks how much Lua and Swift hold together; the limit goes by the last look.
size_t shim_measure_memory(lua_State *L);
void shim_collect_garbage(lua_State *L);   // in the middle of a call, too
// Was it too much when it was last measured?
bool shim_over_memory_limit(lua_State *L);
// For tests: the n-th request of a script from now on is refused, and all after it; 0 refuses none.
void shim_fail_after(lua_State *L, size_t requests);
// For tests: has this Lua's hash seed been found and fixed?
bool shim_seed_is_fixed(lua_State *L);

// SIGINT, SIGTERM, SIGHUP and the time limit act on this state. A signal after so many more than the first ends the program.
void shim_watch_signals(lua_State *L, int patience);
// The latest of these signals; and "script.lua:9: ", where it met the script, or "" where it has not yet.
int shim_stop_signal(void);
const char *shim_stopped_at(lua_State *L);
void shim_start_time_limit(lua_State *L, double seconds);
void shim_end_time_limit(void);

static inline void shim_pop(lua_State *L, int n) { lua_settop(L, -n - 1); }

#endif
