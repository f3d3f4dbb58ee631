import Alerting
import HashTreeCollections
import Rotating
package import WarderModel

/// Something that people should hear of without asking. The worker tells a program of the machine, a webhook, or both.
package struct Notice: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// A try failed, and another one follows. Once for each rotation.
        case rotationFailed = "rotation_failed"
        case rotationWaits = "rotation_waits"
        case rotationOverdue = "rotation_overdue"
        /// A call waits for people.
        case approvalWaits = "approval_waits"
        /// Somebody let a call through alone.
        case breakGlassUsed = "break_glass_used"
        /// A rule found what it looks for. Once for each alert.
        case alertRaised = "alert_raised"
    }

    /// How the worker tells somebody.
    package enum Way: String, Sendable, CaseIterable {
        case program, webhook
    }

    /// The same as long as it is about the same, so that whoever is told twice can tell.
    package let id: String
    package let kind: Kind
    /// Since when it is so.
    package let time: Timestamp
    /// One sentence, without any secret.
    package let text: String
    package let subject: Subject
    /// For programs, by name.
    package let facts: [String: String]
    /// Whether it comes before others: somebody takes what is not theirs, or a call was let through by one person alone.
    package var isUrgent = false
    /// Whether telling it was given up before.
    package var wasGivenUp = false

    /// What it is about, where the vault writes down that somebody was told.
    package enum Subject: Sendable, Equatable {
        case rotation(of: SecretName)
        case approval(ApprovalID)
        case alert(RecordID, of: ServerName?)
    }
}

extension Notice {
    /// What people should hear of a rotation now, and have not been told.
    static func wanted(of rotation: Rotation, in state: VaultState, at now: Timestamp) -> Notice? {
        let notice = current(of: rotation, in: state, at: now)
        return notice.flatMap { rotation.told?[$0.kind.rawValue] == $0.id ? nil : $0 }
    }

    private static func current(of rotation: Rotation, in state: VaultState, at now: Timestamp) -> Notice? {
        let secret = state.secrets[rotation.secret]
        guard secret?.deleted == nil else { return nil }
        var facts = ["secret": rotation.secret.text, "rotator": rotation.rotator.text]
        facts["owner"] = secret?.owner?.text
        func notice(_ kind: Kind, _ id: String, since time: Timestamp, _ text: String) -> Notice {
            Notice(
                id: "\(kind.rawValue).\(id)",
                kind: kind,
                time: time,
                text: text,
                subject: .rotation(of: rotation.secret),
                facts: facts
            )
        }
        guard let run = rotation.run, !run.hasEnded else {
            guard let due = state.overdueSince(rotation, at: now) else { return nil }
            facts["due"] = due.description
            return notice(
                .rotationOverdue,
                "\(rotation.id).\(due.milliseconds)",
                since: due,
                "\(rotation.secret) should have been rotated on \(due)."
            )
        }
        facts["rotation"] = run.id.description
        facts["cause"] = run.cause.text
        facts["attempt"] = String(run.attempt)
        facts["step"] = run.problem?.step.rawValue
        facts["outcome"] = run.problem?.outcome.rawValue
        facts["message"] = run.problem?.message?.text
        let step = run.problem.map { " (\($0.step.rawValue))" } ?? ""
        if run.waitsForPerson {
            let since = run.problem?.time ?? run.began
            return notice(
                .rotationWaits,
                "\(run.id).\(since.milliseconds)",
                since: since,
                "The rotation of \(rotation.secret) waits for a person\(step)."
            )
        }
        // A step that is only asked for once more has not failed yet.
        guard run.attempt > 1, let problem = run.problem, let next = run.notBefore else { return nil }
        facts["next"] = next.description
        return notice(
            .rotationFailed,
            run.id.description,
            since: problem.time,
            "The rotation of \(rotation.secret) failed\(step) and is tried again on \(next)."
        )
    }
}

extension Notice {
    /// How long an alert stays to be told after somebody took note of it, in seconds.
    private static let afterNote: Int64 = 86_400
    /// When one that was given up is tried again, in seconds.
    private static let untilNextTry: Int64 = 3600

    /// What people should hear of an alert, and have not been told. Somebody's note does not keep the others from
    /// hearing of it.
    static func wanted(of alert: Alert, at now: Timestamp) -> Notice? {
        let id = "\(Kind.alertRaised.rawValue).\(alert.id)"
        guard !alert.isMuted, alert.told != id else { return nil }
        if let note = alert.acknowledged, now >= note.time.adding(seconds: afterNote) { return nil }
        // A clock that was set back since is no reason to wait.
        if let gaveUp = alert.gaveUp, gaveUp <= now, now < gaveUp.adding(seconds: untilNextTry) { return nil }
        var facts = alert.facts
        facts["alert"] = alert.id.description
        facts["rule"] = alert.rule.rawValue
        facts["subject"] = alert.subject.description
        facts["findings"] = String(alert.count)
        facts["events"] = (alert.firstEvents + alert.lastEvents).map(String.init).joined(separator: ",")
        facts["quarantined"] = alert.quarantined?.description
        facts["noted_by"] = alert.acknowledged?.by.text
        return Notice(
            id: id,
            kind: .alertRaised,
            time: alert.first,
            text: alert.text?.text ?? "The rule \(alert.rule.rawValue) found \(alert.subject).",
            subject: .alert(alert.id, of: alert.subject.server),
            facts: facts,
            isUrgent: alert.rule == .honeytoken,
            wasGivenUp: alert.gaveUp != nil
        )
    }
}

extension VaultState {
    /// What people should hear and have not been told: what is urgent first, then the oldest. What was given up once
    /// stands behind everything that is new.
    package func notices(at now: Timestamp) -> [Notice] {
        let ofRotations = rotations.values.compactMap { Notice.wanted(of: $0, in: self, at: now) }
        let ofApprovals = approvals.values.compactMap { Notice.wanted(of: $0, in: self, at: now) }
        let ofAlerts = alerts.values.compactMap { Notice.wanted(of: $0, at: now) }
        return (ofRotations + ofApprovals + ofAlerts).sorted { ($0.place, $0.time, $0.id) < ($1.place, $1.time, $1.id) }
    }
}

extension Notice {
    fileprivate var place: Int {
        if wasGivenUp { return 2 }
        return isUrgent || kind == .breakGlassUsed ? 0 : 1
    }
}
