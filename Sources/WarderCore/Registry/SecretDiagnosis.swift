import HashTreeCollections
import Rotating
import Scheduling
import WarderModel

/// What is wrong with secrets, as far as their names, dates and versions say.
enum SecretDiagnosis {
    /// How long before the end an expiry is worth a word, in seconds; where a rotator gives values a shorter life, the last
    /// quarter of it.
    private static let notice: Int64 = 14 * 86_400

    static func collect(_ state: VaultState, at now: Timestamp) -> [Diagnosis] {
        state.secrets.values.filter { $0.deleted == nil }.flatMap { secret in
            [expiry(of: secret, state, at: now), value(of: secret), owner(of: secret)].compactMap(\.self)
        }
    }

    private static func expiry(of secret: Secret, _ state: VaultState, at now: Timestamp) -> Diagnosis? {
        guard let expires = secret.expires else { return nil }
        let rotation = state.rotations[secret.name]
        let remedy =
            rotation == nil
            ? "warder secret put \(secret.name) --expires DATE" : "warder rotate now \(secret.name)"
        guard expires <= now else {
            guard expires <= now.adding(seconds: noticeSeconds(of: secret, until: expires, isRotated: rotation != nil)),
                !(rotation.map { state.willRotate($0, before: expires, at: now) } ?? false)
            else { return nil }
            return Diagnosis(
                .warning,
                "secret_expires_soon",
                "\(secret.name) expires at its upstream on \(expires).",
                remedy: remedy
            )
        }
        return Diagnosis(
            .error,
            "secret_expired",
            "\(secret.name) expired at its upstream on \(expires).",
            remedy: remedy
        )
    }

    private static func noticeSeconds(of secret: Secret, until expires: Timestamp, isRotated: Bool) -> Int64 {
        guard isRotated, let current = secret.current else { return notice }
        return min(notice, max(0, (expires.milliseconds - current.created.milliseconds) / 4000))
    }

    private static func value(of secret: Secret) -> Diagnosis? {
        guard secret.current == nil else { return nil }
        return Diagnosis(
            .warning,
            "secret_without_value",
            "\(secret.name) has no current version; it resolves for nobody.",
            remedy: "warder secret put \(secret.name)"
        )
    }

    private static func owner(of secret: Secret) -> Diagnosis? {
        guard secret.owner == nil else { return nil }
        return Diagnosis(
            .note,
            "secret_without_owner",
            "Nobody answers for \(secret.name).",
            remedy: "warder secret set \(secret.name) --owner WHO"
        )
    }
}

extension VaultState {
    /// Whether a rotation is at work, or begins by itself before then and is not late.
    fileprivate func willRotate(_ rotation: Rotation, before expires: Timestamp, at now: Timestamp) -> Bool {
        if let run = rotation.run, !run.hasEnded { return !run.waitsForPerson }
        guard !isQuarantined, let due = nextDue(rotation, at: now), due.at < expires else { return false }
        return overdueSince(rotation, at: now) == nil
    }
}
