#ifndef ANSWER_H
#define ANSWER_H

#include <stdbool.h>
#include <stddef.h>

/// What the head of an answer says.
struct answer {
    int status;
    /// Bytes of head and body together.
    size_t length;
    /// Whether the server closes the connection after it.
    bool closes;
};

enum answer_progress { ANSWER_INCOMPLETE, ANSWER_READ, ANSWER_UNREADABLE };

/// Reads the head of an HTTP/1.1 answer at the start of `bytes`.
///
/// Understands what a server with small bodies sends: a status line and `Content-Length`. Anything else, such as chunks,
/// is unreadable, because guessing would measure the wrong thing.
enum answer_progress answer_read_head(const char *bytes, size_t count, struct answer *answer);

#endif
