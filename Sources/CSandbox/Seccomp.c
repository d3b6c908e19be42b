// Which system calls are left. A script's process gets a list of what the program needs, and may not start programs, make
// sockets, trace or signal other processes; what is not listed does not exist for it. gnuplot, which has a whole
// world of libraries behind it, gets a list of what it must not do.
#define _GNU_SOURCE
#include "Confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define ARCHITECTURE 0
#endif

enum { MOST = 600, X32_BIT = 0x40000000 };

typedef struct {
    struct sock_filter code[MOST];
    unsigned short length;
} Filter;

static void add(Filter *f, uint16_t code, uint32_t k, uint8_t yes, uint8_t no) {
    if (f->length < MOST) f->code[f->length++] = (struct sock_filter){code, yes, no, k};
}

static void load(Filter *f, size_t offset) { add(f, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0); }
static void answer(Filter *f, uint32_t action) { add(f, BPF_RET | BPF_K, action, 0, 0); }
static uint32_t error(int number) { return SECCOMP_RET_ERRNO | (uint32_t)number; }

// The lower half of an argument; the upper one follows it on machines that put the lower first, as both of ours do.
static size_t argument(int i) { return offsetof(struct seccomp_data, args) + 8 * (size_t)i; }

static void begin(Filter *f) {
    f->length = 0;
    load(f, offsetof(struct seccomp_data, arch));
    add(f, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
    answer(f, SECCOMP_RET_KILL_PROCESS);
    load(f, offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
    add(f, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
    answer(f, error(ENOSYS));
#endif
}

static void call_answers(Filter *f, long call, uint32_t action) {
    add(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 1);
    answer(f, action);
}

// Begins a rule for one call whose arguments are looked at; `end_call` closes it.
static unsigned short begin_call(Filter *f, long call) {
    add(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 0);
    return (unsigned short)(f->length - 1);
}

static void end_call(Filter *f, unsigned short start, uint32_t action) {
    answer(f, action);
    f->code[start].jf = (uint8_t)(f->length - start - 1);
}

static void allow_if_one_of(Filter *f, long call, int which, const uint32_t *values, size_t count) {
    unsigned short start = begin_call(f, call);
    load(f, argument(which));
    for (size_t i = 0; i < count; i++) {
        add(f, BPF_JMP | BPF_JEQ | BPF_K, values[i], 0, 1);
        answer(f, SECCOMP_RET_ALLOW);
    }
    end_call(f, start, error(EPERM));
}

// Threads, and for a script's process what libc's fork asks for: a sweep's workers are forked from it and as confined as it.
static void allow_threads(Filter *f, bool and_forks) {
    const uint32_t fork_flags = CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD;
    unsigned short start = begin_call(f, SYS_clone);
    load(f, argument(0));
    add(f, BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1);
    answer(f, SECCOMP_RET_ALLOW);
    if (and_forks) {
        add(f, BPF_JMP | BPF_JEQ | BPF_K, fork_flags, 0, 1);
        answer(f, SECCOMP_RET_ALLOW);
    }
    end_call(f, start, error(EPERM));
    call_answers(f, SYS_clone3, error(ENOSYS));   // its flags lie in memory, where no filter sees them; libc then uses clone
}

// To itself; and its group may be stopped, which is what libedit makes of Ctrl-Z.
static void allow_signals_to_itself(Filter *f) {
    unsigned short start = begin_call(f, SYS_kill);
    load(f, argument(0));
    add(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getpid(), 0, 1);
    answer(f, SECCOMP_RET_ALLOW);
    add(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3);
    load(f, argument(1));
    add(f, BPF_JMP | BPF_JEQ | BPF_K, SIGTSTP, 0, 1);
    answer(f, SECCOMP_RET_ALLOW);
    end_call(f, start, error(EPERM));
}

// A process may ask to be killed when its parent ends, which is how forks of a sweep end; no other signal may be asked for.
static void allow_names_and_death(Filter *f) {
    static const uint32_t harmless[] = {PR_SET_NAME, PR_GET_NAME, 0x53564d41 /* PR_SET_VMA */};
    unsigned short start = begin_call(f, SYS_prctl);
    load(f, argument(0));
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
        add(f, BPF_JMP | BPF_JEQ | BPF_K, harmless[i], 0, 1);
        answer(f, SECCOMP_RET_ALLOW);
    }
    add(f, BPF_JMP | BPF_JEQ | BPF_K, PR_SET_PDEATHSIG, 0, 3);
    load(f, argument(1));
    add(f, BPF_JMP | BPF_JEQ | BPF_K, SIGKILL, 0, 1);
    answer(f, SECCOMP_RET_ALLOW);
    end_call(f, start, error(EPERM));
}

// Reading limits is allowed, changing them, or those of others, is not.
static void allow_reading_limits(Filter *f) {
    unsigned short start = begin_call(f, SYS_prlimit64);
    static const int zero[] = {0, 2};
    for (int i = 0; i < 2; i++) {
        for (size_t half = 0; half < 8; half += 4) {
            load(f, argument(zero[i]) + half);
            add(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
            answer(f, error(EPERM));
        }
    }
    end_call(f, start, SECCOMP_RET_ALLOW);
}

static bool install(const Filter *f) {
    struct sock_fprog program = {.len = f->length, .filter = (struct sock_filter *)f->code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
    // Without the flag some kernels slow down all of a filtered process's arithmetic.
    long failed = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program);
    return failed == 0 || (errno == EINVAL && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0);
}

bool sandbox_has_seccomp(void) {
    uint32_t action = SECCOMP_RET_ERRNO;
    return ARCHITECTURE && syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

static const long needed[] = {
    // files, whose paths Landlock checks
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_openat, SYS_close, SYS_lseek, SYS_fstat,
    SYS_newfstatat, SYS_statx, SYS_faccessat, SYS_faccessat2, SYS_readlinkat, SYS_getcwd, SYS_getdents64, SYS_ftruncate,
    SYS_fsync, SYS_fdatasync, SYS_fallocate, SYS_fadvise64, SYS_flock, SYS_dup, SYS_dup3, SYS_unlinkat, SYS_renameat,
    SYS_renameat2, SYS_mkdirat, SYS_memfd_create, SYS_copy_file_range, SYS_fstatfs,
    // memory
    SYS_mmap, SYS_munmap, SYS_mprotect, SYS_mremap, SYS_madvise, SYS_brk, SYS_msync, SYS_mincore,
    // threads and signals of this process
    SYS_futex, SYS_set_robust_list, SYS_get_robust_list, SYS_set_tid_address, SYS_rseq, SYS_membarrier, SYS_sched_yield,
    SYS_sched_getaffinity, SYS_sched_setaffinity, SYS_exit, SYS_exit_group, SYS_rt_sigaction, SYS_rt_sigprocmask,
    SYS_rt_sigreturn, SYS_rt_sigtimedwait, SYS_rt_sigsuspend, SYS_sigaltstack, SYS_setitimer, SYS_getitimer,
    SYS_restart_syscall, SYS_getcpu, SYS_wait4,
    // waiting and time
    SYS_ppoll, SYS_pselect6, SYS_nanosleep, SYS_clock_nanosleep, SYS_clock_gettime, SYS_clock_getres, SYS_gettimeofday,
    SYS_times,
    // questions
    SYS_getpid, SYS_getppid, SYS_gettid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getpgid, SYS_uname,
    SYS_sysinfo, SYS_getrusage, SYS_getrandom, SYS_umask,
    // to the parent, over the socket that is open already
    SYS_sendmsg, SYS_recvmsg,
#if defined(__x86_64__)
    SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_dup2, SYS_pipe2, SYS_poll, SYS_select, SYS_unlink, SYS_rmdir,
    SYS_rename, SYS_mkdir, SYS_getrlimit, SYS_getpgrp, SYS_time, SYS_arch_prctl,
#else
    SYS_pipe2,
#endif
};

static const long forbidden[] = {
    SYS_execve, SYS_execveat, SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_ptrace, SYS_process_vm_readv,
    SYS_process_vm_writev, SYS_pidfd_open, SYS_kcmp, SYS_bpf, SYS_io_uring_setup, SYS_userfaultfd, SYS_keyctl, SYS_add_key,
    SYS_request_key, SYS_unshare, SYS_setns, SYS_mount, SYS_symlinkat, SYS_linkat, SYS_mknodat, SYS_fchmodat, SYS_fchownat,
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

bool seccomp_apply_to_script(void) {
    static Filter f;
    // Not TIOCSTI, which types into the terminal.
    static const uint32_t requests[] = {TCGETS, TCSETS, TCSETSW, TCSETSF, TIOCGWINSZ, TIOCGPGRP, FIONREAD, TCFLSH};
    static const uint32_t commands[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK,
                                        F_SETLKW};
    const uint32_t self[] = {(uint32_t)getpid()};
    begin(&f);
    for (size_t i = 0; i < COUNT(needed); i++) call_answers(&f, needed[i], SECCOMP_RET_ALLOW);
    for (size_t i = 0; i < COUNT(forbidden); i++) call_answers(&f, forbidden[i], error(EPERM));
    allow_threads(&f, true);
    allow_reading_limits(&f);
    allow_if_one_of(&f, SYS_ioctl, 1, requests, COUNT(requests));
    allow_if_one_of(&f, SYS_fcntl, 1, commands, COUNT(commands));
    allow_names_and_death(&f);
    allow_if_one_of(&f, SYS_tgkill, 0, self, 1);
    allow_signals_to_itself(&f);
    answer(&f, error(ENOSYS));
    return install(&f);
}

bool seccomp_apply_to_gnuplot(void) {
    static Filter f;
    begin(&f);
    for (size_t i = 2; i < COUNT(forbidden); i++) call_answers(&f, forbidden[i], error(EPERM));   // execve is how it starts
#if defined(__x86_64__)
    call_answers(&f, SYS_fork, error(EPERM));
    call_answers(&f, SYS_vfork, error(EPERM));
#endif
    call_answers(&f, SYS_kill, error(EPERM));
    allow_threads(&f, false);
    answer(&f, SECCOMP_RET_ALLOW);
    return install(&f);
}
