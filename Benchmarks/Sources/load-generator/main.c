// The load generator. It must cost less than what it measures: one thread, no allocation and two system calls for a
// request (besides its share of an epoll_wait), one look at the clock.

#include "load.h"
#include "options.h"
#include "request.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static double total(struct processor_time time) { return time.user + time.kernel; }

/// The share of all processors that went to anything but the server and this program: what disturbed the measurement.
static double share_of_others(const struct measurement *measurement) {
    double others = total(measurement->machine) - total(measurement->server) - total(measurement->own);
    double share = others / (measurement->seconds * (double)sysconf(_SC_NPROCESSORS_ONLN));
    return share > 0 ? share : 0;
}

static void print(const struct options *options, const struct measurement *measurement) {
    const struct latency_histogram *latency = &measurement->latency;
    double answers = latency->total == 0 ? 1 : (double)latency->total;
    printf(
        "{\"name\":\"%s\",\"connections\":%u,\"seconds\":%.3f,\"answers\":%llu,\"refused\":%llu,\"reopened\":%llu,"
        "\"requests_per_second\":%.1f,\"p50_us\":%.2f,\"p99_us\":%.2f,\"p999_us\":%.2f,\"largest_us\":%.2f,"
        "\"server_user_us\":%.2f,\"server_kernel_us\":%.2f,\"generator_us\":%.2f,\"others_share\":%.3f}\n",
        options->name, options->connections, measurement->seconds, (unsigned long long)latency->total,
        measurement->refused, measurement->reopened, (double)latency->total / measurement->seconds,
        latency_histogram_quantile(latency, 0.5), latency_histogram_quantile(latency, 0.99),
        latency_histogram_quantile(latency, 0.999), (double)latency->largest / 1e3,
        measurement->server.user / answers * 1e6, measurement->server.kernel / answers * 1e6,
        total(measurement->own) / answers * 1e6, share_of_others(measurement));
}

int main(int argc, char **argv) {
    static struct measurement measurement;
    struct options options = options_parse(argc, argv);
    struct text request = text_of_file(options.request_file);
    int first = load_connect(options.socket);
    if (options.token_file != NULL) {
        char *token = token_request(first, text_of_file(options.token_file));
        request = request_with_token(request, token);
        free(token);
    }
    load_run(&options, first, request, &measurement);
    print(&options, &measurement);
    if (measurement.refused > 0) {
        fprintf(stderr, "load-generator: %llu answers were refusals\n", measurement.refused);
        return 3;
    }
    return 0;
}
