// How long one synced append takes: the least that a durable record costs on this disk, whoever writes it.
//
// Two files, because file systems treat them differently. One grows with every append, so that each sync writes the
// file's new size and extents as well. The other was written before and is written over from its beginning, as a
// bounded write-ahead log is: only the record itself has to reach the disk.

#include <errno.h>
#include <fcntl.h>
#include <latency_histogram.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRITTEN_BEFORE = 16 << 20, PIECE = 1 << 20 };

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "sync-meter: %s: %s\n", what, strerror(errno));
    exit(2);
}

static void write_zeros(int file) {
    char *piece = calloc(1, PIECE);
    if (piece == NULL) fail("memory");
    for (int written = 0; written < WRITTEN_BEFORE; written += PIECE) {
        if (pwrite(file, piece, PIECE, written) != PIECE) fail("pwrite");
    }
    free(piece);
    if (fsync(file) != 0) fail("fsync");
}

static void measure(const char *path, size_t size, double seconds, bool grows) {
    static struct latency_histogram latency;
    memset(&latency, 0, sizeof latency);
    int file = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0) fail(path);
    // Unnamed from here on: whatever ends the program, nothing stays behind.
    if (unlink(path) != 0) fail(path);
    char *record = malloc(size);
    if (record == NULL) fail("memory");
    memset(record, 0x5a, size);
    if (!grows) write_zeros(file);

    off_t end = 0;
    uint64_t start = latency_clock(), before = start, until = start + (uint64_t)(seconds * 1e9);
    while (before < until) {
        if (!grows && end + (off_t)size > WRITTEN_BEFORE) end = 0;
        if (pwrite(file, record, size, end) != (ssize_t)size) fail("pwrite");
        if (fdatasync(file) != 0) fail("fdatasync");
        end += (off_t)size;
        uint64_t after = latency_clock();
        latency_histogram_add(&latency, after - before);
        before = after;
    }
    printf(
        "\"%s\":{\"syncs_per_second\":%.1f,\"p50_us\":%.2f,\"p99_us\":%.2f,\"p999_us\":%.2f}",
        grows ? "growing" : "overwritten", (double)latency.total / ((double)(before - start) / 1e9),
        latency_histogram_quantile(&latency, 0.5), latency_histogram_quantile(&latency, 0.99),
        latency_histogram_quantile(&latency, 0.999));
    free(record);
    close(file);
}

int main(int argc, char **argv) {
    long size = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
    double seconds = argc == 4 ? strtod(argv[3], NULL) : 0;
    if (size < 1 || size > PIECE || !(seconds > 0)) {
        fprintf(stderr, "usage: sync-meter NEW_FILE BYTES SECONDS\nTimes appends of BYTES, each with its fdatasync.\n");
        return 2;
    }
    printf("{\"bytes\":%ld,", size);
    measure(argv[1], (size_t)size, seconds, true);
    printf(",");
    measure(argv[1], (size_t)size, seconds, false);
    printf("}\n");
    return 0;
}
