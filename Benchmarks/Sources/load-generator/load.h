#ifndef LOAD_H
#define LOAD_H

#include "options.h"
#include "processor_time.h"
#include "request.h"

#include <latency_histogram.h>

/// What one run measured, warm-up left out but for the failures.
struct measurement {
    struct latency_histogram latency;
    double seconds;
    /// Answers other than 2xx, at any time.
    unsigned long long refused;
    /// Connections that the server ended after an answer, as it may; they were opened again.
    unsigned long long reopened;
    struct processor_time own;
    struct processor_time server;
    struct processor_time machine;
};

/// Runs the load. The first connection is given; the others are opened here.
///
/// Ends the program when a connection breaks or an answer cannot be read. The first refusal is shown on standard error.
void load_run(const struct options *options, int first, struct text request, struct measurement *measurement);

/// Connects to the server; the socket blocks. Ends the program when that fails.
int load_connect(const char *path);

#endif
