#ifndef REQUEST_H
#define REQUEST_H

#include <stddef.h>

/// Bytes that belong to whoever holds them; ends in a NUL that is not counted.
struct text {
    char *bytes;
    size_t length;
};

/// The whole file. Ends the program when it cannot be read.
struct text text_of_file(const char *path);

/// The request with the token in every place that asks for it.
struct text request_with_token(struct text request, const char *token);

/// Asks for a token over a connected socket that still blocks. Ends the program, showing the answer, when there is none.
///
/// The vault binds a token to the process that asked: the same process has to use it.
/// - Returns: the bearer text, which belongs to the caller.
char *token_request(int socket, struct text body);

#endif
