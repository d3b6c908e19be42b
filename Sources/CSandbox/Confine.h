#ifndef CONFINE_H
#define CONFINE_H

#include "CSandbox.h"

enum { LANDLOCK_READ = 1, LANDLOCK_WRITE = 2, LANDLOCK_RUN = 4, LANDLOCK_DEVICE = 8 };

// A Landlock ruleset under construction; -1 where the kernel has no Landlock.
int landlock_begin(void);
void landlock_allow(int ruleset, const char *path, int rights);   // what does not exist is passed over
bool landlock_apply(int ruleset);

bool seccomp_apply_to_script(bool has_ranks);
bool seccomp_apply_to_gnuplot(void);

void limit_resources(const sandbox_rules *rules);
void forget_environment(void);

// The parent's side of sandbox_run_gnuplot: starts it; its process, or -1.
int gnuplot_start(const int descriptors[3], sandbox_reach reach);
void gnuplot_use_broker(int socket);
// Receives a request's three descriptors; false if it was none.
bool gnuplot_receive(int socket, int descriptors[3]);
void gnuplot_reply(int socket, int status);

#endif
