// What stands behind the sandbox that Lua sees: the operating system. A script runs in a child process that the kernel
// confines; the parent waits, passes signals on, starts gnuplot when the child asks for it, and says so if the child dies.
#ifndef CSANDBOX_H
#define CSANDBOX_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *const *readable, *const *writable;   // directories and files, each list ends with NULL
    size_t memory_limit;                             // bytes; 0 is none
    double time_limit;                               // seconds; 0 is none
} sandbox_rules;

// Forks before any thread exists. Returns in the child, true; in the parent only if there is no child, false with errno.
// The parent exits with the child's status.
bool sandbox_split(const sandbox_rules *rules);

// Confines the calling process, for good: NULL, or what the kernel has but refused to do.
const char *sandbox_enter(const sandbox_rules *rules);

// Which Landlock this kernel has, 0 for none; and whether it filters system calls.
int sandbox_landlock_version(void);
bool sandbox_has_seccomp(void);

// Runs gnuplot with these descriptors as its standard input, output and error. For a picture it is confined to drawing:
// it reads what is installed and its input, writes to its output, starts nothing; from a confined child the parent does
// it. A window needs a way to the desktop, and gnuplot then has every right of the user; a confined child gets none.
// The wait status, or SANDBOX_NO_PROGRAM, or SANDBOX_NO_ANSWER where the parent cannot run it now.
enum { SANDBOX_NO_PROGRAM = -1, SANDBOX_NO_ANSWER = -2 };
typedef enum { SANDBOX_PICTURE, SANDBOX_EVERYTHING } sandbox_reach;
int sandbox_run_gnuplot(int commands, int picture, int messages, sandbox_reach reach);

// A file that exists in memory only; -1 if that fails.
int sandbox_memory_file(void);

#endif
