#include "processor_time.h"

#include "failure.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

struct processor_time processor_time_of_self(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (struct processor_time){.user = seconds(usage.ru_utime), .kernel = seconds(usage.ru_stime)};
}

struct processor_time processor_time_of(pid_t process) {
    struct processor_time time = {0, 0};
    if (process == 0) return time;
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) fail_with(0, "the server is not running");
    fclose(file);
    // The name in parentheses may hold anything, so count from the last one: fields 14 and 15 of proc_pid_stat(5).
    const char *rest = strrchr(line, ')');
    unsigned long user, kernel;
    if (rest == NULL ||
        sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel) != 2) {
        fail_with(0, "the server's processor time cannot be read");
    }
    double ticks = (double)sysconf(_SC_CLK_TCK);
    return (struct processor_time){.user = (double)user / ticks, .kernel = (double)kernel / ticks};
}

struct processor_time processor_time_of_machine(void) {
    FILE *file = fopen("/proc/stat", "r");
    // user, nice, system, idle, iowait, irq, softirq, steal (proc_stat(5)). Stolen time went to another machine: gone for us.
    unsigned long long ticks[8];
    if (file == NULL || fscanf(
                            file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &ticks[0], &ticks[1], &ticks[2], &ticks[3],
                            &ticks[4], &ticks[5], &ticks[6], &ticks[7]) != 8) {
        fail_with(0, "the machine's processor time cannot be read");
    }
    fclose(file);
    double rate = (double)sysconf(_SC_CLK_TCK);
    return (struct processor_time){
        .user = (double)(ticks[0] + ticks[1]) / rate,
        .kernel = (double)(ticks[2] + ticks[5] + ticks[6] + ticks[7]) / rate,
    };
}

struct processor_time processor_time_between(struct processor_time start, struct processor_time end) {
    return (struct processor_time){.user = end.user - start.user, .kernel = end.kernel - start.kernel};
}
