import WarderModel

/// So many of something from one subject within a time: refusals, and requests of unknown peers.
///
/// Servers and users are counted in tables of their own, so that a user who makes noise as many cannot push a server
/// out. Where there is no place for one more user, the rest are counted together, and raise the alert together.
struct CountedRule: Sendable {
    static let maximumServers = 4096
    static let maximumUsers = 1024

    let rule: AlertRule
    private var servers = BoundedTable<AlertSubject, SlidingCount>(capacity: maximumServers)
    private var users = BoundedTable<AlertSubject, SlidingCount>(capacity: maximumUsers)
    private var others: SlidingCount?

    init(_ rule: AlertRule) { self.rule = rule }

    var subjects: Int { servers.count + users.count }

    mutating func see(_ seen: Observation, of subject: AlertSubject, _ settings: AlertSettings) -> Finding? {
        let window = Int64(settings.seconds) * 1000
        let threshold = UInt64(settings.threshold)
        let uptime = seen.uptime
        func count(_ counter: inout SlidingCount) -> UInt64? {
            let count = counter.add(seen.requests, window: window, at: uptime)
            guard count >= threshold else { return nil }
            counter.clear(at: uptime)
            return count
        }
        let found: (AlertSubject, UInt64)?
        if subject.server != nil {
            found = servers.with(subject, or: { SlidingCount(at: uptime) }, count).map { (subject, $0) }
        } else if subject != .severalUsers, users.contains(subject) || !users.isFull {
            found = users.with(subject, or: { SlidingCount(at: uptime) }, count).map { (subject, $0) }
        } else {
            var counter = others ?? SlidingCount(at: uptime)
            found = count(&counter).map { (.severalUsers, $0) }
            others = counter
        }
        return found.map { subject, count in
            Finding(
                rule: rule,
                subject: subject,
                sequence: seen.sequence,
                time: seen.time,
                text: words(subject, count, settings.seconds),
                facts: ["count": String(count), "seconds": String(settings.seconds)].merging(
                    seen.reason.map { ["reason": $0.rawValue] } ?? [:]
                ) { $1 }
            )
        }
    }

    private func words(_ subject: AlertSubject, _ count: UInt64, _ seconds: UInt32) -> String {
        switch rule {
        case .unknownPeers:
            "Processes of \(subject) that match no registered server asked \(count) times within \(seconds) s."
        default: "\(subject) was refused \(count) times within \(seconds) s."
        }
    }
}

extension Refusal {
    /// Whether a program that works as it was set up to never hears it. What a client meets in its daily work is none:
    /// a token that ended, an approval that is needed, a vault that is sealed.
    func isSuspicious(soonAfterStart: Bool) -> Bool {
        switch self {
        case .unknownPeer, .notAnOperator, .roleMissing, .wrongPassphrase, .wrongKey, .enrolmentInvalid, .throttled,
            .toolMissing, .toolOfAnotherServer, .toolDigestMissing, .toolDigestMismatch, .grantMissing, .grantExpired,
            .fieldNotGranted, .attestationTooWeak, .tokenOfAnotherProcess, .tokenLimit, .rateLimited, .secretMissing,
            .secretDeleted, .versionMissing, .fieldMissing:
            true
        // After a restart every client finds out by it that its token is gone.
        case .tokenUnknown: !soonAfterStart
        default: false
        }
    }
}
