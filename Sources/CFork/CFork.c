#define _GNU_SOURCE
#include "CFork.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

pid_t cfork_child(unsigned seconds) {
    pid_t parent = getpid(), child = fork();
    if (child != 0) return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);     // it ended before it could be watched
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    struct itimerval time = {.it_value = {.tv_sec = seconds}};
    setitimer(ITIMER_PROF, &time, NULL);   // a limit of the kernel's could not be set from inside the sandbox
    static const int answered_by_parent[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof answered_by_parent / sizeof *answered_by_parent; i++) signal(answered_by_parent[i], SIG_IGN);
    static const int crashes[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGPROF, SIGSEGV, SIGTRAP};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) signal(crashes[i], SIG_DFL);
    return 0;
}

int cfork_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }
