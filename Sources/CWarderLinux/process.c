#define _GNU_SOURCE
#include "CWarderLinux.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int warder_clear_dumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : -errno; }

int warder_set_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : -errno; }

int warder_has_no_new_privileges(void) { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1; }

int warder_spread_no_new_privileges(void) {
    struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {.len = 1, .filter = &allow};
    long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
    if (result < 0) return -errno;
    // A positive result names a thread with other filters, which could not be brought into line.
    return result == 0 ? 0 : -EBUSY;
}

int warder_forbid_core_files(void) {
    struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};
    if (setrlimit(RLIMIT_CORE, &none) == 0) return 0;
    int reason = errno;
    // A system call filter may refuse setrlimit where the service manager has set the limit already.
    struct rlimit present;
    if (getrlimit(RLIMIT_CORE, &present) == 0 && present.rlim_cur == 0 && present.rlim_max == 0) return 0;
    return -reason;
}

int warder_reset_crash_handlers(void) {
    static const int signals[] = {SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV};
    struct sigaction plain = {.sa_handler = SIG_DFL};
    for (size_t index = 0; index < sizeof signals / sizeof *signals; index++) {
        if (sigaction(signals[index], &plain, NULL) != 0) return -errno;
    }
    return 0;
}
