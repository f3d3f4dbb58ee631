import NIOCore
import WarderWire

/// The outcome of a call that used a kept value, as the vault hears of it when it is back.
struct LateReport {
    /// Bytes that the vault takes of what a call changed.
    private static let maximumBytes = 500

    let report: CallReport
    /// The value was resolved with no token that works still, so the report needs one.
    let demand: TokenDemand
    let traceparent: String?

    /// `age`: how long before its use the vault gave the value.
    init(_ report: CallReport, on secret: ResolvedSecret, age: Duration, traceparent: String?) {
        let seconds = (age / .seconds(1)).rounded()
        var text = "used version \(secret.version) as the vault gave it \(Int64(seconds)) s before, while it was away"
        if let changed = report.changed { text += "; \(changed.prefix(Self.maximumBytes))" }
        while text.utf8.count > Self.maximumBytes { text.removeLast() }
        var report = report
        report.changed = text
        self.report = report
        demand = secret.request.demand.shared
        self.traceparent = traceparent
    }
}

/// Reports that wait for the vault, the oldest first; one is on its way at a time. Decides only: whoever holds it sends
/// them, and says which are lost.
struct LateReports {
    /// The oldest make room.
    static var maximum: Int { 256 }

    private var waiting = CircularBuffer<LateReport>()
    private var isSending = false

    /// Whether the vault has heard of all calls.
    var isEmpty: Bool { waiting.isEmpty && !isSending }

    /// - Returns: how many were lost by it.
    mutating func add(_ report: LateReport) -> Int {
        let lost = waiting.count >= Self.maximum ? 1 : 0
        waiting.removeFirst(lost)
        waiting.append(report)
        return lost
    }

    /// The report to send now; `sent` or `putBack` is to follow.
    mutating func next() -> LateReport? {
        guard !isSending, let first = waiting.popFirst() else { return nil }
        isSending = true
        return first
    }

    mutating func sent() { isSending = false }

    /// The vault cannot take it yet.
    ///
    /// - Returns: how many were lost by it: the oldest is this one.
    mutating func putBack(_ report: LateReport) -> Int {
        isSending = false
        guard waiting.count < Self.maximum else { return 1 }
        waiting.prepend(report)
        return 0
    }

    /// - Returns: how many were lost by it.
    mutating func clear() -> Int {
        defer { waiting = [] }
        return waiting.count
    }
}
