import Foundation
import Glibc

/// A small C program that does on command what peers do: connect, fork, change user, enter namespaces, die.
///
/// Compiled once per test run, with the C compiler that a Swift toolchain needs for linking anyway.
enum PeerProgram {
    static func path() throws -> String { try Stage.current?.program ?? compiled.get() }

    /// A copy in another place, so that it can be deleted, renamed and replaced.
    static func copy(to target: String) throws {
        try FileManager.default.copyItem(atPath: path(), toPath: target)
    }

    private static let compiled = Result {
        let directory = try TemporaryDirectory()
        let source = directory.path("peer.c")
        try text.write(toFile: source, atomically: false, encoding: .utf8)
        let program = directory.path("peer")
        let compiler = FileManager.default.isExecutableFile(atPath: "/usr/bin/cc") ? "cc" : "clang"
        _ = try Tool.run([compiler, "-std=gnu11", "-Wall", "-Werror", "-O1", "-o", program, source])
        directory.keepUntilExit()
        return program
    }

    private static let text = #"""
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <grp.h>
        #include <limits.h>
        #include <linux/sched.h>
        #include <sched.h>
        #include <signal.h>
        #include <stddef.h>
        #include <stdint.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/file.h>
        #include <sys/mount.h>
        #include <sys/prctl.h>
        #include <sys/sendfile.h>
        #include <sys/socket.h>
        #include <sys/stat.h>
        #include <sys/syscall.h>
        #include <sys/un.h>
        #include <sys/wait.h>
        #include <unistd.h>

        // The connection survives execve() under a fixed number.
        enum { CONNECTION = 20, LISTENER = 21 };

        static void fail(const char *what) { printf("error %s: %s\n", what, strerror(errno)); }

        static int address(struct sockaddr_un *target, const char *path) {
            memset(target, 0, sizeof *target);
            target->sun_family = AF_UNIX;
            strncpy(target->sun_path, path, sizeof target->sun_path - 1);
            return (int)sizeof *target;
        }

        static int connect_to(const char *path, const char *abstract) {
            int socket_ = socket(AF_UNIX, SOCK_STREAM, 0);
            struct sockaddr_un own = {.sun_family = AF_UNIX};
            if (abstract != NULL) {
                strncpy(own.sun_path + 1, abstract, sizeof own.sun_path - 2);
                socklen_t size = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(abstract);
                if (bind(socket_, (struct sockaddr *)&own, size) != 0) return -1;
            }
            struct sockaddr_un target;
            int size = address(&target, path);
            if (connect(socket_, (struct sockaddr *)&target, size) != 0) return -1;
            if (dup2(socket_, CONNECTION) < 0) return -1;
            if (socket_ != CONNECTION) close(socket_);
            return 0;
        }

        // A change of user takes this back: after it, and before anybody hears of the process.
        static int end_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL); }

        static int set_user(unsigned id) {
            if (setgroups(0, NULL) != 0 || setresgid(id, id, id) != 0) return -1;
            return setresuid(id, id, id);
        }

        static int write_file(const char *path, const char *text) {
            int file = open(path, O_WRONLY);
            if (file < 0) return -1;
            ssize_t count = write(file, text, strlen(text));
            close(file);
            return count == (ssize_t)strlen(text) ? 0 : -1;
        }

        static int copy_self(const char *target) {
            int from = open("/proc/self/exe", O_RDONLY), to = open(target, O_WRONLY | O_CREAT | O_TRUNC, 0755);
            struct stat status;
            if (from < 0 || to < 0 || fstat(from, &status) != 0) return -1;
            ssize_t count = sendfile(to, from, NULL, status.st_size);
            close(from);
            close(to);
            return count == status.st_size ? 0 : -1;
        }

        static void pass_connection(unsigned user, const char *message) {
            int pair[2];
            if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0) return fail("socketpair");
            pid_t child = fork();
            if (child < 0) return fail("fork");
            char byte = 0, control[CMSG_SPACE(sizeof(int))] = {0};
            struct iovec vector = {.iov_base = &byte, .iov_len = 1};
            struct msghdr header = {
                .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
            if (child == 0) {
                close(CONNECTION);
                if (set_user(user) != 0 || end_with_parent() != 0 || recvmsg(pair[1], &header, 0) != 1) _exit(1);
                int received;
                memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&header)), sizeof received);
                if (write(received, message, strlen(message)) < 0) _exit(2);
                pause();
                _exit(0);
            }
            struct cmsghdr *entry = CMSG_FIRSTHDR(&header);
            entry->cmsg_level = SOL_SOCKET;
            entry->cmsg_type = SCM_RIGHTS;
            entry->cmsg_len = CMSG_LEN(sizeof(int));
            int connection = CONNECTION;
            memcpy(CMSG_DATA(entry), &connection, sizeof connection);
            if (sendmsg(pair[0], &header, 0) != 1) return fail("sendmsg");
            printf("ok %d\n", child);
        }

        static void serve_once(void) {
            int accepted = accept(LISTENER, NULL, NULL);
            if (accepted < 0) return fail("accept");
            struct ucred peer;
            socklen_t size = sizeof peer;
            if (getsockopt(accepted, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return fail("peercred");
            printf("ok %d %u %u", peer.pid, peer.uid, peer.gid);
            gid_t groups[64];
            size = sizeof groups;
            if (getsockopt(accepted, SOL_SOCKET, 59, groups, &size) != 0) return fail("peergroups");
            for (unsigned i = 0; i < size / sizeof *groups; i++) printf(" %u", groups[i]);
            printf("\n");
            close(accepted);
        }

        static void show(const char *path) {
            FILE *file = fopen(path, "r");
            if (file == NULL) return fail("show");
            printf("ok ");
            for (int byte; (byte = fgetc(file)) != EOF;) putchar(byte == '\n' ? ';' : byte);
            printf("\n");
            fclose(file);
        }

        // Takes the number of a process that has gone, as a busy machine does in time.
        static void take_number(pid_t number, unsigned user) {
            struct clone_args arguments = {
                .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&number, .set_tid_size = 1};
            long child = syscall(SYS_clone3, &arguments, sizeof arguments);
            if (child < 0) return fail("clone3");
            if (child == 0) {
                close(CONNECTION);
                if (set_user(user) != 0 || end_with_parent() != 0) _exit(1);
                printf("ok %d\n", getpid());
                fflush(stdout);
                pause();
                _exit(0);
            }
        }

        static void obey(char *line) {
            char *word = strtok(line, " "), *first = strtok(NULL, " "), *second = strtok(NULL, " ");
            if (word == NULL) return;
            if (!strcmp(word, "connect")) {
                if (connect_to(first, second) != 0) return fail(word);
                printf("ok %d\n", getpid());
            } else if (!strcmp(word, "write")) {
                if (write(CONNECTION, first, strlen(first)) < 0) return fail(word);
                printf("ok\n");
            } else if (!strcmp(word, "child-connects-and-dies")) {
                pid_t child = fork();
                if (child == 0) _exit(connect_to(first, NULL) == 0 ? 0 : 1);
                siginfo_t ended;
                if (child < 0 || waitid(P_PID, child, &ended, WEXITED | WNOWAIT) != 0) return fail(word);
                if (ended.si_status != 0) { printf("error child could not connect\n"); return; }
                printf("ok %d\n", child);
            } else if (!strcmp(word, "child-connects")) {
                int ready[2];
                if (pipe(ready) != 0) return fail(word);
                pid_t child = fork();
                if (child == 0) {
                    if (end_with_parent() != 0 || connect_to(first, NULL) != 0) _exit(1);
                    if (write(ready[1], "x", 1) != 1) _exit(2);
                    pause();
                    _exit(0);
                }
                char byte;
                close(ready[1]);
                if (child < 0 || read(ready[0], &byte, 1) != 1) return fail(word);
                close(ready[0]);
                printf("ok %d\n", child);
            } else if (!strcmp(word, "kill")) {
                if (kill(atoi(first), SIGKILL) != 0) return fail(word);
                siginfo_t ended;
                if (waitid(P_PID, atoi(first), &ended, WEXITED | WNOWAIT) != 0) return fail(word);
                printf("ok\n");
            } else if (!strcmp(word, "reap")) {
                if (waitpid(-1, NULL, 0) < 0) return fail(word);
                printf("ok\n");
            } else if (!strcmp(word, "take-number")) {
                take_number(atoi(first), atoi(second));
            } else if (!strcmp(word, "setuid")) {
                if (set_user(strtoul(first, NULL, 10)) != 0) return fail(word);
                printf("ok\n");
            } else if (!strcmp(word, "setgroups")) {
                gid_t groups[2] = {strtoul(first, NULL, 10), strtoul(second, NULL, 10)};
                if (setgroups(2, groups) != 0) return fail(word);
                printf("ok\n");
            } else if (!strcmp(word, "many-groups")) {
                gid_t groups[1024];
                int size = atoi(first);
                for (int i = 0; i < size && i < 1024; i++) groups[i] = 5000 + i;
                if (setgroups(size, groups) != 0) return fail(word);
                printf("ok\n");
            } else if (!strcmp(word, "undumpable")) {
                if (prctl(PR_SET_DUMPABLE, 0) != 0) return fail(word);
                printf("ok\n");
            } else if (!strcmp(word, "dumpable")) {
                printf("ok %d\n", prctl(PR_GET_DUMPABLE));
            } else if (!strcmp(word, "lock")) {
                int file = open(first, O_RDWR | O_CREAT, 0600);
                if (file < 0 || flock(file, LOCK_EX | LOCK_NB) != 0) return fail(word);
                if (dprintf(file, "%d\n", getpid()) < 0) return fail(word);
                printf("ok\n");
            } else if (!strcmp(word, "rename-thread")) {
                if (prctl(PR_SET_NAME, first) != 0) return fail(word);
                printf("ok\n");
            } else if (!strcmp(word, "exec")) {
                execl(first, first, second == NULL ? "resume" : second, NULL);
                fail(word);
            } else if (!strcmp(word, "exec-other")) {
                execl(first, first, NULL);
                fail(word);
            } else if (!strcmp(word, "flip")) {
                printf("ok\n");
                fflush(stdout);
                execl(first, first, "flip", first, second, NULL);
                fail(word);
            } else if (!strcmp(word, "fork")) {
                // The child answers and goes on reading commands; the parent leaves.
                pid_t parent = getpid();
                if (fork() != 0) _exit(0);
                while (getppid() == parent) usleep(1000);
                printf("ok %d\n", getpid());
            } else if (!strcmp(word, "pass-connection")) {
                pass_connection(strtoul(first, NULL, 10), second);
            } else if (!strcmp(word, "enter-user-namespace")) {
                char uids[64], gids[64];
                snprintf(uids, sizeof uids, "0 %u 1", geteuid());
                snprintf(gids, sizeof gids, "0 %u 1", getegid());
                // Changing the user made /proc/self root's.
                if (prctl(PR_SET_DUMPABLE, 1) != 0) return fail("dumpable");
                if (unshare(CLONE_NEWUSER) != 0) return fail("unshare");
                if (write_file("/proc/self/setgroups", "deny") != 0) return fail("setgroups");
                if (write_file("/proc/self/uid_map", uids) != 0) return fail("uid_map");
                if (write_file("/proc/self/gid_map", gids) != 0) return fail("gid_map");
                if (setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0) return fail("setresuid");
                printf("ok %u\n", geteuid());
            } else if (!strcmp(word, "enter-pid-namespace")) {
                if (unshare(CLONE_NEWPID) != 0) return fail("unshare");
                pid_t child = fork();
                if (child != 0) {
                    waitpid(child, NULL, 0);
                    _exit(0);
                }
                if (end_with_parent() != 0) _exit(1);
                printf("ok %d\n", getpid());
            } else if (!strcmp(word, "enter-mount-namespace")) {
                // A file system of its own over the directory `first`, with a copy of this program named `second`.
                if (unshare(CLONE_NEWNS) != 0) return fail("unshare");
                if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return fail("private");
                if (mount("none", first, "tmpfs", 0, NULL) != 0) return fail("tmpfs");
                char target[PATH_MAX];
                snprintf(target, sizeof target, "%s/%s", first, second);
                if (copy_self(target) != 0) return fail("copy");
                execl(target, target, "resume", NULL);
                fail("exec");
            } else if (!strcmp(word, "listen")) {
                int listener = socket(AF_UNIX, SOCK_STREAM, 0);
                struct sockaddr_un own;
                int size = address(&own, first);
                if (bind(listener, (struct sockaddr *)&own, size) != 0) return fail("bind");
                if (chmod(first, 0666) != 0 || listen(listener, 5) != 0) return fail("listen");
                if (dup2(listener, LISTENER) < 0) return fail("dup2");
                if (listener != LISTENER) close(listener);
                printf("ok\n");
            } else if (!strcmp(word, "accept")) {
                serve_once();
            } else if (!strcmp(word, "show")) {
                show(first);
            } else {
                printf("error unknown command\n");
            }
        }

        int main(int count, char **arguments) {
            setvbuf(stdout, NULL, _IOLBF, 0);
            // Unbuffered: what follows a command to execute is meant for the next program.
            setvbuf(stdin, NULL, _IONBF, 0);
            if (count == 4 && !strcmp(arguments[1], "flip")) {
                // Executes its two paths in turn, for ever.
                usleep(50);
                execl(arguments[3], arguments[3], "flip", arguments[3], arguments[2], NULL);
                _exit(1);
            }
            // What another test opened while this program was started.
            if (count == 1) syscall(SYS_close_range, 3u, ~0u, 0u);
            if (count == 2 && !strcmp(arguments[1], "resume")) printf("ok %d\n", getpid());
            char line[4096];
            while (fgets(line, sizeof line, stdin) != NULL) {
                line[strcspn(line, "\n")] = '\0';
                obey(line);
                fflush(stdout);
            }
            return 0;
        }
        """#
}
