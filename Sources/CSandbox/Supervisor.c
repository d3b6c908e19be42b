// The parent of a sandboxed script. It holds nothing the script could want: it waits, and does four things.
//
//   signals   sent to it go on to the child; those the terminal sends reach the child by themselves
//   gnuplot   is started here when the child asks, since the child can start nothing
//   time      a child that outlives its limit by some seconds, whatever became of it, is killed
//   the end   the child's status becomes its own; a child that died of a signal becomes a message, the terminal
//             is put back as it was, and nothing that was forked from the child goes on
#define _GNU_SOURCE
#include "Confine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static const double GRACE = 8;             // seconds; the child ends itself after 5

static const int passed_on[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
enum { PASSED_ON = sizeof passed_on / sizeof *passed_on };

typedef struct {
    pid_t child;
    pid_t drawings[MOST_DRAWINGS];         // processes that run gnuplot; 0 where there is none. Requests wait in the socket
    int signals, broker;
    bool too_long, ended;
    int status;
    double deadline;
    struct termios terminal;
    bool has_terminal;
} Supervisor;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

// The place of a process among the drawings, or of none with 0; NULL where there is no such place.
static pid_t *drawing(Supervisor *s, pid_t process) {
    for (int i = 0; i < MOST_DRAWINGS; i++) {
        if (s->drawings[i] == process) return &s->drawings[i];
    }
    return NULL;
}

static void reap(Supervisor *s) {
    int status;
    pid_t process;
    while ((process = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
        if (process == s->child && WIFSTOPPED(status)) {
            raise(SIGSTOP);                // Ctrl-Z at the prompt: the shell waits for this process
            kill(s->child, SIGCONT);
        } else if (process == s->child) {
            s->ended = true;
            s->status = status;
        } else if (!WIFSTOPPED(status) && drawing(s, process)) {
            *drawing(s, process) = 0;
        }
    }
}

static void take_signal(Supervisor *s) {
    struct signalfd_siginfo info;
    if (read(s->signals, &info, sizeof info) != sizeof info) return;
    if (info.ssi_signo == SIGCHLD) reap(s);
    else if (info.ssi_code != SI_KERNEL) kill(s->child, (int)info.ssi_signo);
}

static void watch_time(Supervisor *s) {
    if (s->deadline == 0 || s->too_long || s->deadline > now()) return;
    s->too_long = true;
    kill(s->child, SIGKILL);
}

static void wait_for_child(Supervisor *s) {
    struct pollfd sources[] = {{s->signals, POLLIN, 0}, {s->broker, POLLIN, 0}};
    while (!s->ended) {
        pid_t *place = drawing(s, 0);
        sources[1].events = place ? POLLIN : 0;
        double left = s->deadline - now();
        int timeout = s->deadline == 0 || s->too_long ? -1 : left > 1e6 ? 1000000000 : left > 0 ? (int)(left * 1000) + 1 : 0;
        poll(sources, 2, timeout);
        watch_time(s);
        if (sources[1].revents & POLLIN) *place = gnuplot_serve(s->broker);
        else if (sources[1].revents) sources[1].fd = -1;   // the child has closed its end
        if (sources[0].revents & POLLIN) take_signal(s);
    }
}

// What was forked from the child, however often, has become ours with the child's death (PR_SET_CHILD_SUBREAPER). Killing one
// may bring up its children, so it takes several turns.
static void end_descendants(void) {
    enum { MOST_TURNS = 2000, MILLISECOND = 1 };
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    for (int turn = 0; turn < MOST_TURNS; turn++) {
        while (waitpid(-1, NULL, WNOHANG) > 0) {}
        FILE *list = fopen(path, "re");
        int process, count = 0;
        for (; list && fscanf(list, "%d", &process) == 1; count++) kill(process, SIGKILL);
        if (list) fclose(list);
        if (count == 0) return;
        poll(NULL, 0, MILLISECOND);
    }
}

// - `text`: has a place for the detail.
static void say(const char *text, const char *detail) {
    char line[256];
    const char *rank = getenv("OMPI_COMM_WORLD_RANK");
    int start = rank ? snprintf(line, sizeof line / 4, "rank %.10s: ", rank) : 0;
    int length = start + snprintf(line + start, sizeof line - (size_t)start, text, detail);
    if (write(STDERR_FILENO, line, (size_t)length)) {}
}

static bool was_passed_on(int signal_number) {
    for (int i = 0; i < PASSED_ON; i++) {
        if (passed_on[i] == signal_number) return true;
    }
    return signal_number == SIGPIPE || signal_number == SIGALRM;
}

static void die_of(int signal_number) {
    sigset_t all;
    signal(signal_number, SIG_DFL);
    raise(signal_number);
    sigfillset(&all);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
}

static _Noreturn void finish(Supervisor *s) {
    bool crashed = WIFSIGNALED(s->status);
    int signal_number = crashed ? WTERMSIG(s->status) : 0;
    if (s->has_terminal && s->status != 0) tcsetattr(STDIN_FILENO, TCSADRAIN, &s->terminal);
    if (!crashed) _exit(WEXITSTATUS(s->status));
    if (s->too_long) say("astrolua: the script has passed its time limit and was ended (--time-limit)%s\n", "");
    else if (signal_number == SIGINT) _exit(130);
    else if (signal_number == SIGKILL) say("astrolua: the script was killed; the machine may have run out of memory%s\n", "");
    else if (was_passed_on(signal_number)) die_of(signal_number);
    else say("astrolua: the script brought the program down (%s). That is a defect of astrolua: please report it\n", strsignal(signal_number));
    _exit(1);
}

static _Noreturn void supervise(pid_t child, int broker, const sigset_t *watched, const sandbox_rules *rules) {
    Supervisor s = {.child = child, .broker = broker, .signals = signalfd(-1, watched, SFD_CLOEXEC)};
    gnuplot_share_memory(rules->memory_limit);
    if (rules->time_limit > 0) s.deadline = now() + rules->time_limit + GRACE;
    s.has_terminal = tcgetattr(STDIN_FILENO, &s.terminal) == 0;
    signal(SIGTTOU, SIG_IGN);              // putting the terminal back must not stop us
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    wait_for_child(&s);
    end_descendants();
    finish(&s);
}

static void become_child(pid_t parent, int socket, const sigset_t *before) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);     // it has died in between
    sigset_t mask = *before;
    for (int i = 0; i < PASSED_ON; i++) sigdelset(&mask, passed_on[i]);   // whoever started us may have blocked them
    sigprocmask(SIG_SETMASK, &mask, NULL);
    gnuplot_use_broker(socket);
}

bool sandbox_split(const sandbox_rules *rules) {
    int sockets[2];
    sigset_t watched, before;
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    for (int i = 0; i < PASSED_ON; i++) sigaddset(&watched, passed_on[i]);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0) return false;
    sigprocmask(SIG_BLOCK, &watched, &before);
    fflush(NULL);
    pid_t parent = getpid(), child = fork();
    if (child < 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        close(sockets[0]);
        close(sockets[1]);
        return false;
    }
    close(sockets[child == 0 ? 0 : 1]);
    if (child > 0) supervise(child, sockets[0], &watched, rules);
    become_child(parent, sockets[1], &before);
    return true;
}

// What the program itself needs, besides what a script may have.
static void allow_system(int ruleset) {
    static const char *const readable[] = {
        "/usr/lib", "/lib", "/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo",
        "/usr/share/terminfo", "/etc/terminfo", "/usr/share/locale", "/usr/lib/locale", "/etc/inputrc", "/dev/urandom",
        "/proc/meminfo", "/proc/cpuinfo", "/proc/stat", "/sys/devices/system/cpu/online"};
    for (size_t i = 0; i < sizeof readable / sizeof *readable; i++) landlock_allow(ruleset, readable[i], LANDLOCK_READ);
    landlock_allow(ruleset, "/dev/null", LANDLOCK_READ | LANDLOCK_WRITE);
    landlock_allow(ruleset, "/dev/tty", LANDLOCK_READ | LANDLOCK_WRITE | LANDLOCK_DEVICE);
}

// MPI's segments of shared memory and its session's directory, which it empties at the end.
static void allow_mpi(int ruleset) {
    const char *session = getenv("PMIX_SERVER_TMPDIR");
    landlock_allow(ruleset, "/usr/share/openmpi", LANDLOCK_READ);
    landlock_allow(ruleset, "/etc/openmpi", LANDLOCK_READ);
    landlock_allow(ruleset, "/dev/shm", LANDLOCK_READ | LANDLOCK_WRITE);
    if (session) landlock_allow(ruleset, session, LANDLOCK_READ | LANDLOCK_WRITE);
}

const char *sandbox_enter(const sandbox_rules *rules) {
    int ruleset = landlock_begin();
    if (ruleset < 0 && sandbox_landlock_version() > 0) return "Landlock";
    allow_system(ruleset);
    for (size_t i = 0; rules->readable[i]; i++) landlock_allow(ruleset, rules->readable[i], LANDLOCK_READ);
    for (size_t i = 0; rules->writable[i]; i++) landlock_allow(ruleset, rules->writable[i], LANDLOCK_READ | LANDLOCK_WRITE);
    if (rules->has_ranks) allow_mpi(ruleset);
    forget_environment();
    limit_resources(rules);
    if (!landlock_apply(ruleset)) return "Landlock";
    if (sandbox_has_seccomp() && !seccomp_apply_to_script(rules->has_ranks)) return "seccomp";
    return NULL;
}
