// Alarms on the clock of the wall, which tell when somebody sets the clock.

#define _GNU_SOURCE

#include "CWarderLinux.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

int warder_alarm_open(void) {
    int alarm = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    return alarm < 0 ? -errno : alarm;
}

int warder_alarm_set(int alarm, int64_t milliseconds) {
    struct itimerspec when = {.it_value = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000}};
    // All zero would turn it off.
    if (milliseconds <= 0) when.it_value = (struct timespec){.tv_nsec = 1};
    return timerfd_settime(alarm, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &when, NULL) < 0 ? -errno : 0;
}

void warder_alarm_clear(int alarm) {
    uint64_t expirations;
    // ECANCELED says that the clock was set: whoever asks looks at it anyway.
    while (read(alarm, &expirations, sizeof expirations) < 0 && errno == EINTR) {}
}
