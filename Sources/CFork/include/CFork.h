// What a process that forks needs from C.
#ifndef CFORK_H
#define CFORK_H

#include <stdbool.h>

#include <sys/types.h>

// fork, with a child that cannot outlive its parent, crashes without a core file or a report, and does not hear
// Ctrl-C and SIGTERM, which the parent answers for both. `seconds` of processor time end it; 0 is no limit.
pid_t cfork_child(unsigned seconds);

// A pipe that programs started meanwhile do not inherit: 0, or -1 and errno.
int cfork_pipe(int ends[2]);

// The generation N of this processor, of x86-64-vN; 0 where it is of another kind.
int cfork_processor_generation(void);

// The one that the engine was built for (ASTROLUA_CPU); 0 where it was built for one machine, or for processors of another kind.
int cfork_engine_generation(void);

#endif
