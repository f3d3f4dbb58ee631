import WarderModel

@testable import Reviewing

/// A vault in which nothing is wrong, to break one thing at a time in.
enum Sample {
    static let now = Instant(Timestamp(milliseconds: 1_795_000_000_000))

    static func ago(_ days: Int64) -> Instant { Instant(now.time.adding(seconds: -days * 86_400)) }

    static func tool(
        _ name: String,
        _ risk: Tool.Risk = .readOnly,
        _ category: Tool.Category = .standard
    ) -> ToolFacts {
        ToolFacts(
            name: name,
            description: "What \(name) does.",
            risk: risk,
            category: category,
            reasons: ["A person said so."],
            read: .known(ToolClass(risk, category)),
            reasoned: true,
            owner: .known("platform"),
            permissions: .known(["\(name).use"]),
            outputs: .known("A record."),
            definition: .known(.accepted),
            approval: .known(Tool.needsApproval(risk, category, in: .team) ? .required : .unneeded),
            recorded: .known(true),
            used: .known(ago(1))
        )
    }

    static func grant(_ tool: String, _ secret: String) -> GrantFacts {
        GrantFacts(
            tool: tool,
            secret: secret,
            fields: ["value"],
            lifetime: 300,
            uses: 1,
            waived: false,
            attestation: .pidfd,
            expires: nil,
            created: ago(30),
            author: "ada",
            used: .known(ago(1))
        )
    }

    static func secret(_ name: String) -> SecretFacts {
        SecretFacts(
            name: name,
            owner: "platform",
            created: ago(400),
            changed: ago(10),
            versions: 12,
            schedule: "rate(30 days)",
            paused: false,
            expires: nil,
            honeytoken: .known(name == "shop/decoy"),
            used: name == "shop/decoy" ? nil : ago(1)
        )
    }

    static func server(_ name: String, uid: UInt32) -> ServerFacts {
        ServerFacts(
            name: name,
            owner: "platform",
            selectors: Selectors(uid: uid, unit: "\(name).service"),
            quarantined: false,
            overlaps: [],
            operators: []
        )
    }

    /// What holds for a class where no rule says anything else.
    static func rule(
        _ risk: Tool.Risk,
        _ category: Tool.Category,
        tools: Int = 0
    ) -> ApprovalFacts.Rule {
        let votes = Votes.standard(ToolClass(risk, category), in: .team)
        return .init(risk: risk, category: category, groups: votes, empty: [], tools: tools)
    }

    static func perfect() -> ReviewFacts {
        let tools = [
            tool("shop/change_owner", .critical, .administrative), tool("shop/get"),
            tool("shop/refund", .critical, .financial), tool("shop/update", .sideEffect),
        ]
        return ReviewFacts(
            ofVault: "example",
            taken: now,
            profile: .team,
            tools: tools,
            servers: [server("mail", uid: 901), server("shop", uid: 900)],
            grants: tools.map { grant($0.name, "shop/\($0.shortName)") },
            secrets: tools.map { secret("shop/\($0.shortName)") } + [secret("shop/decoy")],
            operators: [
                OperatorFacts(name: "ada", uid: 1000, roles: [.admin], groups: [], presence: true, needed: true)
            ],
            approvals: ApprovalFacts(
                rules: [
                    rule(.critical, .financial, tools: 1), rule(.critical, .administrative, tools: 1),
                    rule(.sideEffect, .standard, tools: 1), rule(.critical, .standard), rule(.readOnly, .standard),
                ],
                unreviewed: [],
                standing: [
                    .init(
                        id: "sta_1",
                        subject: "shop/refund",
                        bound: true,
                        remaining: 3,
                        expires: ago(-1),
                        author: "ada"
                    )
                ]
            ),
            limits: LimitFacts(limits: Tool.Risk.allCases.map { .init(risk: $0, rate: 10) }),
            alerts: AlertFacts(
                rules: ["off_hours", "spike"],
                off: [],
                settings: [
                    .init(
                        rule: "off_hours",
                        threshold: nil,
                        seconds: nil,
                        hours: "07:00-20:00 Europe/Berlin",
                        quarantine: false
                    ),
                    .init(rule: "spike", threshold: 3, seconds: 600, hours: nil, quarantine: true),
                ],
                muted: [],
                destinations: ["/usr/bin/tell"],
                told: .known(ago(3)),
                open: []
            ),
            audit: AuditFacts(
                events: 100,
                signed: 100,
                broken: false,
                checkpoints: ["/srv/checkpoints"],
                copies: ["journal"],
                stuck: [:],
                days: 365,
                hold: false
            ),
            slots: [
                SlotFacts(kind: "passphrase", created: ago(100), threshold: nil),
                SlotFacts(kind: "shares", created: ago(100), threshold: 3),
            ],
            backups: .known(BackupFacts(last: ago(1))),
            governance: GovernanceFacts(owner: "ada", escalation: "grace", retention: "a year"),
            rehearsal: .known(RehearsalFacts(last: ago(3), passed: 9, failed: []))
        )
    }
}

extension Fact {
    /// Changes a known value in place.
    mutating func change(_ body: (inout Value) -> Void) {
        guard case .known(var value) = self else { return }
        body(&value)
        self = .known(value)
    }
}

/// SplitMix64: the same seed, the same facts.
struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
