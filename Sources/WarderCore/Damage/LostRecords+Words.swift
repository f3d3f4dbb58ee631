import WarderModel

extension LostRecords.Entry.Reason {
    /// Stable name of the finding.
    var code: String {
        switch self {
        case .damaged: "record_damaged"
        case .contested: "record_contested"
        case .stale: "record_stale"
        case .missing: "record_missing"
        }
    }
}

extension LostRecords.Entry {
    /// For people: what is not there, and what that means.
    var message: String {
        switch reason {
        case .damaged:
            "\(subject) does not open: it was altered, moved or written by somebody else. "
                + (instead ?? "The vault does without it, and refuses what needs it.")
        case .contested:
            "\(subject) has its name or its user in common with another record. Nobody can say which is meant: "
                + (instead.map { "none of them holds. \($0)" } ?? "all of them are refused.")
        case .stale:
            "\(subject) is older than its own values: somebody put an earlier state back. It is refused."
        case .missing:
            "\(subject) is named by another record and is not there. What needs it is refused."
        }
    }

    /// Mends what a rule of approvals that cannot be read holds up.
    static let setRule =
        "See what holds: warder approval rule list; say what shall hold, which takes what cannot be read away: "
        + "warder approval rule set critical financial --vote owner; or restore a backup"
    /// Ends the quarantine that a restore's record is held for that cannot be read.
    static let release = "See what is damaged: warder doctor --deep; then let servers in: warder backup release"

    /// The command that mends it.
    var remedy: String {
        let restore = "See what else is damaged and what can be saved: warder doctor --deep; then restore a backup."
        // A name that two records have cannot be given again.
        guard reason == .damaged else { return restore }
        return switch kind {
        case .limit:
            "See what holds: warder limit list; set it anew: warder limit set SERVER --risk critical 5/min; "
                + "or restore a backup"
        case .watch:
            "See what holds: warder alert rule list; set it anew: warder alert rule set honeytoken --quarantine; "
                + "or restore a backup"
        case .approvalRule: Self.setRule
        case .origin: Self.release
        default: restore
        }
    }

    private var subject: String {
        switch (name, id) {
        case (let name?, let id?) where reason == .damaged: "The record \(id) (\(noun) \(name))"
        case (let name?, _): "The \(noun) \(name)"
        case (nil, let id?): "The record \(id) (\(noun))"
        case (nil, nil): "A record (\(noun))"
        }
    }

    private var noun: String {
        switch kind {
        case .limit: "limit of token requests"
        case .watch: "settings of an alert rule"
        case .approvalRule: "approval rule"
        case .origin: "restore"
        case let kind?: kind.rawValue
        case nil: "unknown kind"
        }
    }

    /// What holds in place of a record that nobody is refused for.
    private var instead: String? {
        switch kind {
        case .limit:
            "Whatever it was set for has the next more general limit now, or the usual one: "
                + Tool.Risk.allCases.map { "\(RateLimit.usual($0)) a minute for \($0.rawValue) tools" }
                .joined(separator: ", ") + "."
        case .approvalRule: "Calls whose approvals go by rules are refused: it may have asked for more people."
        case .origin: "The vault is in quarantine: it may be a restore that nobody released."
        case .watch:
            "The rule looks for what is usual again: it quarantines no server, and nobody is muted."
        default: nil
        }
    }
}
