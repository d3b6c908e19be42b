// gnuplot can run any command and read any file that it is asked to. So nobody trusts what it is asked: it runs with
// nothing in reach but what is installed, its input and its output.
#define _GNU_SOURCE
#include "Confine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int broker = -1;

void gnuplot_use_broker(int socket) { broker = socket; }

static size_t memory_share = (size_t)4 << 30;

void gnuplot_share_memory(size_t limit) {
    const size_t least = (size_t)128 << 20;                 // what gnuplot itself needs
    size_t share = limit / MOST_DRAWINGS;
    if (limit && share < memory_share) memory_share = share > least ? share : least;
}

static bool find_program(char path[PATH_MAX]) {
    const char *directories = getenv("PATH");
    for (const char *rest = directories ? directories : "/usr/local/bin:/usr/bin:/bin"; *rest;) {
        size_t length = strcspn(rest, ":");
        char candidate[PATH_MAX];
        int size = snprintf(candidate, sizeof candidate, "%.*s/gnuplot", (int)length, rest);
        bool fits = size > 0 && (size_t)size < sizeof candidate && rest[0] == '/';
        if (fits && access(candidate, X_OK) == 0 && realpath(candidate, path)) return true;
        rest += length + (rest[length] == ':');
    }
    return false;
}

static void confine_gnuplot(const char *program) {
    static const char *const installed[] = {"/usr", "/lib", "/lib64", "/etc", "/opt", "/nix", "/gnu", "/var/cache/fontconfig",
                                            "/var/lib/defoma"};
    static const char *const loaders[] = {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"};
    int ruleset = landlock_begin();
    for (size_t i = 0; i < sizeof installed / sizeof *installed; i++) landlock_allow(ruleset, installed[i], LANDLOCK_READ);
    for (size_t i = 0; i < sizeof loaders / sizeof *loaders; i++) landlock_allow(ruleset, loaders[i], LANDLOCK_READ | LANDLOCK_RUN);
    landlock_allow(ruleset, program, LANDLOCK_READ | LANDLOCK_RUN);
    landlock_allow(ruleset, "/dev/null", LANDLOCK_READ | LANDLOCK_WRITE);
    struct rlimit no_core = {0, 0}, memory = {memory_share, memory_share}, seconds = {300, 300}, picture = {(rlim_t)1 << 30, (rlim_t)1 << 30};
    setrlimit(RLIMIT_CORE, &no_core);
    setrlimit(RLIMIT_DATA, &memory);
    setrlimit(RLIMIT_CPU, &seconds);
    setrlimit(RLIMIT_FSIZE, &picture);
    if (!landlock_apply(ruleset) || (sandbox_has_seccomp() && !seccomp_apply_to_gnuplot())) _exit(126);
}

static void become_gnuplot(const char *program, const int descriptors[3], sandbox_reach reach) {
    int moved[3];
    for (int i = 0; i < 3; i++) moved[i] = fcntl(descriptors[i], F_DUPFD, 3);
    for (int i = 0; i < 3; i++) dup2(moved[i], i);
    close_range(3, ~0U, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (reach == SANDBOX_PICTURE) {
        forget_environment();
        confine_gnuplot(program);
    }
    char *const arguments[] = {"gnuplot", "-d", NULL};   // -d: no start-up files
    execv(program, arguments);
    _exit(127);
}

int gnuplot_start(const int descriptors[3], sandbox_reach reach) {
    char program[PATH_MAX];
    if (!find_program(program)) return -1;
    pid_t process = fork();
    if (process == 0) become_gnuplot(program, descriptors, reach);
    return process;
}

static int run_here(const int descriptors[3], sandbox_reach reach) {
    int process = gnuplot_start(descriptors, reach), status = 0;
    if (process < 0) return SANDBOX_NO_PROGRAM;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR) {}
    return status;
}

int sandbox_memory_file(void) { return memfd_create("astrolua", MFD_CLOEXEC); }

// MARK: over the socket: one byte with four descriptors. The last one is a pipe for the status, a new one for each
// request: processes of a sweep share the socket, and none must read what is meant for another.

enum { DESCRIPTORS = 4 };

typedef union {
    char bytes[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
    struct cmsghdr alignment;
} Control;

static bool send_request(const int descriptors[DESCRIPTORS]) {
    char request = 'g';
    Control control = {0};
    struct iovec data = {&request, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(DESCRIPTORS * sizeof(int));
    memcpy(CMSG_DATA(header), descriptors, DESCRIPTORS * sizeof(int));
    ssize_t size;
    while ((size = sendmsg(broker, &message, MSG_NOSIGNAL)) < 0 && errno == EINTR) {}
    return size == 1;
}

static int run_by_broker(const int files[3]) {
    int reply[2], status = SANDBOX_NO_ANSWER;
    if (pipe2(reply, O_CLOEXEC) != 0) return SANDBOX_NO_ANSWER;
    bool sent = send_request((const int[]){files[0], files[1], files[2], reply[1]});
    close(reply[1]);
    ssize_t size = 0;
    while (sent && (size = read(reply[0], &status, sizeof status)) < 0 && errno == EINTR) {}
    close(reply[0]);
    return size == sizeof status ? status : SANDBOX_NO_ANSWER;
}

int sandbox_run_gnuplot(int commands, int picture, int messages, sandbox_reach reach) {
    const int descriptors[] = {commands, picture, messages};
    if (broker < 0) return run_here(descriptors, reach);
    return reach == SANDBOX_PICTURE ? run_by_broker(descriptors) : SANDBOX_NO_PROGRAM;
}

static bool receive_request(int socket, int descriptors[DESCRIPTORS]) {
    char request = 0;
    Control control;
    struct iovec data = {&request, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1) return false;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_type != SCM_RIGHTS) return false;
    size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    if (count > DESCRIPTORS) count = DESCRIPTORS;
    memcpy(descriptors, CMSG_DATA(header), count * sizeof(int));
    if (request == 'g' && count == DESCRIPTORS && !(message.msg_flags & MSG_CTRUNC)) return true;
    for (size_t i = 0; i < count; i++) close(descriptors[i]);
    return false;
}

// Writing the status may block, since the pipe is the script's; so a process of its own does it.
pid_t gnuplot_serve(int socket) {
    int descriptors[DESCRIPTORS];
    if (!receive_request(socket, descriptors)) return 0;
    pid_t parent = getpid(), server = fork();
    if (server == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(1);
        int status = run_here(descriptors, SANDBOX_PICTURE);
        if (write(descriptors[3], &status, sizeof status)) {}
        _exit(0);
    }
    for (int i = 0; i < DESCRIPTORS; i++) close(descriptors[i]);
    return server > 0 ? server : 0;
}
