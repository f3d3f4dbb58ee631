#ifndef FAILURE_H
#define FAILURE_H

/// Ends the program with status 2, saying what could not be done and, unless `code` is 0, the kernel's reason.
_Noreturn void fail_with(int code, const char *what);

/// The pointer, or the end of the program when there is no memory.
void *not_null(void *pointer);

#endif
