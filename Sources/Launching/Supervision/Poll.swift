import Glibc

/// The one place where a launcher waits: poll(2) of everything that can happen.
struct Poll {
    /// What can happen.
    enum Source: Hashable {
        case signals
        /// An answer about values.
        case values
        /// An answer about the launch, or its end.
        case launch
        case fromClient
        case toServer
        case fromServer
        case toClient
        /// The end of those who carry what client and server say.
        case carriers
    }

    static let readable = Int16(POLLIN)
    static let writable = Int16(POLLOUT)
    /// POLLRDHUP: of an end that is closed poll(2) tells unasked; of one that is shut down only where it is asked.
    static let hangup = Int16(0x2000)
    /// Of a number that is no descriptor.
    static let absent = Int16(POLLNVAL)

    private var sources: [Source] = []
    private var entries: [pollfd] = []

    /// Waits for these events as well; for nothing where there is no descriptor.
    mutating func add(_ source: Source, _ number: Int32?, _ events: Int16) {
        guard let number, number >= 0 else { return }
        sources.append(source)
        entries.append(pollfd(fd: number, events: events, revents: 0))
    }

    /// Waits until something has happened, or until `due`; without end where that is `nil`.
    ///
    /// - Returns: the events of each source that has any.
    func wait(until due: ContinuousClock.Instant?) -> [Source: Int16] {
        var entries = entries
        _ = unsafe poll(&entries, nfds_t(entries.count), due.map(Self.milliseconds) ?? -1)
        var happened: [Source: Int16] = [:]
        for (source, entry) in zip(sources, entries) where entry.revents != 0 { happened[source] = entry.revents }
        return happened
    }

    /// Rounded up, so that what is due is due when it is over.
    private static func milliseconds(until due: ContinuousClock.Instant) -> Int32 {
        let left = (due - .now).components
        let milliseconds = left.seconds * 1000 + (left.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(min(max(milliseconds, 0), 60_000))
    }
}
