#ifndef PROCESSOR_TIME_H
#define PROCESSOR_TIME_H

#include <sys/types.h>

/// Seconds that a process has spent on a processor.
struct processor_time {
    double user;
    double kernel;
};

struct processor_time processor_time_of_self(void);

/// Of another process, all its threads together, in steps of the kernel's clock tick (10 ms); zero for process 0.
struct processor_time processor_time_of(pid_t process);

/// Of everything that runs on this machine, all processors together.
struct processor_time processor_time_of_machine(void);

struct processor_time processor_time_between(struct processor_time start, struct processor_time end);

#endif
