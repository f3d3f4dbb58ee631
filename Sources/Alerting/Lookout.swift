import Scheduling
package import WarderModel

/// All rules, fed with every event once it is on disk. Constant time for each, and bounded memory.
package struct Lookout: Sendable {
    /// In which every client finds out that its token is gone, in milliseconds.
    private static let afterStart: Int64 = 600_000

    private let started: Int64
    private var settings: [AlertRule: AlertSettings] = [:]
    private var hours: ExpectedHours?
    private var refusals = CountedRule(.refusals)
    private var unknownPeers = CountedRule(.unknownPeers)
    private var manySecrets = ManySecretsRule()
    private var habits: HabitRule

    /// - Parameters:
    ///   - habits: What is known of servers from before.
    ///   - uptime: Milliseconds since boot, now.
    package init(_ habits: [ServerName: ServerHabit], at uptime: Int64) {
        started = uptime
        self.habits = HabitRule(habits, at: uptime)
    }

    /// What holds for rules from now on; those that are not named are as usual.
    package mutating func configure(_ settings: [AlertRule: AlertSettings]) {
        self.settings = settings
        hours = settings[.offHours]?.hours.flatMap(ExpectedHours.init)
    }

    private func setting(_ rule: AlertRule) -> AlertSettings { settings[rule] ?? .usual(rule) }

    /// How many subjects are counted apart.
    package var subjects: Int { refusals.subjects + unknownPeers.subjects + habits.count }

    /// - Returns: what rules found, hardly ever anything.
    package mutating func see(_ seen: Observation) -> [Finding] {
        var findings: [Finding] = []
        if seen.isDecoy { findings += decoy(seen) }
        switch seen.action {
        case .tokenIssue, .secretResolve:
            if seen.standing == .own, let server = seen.server {
                findings += habits.see(
                    server,
                    seen,
                    spike: setting(.spike),
                    unexpected: setting(.unexpectedPeer)
                )
            }
            if seen.reason == nil {
                if seen.action == .secretResolve {
                    let settings = setting(.manySecrets)
                    if settings.isOn { findings += [manySecrets.see(seen, settings)].compactMap(\.self) }
                }
                findings += offHours(seen)
            }
        case .serverUpdate where seen.reason == nil: seen.server.map { habits.clearLooks(of: $0) }
        case .secretReveal where seen.reason == nil: findings += offHours(seen)
        case .peerUnknown:
            let settings = setting(.unknownPeers)
            if settings.isOn, let subject = seen.suspect {
                findings += [unknownPeers.see(seen, of: subject, settings)].compactMap(\.self)
            }
        default: break
        }
        findings += refused(seen)
        return findings
    }

    private mutating func refused(_ seen: Observation) -> [Finding] {
        let isCounted = [.tokenLimited, .peerRefused, .peerMalformed].contains(seen.action)
        let soon = seen.uptime - started < Self.afterStart
        guard isCounted || seen.reason.map({ $0.isSuspicious(soonAfterStart: soon) }) == true else { return [] }
        var findings: [Finding] = []
        let settings = setting(.refusals)
        if settings.isOn, let subject = seen.suspect {
            findings += [refusals.see(seen, of: subject, settings)].compactMap(\.self)
        }
        if seen.standing == .other, let server = seen.server, let peer = seen.peer, seen.reason != nil,
            seen.action.permission == .server, setting(.unexpectedPeer).isOn
        {
            findings.append(
                Finding(
                    rule: .unexpectedPeer,
                    subject: .user(peer.uid),
                    sequence: seen.sequence,
                    time: seen.time,
                    text:
                        "A process of user \(peer.uid) asked in the name of the server \(server), and is not that server.",
                    facts: ["server": server.text, "uid": String(peer.uid), "pid": String(peer.pid)]
                )
            )
        }
        return findings
    }

    private func decoy(_ seen: Observation) -> [Finding] {
        guard [.secretResolve, .secretReveal].contains(seen.action), setting(.honeytoken).isOn, let secret = seen.secret
        else { return [] }
        let subject = seen.suspect ?? .secret(secret)
        return [
            Finding(
                rule: .honeytoken,
                subject: subject,
                sequence: seen.sequence,
                time: seen.time,
                text: "The decoy \(secret) was asked for by \(subject); nothing needs it.",
                facts: ["secret": secret.text]
            )
        ]
    }

    private mutating func offHours(_ seen: Observation) -> [Finding] {
        guard setting(.offHours).isOn, let subject = seen.suspect, let hours = hours?.window,
            self.hours?.contain(seen.time) == false
        else { return [] }
        return [
            Finding(
                rule: .offHours,
                subject: subject,
                sequence: seen.sequence,
                time: seen.time,
                text: "\(subject) got a credential outside of \(hours).",
                facts: ["hours": hours.description]
            )
        ]
    }

    // MARK: Habits

    /// What servers' habits have become since the last call.
    package mutating func takeHabits(at uptime: Int64) -> [ServerName: ServerHabit] { habits.takeChanged(at: uptime) }

    package mutating func putBack(habitOf server: ServerName) { habits.putBack(server) }

    package mutating func forget(where isGone: (ServerName) -> Bool) { habits.forget(where: isGone) }
}
