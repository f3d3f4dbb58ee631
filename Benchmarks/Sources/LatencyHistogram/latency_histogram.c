#include "latency_histogram.h"

#include <time.h>

/// The middle of a bucket, in nanoseconds.
static double middle(unsigned bucket) {
    if (bucket < 2 << LATENCY_HISTOGRAM_PRECISION) return bucket;
    unsigned shift = (bucket >> LATENCY_HISTOGRAM_PRECISION) - 1;
    uint64_t lowest = (uint64_t)(bucket - (shift << LATENCY_HISTOGRAM_PRECISION)) << shift;
    return (double)lowest + (double)(1ull << shift) / 2;
}

double latency_histogram_quantile(const struct latency_histogram *histogram, double quantile) {
    if (histogram->total == 0) return 0;
    double rank = quantile * (double)histogram->total;
    double largest = (double)histogram->largest;
    uint64_t seen = 0;
    for (unsigned bucket = 0; bucket < LATENCY_HISTOGRAM_BUCKETS; bucket++) {
        seen += histogram->counts[bucket];
        if (seen > 0 && (double)seen >= rank) {
            double value = middle(bucket);
            return (value < largest ? value : largest) / 1e3;
        }
    }
    return largest / 1e3;
}

uint64_t latency_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}
