import Glibc

/// Clocks that nobody can set.
package enum KernelClock {
    /// Time since boot, without the time the machine slept.
    package static func monotonic() -> Duration { read(CLOCK_MONOTONIC) }

    /// Time since boot, sleep included: what a lifetime has to be measured by.
    package static func boottime() -> Duration { read(CLOCK_BOOTTIME) }

    private static func read(_ clock: clockid_t) -> Duration {
        var now = timespec()
        // Cannot fail: both clocks have been in every kernel since 2.6.39, and the address is ours.
        _ = unsafe clock_gettime(clock, &now)
        return .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
    }
}

/// Names the running boot of this machine: start times and pidfd inodes mean something only within one.
package enum BootIdentity {
    /// The kernel's random id of this boot, 36 characters of lowercase hex and dashes; `nil` where `/proc` hides it.
    package static func current() -> String? {
        guard let text = ProcFile.read("/proc/sys/kernel/random/boot_id"), text.count == 37 else { return nil }
        let id = String(decoding: text.dropLast(), as: UTF8.self)
        return id.utf8.allSatisfy { "0123456789abcdef-".utf8.contains($0) } ? id : nil
    }
}
