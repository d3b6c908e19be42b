// Resource limits, and what the process forgets before a script runs.
#define _GNU_SOURCE
#include "Confine.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char memory_text[160];

// Malloc has answered that there is none: Swift ends the program then. Everything else is a crash, which the parent reports.
static void explain(int signal_number) {
    if (errno == ENOMEM) {
        if (write(STDERR_FILENO, memory_text, strlen(memory_text))) {}
        _exit(1);
    }
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void watch_crashes(void) {
    static char stack[65536];
    stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = explain, .sa_flags = SA_ONSTACK | SA_NODEFER};
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT};
    sigaltstack(&other, NULL);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, NULL);
}

static void limit(int resource, rlim_t most) {
    struct rlimit value;
    if (getrlimit(resource, &value) != 0 || value.rlim_max < most) most = value.rlim_max;
    value.rlim_cur = value.rlim_max = most;
    setrlimit(resource, &value);
}

// The precise limit is kept by Lua's allocator and the engine's own figures; this one stands behind. It goes by what is mapped,
// and Lua's range keeps what it once had: so twice, with a quarter and some room more for what no figure holds: the program
// itself, stacks of threads, what malloc keeps.
static void limit_memory(size_t bytes) {
    const size_t room = (size_t)256 << 20, stack = (size_t)16 << 20;
    size_t threads = (size_t)sysconf(_SC_NPROCESSORS_ONLN);
    snprintf(memory_text, sizeof memory_text,
             "astrolua: the script needs more memory than its limit of %g MB (--memory-limit)\n", (double)bytes / (1 << 20));
    limit(RLIMIT_DATA, 2 * bytes + bytes / 4 + room + threads * stack);
    watch_crashes();
}

void limit_resources(const sandbox_rules *rules) {
    limit(RLIMIT_CORE, 0);
    if (rules->memory_limit) limit_memory(rules->memory_limit);
}

static bool is_wanted(const char *variable) {
    static const char *const wanted[] = {"LANG", "LC_", "TZ", "TERM", "COLUMNS", "LINES", "NO_COLOR", "HOME", "XDG_",
                                         "ASTROLUA_", "EDITRC"};
    size_t name = strcspn(variable, "=");
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        size_t length = strlen(wanted[i]);
        bool is_family = wanted[i][length - 1] == '_';
        if (strncmp(variable, wanted[i], length) == 0 && (is_family || name == length || strncmp(variable, "TERM", 4) == 0))
            return true;
    }
    return false;
}

// Keys and passwords often stand in the environment: overwritten, not only out of sight.
void forget_environment(void) {
    extern char **environ;
    char **kept = environ;
    for (char **variable = environ; variable && *variable; variable++) {
        if (is_wanted(*variable)) *kept++ = *variable;
        else explicit_bzero(*variable, strlen(*variable));
    }
    if (kept) *kept = NULL;
}
