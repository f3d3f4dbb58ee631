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
            "\(subject) does not open: it was altered, moved or written by somebody else. The vault does without it, and "
                + "refuses what needs it."
        case .contested:
            "\(subject) has its name or its user in common with another record. Nobody can say which is meant: all of "
                + "them are refused."
        case .stale:
            "\(subject) is older than its own values: somebody put an earlier state back. It is refused."
        case .missing:
            "\(subject) is named by another record and is not there. What needs it is refused."
        }
    }

    private var subject: String {
        let noun = kind?.rawValue ?? "unknown kind"
        return switch (name, id) {
        case (let name?, _): "The \(noun) \(name)"
        case (nil, let id?): "The record \(id) (\(noun))"
        case (nil, nil): "A record (\(noun))"
        }
    }
}
