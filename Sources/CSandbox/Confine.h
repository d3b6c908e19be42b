#ifndef CONFINE_H
#define CONFINE_H

#include "CSandbox.h"

#include <sys/types.h>

enum { LANDLOCK_READ = 1, LANDLOCK_WRITE = 2, LANDLOCK_RUN = 4, LANDLOCK_DEVICE = 8 };

// A Landlock ruleset under construction; -1 where the kernel has no Landlock.
int landlock_begin(void);
void landlock_allow(int ruleset, const char *path, int rights);   // what does not exist is passed over
bool landlock_apply(int ruleset);

bool seccomp_apply_to_script(bool has_ranks);
bool seccomp_apply_to_gnuplot(void);

void limit_resources(const sandbox_rules *rules);
void forget_environment(void);

int gnuplot_start(const int descriptors[3], sandbox_reach reach);   // its process, or -1
void gnuplot_use_broker(int socket);
// Several may draw at a time: together they take about as much as the script may; 0 is no limit.
enum { MOST_DRAWINGS = 4 };
void gnuplot_share_memory(size_t limit);
// The parent's side of sandbox_run_gnuplot: receives a request and starts a process that answers it; 0 if there is none.
pid_t gnuplot_serve(int socket);

#endif
