// What a script could do that has taken over its whole process: this program confines itself as the sandbox does and
// then tries. Each attempt prints "NAME refused" or "NAME ALLOWED"; what must work prints "NAME works" or "NAME FAILS".
// Runs in an empty directory that lies in another one, which holds the file `secret` with the word "classified".
#define _GNU_SOURCE
#include <CSandbox.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void refused(const char *name, bool succeeded) { printf("%s %s\n", name, succeeded ? "ALLOWED" : "refused"); }
static void works(const char *name, bool succeeded) { printf("%s %s\n", name, succeeded ? "works" : "FAILS"); }

static bool opens(const char *path, int flags) {
    int file = open(path, flags, 0600);
    if (file >= 0) close(file);
    return file >= 0;
}

static void *nothing(void *argument) { return argument; }

static bool forks(void) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    return child > 0;
}

static void try_files(void) {
    refused("reading /etc/passwd", opens("/etc/passwd", O_RDONLY));
    refused("reading ../secret", opens("../secret", O_RDONLY));
    refused("writing ../new", opens("../new", O_WRONLY | O_CREAT));
    refused("reading through a link", opens("link/secret", O_RDONLY));
    refused("reading through /proc/self/root", opens("/proc/self/root/etc/passwd", O_RDONLY));
    refused("reading the parent's memory", opens("/proc/1/mem", O_RDONLY));
    refused("making a link", symlink("/etc", "new_link") == 0);
    refused("making a hard link", link("../secret", "hard") == 0);
    refused("making a fifo", mkfifo("fifo", 0600) == 0);
    refused("moving a file in", rename("../secret", "stolen") == 0);
    refused("moving a file out", opens("mine", O_WRONLY | O_CREAT) && rename("mine", "../mine") == 0);
    refused("changing rights", chmod("mine", 0777) == 0);
    refused("removing ../secret", unlink("../secret") == 0);
    works("writing here", opens("here", O_WRONLY | O_CREAT));
    works("reading here", opens("here", O_RDONLY));
}

static void try_processes(void) {
    char *const arguments[] = {"true", NULL};
    struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};
    int pair[2];
    works("fork", forks());
    refused("vfork", syscall(SYS_clone, SIGCHLD | CLONE_VFORK, 0, 0, 0, 0) > 0);
    refused("a namespace", syscall(SYS_clone, SIGCHLD | CLONE_NEWUSER, 0, 0, 0, 0) > 0);
    refused("execve", execv("/bin/true", arguments) == 0);
    refused("socket", socket(AF_INET, SOCK_STREAM, 0) >= 0);
    refused("unix socket", socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
    refused("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    refused("ptrace", ptrace(PTRACE_TRACEME, 0, 0, 0) == 0);
    refused("signalling another process", kill(getppid(), 0) == 0);
    refused("signalling all processes", kill(-1, 0) == 0);
    refused("typing into the terminal", ioctl(0, TIOCSTI, "x") == 0 || errno == ENOTTY);
    refused("raising limits", setrlimit(RLIMIT_DATA, &more) == 0);
    refused("new privileges", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0);
    refused("a signal at the parent's death", prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) == 0);
    works("being killed at the parent's death", prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0);
    refused("another namespace", syscall(SYS_unshare, 0x10000000) == 0);
    refused("io_uring", syscall(SYS_io_uring_setup, 1, NULL) >= 0 || errno == EFAULT);
    refused("a secret variable", getenv("PROBE_SECRET") != NULL);
    works("a thread", pthread_create(&(pthread_t){0}, NULL, nothing, NULL) == 0);
    works("TERM", getenv("TERM") != NULL);
    works("asking for the time", time(NULL) > 0);
}

static void try_memory(void) {
    void *block = mmap(NULL, (size_t)4 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    refused("4 GB under a limit of 100 MB", block != MAP_FAILED);
}

// Another process exchanges `moving` between a link to a file here and one to the secret, all the time.
static void start_exchanging(void) {
    pid_t parent = getpid(), child = fork();
    if (child != 0) return;
    while (getppid() == parent) {          // which will be confined, and cannot even let its death be a signal to us
        if (symlink("here", "a") == 0) rename("a", "moving");
        if (symlink("../secret", "b") == 0) rename("b", "moving");
    }
    _exit(0);
}

static void try_race(void) {
    bool stolen = false, read_own = false;
    for (int i = 0; i < 50000; i++) {
        char text[16] = "";
        int file = open("moving", O_RDONLY);
        if (file < 0) continue;
        if (read(file, text, sizeof text - 1) < 0) text[0] = '\0';
        close(file);
        if (strncmp(text, "classified", 10) == 0) stolen = true;
        else read_own = true;
    }
    refused("a link exchanged between check and use", stolen);
    works("the link when it leads to a file here", read_own);
}

static void try_gnuplot(void) {
    static const char *const attempts[] = {
        "system('touch ../by_system')", "!touch ../by_shell", "set print '../by_print'; print 1", "set output '../by_output'; plot 1",
        "set print '|touch ../by_pipe'; print 1", "plot '< touch ../by_plot'", "load '../secret'", "set table '../by_table'; plot 1"};
    char text[64];
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        int files[3] = {sandbox_memory_file(), sandbox_memory_file(), sandbox_memory_file()};
        dprintf(files[0], "set terminal dumb\n%s\n", attempts[i]);
        lseek(files[0], 0, SEEK_SET);
        if (sandbox_run_gnuplot(files[0], files[1], files[2], SANDBOX_PICTURE) == SANDBOX_NO_PROGRAM) puts("gnuplot is missing");
        ssize_t length = pread(files[2], text, sizeof text - 1, 0);
        text[length > 0 ? length : 0] = '\0';
        if (strstr(text, "classified")) puts("gnuplot showed the secret: ALLOWED");
        for (int k = 0; k < 3; k++) close(files[k]);
    }
    static const char *const traces[] = {"../by_system", "../by_shell", "../by_print", "../by_output", "../by_pipe", "../by_plot", "../by_table"};
    for (size_t i = 0; i < sizeof traces / sizeof *traces; i++) refused(traces[i], access(traces[i], F_OK) == 0);
}

// A fork of a fork that nothing ties to its parents.
static int leave_fork(void) {
    sandbox_rules rules = {.readable = (const char *[]){".", NULL}, .writable = (const char *[]){".", NULL}};
    if (!sandbox_split(&rules) || sandbox_enter(&rules)) return 2;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return 2;
    if (fork() == 0) {
        if (fork() != 0) _exit(0);
        pid_t process = getpid();
        if (write(ends[1], &process, sizeof process)) {}
        while (true) sleep(1);
    }
    pid_t process;
    if (read(ends[0], &process, sizeof process) == sizeof process) printf("%d\n", (int)process);
    return 0;
}

int main(int count, char **arguments) {
    setvbuf(stdout, NULL, _IONBF, 0);
    if (count > 1 && strcmp(arguments[1], "forks") == 0) return leave_fork();
    if (count > 1 && strcmp(arguments[1], "gnuplot") == 0) {
        try_gnuplot();
        return 0;
    }
    if (symlink("..", "link") != 0) return 2;
    works("setting up", opens("here", O_WRONLY | O_CREAT));
    start_exchanging();
    sandbox_rules rules = {.readable = (const char *[]){".", NULL}, .writable = (const char *[]){".", NULL}, .memory_limit = (size_t)100 << 20};
    const char *problem = sandbox_enter(&rules);
    works("confining", problem == NULL);
    try_files();
    try_processes();
    try_race();
    try_memory();
    return 0;
}
