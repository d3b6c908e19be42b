// What ends a script ends it: pcall, xpcall and coroutines catch everything but an interrupt and the limits.
#include "Host.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void stop_hook(lua_State *L, lua_Debug *activation) {
    (void)activation;
    if (host_of(L)->stop) host_raise_stop(L);
    lua_sethook(L, NULL, 0, 0);            // left over in a coroutine
}

static void set_stop_hook(lua_State *L) {
    lua_sethook(L, stop_hook, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

void host_stop(lua_State *L, int reason) {
    Host *host = host_of(L);
    host->stop = reason;
    set_stop_hook(host->main);
    set_stop_hook(host->running);
}

int host_stop_reason(lua_State *L) { return host_of(L)->stop; }

void host_clear_stop(lua_State *L) {
    Host *host = host_of(L);
    host->stop = HOST_GOES_ON;
    host->stopped_at[0] = '\0';
    host->refusals = 0;
    lua_sethook(host->main, NULL, 0, 0);
}

static void push_stop_text(lua_State *L, const Host *host) {
    char text[128] = "interrupted";
    if (host->stop == HOST_OUT_OF_TIME)
        snprintf(text, sizeof text, "the script has run for longer than its limit of %g s (--time-limit)", host->time_limit);
    if (host->stop == HOST_OUT_OF_MEMORY)
        snprintf(text, sizeof text, "the script needs more memory than its limit of %g MB (--memory-limit)",
                 (double)host->limit / (1 << 20));
    lua_pushstring(L, text);
}

const char *host_stopped_at(lua_State *L) { return host_of(L)->stopped_at; }

// Called again wherever the script catches the error: the place is that of the first time.
int host_raise_stop(lua_State *L) {
    char *place = host_of(L)->stopped_at;
    host_push_where(L);
    if (!*place) snprintf(place, sizeof host_of(L)->stopped_at, "%s", lua_tostring(L, -1));
    push_stop_text(L, host_of(L));
    lua_concat(L, 2);
    return lua_error(L);
}

void host_check_stop(lua_State *L) {
    if (host_of(L)->stop) host_raise_stop(L);
}

void host_begin_code(lua_State *L) { host_of(L)->granting++; }

void host_end_code(lua_State *L) {
    host_of(L)->granting--;
    host_check_stop(L);
}

// Lua counts the C calls of a coroutine, not those of the coroutines that close each other; and a method in Swift
// takes more of the stack than Lua reckons with. Half of what systems commonly give stays free for what lies between
// two calls of this.
void host_check_stack(lua_State *L) {
    enum { MOST = 3 << 20 };
    const char *here = __builtin_frame_address(0), *base = host_of(L)->stack_base;
    if (base && (here < base ? base - here : here - base) > MOST) luaL_error(L, "stack overflow (too many nested calls)");
}

void host_begin_stack(lua_State *L) { host_of(L)->stack_base = __builtin_frame_address(0); }

static int finish_pcall(lua_State *L, int status, lua_KContext extra) {
    if (host_of(L)->stop) return host_raise_stop(L);
    if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L) - (int)extra;
    lua_pushboolean(L, 0);
    lua_pushvalue(L, -2);
    return 2;
}

static int protected_call(lua_State *L) {
    luaL_checkany(L, 1);
    host_check_stack(L);
    lua_pushboolean(L, 1);
    lua_insert(L, 1);
    int status = lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finish_pcall);
    return finish_pcall(L, status, 0);
}

// A hook that raises is switched off until its error has been handled: a handler of the script's would have all the time
// in the world. So it is not asked when a limit was reached.
static int handle(lua_State *L) {
    if (host_of(L)->stop) return 1;
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

static int handled_call(lua_State *L) {
    int count = lua_gettop(L);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    host_check_stack(L);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, handle, 1);
    lua_replace(L, 2);
    lua_pushboolean(L, 1);
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 2);
    int status = lua_pcallk(L, count - 2, LUA_MULTRET, 2, 2, finish_pcall);
    return finish_pcall(L, status, 2);
}

// Moves the arguments over, runs, moves the results back: their number, or -1 with the error on top.
static int run_coroutine(lua_State *L, lua_State *coroutine, int arguments) {
    Host *host = host_of(L);
    host_check_stack(L);
    if (!lua_checkstack(coroutine, arguments)) {
        lua_pushliteral(L, "too many arguments to resume");
        return -1;
    }
    lua_xmove(L, coroutine, arguments);
    lua_State *outer = host->running;
    host->running = coroutine;
    int results, status = lua_resume(coroutine, L, arguments, &results);
    host->running = outer;
    if (host->stop) {
        set_stop_hook(outer);
        return host_raise_stop(L);
    }
    if (status != LUA_OK && status != LUA_YIELD) {
        lua_xmove(coroutine, L, 1);
        return -1;
    }
    if (!lua_checkstack(L, results + 1)) {
        lua_pop(coroutine, results);
        lua_pushliteral(L, "too many results to resume");
        return -1;
    }
    lua_xmove(coroutine, L, results);
    return results;
}

static int resume(lua_State *L) {
    lua_State *coroutine = lua_tothread(L, 1);
    luaL_argexpected(L, coroutine, 1, "thread");
    int results = run_coroutine(L, coroutine, lua_gettop(L) - 1);
    lua_pushboolean(L, results >= 0);
    int returned = results >= 0 ? results : 1;
    lua_insert(L, -(returned + 1));
    return returned + 1;
}

#if LUA_VERSION_RELEASE_NUM >= 50408
static int reset_thread(lua_State *coroutine, lua_State *from) { return lua_closethread(coroutine, from); }
#else
static void no_hook(lua_State *L, lua_Debug *activation) { (void)L, (void)activation; }

// Before 5.4.8 the handler of an `xpcall` that the coroutine waits in stays in force while the coroutine is closed, as a place in a
// stack that others use by then. No call takes it back. It lies behind the hook in all of 5.4 until then, and the hook can be
// recognized.
static bool forget_handler(lua_State *coroutine) {
    enum { WORDS = 32 };
    lua_sethook(coroutine, no_hook, LUA_MASKCOUNT, INT_MAX);
    uintptr_t *words = (uintptr_t *)coroutine;
    int i = 0;
    while (i < WORDS && words[i] != (uintptr_t)no_hook) i++;
    lua_sethook(coroutine, NULL, 0, 0);
    if (i == WORDS || words[i + 1] % 16 != 0 || words[i + 1] / 16 > LUAI_MAXSTACK + 1000) return false;
    words[i + 1] = 0;
    return true;
}

static int reset_thread(lua_State *coroutine, lua_State *from) {
    if (!forget_handler(coroutine)) return luaL_error(from, "this %s cannot close a coroutine", host_lua_release());
    return lua_resetthread(coroutine);
}
#endif

// Runs what the coroutine has to close, within reach of the limits.
static int reset(lua_State *L, lua_State *coroutine) {
    Host *host = host_of(L);
    lua_State *outer = host->running;
    host->running = coroutine;
    int status = reset_thread(coroutine, L);
    host->running = outer;
    if (!host->stop) return status;
    set_stop_hook(outer);
    return host_raise_stop(L);
}

static int resume_wrapped(lua_State *L) {
    lua_State *coroutine = lua_tothread(L, lua_upvalueindex(1));
    int results = run_coroutine(L, coroutine, lua_gettop(L));
    if (results >= 0) return results;
    int status = lua_status(coroutine);
    if (status != LUA_OK && status != LUA_YIELD) {
        if (reset(L, coroutine) != LUA_OK) {
            lua_xmove(coroutine, L, 1);
            lua_replace(L, -2);
        }
    }
    if (lua_type(L, -1) == LUA_TSTRING) {
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static int wrap(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State *coroutine = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, coroutine, 1);
    lua_pushcclosure(L, resume_wrapped, 1);
    return 1;
}

// A coroutine that runs, or has resumed another, is not at rest.
static bool is_at_rest(lua_State *L, lua_State *coroutine) {
    lua_Debug activation;
    int status = lua_status(coroutine);
    if (status != LUA_OK || coroutine == L) return status != LUA_OK;
    return lua_getstack(coroutine, 0, &activation) == 0;
}

static int close_coroutine(lua_State *L) {
    lua_State *coroutine = lua_tothread(L, 1);
    luaL_argexpected(L, coroutine, 1, "thread");
    if (!is_at_rest(L, coroutine)) return luaL_error(L, "cannot close a running coroutine");
    host_check_stack(L);
    int status = reset(L, coroutine);
    lua_pushboolean(L, status == LUA_OK);
    if (status == LUA_OK) return 1;
    lua_xmove(coroutine, L, 1);
    return 2;
}

void guard_install(lua_State *L) {
    lua_pushglobaltable(L);
    host_set_function(L, "pcall", protected_call);
    host_set_function(L, "xpcall", handled_call);
    lua_getfield(L, -1, "coroutine");
    host_set_function(L, "resume", resume);
    host_set_function(L, "wrap", wrap);
    host_set_function(L, "close", close_coroutine);
    lua_pop(L, 2);
}

// Signals. One state at a time is watched.
static lua_State *watched;

static volatile sig_atomic_t interrupts, endured, latest;

int host_stop_signal(void) { return latest; }

void host_stop_as(lua_State *L, int reason, int signal_number) {
    latest = signal_number;
    host_stop(L, reason);
}

// Between the inputs at a prompt Ctrl-C is the prompt's business; what asks the program to end then ends it.
static bool is_idle(int signal_number) { return !watched || (signal_number != SIGINT && !host_of(watched)->stack_base); }

// What one press of a key or one `kill` of a group sends, directly and passed on by the parent, counts once. After
// `endured` more the next one ends the program.
static void interrupt(int signal_number) {
    static const char text[] = "\n(it stops as soon as it can; once more ends the program)\n";
    static volatile double last;
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    double now = (double)time.tv_sec + (double)time.tv_nsec * 1e-9, since = now - last;
    last = now;
    if (watched && interrupts > 0 && since < 0.2) return;
    latest = signal_number;
    if (is_idle(signal_number) || interrupts++ > endured) {
        signal(signal_number, SIG_DFL);
        raise(signal_number);
        return;
    }
    if (interrupts > 1 && write(STDERR_FILENO, text, sizeof text - 1)) {}
    host_stop(watched, HOST_INTERRUPTED);
}

static void out_of_time(int signal_number) {
    (void)signal_number;
    if (!watched) return;
    if (host_of(watched)->stop != HOST_OUT_OF_TIME) {
        host_stop(watched, HOST_OUT_OF_TIME);
        return;
    }
    static const char text[] = "astrolua: the script has passed its time limit and does not stop (--time-limit)\n";
    if (write(STDERR_FILENO, text, sizeof text - 1)) {}
    _exit(1);
}

static void take_signal(int signal_number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(signal_number, &action, NULL);
    sigset_t unblocked;                    // whoever started the program may have blocked it
    sigemptyset(&unblocked);
    sigaddset(&unblocked, signal_number);
    sigprocmask(SIG_UNBLOCK, &unblocked, NULL);
}

void host_watch_signals(lua_State *L, int patience) {
    watched = L;
    interrupts = 0;
    endured = patience;
    if (!L) return;
    take_signal(SIGINT, interrupt);
    take_signal(SIGTERM, interrupt);
    struct sigaction before;
    bool is_ignored = sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler == SIG_IGN;   // nohup
    if (!is_ignored) take_signal(SIGHUP, interrupt);
    signal(SIGXFSZ, SIG_IGN);              // a file that may not grow is an error like a full disk
}

void host_set_time_limit_text(lua_State *L, double seconds) { host_of(L)->time_limit = seconds; }

void host_start_time_limit(lua_State *L, double seconds) {
    const double grace = 5;                // for what no hook reaches: a pattern, a finalizer
    host_set_time_limit_text(L, seconds);
    watched = L;
    take_signal(SIGALRM, out_of_time);
    struct itimerval timer = {
        .it_value = {(time_t)seconds, (suseconds_t)((seconds - (double)(time_t)seconds) * 1e6)},
        .it_interval = {(time_t)grace, 0},
    };
    setitimer(ITIMER_REAL, &timer, NULL);
}

void host_end_time_limit(void) { setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 0}}, NULL); }
