#define _GNU_SOURCE
#include "CWarderLinux.h"

#include <errno.h>
#include <stdio.h>
#include <sys/xattr.h>

int warder_exchange_names(int directory, const char *one, const char *other) {
    return renameat2(directory, one, directory, other, RENAME_EXCHANGE) == 0 ? 0 : -errno;
}

ssize_t warder_attribute_names(int descriptor, char *names, size_t room) {
    ssize_t count = flistxattr(descriptor, names, room);
    return count >= 0 ? count : -errno;
}

ssize_t warder_attribute(int descriptor, const char *name, void *value, size_t room) {
    ssize_t count = fgetxattr(descriptor, name, value, room);
    return count >= 0 ? count : -errno;
}

int warder_set_attribute(int descriptor, const char *name, const void *value, size_t count) {
    return fsetxattr(descriptor, name, value, count, 0) == 0 ? 0 : -errno;
}
