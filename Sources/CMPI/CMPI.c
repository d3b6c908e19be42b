#define _GNU_SOURCE
#include "CMPI.h"

#include <dlfcn.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

// Open MPI's handles are addresses of symbols that it exports, and its ABI is that of libmpi.so.40 since version 3. So no
// header is needed to build, and a machine without MPI builds the same program.
typedef void *Handle;

static struct {
    int (*Init_thread)(int *, char ***, int, int *);
    int (*Comm_rank)(Handle, int *);
    int (*Comm_size)(Handle, int *);
    int (*Comm_dup)(Handle, Handle *);
    int (*Iallgather)(const void *, int, Handle, void *, int, Handle, Handle, Handle *);
    int (*Ialltoall)(const void *, int, Handle, void *, int, Handle, Handle, Handle *);
    int (*Iallgatherv)(const void *, int, Handle, void *, const int *, const int *, Handle, Handle, Handle *);
    int (*Ibcast)(void *, int, Handle, int, Handle, Handle *);
    int (*Isend)(const void *, int, Handle, int, int, Handle, Handle *);
    int (*Irecv)(void *, int, Handle, int, int, Handle, Handle *);
    int (*Ibarrier)(Handle, Handle *);
    int (*Testall)(int, Handle *, int *, void *);
    int (*Abort)(Handle, int);
    int (*Finalize)(void);
} mpi;

static Handle world, farewell, byte;
static int rank, size = 1;
static double spinning;                       // seconds before a rank that waits sleeps

enum { SERIALIZED = 2 };                      // one thread at a time, which need not be the first
static const size_t MOST = (size_t)1 << 30;   // bytes in a message; MPI counts with int

static int number(const char *variable) {
    const char *text = getenv(variable);
    return text ? atoi(text) : 0;
}

bool mpi_is_expected(void) {
    if (getenv("OMPI_COMM_WORLD_SIZE")) return number("OMPI_COMM_WORLD_SIZE") > 1;
    if (getenv("PMIX_RANK")) return getenv("SLURM_NTASKS") == NULL || number("SLURM_NTASKS") > 1;
    return number("PMI_SIZE") > 1;
}

int mpi_cores(void) {
    cpu_set_t mine;
    int all = (int)sysconf(_SC_NPROCESSORS_ONLN), here = number("OMPI_COMM_WORLD_LOCAL_SIZE");
    if (here == 0) here = number("SLURM_NTASKS_PER_NODE");
    int bound = sched_getaffinity(0, sizeof mine, &mine) == 0 ? CPU_COUNT(&mine) : all;
    int cores = bound < all || here < 1 ? bound : all / here;
    return cores > 0 ? cores : 1;
}

static const char *open_library(void) {
    static char problem[200];
    static const struct {
        const char *name;
        void **place;
    } calls[] = {
        {"MPI_Init_thread", (void **)&mpi.Init_thread}, {"MPI_Comm_rank", (void **)&mpi.Comm_rank},
        {"MPI_Comm_size", (void **)&mpi.Comm_size},     {"MPI_Comm_dup", (void **)&mpi.Comm_dup},
        {"MPI_Iallgather", (void **)&mpi.Iallgather},   {"MPI_Iallgatherv", (void **)&mpi.Iallgatherv},
        {"MPI_Ibcast", (void **)&mpi.Ibcast},           {"MPI_Isend", (void **)&mpi.Isend},
        {"MPI_Irecv", (void **)&mpi.Irecv},             {"MPI_Testall", (void **)&mpi.Testall},
        {"MPI_Ibarrier", (void **)&mpi.Ibarrier},       {"MPI_Ialltoall", (void **)&mpi.Ialltoall},
        {"MPI_Abort", (void **)&mpi.Abort},             {"MPI_Finalize", (void **)&mpi.Finalize},
    };
    // its plugins look for its symbols among all
    void *library = dlopen("libmpi.so.40", RTLD_NOW | RTLD_GLOBAL);
    if (!library) return "there is no libmpi.so.40 (on Debian: apt install openmpi-bin)";
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        *calls[i].place = dlsym(library, calls[i].name);
        if (*calls[i].place) continue;
        snprintf(problem, sizeof problem, "libmpi.so.40 has no %s", calls[i].name);
        return problem;
    }
    world = dlsym(library, "ompi_mpi_comm_world");
    byte = dlsym(library, "ompi_mpi_byte");
    return world && byte ? NULL : "libmpi.so.40 is not that of Open MPI";
}

static void greet_all(void);

const char *mpi_start(void) {
    const char *problem = open_library();
    if (problem) return problem;
    // The sandbox lets no process look into another's memory; small messages do not need it.
    setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", 0);
    setenv("OMPI_MCA_btl_sm_single_copy_mechanism", "none", 0);
    setenv("OMPI_MCA_mpi_warn_on_fork", "0", 0);
    int level = 0;
    if (mpi.Init_thread(NULL, NULL, SERIALIZED, &level) != 0) return "MPI_Init has failed";
    mpi.Comm_rank(world, &rank);
    mpi.Comm_size(world, &size);
    mpi.Comm_dup(world, &farewell);
    // whoever waits lets others have the core: at once where they have too few, else after longer than a collective takes
    spinning = number("OMPI_COMM_WORLD_LOCAL_SIZE") > sysconf(_SC_NPROCESSORS_ONLN) ? 0 : 200e-6;
    prctl(PR_SET_TIMERSLACK, 1000);
    greet_all();
    return NULL;
}

// Connections that MPI makes when they are first used must be there before a sandbox closes.
static void greet_all(void) {
    char *greetings = calloc(2 * (size_t)size, 1);
    size_t *sizes = calloc((size_t)size, sizeof *sizes);
    for (int i = 0; i < size; i++) sizes[i] = 1;
    mpi_exchange(greetings, sizes, greetings + size, sizes);
    free(greetings);
    free(sizes);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void (*look)(double);

void mpi_watch(void (*function)(double)) { look = function; }

// MPI's own waiting keeps a core busy, which the rank that is waited for may need. Who waits for long sleeps longer.
static bool wait_for(Handle *requests, int count, double end) {
    const struct timespec nap = {0, 20000}, sleep = {0, 1000000};
    const double patience = 0.1;
    double start = now(), time = start;
    int done = 0;
    while (mpi.Testall(count, requests, &done, NULL), !done && time < end) {
        time = now();
        bool is_long = time - start > patience;
        if (is_long && look) look(time - start);
        if (time - start > spinning) nanosleep(is_long ? &sleep : &nap, NULL);
    }
    return done;
}

static void finish_one(Handle request) { wait_for(&request, 1, 1e300); }

int mpi_rank(void) { return rank; }
int mpi_size(void) { return size; }

void mpi_gather(const void *mine, size_t bytes, void *all) {
    Handle request;
    mpi.Iallgather(mine, (int)bytes, byte, all, (int)bytes, byte, world, &request);
    finish_one(request);
}

void mpi_broadcast(int from, void *bytes, size_t count) {
    for (size_t done = 0; done < count; done += MOST) {
        size_t part = count - done < MOST ? count - done : MOST;
        Handle request;
        mpi.Ibcast((char *)bytes + done, (int)part, byte, from, world, &request);
        finish_one(request);
    }
}

void mpi_gather_sized(const void *mine, void *all, const size_t *sizes) {
    int *counts = calloc(2 * (size_t)size, sizeof *counts), *starts = counts + size;
    size_t total = 0;
    for (int i = 0; i < size; i++) {
        counts[i] = (int)sizes[i];
        starts[i] = (int)total;
        total += sizes[i];
    }
    if (total <= MOST) {
        Handle request;
        mpi.Iallgatherv(mine, counts[rank], byte, all, counts, starts, byte, world, &request);
        finish_one(request);
    } else {
        char *place = all;
        for (int i = 0; i < size; place += sizes[i++]) {
            if (i == rank) memcpy(place, mine, sizes[i]);
            mpi_broadcast(i, place, sizes[i]);
        }
    }
    free(counts);
}

struct mpi_messages {
    Handle *all;
    int count, room;
};

mpi_messages *mpi_begin(void) { return calloc(1, sizeof(mpi_messages)); }

static Handle *next(mpi_messages *m) {
    if (m->count == m->room) {
        m->room = 2 * m->room + 16;
        m->all = realloc(m->all, (size_t)m->room * sizeof *m->all);
    }
    return m->all + m->count++;
}

void mpi_end(mpi_messages *m) {
    if (m->count > 0) wait_for(m->all, m->count, 1e300);
    free(m->all);
    free(m);
}

void mpi_look_after(mpi_messages *m) {
    int done = 0;
    if (m->count > 0) mpi.Testall(m->count, m->all, &done, NULL);
}

void mpi_post_send(mpi_messages *m, int tag, int to, const void *bytes, size_t count) {
    for (size_t done = 0; done < count; done += MOST) {
        size_t part = count - done < MOST ? count - done : MOST;
        mpi.Isend((const char *)bytes + done, (int)part, byte, to, tag, world, next(m));
    }
}

void mpi_post_receive(mpi_messages *m, int tag, int from, void *bytes, size_t count) {
    for (size_t done = 0; done < count; done += MOST) {
        size_t part = count - done < MOST ? count - done : MOST;
        mpi.Irecv((char *)bytes + done, (int)part, byte, from, tag, world, next(m));
    }
}

void mpi_post_all_to_all(mpi_messages *m, const void *out, size_t bytes, void *in) {
    mpi.Ialltoall(out, (int)bytes, byte, in, (int)bytes, byte, world, next(m));
}

void mpi_send(int to, const void *bytes, size_t count) {
    mpi_messages *m = mpi_begin();
    mpi_post_send(m, MPI_ANSWERS, to, bytes, count);
    mpi_end(m);
}

void mpi_receive(int from, void *bytes, size_t count) {
    mpi_messages *m = mpi_begin();
    mpi_post_receive(m, MPI_ANSWERS, from, bytes, count);
    mpi_end(m);
}

void mpi_exchange(const void *out, const size_t *out_sizes, void *in, const size_t *in_sizes) {
    mpi_messages *m = mpi_begin();
    char *place = in;
    char *mine = NULL;
    for (int i = 0; i < size; place += in_sizes[i++]) {
        if (i == rank) mine = place;
        else mpi_post_receive(m, MPI_ANSWERS, i, place, in_sizes[i]);
    }
    const char *part = out;
    for (int i = 0; i < size; part += out_sizes[i++]) {
        if (i == rank && out_sizes[i] > 0) memcpy(mine, part, out_sizes[i]);
        else if (i != rank) mpi_post_send(m, MPI_ANSWERS, i, part, out_sizes[i]);
    }
    mpi_end(m);
}

bool mpi_meet(double seconds) {
    Handle request;
    // on a communicator of its own: somebody may be waiting for us in another collective
    mpi.Ibarrier(farewell, &request);
    return wait_for(&request, 1, now() + seconds);
}

_Noreturn void mpi_abort(int status) {
    fflush(NULL);
    mpi.Abort(world, status);
    _exit(status);
}

void mpi_finish(void) { mpi.Finalize(); }
