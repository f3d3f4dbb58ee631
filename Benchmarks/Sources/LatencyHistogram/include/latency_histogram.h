#ifndef LATENCY_HISTOGRAM_H
#define LATENCY_HISTOGRAM_H

#include <stdint.h>

/// Bits of a value that a bucket keeps: buckets are at most 1/128 of their value wide, so no quantile is off by more.
#define LATENCY_HISTOGRAM_PRECISION 7
/// Enough for 2^40 ns, a quarter of an hour.
#define LATENCY_HISTOGRAM_BUCKETS ((40 - LATENCY_HISTOGRAM_PRECISION + 1) << LATENCY_HISTOGRAM_PRECISION)

/// Counts of times in nanoseconds, in buckets that grow with the time.
struct latency_histogram {
    uint64_t counts[LATENCY_HISTOGRAM_BUCKETS];
    uint64_t total;
    uint64_t largest;
};

static inline unsigned latency_histogram_bucket(uint64_t nanoseconds) {
    // The highest set bit and the seven below it say which bucket; up to 255 every value has its own.
    unsigned highest = 63 - (unsigned)__builtin_clzll(nanoseconds | 1 << LATENCY_HISTOGRAM_PRECISION);
    unsigned shift = highest - LATENCY_HISTOGRAM_PRECISION;
    unsigned bucket = (shift << LATENCY_HISTOGRAM_PRECISION) + (unsigned)(nanoseconds >> shift);
    return bucket < LATENCY_HISTOGRAM_BUCKETS ? bucket : LATENCY_HISTOGRAM_BUCKETS - 1;
}

static inline void latency_histogram_add(struct latency_histogram *histogram, uint64_t nanoseconds) {
    histogram->counts[latency_histogram_bucket(nanoseconds)]++;
    histogram->total++;
    if (nanoseconds > histogram->largest) histogram->largest = nanoseconds;
}

/// The time that the share `quantile` (0 to 1) of all times does not exceed, in microseconds; 0 for an empty histogram.
double latency_histogram_quantile(const struct latency_histogram *histogram, double quantile);

/// Nanoseconds of the monotonic clock.
uint64_t latency_clock(void);

#endif
