// Landlock: the kernel checks every file a process opens, where the path really leads, at the moment of opening. So a
// link that is exchanged between a check and the use gains nothing.
#define _GNU_SOURCE
#include "Confine.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The kernel's numbers; headers of the oldest systems we build on do not have all of them.
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446, VERSION_FLAG = 1, PATH_BENEATH = 1 };
enum {
    EXECUTE = 1 << 0, WRITE_FILE = 1 << 1, READ_FILE = 1 << 2, READ_DIR = 1 << 3, REMOVE_DIR = 1 << 4, REMOVE_FILE = 1 << 5,
    MAKE_CHAR = 1 << 6, MAKE_DIR = 1 << 7, MAKE_REG = 1 << 8, MAKE_SOCK = 1 << 9, MAKE_FIFO = 1 << 10, MAKE_BLOCK = 1 << 11,
    MAKE_SYM = 1 << 12, REFER = 1 << 13, TRUNCATE = 1 << 14, IOCTL_DEV = 1 << 15,
};
enum { FOR_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV };

typedef struct {
    uint64_t files, network, scoped;
} Handled;

typedef struct {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed)) Beneath;

int sandbox_landlock_version(void) {
    long version = syscall(CREATE_RULESET, NULL, 0, VERSION_FLAG);
    return version > 0 ? (int)version : 0;
}

// All rights that this kernel knows: what is not allowed below is forbidden.
static uint64_t known_rights(int version) {
    uint64_t rights = (uint64_t)MAKE_SYM * 2 - 1;
    if (version >= 2) rights |= REFER;
    if (version >= 3) rights |= TRUNCATE;
    if (version >= 5) rights |= IOCTL_DEV;
    return rights;
}

int landlock_begin(void) {
    int version = sandbox_landlock_version();
    if (version == 0) return -1;
    Handled handled = {.files = known_rights(version)};
    size_t size = sizeof handled.files;
    if (version >= 4) {
        handled.network = 3;               // no TCP port is bound or connected to
        size += sizeof handled.network;
    }
    if (version >= 6) {
        handled.scoped = 3;                // no signals to processes outside, no abstract sockets
        size += sizeof handled.scoped;
    }
    return (int)syscall(CREATE_RULESET, &handled, size, 0);
}

void landlock_allow(int ruleset, const char *path, int wanted) {
    int place = ruleset < 0 ? -1 : open(path, O_PATH | O_CLOEXEC);
    if (place < 0) return;
    uint64_t rights = 0;
    if (wanted & LANDLOCK_READ) rights |= READ_FILE | READ_DIR;
    if (wanted & LANDLOCK_WRITE) rights |= WRITE_FILE | TRUNCATE | MAKE_REG | MAKE_DIR | REMOVE_FILE | REMOVE_DIR | REFER;
    if (wanted & LANDLOCK_RUN) rights |= EXECUTE;
    if (wanted & LANDLOCK_DEVICE) rights |= IOCTL_DEV;
    rights &= known_rights(sandbox_landlock_version());
    struct stat status;
    if (fstat(place, &status) == 0 && !S_ISDIR(status.st_mode)) rights &= FOR_FILES;
    Beneath rule = {.allowed = rights, .parent = place};
    syscall(ADD_RULE, ruleset, PATH_BENEATH, &rule, 0);
    close(place);
}

bool landlock_apply(int ruleset) {
    if (ruleset < 0) return true;
    bool applied = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(RESTRICT_SELF, ruleset, 0) == 0;
    close(ruleset);
    return applied;
}
