#define _GNU_SOURCE
#include "CWarderLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/vfs.h>

// Headers older than Linux 6.5 (Debian 12's among them) do not name this option; the number is the same on every
// architecture with the generic socket options, x86-64 and arm64 included.
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif

#define WARDER_PID_FS_MAGIC 0x50494446
#define WARDER_PROC_SUPER_MAGIC 0x9fa0

const int WARDER_O_PATH = O_PATH;

int warder_peer_credentials(int socket, struct warder_peer_credentials *credentials) {
    struct ucred found = {0};
    socklen_t length = sizeof found;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &found, &length) != 0) return -errno;
    if (length != sizeof found) return -EPROTO;
    credentials->pid = found.pid;
    credentials->uid = found.uid;
    credentials->gid = found.gid;
    return 0;
}

int warder_peer_groups(int socket, uint32_t *groups, uint32_t *count) {
    socklen_t length = (socklen_t)(*count * sizeof(uint32_t));
    int result = getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups, &length);
    int reason = errno;
    *count = (uint32_t)(length / sizeof(uint32_t));
    return result == 0 ? 0 : -reason;
}

int warder_peer_pidfd(int socket) {
    int pidfd = -1;
    socklen_t length = sizeof pidfd;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &length) != 0) return -errno;
    if (length != sizeof pidfd || pidfd < 0) return -EPROTO;
    return pidfd;
}

int warder_pidfd_ended(int pidfd) {
    struct pollfd entry = {.fd = pidfd, .events = POLLIN};
    int ready;
    do {
        ready = poll(&entry, 1, 0);
    } while (ready < 0 && errno == EINTR);
    if (ready < 0) return -errno;
    // POLLNVAL and POLLERR count as ended as well: whatever is not plainly alive is not attested.
    return ready == 0 ? 0 : 1;
}

static int lies_on(int descriptor, unsigned long magic) {
    struct statfs found;
    if (fstatfs(descriptor, &found) != 0) return 0;
    return (unsigned long)found.f_type == magic;
}

int warder_is_pidfs(int descriptor) { return lies_on(descriptor, WARDER_PID_FS_MAGIC); }

int warder_is_procfs(int descriptor) { return lies_on(descriptor, WARDER_PROC_SUPER_MAGIC); }
