// Open MPI, opened by dlopen where mpirun has started the program: the ordinary program neither needs nor pays for it.
// Everything travels as bytes between all ranks; an error inside MPI ends the job with MPI's own message.
#ifndef CMPI_H
#define CMPI_H

#include <stdbool.h>
#include <stddef.h>

// Has mpirun, or srun with PMIx, started this process as one of several?
bool mpi_is_expected(void);

// Cores for each rank on this machine: those that mpirun has bound this process to, or its share of all.
int mpi_cores(void);

// Opens the library and joins the others: NULL, or what went wrong. Called once, before any thread is started.
const char *mpi_start(void);

int mpi_rank(void);
int mpi_size(void);

// Every rank gets what each has: of equal sizes, or of the sizes in the list.
void mpi_gather(const void *mine, size_t bytes, void *all);
void mpi_gather_sized(const void *mine, void *all, const size_t *sizes);

// Every rank gets what `from` has.
void mpi_broadcast(int from, void *bytes, size_t count);

// From one rank to another; both call.
void mpi_send(int to, const void *bytes, size_t count);
void mpi_receive(int from, void *bytes, size_t count);

// Each rank hands every other one a part; parts lie one after the other, in order of ranks. Parts of size 0 cost nothing.
// `in_sizes` may be larger than what comes.
void mpi_exchange(const void *out, const size_t *out_sizes, void *in, const size_t *in_sizes);

// Messages on their way, which are waited for together.
typedef struct mpi_messages mpi_messages;

// Messages of a kind arrive in the order in which they were sent, whatever those of the other kinds do.
enum { MPI_ANSWERS = 7, MPI_SPIKES, MPI_CURRENTS };

mpi_messages *mpi_begin(void);
void mpi_post_send(mpi_messages *messages, int kind, int to, const void *bytes, size_t count);
// `count` may be larger than what comes.
void mpi_post_receive(mpi_messages *messages, int kind, int from, void *bytes, size_t count);
// Parts of equal size, for each rank and from each rank.
void mpi_post_all_to_all(mpi_messages *messages, const void *out, size_t bytes, void *in);
// MPI works only while it is called: lets it, and does not wait.
void mpi_look_after(mpi_messages *messages);
// Waits for all of them, and forgets them.
void mpi_end(mpi_messages *messages);

// Calls a function, with the seconds so far, every now and then while this rank waits for others for long.
void mpi_watch(void (*function)(double));

// Waits until all ranks have called this; false if that takes longer.
bool mpi_meet(double seconds);

// Ends all ranks at once.
_Noreturn void mpi_abort(int status);

// Leaves; all ranks do.
void mpi_finish(void);

#endif
