import Glibc
import WarderCore
import WarderModel

/// The machine's clocks.
struct SystemClock: VaultClock {
    func now() -> Moment {
        Moment(wall: Timestamp(milliseconds: read(CLOCK_REALTIME)), uptime: read(CLOCK_BOOTTIME))
    }

    private func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
