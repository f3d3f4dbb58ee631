import Scheduling
import WarderModel

/// When credentials are expected to be asked for.
///
/// Remembers what it looked up last: the next event hardly ever lies beyond the same window, and a time zone is slow to ask.
struct ExpectedHours: Sendable {
    let window: DailyWindow
    /// The window that opens first from a moment on, or is open then.
    private var known: (from: Timestamp, opens: Timestamp, closes: Timestamp)?

    init?(_ text: String) {
        guard let window = try? DailyWindow(text) else { return nil }
        self.window = window
    }

    mutating func contain(_ time: Timestamp) -> Bool {
        if let known, known.from <= time, time < known.closes { return known.opens <= time }
        let next = window.opening(atOrAfter: time)
        known = (time, next.opens, next.closes)
        return next.opens <= time
    }
}
