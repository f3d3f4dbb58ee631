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

/// From now on no thread of the process executes a program, connects to anybody, makes a socket that is not a Unix one, or
/// looks into another process or takes something out of it: EPERM. Datagrams to an address still go. Filters that are
/// there already stay, and count as well. Needs warder_set_no_new_privileges() before. -ENOSYS on processors whose system
/// calls are not known here.
int warder_confine(void);

/// What a new process is to be.
struct warder_spawn {
    /// What it runs: a descriptor, whatever lies at its path by now.
    int program;
    /// Whether `program` stays open in it, as number 3, for the interpreter that reads it.
    int is_script;
    /// Both end with NULL.
    char *const *arguments;
    char *const *environment;
    /// Become 0, 1 and 2; no other descriptor is open in it.
    int input;
    int output;
    int errors;
    /// What it gets when the thread that started it ends; 0 for nothing.
    int death_signal;
    /// Whether it gets `uid` and `gid`, and no other group.
    int changes_user;
    uint32_t uid;
    uint32_t gid;
};

/// Starts a process in a session of its own, in /, with mask 077 and default signals. Returns its number once its
/// program has begun, or a negative errno, and then there is none.
int warder_spawn(const struct warder_spawn *request);

/// What a launched server is to be.
struct warder_launch {
    /// Looked for in PATH of this process where it has no slash.
    const char *program;
    /// Both end with NULL.
    char *const *arguments;
    char *const *environment;
    /// Become 0 and 1; all else is inherited.
    int input;
    int output;
    /// File mode creation mask.
    uint32_t mask;
    /// Whether it gets a process group of its own; else it stays in this process's.
    int owns_group;
    /// What it gets when the thread that starts it ends.
    int death_signal;
};

/// Starts a program with default signals, which gets SIGTERM when the thread that started
/// it ends. Its arguments and environment may lie in memory that is wiped on fork(2). Returns its number once the
/// program has begun, or a negative errno, and then there is none.
int warder_launch(const struct warder_launch *request);

/// Blocks signals, which then come out of the new close-on-exec descriptor (signalfd(2)), or a negative errno.
int warder_signals_open(const int *numbers, size_t count);

/// The next of them, or -EAGAIN.
int warder_signals_next(int descriptor);

/// Both ends of a new close-on-exec pipe, the reading one first. 0 or a negative errno.
int warder_pipe(int ends[2]);

/// A close-on-exec pidfd of a child, or a negative errno.
int warder_pidfd_open(pid_t pid);

/// Processes that lose their parents become children of this process, where it is their ancestor.
int warder_become_subreaper(void);

/// An executable file in memory, or a negative errno.
int warder_memfd(const char *name);

/// Nobody can change the file in memory any more. 0 or a negative errno.
int warder_seal(int descriptor);

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

/// A new close-on-exec timer on CLOCK_REALTIME (timerfd_create(2)), readable once it rang, or a negative errno.
int warder_alarm_open(void);

/// Lets it ring at a moment in milliseconds since 1970, which may have passed, and whenever somebody sets the clock. 0
/// or a negative errno.
int warder_alarm_set(int alarm, int64_t milliseconds);

/// Makes it unreadable again.
void warder_alarm_clear(int alarm);

/// Lets two names in a directory change places, at once (renameat2(2)). Returns 0 or a negative errno: -EINVAL where the
/// file system cannot.
int warder_exchange_names(int directory, const char *one, const char *other);

/// Names of a file's extended attributes, each ended by NUL, in at most `room` bytes; with no room it only counts.
/// Returns the bytes that they take, or a negative errno.
ssize_t warder_attribute_names(int descriptor, char *names, size_t room);

/// An extended attribute, in at most `room` bytes; with no room it only counts. Returns its length or a negative errno.
ssize_t warder_attribute(int descriptor, const char *name, void *value, size_t room);

/// Sets an extended attribute. Returns 0 or a negative errno.
int warder_set_attribute(int descriptor, const char *name, const void *value, size_t count);

#endif
