import Glibc
import Reviewing
import WarderCore
import WarderModel
import WarderTesting

/// What can be said afterwards, how far calls go, and how credentials are kept.
extension LostPoint {
    private static let auditor = "warder operator add ada --uid \(geteuid()) --role admin --role auditor"

    static let audit = [
        LostPoint(
            kind: .unrecorded,
            finding: "tool-recorded:shop/refund",
            setup: [shop, secret("shop/refund"), refund],
            words: ["SECRET": "shop/refund"]
        ),
        LostPoint(kind: .unsignedLog, finding: "log-signed:", setup: [auditor]),
    ]

    static let exposure = [
        LostPoint(
            kind: .broadGrant,
            finding: "broad-grant:shop/update shop/update",
            setup: [shop, secret("shop/update"), update, "warder grant add shop/update shop/update"]
        ),
        LostPoint(
            kind: .broadGrant,
            finding: "broad-grant:shop/refund shop/refund",
            setup: [
                shop, secret("shop/refund"), refund,
                "warder grant add shop/refund shop/refund --ttl 1h --attestation pidfd",
            ]
        ),
        LostPoint(
            kind: .unusedGrant,
            finding: "unused-grant:shop/get shop/get",
            setup: [shop, secret("shop/get"), secret("shop/other"), get, "warder grant add shop/get shop/get"],
            act: { kit in
                kit.clock.advance(seconds: 91 * 86_400)
                // Of no grants at all nobody could say that they are used.
                try await kit.mustGrant("shop/get", "shop/other")
            }
        ),
        LostPoint(
            kind: .weakAttestation,
            finding: "weak-attestation:shop/refund shop/refund",
            setup: [shop, secret("shop/refund"), refund, "warder grant add shop/refund shop/refund --uses 1"]
        ),
        LostPoint(
            kind: .noLimit,
            finding: "rate-limits:critical",
            setup: ["warder limit set --default --risk critical off"]
        ),
        LostPoint(
            kind: .noLimit,
            finding: "rate-limits:shop critical",
            setup: [shop, "warder limit set shop --risk critical off"]
        ),
        LostPoint(
            kind: .looseLimit,
            finding: "rate-limits:critical",
            setup: ["warder limit set --default --risk critical 1000000/min"]
        ),
        LostPoint(
            kind: .looseLimit,
            finding: "rate-limits:shop read-only",
            setup: [shop, "warder limit set shop --risk read-only 2001/min"]
        ),
        LostPoint(kind: .ruleOff, finding: "alerts:off spike", setup: ["warder alert rule set spike --off"]),
        LostPoint(
            kind: .muted,
            finding: "alerts:muted spike server:shop",
            setup: [shop, "warder alert mute spike server:shop --for 2h --reason moving"],
            words: ["REASON": "moved"]
        ),
        LostPoint(
            kind: .openAlerts,
            finding: "alerts:open",
            setup: [
                shop, secret("shop/get"), get, "warder grant add shop/get shop/get",
                "warder secret set shop/get --honeytoken",
            ],
            act: { kit in
                let peer = Peer.synthetic(uid: 900, unit: "shop.service")
                _ = try await kit.mustResolve(
                    "shop/get",
                    with: try await kit.mustIssue("shop/get", to: peer),
                    by: peer
                )
                for _ in 0..<3 { await kit.vault.heartbeat() }
            },
            words: ["REASON": "'a test'"]
        ),
    ]

    private static func expire(days: Int64) -> @Sendable (TestVault) async throws -> Void {
        { kit in
            let expires = kit.clock.now().wall.adding(seconds: days * 86_400)
            let properties = Secrets.Properties(expires: .some(.some(expires)))
            _ = try await kit.vault.perform(Secrets.set(try SecretName("shop/key"), properties, by: kit.admin))
        }
    }

    private static let schedule = "warder rotate schedule shop/key --rotator random --every 90d"

    static let credentials = [
        LostPoint(
            kind: .oldValue,
            finding: "secret-age:shop/key",
            setup: [secret("shop/key")],
            days: 91,
            answers: ["warder secret put shop/key": value(of: "shop/key")]
        ),
        LostPoint(
            kind: .oldRotatedValue,
            finding: "secret-age:shop/key",
            setup: [secret("shop/key"), schedule],
            days: 91
        ),
        LostPoint(
            kind: .unscheduled,
            finding: "secret-schedule:shop/key",
            setup: [secret("shop/key")],
            words: ["ROTATOR": "random"]
        ),
        LostPoint(
            kind: .paused,
            finding: "secret-schedule:shop/key",
            setup: [secret("shop/key"), schedule, "warder rotate pause shop/key"]
        ),
        LostPoint(
            kind: .expired,
            finding: "secret-expiry:shop/key",
            setup: [secret("shop/key")],
            act: expire(days: 1),
            days: 2,
            words: ["DATE": "2099-01-01"],
            answers: ["warder secret put shop/key": value(of: "shop/key")]
        ),
        LostPoint(
            kind: .expiredRotated,
            finding: "secret-expiry:shop/key",
            setup: [secret("shop/key"), schedule],
            act: expire(days: 10),
            days: 11
        ),
        LostPoint(
            kind: .ownerlessSecret,
            finding: "secret-owner:shop/key",
            setup: ["printf s3cr3t | warder secret put shop/key --stdin"],
            words: ["WHO": "payments"]
        ),
        LostPoint(
            kind: .sharedSecret,
            finding: "shared-secret:shop/key",
            setup: [
                shop, "warder server add mail --uid 901 --unit mail.service", secret("shop/key"), get,
                "warder tool add mail/get --risk read-only", "warder grant add shop/get shop/key",
                "warder grant add mail/get shop/key",
            ],
            words: newSecret,
            answers: newValue
        ),
        LostPoint(
            kind: .oneKey,
            finding: "key-slots:",
            answers: [
                "warder key add-slot": [
                    .init("New passphrase of the vault", "another long passphrase"),
                    .init("The same again:", "another long passphrase"),
                ]
            ]
        ),
        LostPoint(kind: .noBackup, finding: "backups:", words: ["FILE": "vault.backup"]),
        LostPoint(
            kind: .oldBackup,
            finding: "backups:",
            setup: ["warder backup create first.backup"],
            days: 9,
            words: ["FILE": "second.backup"]
        ),
    ]
}
