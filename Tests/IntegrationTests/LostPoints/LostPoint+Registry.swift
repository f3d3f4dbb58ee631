import Reviewing
import WarderTesting

/// What tools are, who asks, and who is asked.
extension LostPoint {
    static let tools = [
        LostPoint(
            kind: .ownerlessTool,
            finding: "tool-owner:shop/get",
            setup: ["warder server add shop --uid 900 --unit shop.service", get],
            words: ["WHO": "payments"]
        ),
        LostPoint(
            kind: .unstatedPermissions,
            finding: "tool-permissions:shop/get",
            setup: [shop, get],
            words: ["SCOPE": "orders:read"]
        ),
        LostPoint(
            kind: .unstatedOutputs,
            finding: "tool-outputs:shop/get",
            setup: [shop, get],
            words: ["TEXT": "'one order'"]
        ),
        LostPoint(
            kind: .unpinned,
            finding: "tool-definition:shop/get",
            setup: [shop, get, list("tools.json", "get:Get an order.")],
            words: ["FILE": "tools.json"],
            answers: ["warder tool import": [.init("Type shop to go on:", "shop")]]
        ),
        LostPoint(
            kind: .unread,
            finding: "tool-definition:shop/get",
            setup: [
                shop, list("tools.json", "get:Get an order."),
                "warder tool add shop/get --risk read-only --definition-digest \(digestOfGet)",
            ],
            words: ["FILE": "tools.json"],
            answers: ["warder tool import": [.init("Type shop to go on:", "shop")]]
        ),
        // Registered as harmless before anybody had read what it says.
        LostPoint(
            kind: .loweredClass,
            finding: "tool-definition:class shop/refund",
            setup: [shop, "warder tool add shop/refund --risk read-only"] + importing("refund:Refund a payment.")
                + granted("shop/refund"),
            words: ["REASON": "'it moves money'"]
        ),
        // With a reason it is a person's word; that nobody is asked is a fault all the same.
        LostPoint(
            kind: .loweredClass,
            finding: "approval-critical:shop/refund",
            setup: [shop] + importing("refund:Refund a payment.") + granted("shop/refund") + [
                "warder tool set shop/refund --risk read-only --category standard --reason harmless"
            ],
            words: ["REASON": "'it moves money'"]
        ),
        LostPoint(
            kind: .loweredClass,
            finding: "approval-side-effect:shop/update",
            setup: [shop] + importing("update:Update an order.") + granted("shop/update") + [
                "warder operator add grace --uid 901 --role approver --group team-lead",
                "warder tool set shop/update --risk read-only --reason harmless",
            ],
            words: ["REASON": "'it changes orders'"]
        ),
        LostPoint(
            kind: .changed,
            finding: "tool-definition:shop/get",
            setup: [
                shop, list("old.json", "get:Get an order."), take("old.json", "--digest always"),
                list("new.json", "get:Get every order."), take("new.json"),
            ],
            words: ["REASON": "reviewed"],
            answers: ["warder tool accept": [.init("Type shop/get to go on:", "shop/get")]]
        ),
        LostPoint(
            kind: .unpresented,
            finding: "tool-definition:shop/get",
            setup: [shop, list("tools.json", "get:Get an order."), take("tools.json")]
        ),
        LostPoint(
            kind: .gone,
            finding: "tool-definition:shop/get",
            setup: [
                shop, list("old.json", "get:Get an order.", "find:Find an order."), take("old.json", "--digest always"),
                list("new.json", "find:Find an order."), take("new.json"),
            ],
            answers: ["warder tool remove": [.init("Type shop/get to go on:", "shop/get")]]
        ),
        LostPoint(
            kind: .broadCredential,
            finding: "broad-credential:shop/get shop/refund",
            setup: [
                shop, secret("shop/refund"), get, refund, "warder grant add shop/get shop/refund",
                "warder grant add shop/refund shop/refund --uses 1 --attestation pidfd",
            ],
            words: newSecret,
            answers: newValue
        ),
        // Two of the same class: whoever may update may cancel.
        LostPoint(
            kind: .broadCredential,
            finding: "broad-credential:shop/cancel shop/key",
            setup: [
                shop, secret("shop/key"), update, "warder tool add shop/cancel --risk side-effect",
                "warder grant add shop/update shop/key --uses 1", "warder grant add shop/cancel shop/key --uses 1",
            ],
            words: newSecret,
            answers: newValue
        ),
    ]

    /// Of what `list` makes of it.
    private static let digestOfGet = "20ef9b0492889b019748d309d2197676e399a7df3e11aaa7973c3470bc09c47f"

    private static func importing(_ tool: String) -> [String] {
        [list("tools.json", tool), take("tools.json", "--digest always")]
    }

    static let identities = [
        LostPoint(
            kind: .knownByUser,
            finding: "server-identity:shop",
            setup: ["warder server add shop --uid 900"],
            words: ["UNIT": "shop.service"]
        ),
        LostPoint(
            kind: .knownByGroup,
            finding: "server-identity:shop",
            setup: ["warder server add shop --gid 900"],
            words: ["UID": "900", "UNIT": "shop.service"]
        ),
        LostPoint(
            kind: .overlap,
            finding: "server-overlap:shop",
            setup: [shop, "warder server add mail --uid 900 --unit shop.service"],
            words: ["UID": "901"]
        ),
        LostPoint(
            kind: .sharedUser,
            finding: "shared-uid:shop",
            setup: [shop, "warder operator add grace --uid 900 --role auditor"],
            words: ["UID": "901"]
        ),
        // The launch stays one.
        LostPoint(
            kind: .sharedUser,
            finding: "shared-uid:shop",
            setup: ["warder server add shop --uid 900 --launch", "warder operator add grace --uid 900 --role auditor"],
            words: ["UID": "901", "UNIT": "shop.service"]
        ),
    ]

    /// A tool that moves money, and what it may use.
    private static func refunding(_ options: String) -> [String] {
        [shop, secret("shop/refund"), refund, "warder grant add shop/refund shop/refund --uses 1 \(options)"]
    }

    private static func updating(_ options: String = "") -> [String] {
        [shop, secret("shop/update"), update, "warder grant add shop/update shop/update --uses 1 \(options)"]
    }

    /// Without somebody to ask, one finding would only become another.
    private static let lead = "warder operator add tess --uid 1003 --role approver --group team-lead"

    static let approvals = [
        LostPoint(
            kind: .waived,
            finding: "approval-critical:shop/refund",
            setup: refunding("--approval none --attestation pidfd")
        ),
        LostPoint(
            kind: .waived,
            finding: "approval-side-effect:shop/update",
            setup: updating("--approval none") + [lead]
        ),
        // A rule that asks nobody is as good as a waiver, for one server or for all.
        LostPoint(
            kind: .overruled,
            finding: "approval-critical:shop/refund",
            setup: refunding("--attestation pidfd") + ["warder approval rule set critical financial --nobody"]
        ),
        LostPoint(
            kind: .overruled,
            finding: "approval-side-effect:shop/update",
            setup: updating() + [
                lead, "warder approval rule set side-effect standard --nobody --server shop",
            ]
        ),
        // One of two groups, and another than the one that is meant.
        LostPoint(
            kind: .weakRule,
            finding: "approval-critical:shop/refund",
            setup: refunding("--attestation pidfd") + [
                "warder operator add sam --uid 1002 --role approver --group security",
                "warder approval rule set critical financial --vote security",
            ]
        ),
        LostPoint(
            kind: .weakRule,
            finding: "approval-side-effect:shop/update",
            setup: updating() + [
                lead, "warder operator add ivan --uid 1002 --role approver --group interns",
                "warder approval rule set side-effect standard --vote interns --server shop",
            ]
        ),
        // Two groups without anybody: two people.
        LostPoint(
            kind: .noApprover,
            finding: "approvers:critical financial",
            setup: refunding("--attestation pidfd"),
            words: ["NAME": "person#", "UID": "100#"]
        ),
        // There is an approver, who would say yes to their own server.
        LostPoint(
            kind: .noApprover,
            finding: "approvers:side-effect standard",
            setup: updating() + ["warder operator add tess --uid 900 --role approver --group team-lead"],
            words: ["NAME": "theo", "UID": "1004"]
        ),
        // The group's one member owns the server, and may not say yes to it.
        LostPoint(
            kind: .noApprover,
            finding: "approvers:side-effect standard",
            setup: updating() + ["warder operator add payments --uid 1003 --role approver --group team-lead"],
            words: ["NAME": "theo", "UID": "1004"]
        ),
        LostPoint(
            kind: .standingYes,
            finding: "standing-approvals:sta_",
            setup: refunding("--attestation pidfd") + [
                "warder approval standing add shop --uses 10 --for 1h --reason returns"
            ]
        ),
    ]
}
