#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <sys/types.h>

struct options {
    const char *socket;
    const char *name;
    /// A whole request as it is sent; `{token}` in it stands for the token.
    const char *request_file;
    /// Body of `POST /v1/tokens`; NULL where the request needs no token.
    const char *token_file;
    unsigned connections;
    double seconds;
    double warm_up;
    /// Stop after so many answers, even if the time is not over; 0 for no such end.
    unsigned long long count;
    /// Stop when standard input ends, even if the time is not over.
    bool until_input_ends;
    /// The server whose processor time is reported; 0 for none.
    pid_t server;
};

/// Ends the program with status 2 and the usage on standard error when the arguments are wrong.
struct options options_parse(int argc, char **argv);

#endif
