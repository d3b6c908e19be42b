// The parent of a sandboxed script. It holds nothing the script could want: it waits, and does four things.
//
//   signals   sent to it go on to the child; those the terminal sends reach the child by themselves
//   gnuplot   is started here when the child asks, since the child can start nothing
//   time      a child that outlives its limit by some seconds, whatever became of it, is killed
//   the end   the child's status becomes its own; a child that died of a signal becomes a message, and the terminal
//             is put back as it was
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
    pid_t child, drawing;                  // drawing: gnuplot, or 0
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
        } else if (process == s->drawing) {
            s->drawing = 0;
            gnuplot_reply(s->broker, status);
        }
    }
}

static void take_signal(Supervisor *s) {
    struct signalfd_siginfo info;
    if (read(s->signals, &info, sizeof info) != sizeof info) return;
    if (info.ssi_signo == SIGCHLD) reap(s);
    else if (info.ssi_code != SI_KERNEL) kill(s->child, (int)info.ssi_signo);
}

static void take_request(Supervisor *s) {
    int descriptors[3];
    if (!gnuplot_receive(s->broker, descriptors)) {
        gnuplot_reply(s->broker, SANDBOX_NO_PROGRAM);
        return;
    }
    int process = s->drawing ? -1 : gnuplot_start(descriptors, SANDBOX_PICTURE);
    if (process < 0) gnuplot_reply(s->broker, SANDBOX_NO_PROGRAM);
    else s->drawing = process;
    for (int i = 0; i < 3; i++) close(descriptors[i]);
}

static void wait_for_child(Supervisor *s) {
    struct pollfd sources[] = {{s->signals, POLLIN, 0}, {s->broker, POLLIN, 0}};
    while (!s->ended) {
        double left = s->deadline - now();
        int timeout = s->deadline == 0 || s->too_long ? -1 : left > 1e6 ? 1000000000 : left > 0 ? (int)(left * 1000) + 1 : 0;
        if (poll(sources, 2, timeout) == 0 && s->deadline <= now()) {
            s->too_long = true;
            kill(s->child, SIGKILL);
        }
        if (sources[0].revents & POLLIN) take_signal(s);
        if (sources[1].revents & POLLIN) take_request(s);
        else if (sources[1].revents) sources[1].fd = -1;   // the child has closed its end
    }
    if (s->drawing) kill(s->drawing, SIGKILL);
}

static void say(const char *text, const char *detail) {
    char line[256];
    int length = snprintf(line, sizeof line, text, detail);
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
    if (rules->time_limit > 0) s.deadline = now() + rules->time_limit + GRACE;
    s.has_terminal = tcgetattr(STDIN_FILENO, &s.terminal) == 0;
    signal(SIGTTOU, SIG_IGN);              // putting the terminal back must not stop us
    wait_for_child(&s);
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
