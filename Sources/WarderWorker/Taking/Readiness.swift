import Glibc

/// Which descriptors can be used now (poll(2)).
struct Readiness {
    private let entries: [pollfd]

    /// Waits until one of them can be used.
    ///
    /// - Parameters:
    ///   - reading: Descriptors; negative ones are passed over.
    ///   - writing: One more, negative for none.
    ///   - deadline: When to give up.
    /// - Returns: `nil` when the time is up.
    static func wait(
        reading: [Int32],
        writing: Int32 = -1,
        until deadline: ContinuousClock.Instant
    ) -> Readiness? {
        var entries = reading.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        entries.append(pollfd(fd: writing, events: Int16(POLLOUT), revents: 0))
        while true {
            let rest = deadline - .now
            guard rest > .zero else { return nil }
            let milliseconds = min(Int64(rest / .milliseconds(1)) + 1, 60_000)
            let count = unsafe poll(&entries, nfds_t(entries.count), Int32(milliseconds))
            if count > 0 { return Readiness(entries: entries) }
        }
    }

    /// Whether there is something to read, or the end of it.
    func isReadable(_ descriptor: Int32) -> Bool {
        descriptor >= 0 && entries.contains { $0.fd == descriptor && $0.events == Int16(POLLIN) && $0.revents != 0 }
    }

    func isWritable(_ descriptor: Int32) -> Bool {
        descriptor >= 0 && entries.contains { $0.fd == descriptor && $0.events == Int16(POLLOUT) && $0.revents != 0 }
    }
}
