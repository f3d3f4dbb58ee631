#define _GNU_SOURCE
#include "CWarderLinux.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// The child shares this process's memory until its program begins, so that it finds secrets which a copy of the memory
// would not hold; meanwhile the parent stands still. It makes system calls alone, and changes nothing but `reason`.

static void reset_signals(void) {
    struct sigaction plain;
    memset(&plain, 0, sizeof plain);
    plain.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; number++) sigaction(number, &plain, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int prepare(const struct warder_launch *request, pid_t parent) {
    if (request->owns_group && setpgid(0, 0) != 0) return -1;
    if (prctl(PR_SET_PDEATHSIG, request->death_signal, 0, 0, 0) != 0) return -1;
    if (getppid() != parent) {
        errno = ESRCH;
        return -1;
    }
    if (request->input != 0 && dup2(request->input, 0) < 0) return -1;
    if (request->output != 1 && dup2(request->output, 1) < 0) return -1;
    umask((mode_t)request->mask);
    reset_signals();
    return 0;
}

int warder_launch(const struct warder_launch *request) {
    volatile int reason = 0;
    pid_t parent = getpid();
    // No handler of this program may run in the child.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t pid = vfork();
    if (pid == 0) {
        if (prepare(request, parent) == 0) execvpe(request->program, request->arguments, request->environment);
        reason = errno;
        _exit(127);
    }
    int failure = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (pid < 0) return -failure;
    if (reason == 0) return pid;
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
    return -reason;
}

int warder_signals_open(const int *numbers, size_t count) {
    sigset_t set;
    sigemptyset(&set);
    for (size_t index = 0; index < count; index++) sigaddset(&set, numbers[index]);
    int result = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (result != 0) return -result;
    int descriptor = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return descriptor < 0 ? -errno : descriptor;
}

int warder_signals_next(int descriptor) {
    struct signalfd_siginfo info;
    ssize_t count;
    do {
        count = read(descriptor, &info, sizeof info);
    } while (count < 0 && errno == EINTR);
    return count == (ssize_t)sizeof info ? (int)info.ssi_signo : -EAGAIN;
}
