/// A short-lived permission for one tool, bound to the process that asked.
///
/// Tokens live in memory only, by a keyed hash of their text: sealing or a restart ends them all, and no copy of the
/// database holds one.
package struct Token: Sendable {
    /// Seconds a token lives unless its grant or the request says less.
    package static let defaultLifetime: Int64 = 300
    /// Seconds that no token outlives, renewed or not.
    package static let maximumLifetime: Int64 = 3600

    package let accessor: TokenAccessor
    package let tool: ToolID
    package let process: ProcessIdentity
    /// With whose end it ends.
    package let launch: LaunchID?
    package let issued: Moment
    package var expires: Moment
    /// Nothing renews it past this.
    package let hardLimit: Moment
    /// How often each granted secret was resolved with it.
    package var used: [SecretName: Int64] = [:]
    package let claims: Claims
    package let clearance: Clearance

    /// Who was asked before it was issued.
    package enum Clearance: Sendable, Hashable {
        /// Nobody had to be.
        case free
        /// People who said yes to this one call.
        case approval(ApprovalID, [ApprovalSubject.Release])
        /// Somebody who said yes in advance, to this call among others (`ApprovalSubject`, as a keyed hash): a no to the
        /// very call ends it as well.
        case standing(RecordID, call: String)

        /// As the log shows it.
        package var name: String? {
            switch self {
            case .free: nil
            case .approval(let id, _): id.text
            case .standing(let id, _): StandingApprovalID(id).text
            }
        }
    }

    package init(
        accessor: TokenAccessor,
        tool: ToolID,
        process: ProcessIdentity,
        launch: LaunchID? = nil,
        issued: Moment,
        expires: Moment,
        hardLimit: Moment,
        claims: Claims,
        clearance: Clearance = .free
    ) {
        self.accessor = accessor
        self.tool = tool
        self.process = process
        self.launch = launch
        self.issued = issued
        self.expires = expires
        self.hardLimit = hardLimit
        self.claims = claims
        self.clearance = clearance
    }

    /// How often it may resolve a secret. What was approved is one call: each secret once.
    package func uses(under grant: Grant, by risk: Tool.Risk, approved: Bool) -> Int64? {
        if approved, case .approval = clearance { return 1 }
        return grant.allowedUses(by: risk)
    }
}

/// What a server says about a call. Recorded, shown to approvers, never a reason to allow.
package struct Claims: Sendable {
    package var onBehalfOf: PlainText?
    package var agent: PlainText?
    package var session: PlainText?
    package var purpose: PlainText?

    package init(
        onBehalfOf: PlainText? = nil,
        agent: PlainText? = nil,
        session: PlainText? = nil,
        purpose: PlainText? = nil
    ) {
        self.onBehalfOf = onBehalfOf
        self.agent = agent
        self.session = session
        self.purpose = purpose
    }
}

/// A point in time on both clocks: what people read, and what cannot be set back.
///
/// Lifetimes are compared by `uptime`, so that a jump of the wall clock neither kills nor prolongs a token.
package struct Moment: Sendable, Hashable {
    package var wall: Timestamp
    /// Milliseconds since boot, time asleep included.
    package var uptime: Int64

    package init(wall: Timestamp, uptime: Int64) {
        self.wall = wall
        self.uptime = uptime
    }

    package func adding(seconds: Int64) -> Moment {
        Moment(wall: wall.adding(seconds: seconds), uptime: uptime + seconds * 1000)
    }

    /// Whole seconds from here to a later moment; negative for an earlier one.
    package func seconds(until other: Moment) -> Int64 { (other.uptime - uptime) / 1000 }

    package func isBefore(_ other: Moment) -> Bool { uptime < other.uptime }
}

/// Keyed hash of a token's text: the only thing by which the vault remembers it.
package struct TokenHash: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// - Parameter bytes: 32 bytes of a keyed hash; the length is the hash's and never the caller's choice.
    package init(exactly bytes: [UInt8]) {
        precondition(bytes.count == 32, "a token hash has 32 bytes")
        func word(_ index: Int) -> UInt64 { bytes[index * 8..<index * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        words = (word(0), word(1), word(2), word(3))
    }

    package static func == (left: Self, right: Self) -> Bool { left.words == right.words }
    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

/// The public name of a token in logs and for revocation: `tok_` and 22 base62 characters. Knowing it gives no access.
package struct TokenAccessor: ParsedName {
    package static let prefix = "tok_"

    package let text: String

    package init(_ text: String) throws(NameError) {
        guard RecordID.isPublicName(text, prefix: Self.prefix) else { throw .badCharacter }
        self.text = text
    }

    package init(random id: RecordID) { text = id.publicName(prefix: Self.prefix) }
}
