// What Swift cannot call on Linux: socket options behind _GNU_SOURCE, the variadic prctl(2), and addresses of Unix
// sockets, whose length is part of their meaning. Every function returns a negative errno instead of setting errno, so
// that nothing can overwrite the reason between the call and its reader.

#ifndef CWARDERLINUX_H
#define CWARDERLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// O_PATH, which hides behind _GNU_SOURCE.
extern const int WARDER_O_PATH;

/// What SO_PEERCRED says. The ids are unsigned: 4294967295 means "none", never -1.
struct warder_peer_credentials {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};

/// Credentials of the process that connected, fixed at connect(2). Returns 0 or a negative errno.
int warder_peer_credentials(int socket, struct warder_peer_credentials *credentials);

/// Supplementary groups of the process that connected. `count` holds the room in `groups` on entry, and the number of
/// groups on return, also when the result is -ERANGE because the room was too small.
int warder_peer_groups(int socket, uint32_t *groups, uint32_t *count);

/// A new close-on-exec pidfd of the process that connected (Linux 6.5), or a negative errno.
int warder_peer_pidfd(int socket);

/// 0 while the process of a pidfd lives, 1 once it has ended (reaped or not), or a negative errno.
int warder_pidfd_ended(int pidfd);

/// 1 when `descriptor` lies on pidfs (Linux 6.9), where an inode number names one process per boot; else 0.
int warder_is_pidfs(int descriptor);

/// 1 when `descriptor` lies on procfs; else 0.
int warder_is_procfs(int descriptor);

/// Takes dumpability from the process: no core file, and its /proc entries belong to root. Lost again at execve(2).
int warder_clear_dumpable(void);

/// No execve(2) of this thread, and of threads and processes it starts from now on, can gain privileges any more.
int warder_set_no_new_privileges(void);

/// Whether this thread has it already: 1 or 0.
int warder_has_no_new_privileges(void);

/// Gives all threads of the process what the function above gave this one: a system call filter that lets everything
/// pass carries it over.
int warder_spread_no_new_privileges(void);

/// Soft and hard RLIMIT_CORE become 0.
int warder_forbid_core_files(void);

// Gives the signals of a crash their default action again. 0 or a negative errno.
int warder_reset_crash_handlers(void);

/// Kind of address that a Unix socket is bound to.
enum warder_address_kind {
    WARDER_ADDRESS_UNNAMED = 0,
    WARDER_ADDRESS_PATHNAME = 1,
    WARDER_ADDRESS_ABSTRACT = 2,
    WARDER_ADDRESS_OTHER_FAMILY = 3,
};

/// Longest path a Unix socket can be bound to, in bytes without the closing NUL.
size_t warder_unix_path_limit(void);

/// A new close-on-exec Unix socket of type SOCK_STREAM or SOCK_DGRAM, or a negative errno.
int warder_unix_socket(int is_datagram);

/// Gives the socket file `mode` at the moment it appears, whatever the umask is, and binds it to `path`.
int warder_unix_bind(int socket, const char *path, size_t length, mode_t mode);

/// Starts listening with the kernel's largest backlog.
int warder_unix_listen(int socket);

/// Connects without blocking. 0, or a negative errno: -ECONNREFUSED when nobody listens, -EAGAIN when the backlog is
/// full.
int warder_unix_connect(int socket, const char *path, size_t length);

/// Sends one datagram to `address`; a leading '@' stands for the NUL byte of an abstract name.
int warder_unix_send(int socket, const char *address, size_t address_length, const void *bytes, size_t count);

/// An `enum warder_address_kind`, or a negative errno.
int warder_unix_address_kind(int socket);

/// 1 when the socket is a listening stream socket, 0 when it is another socket, or a negative errno.
int warder_is_listening_stream(int socket);

/// Sets close-on-exec. 0 or a negative errno.
int warder_set_close_on_exec(int descriptor);

#endif
