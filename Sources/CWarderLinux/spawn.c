#define _GNU_SOURCE
#include "CWarderLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x10
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

enum { PROGRAM = 3, REPORT = 4, FIRST_FREE = 5, ABOVE = 16 };

// Everything from here to execveat(2) runs in a child of a process with several threads: system calls alone, no memory from
// the heap, no locks.

static void reset_signals(void) {
    struct sigaction plain;
    memset(&plain, 0, sizeof plain);
    plain.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; number++) sigaction(number, &plain, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

// Above all numbers that something is put at.
static int lift(int *descriptor) {
    int lifted = fcntl(*descriptor, F_DUPFD_CLOEXEC, ABOVE);
    if (lifted < 0) return -1;
    *descriptor = lifted;
    return 0;
}

static int place_descriptors(struct warder_spawn *request, int *report) {
    if (lift(&request->program) != 0 || lift(report) != 0) return -1;
    if (lift(&request->input) != 0 || lift(&request->output) != 0 || lift(&request->errors) != 0) return -1;
    if (dup2(request->input, 0) < 0 || dup2(request->output, 1) < 0 || dup2(request->errors, 2) < 0) return -1;
    if (dup3(*report, REPORT, O_CLOEXEC) < 0) return -1;
    // An interpreter opens its script through this number, so it stays; else it is gone when the program begins.
    if (request->is_script ? dup2(request->program, PROGRAM) < 0 : dup3(request->program, PROGRAM, O_CLOEXEC) < 0) return -1;
    *report = REPORT;
    return (int)syscall(SYS_close_range, FIRST_FREE, ~0U, 0);
}

// By the raw calls: those of the library would speak to threads that are not there.
static int become(uint32_t uid, uint32_t gid) {
    if (syscall(SYS_setgroups, 0, NULL) != 0) return -1;
    if (syscall(SYS_setresgid, gid, gid, gid) != 0) return -1;
    return (int)syscall(SYS_setresuid, uid, uid, uid);
}

static int prepare(struct warder_spawn *request, int *report, pid_t parent) {
    if (setsid() < 0) return -1;
    if (place_descriptors(request, report) != 0) return -1;
    if (chdir("/") != 0) return -1;
    umask(077);
    if (request->changes_user && become(request->uid, request->gid) != 0) return -1;
    // After the change of user, which takes it back.
    if (prctl(PR_SET_PDEATHSIG, request->death_signal, 0, 0, 0) != 0) return -1;
    if (getppid() != parent) {
        errno = ESRCH;
        return -1;
    }
    reset_signals();
    return 0;
}

static void child(struct warder_spawn request, int report, pid_t parent) {
    if (prepare(&request, &report, parent) == 0) {
        syscall(SYS_execveat, PROGRAM, "", request.arguments, request.environment, AT_EMPTY_PATH);
    }
    int reason = errno;
    ssize_t written = write(report, &reason, sizeof reason);
    (void)written;
    _exit(127);
}

int warder_spawn(const struct warder_spawn *request) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) return -errno;
    pid_t parent = getpid();
    // Until the child has its own handlers, no handler of this program may run in it.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0) child(*request, report[1], parent);
    int reason = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    if (pid < 0) {
        close(report[0]);
        return -reason;
    }
    // Nothing comes, and the pipe ends, when the program has begun.
    ssize_t count;
    do {
        count = read(report[0], &reason, sizeof reason);
    } while (count < 0 && errno == EINTR);
    close(report[0]);
    if (count == 0) return pid;
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
    return count == (ssize_t)sizeof reason ? -reason : -EPROTO;
}

int warder_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) == 0 ? 0 : -errno; }

int warder_pidfd_open(pid_t pid) {
    long descriptor = syscall(SYS_pidfd_open, pid, 0);
    return descriptor < 0 ? -errno : (int)descriptor;
}

int warder_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? 0 : -errno; }

int warder_memfd(const char *name) {
    int descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    // Linux before 6.3 knows no such flag, and makes every one executable.
    if (descriptor < 0 && errno == EINVAL) descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return descriptor < 0 ? -errno : descriptor;
}

int warder_seal(int descriptor) {
    if (fchmod(descriptor, 0555) != 0) return -errno;
    return fcntl(descriptor, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0 ? 0 : -errno;
}
