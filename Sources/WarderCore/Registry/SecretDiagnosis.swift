import HashTreeCollections
import WarderModel

/// What is wrong with secrets, as far as their names, dates and versions say.
enum SecretDiagnosis {
    /// How long before the end an expiry is worth a word.
    private static let noticeSeconds: Int64 = 14 * 86_400

    static func collect(_ state: VaultState, at now: Timestamp) -> [Diagnosis] {
        state.secrets.values.filter { $0.deleted == nil }.flatMap { secret in
            [expiry(of: secret, at: now), value(of: secret), owner(of: secret)].compactMap(\.self)
        }
    }

    private static func expiry(of secret: Secret, at now: Timestamp) -> Diagnosis? {
        guard let expires = secret.expires, expires <= now.adding(seconds: noticeSeconds) else { return nil }
        let remedy = "warder secret put \(secret.name) --expires DATE"
        guard expires <= now else {
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
