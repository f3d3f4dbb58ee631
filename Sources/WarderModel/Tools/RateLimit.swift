/// How many tokens a minute may be asked for, for tools of one risk: of one server, or of each that has no limit of its
/// own.
package struct RateLimit: Sendable, Codable, Identifiable {
    /// What a limit is about.
    package struct Scope: Hashable, Comparable, Sendable {
        /// `nil`: every server without a limit of its own.
        package let server: ServerName?
        package let risk: Tool.Risk

        package init(server: ServerName?, risk: Tool.Risk) {
            self.server = server
            self.risk = risk
        }

        /// The general ones first, then by server; within them by risk.
        package static func < (left: Self, right: Self) -> Bool {
            if left.server == right.server { return left.risk.order < right.risk.order }
            guard let mine = left.server else { return true }
            return right.server.map { mine < $0 } ?? false
        }
    }

    package let id: RecordID
    package let server: ServerName?
    package let risk: Tool.Risk
    /// Requests a minute; `nil` for as many as anybody likes.
    package var perMinute: UInt32?
    package var changed: Timestamp
    package var changedBy: OperatorName

    package init(
        id: RecordID,
        scope: Scope,
        perMinute: UInt32?,
        changed: Timestamp,
        changedBy: OperatorName
    ) {
        self.id = id
        server = scope.server
        risk = scope.risk
        self.perMinute = perMinute
        self.changed = changed
        self.changedBy = changedBy
    }

    package var scope: Scope { Scope(server: server, risk: risk) }

    /// Requests a minute that can be asked for.
    package static let range: ClosedRange<UInt32> = 1...1_000_000

    /// Where nobody said anything else. An agent in a loop is stopped, a person at work never notices.
    package static func usual(_ risk: Tool.Risk) -> UInt32 {
        switch risk {
        case .readOnly: 500
        case .sideEffect: 100
        case .critical: 10
        }
    }
}

/// A limit as people write it: `20/min`, `off`, or `inherit` for the next more general one.
package enum RateSetting: Equatable, Sendable {
    case perMinute(UInt32)
    case off
    case inherit

    /// `nil` for anything else.
    package init?(_ text: String) {
        switch text {
        case "off": self = .off
        case "inherit": self = .inherit
        default:
            let suffix = "/min"
            let digits = text.hasSuffix(suffix) ? text.dropLast(suffix.count) : text[...]
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = UInt32(digits), RateLimit.range.contains(number)
            else { return nil }
            self = .perMinute(number)
        }
    }

    package var text: String {
        switch self {
        case .perMinute(let number): "\(number)/min"
        case .off: "off"
        case .inherit: "inherit"
        }
    }
}

extension Tool.Risk {
    /// From harmless to critical.
    fileprivate var order: Int {
        switch self {
        case .readOnly: 0
        case .sideEffect: 1
        case .critical: 2
        }
    }
}
