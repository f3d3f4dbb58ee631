#define _GNU_SOURCE
#include "CWarderLinux.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
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

#if defined(__x86_64__)
#define WARDER_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define WARDER_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

int warder_confine(void) {
#ifndef WARDER_ARCHITECTURE
    return -ENOSYS;
#else
    static const unsigned denied[] = {
        SYS_execve,
        SYS_execveat,
        // Whoever listens on a Unix socket may execute something for the asking, as service managers do.
        SYS_connect,
        // A ring makes and connects sockets without the calls for it.
        SYS_io_uring_setup,
        // Another process of the same user could be made to do all of it.
        SYS_ptrace,
        SYS_process_vm_readv,
        SYS_process_vm_writev,
        SYS_pidfd_getfd,
    };
    enum { COUNT = sizeof denied / sizeof *denied, SOCKET = 4 + COUNT, ALLOW = SOCKET + 3, DENY, LENGTH };
    // Numbers from here on belong to another way of calling on the same processor (x32), which would go around the rest.
    const unsigned foreign = 0x40000000;
    // A jump says how many instructions it leaves out: first where the comparison holds, then where not.
    struct sock_filter rules[LENGTH] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, WARDER_ARCHITECTURE, 0, DENY - 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, foreign, DENY - 4, 0),
        [SOCKET] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, ALLOW - SOCKET - 1),
        // The lower half of the family, which the kernel takes as an int. All processors here are little-endian.
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 0, 1),
        [ALLOW] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        [DENY] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
    for (unsigned index = 0; index < COUNT; index++) {
        const struct sock_filter rule =
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, denied[index], (unsigned char)(DENY - (4 + index) - 1), 0);
        rules[4 + index] = rule;
    }
    struct sock_fprog program = {.len = LENGTH, .filter = rules};
    long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
    if (result < 0) return -errno;
    return result == 0 ? 0 : -EBUSY;
#endif
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
