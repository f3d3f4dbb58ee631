#define _GNU_SOURCE
#include "CWarderLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

size_t warder_unix_path_limit(void) { return sizeof(((struct sockaddr_un *)0)->sun_path) - 1; }

static int pathname_address(const char *path, size_t length, struct sockaddr_un *address, socklen_t *size) {
    if (length == 0 || path[0] == '\0' || memchr(path, '\0', length) != NULL) return -EINVAL;
    if (length > warder_unix_path_limit()) return -ENAMETOOLONG;
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, length);
    *size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
    return 0;
}

int warder_unix_socket(int is_datagram) {
    int type = is_datagram ? SOCK_DGRAM : SOCK_STREAM;
    int descriptor = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    return descriptor < 0 ? -errno : descriptor;
}

int warder_unix_bind(int socket, const char *path, size_t length, mode_t mode) {
    struct sockaddr_un address;
    socklen_t size;
    int result = pathname_address(path, length, &address, &size);
    if (result != 0) return result;
    // Linux creates the socket file with the mode of the socket itself. Setting that first does what a umask around
    // bind(2) would do, without changing the umask under the feet of other threads.
    if (fchmod(socket, mode) != 0) return -errno;
    return bind(socket, (struct sockaddr *)&address, size) == 0 ? 0 : -errno;
}

int warder_unix_listen(int socket) { return listen(socket, SOMAXCONN) == 0 ? 0 : -errno; }

int warder_unix_connect(int socket, const char *path, size_t length) {
    struct sockaddr_un address;
    socklen_t size;
    int result = pathname_address(path, length, &address, &size);
    if (result != 0) return result;
    int flags = fcntl(socket, F_GETFL);
    if (flags < 0 || fcntl(socket, F_SETFL, flags | O_NONBLOCK) != 0) return -errno;
    return connect(socket, (struct sockaddr *)&address, size) == 0 ? 0 : -errno;
}

int warder_unix_send(int socket, const char *address, size_t address_length, const void *bytes, size_t count) {
    struct sockaddr_un target;
    socklen_t size;
    if (address_length > 1 && address[0] == '@') {
        if (address_length > sizeof target.sun_path) return -ENAMETOOLONG;
        memset(&target, 0, sizeof target);
        target.sun_family = AF_UNIX;
        memcpy(target.sun_path + 1, address + 1, address_length - 1);
        // The length ends the name: a NUL after it would be part of another name.
        size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + address_length);
    } else {
        int result = pathname_address(address, address_length, &target, &size);
        if (result != 0) return result;
    }
    ssize_t sent;
    do {
        sent = sendto(socket, bytes, count, MSG_NOSIGNAL, (struct sockaddr *)&target, size);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) return -errno;
    return (size_t)sent == count ? 0 : -EMSGSIZE;
}

int warder_unix_address_kind(int socket) {
    struct sockaddr_un address;
    socklen_t size = sizeof address;
    memset(&address, 0, sizeof address);
    if (getsockname(socket, (struct sockaddr *)&address, &size) != 0) return -errno;
    if (address.sun_family != AF_UNIX) return WARDER_ADDRESS_OTHER_FAMILY;
    if (size <= offsetof(struct sockaddr_un, sun_path)) return WARDER_ADDRESS_UNNAMED;
    return address.sun_path[0] == '\0' ? WARDER_ADDRESS_ABSTRACT : WARDER_ADDRESS_PATHNAME;
}

static int integer_option(int socket, int option, int *value) {
    socklen_t length = sizeof *value;
    return getsockopt(socket, SOL_SOCKET, option, value, &length) == 0 ? 0 : -errno;
}

int warder_is_listening_stream(int socket) {
    int type = 0, listening = 0;
    int result = integer_option(socket, SO_TYPE, &type);
    if (result != 0) return result;
    result = integer_option(socket, SO_ACCEPTCONN, &listening);
    if (result != 0) return result;
    return type == SOCK_STREAM && listening != 0;
}

int warder_set_close_on_exec(int descriptor) {
    int flags = fcntl(descriptor, F_GETFD);
    if (flags < 0 || fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC) != 0) return -errno;
    return 0;
}
