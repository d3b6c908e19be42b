// A Lua that does the same in every run and that a script can neither hold up nor fill the machine with. It knows nothing of
// Swift; Sources/LuaShim leads from one to the other.
#ifndef CLUAHOST_H
#define CLUAHOST_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Why a script has to end, whatever it catches.
enum { HOST_GOES_ON = 0, HOST_INTERRUPTED = 1, HOST_OUT_OF_TIME = 2, HOST_OUT_OF_MEMORY = 3 };

// What texts of the program's own are called, as Lua's `load` takes it: those built in, and those of stdlib, before their path.
// Messages name the user's line instead of theirs.
#define HOST_PROGRAM_CHUNK "=[astrolua]"
#define HOST_LIBRARY_CHUNK "=stdlib/"

// A state with Lua's libraries in their reproducible form; NULL when there is no memory for it.
lua_State *host_open(void *owner, int64_t seed);
void host_close(lua_State *L);
void *host_owner(lua_State *L);

// Around code that no Lua error may cross. In between, no request for memory is refused; at its end the last two raise
// if the script has to end: host_end_code where a limit was reached, host_check_memory where it holds too much.
void host_begin_code(lua_State *L);
void host_end_code(lua_State *L);
void host_check_memory(lua_State *L);

// Calls what lies under `arguments` values, protected; status as lua_pcall's. `traceback` adds one to the message.
int host_call(lua_State *L, int arguments, int results, bool traceback);

// Pushes an array of the table's keys in their fixed order; status as lua_pcall's.
int host_push_keys(lua_State *L, int table);
// Pushes n if the table's keys are 1 ... n, otherwise -1; status as lua_pcall's.
int host_push_sequence_length(lua_State *L, int table);
// Pushes a function that puts what guards the sandbox's paths and loads text only before Lua's own functions.
void host_push_guard_maker(lua_State *L);
// Takes from a sandboxed script what it could do harm with inside Lua: finalizers, the metatables that all strings and
// files share, the environment; and puts the shield on the terminal. Called once, before any script; status as
// lua_pcall's.
int host_confine(lua_State *L);
// Text as a terminal may show it: control characters, and marks that turn the direction of writing, become visible.
// `shown` has room for HOST_SHOWN times the length; returns the length of what was written.
enum { HOST_SHOWN = 8 };
size_t host_make_visible(const char *text, size_t length, char *shown);
// "Lua 5.4.4"
const char *host_lua_release(void);
// Why something that was printed could not be written, or NULL; writes what waits. `is_told`: the script was told by an error.
const char *host_lost_output(bool *is_told);
void host_note_lost_output(void);          // another process has lost some

// 64 random bits of the generator behind math.random.
int64_t host_random_word(lua_State *L);
// Whether it is one without known memory faults: 5.4.8 or later.
bool host_lua_is_patched(void);
// What scripts print goes to `tap`, too. Called once, after host_confine.
typedef void (*host_tap)(void *context, const char *text, size_t length);
void host_tap_output(lua_State *L, host_tap tap, void *context);
// Pushes the source, as Lua keeps it, of the innermost line that the user wrote; returns the line, or 0.
int host_push_place(lua_State *L);
// Pushes the same as "script.lua:9: ".
void host_push_where(lua_State *L);
// Raises where C's own stack is more than half used.
void host_check_stack(lua_State *L);
// In a process that was forked: the script goes on here, on another stack than it began on.
void host_begin_stack(lua_State *L);

// Ends the running script; safe in a signal handler. The reason stays until it is cleared.
void host_stop(lua_State *L, int reason);
int host_stop_reason(lua_State *L);
// Ends it as another process has been: for that reason, by that signal.
void host_stop_as(lua_State *L, int reason, int signal_number);
void host_clear_stop(lua_State *L);

// Bytes the script may hold, what is held outside of Lua included; 0 is no limit.
void host_set_memory_limit(lua_State *L, size_t bytes);
void host_set_time_limit_text(lua_State *L, double seconds);
// Looks how much the program holds, in Lua and outside; the limit goes by the last look.
size_t host_measure_memory(lua_State *L);
void host_collect_garbage(lua_State *L);   // in the middle of a call, too
// Was it too much when it was last measured?
bool host_over_memory_limit(lua_State *L);
// For tests: the n-th request of a script from now on is refused, and all after it; 0 refuses none.
void host_fail_after(lua_State *L, size_t requests);
// For tests: has this Lua's hash seed been found and fixed?
bool host_seed_is_fixed(lua_State *L);

// SIGINT, SIGTERM, SIGHUP and the time limit act on this state. A signal after so many more than the first ends the program.
void host_watch_signals(lua_State *L, int patience);
// The latest of these signals; and "script.lua:9: ", where it met the script, or "" where it has not yet.
int host_stop_signal(void);
const char *host_stopped_at(lua_State *L);
void host_start_time_limit(lua_State *L, double seconds);
void host_end_time_limit(void);

#endif
