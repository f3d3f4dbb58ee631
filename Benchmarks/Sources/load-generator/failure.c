#include "failure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void fail_with(int code, const char *what) {
    if (code == 0) {
        fprintf(stderr, "load-generator: %s\n", what);
    } else {
        fprintf(stderr, "load-generator: %s: %s\n", what, strerror(code));
    }
    exit(2);
}

void *not_null(void *pointer) {
    if (pointer == NULL) fail_with(ENOMEM, "memory");
    return pointer;
}
