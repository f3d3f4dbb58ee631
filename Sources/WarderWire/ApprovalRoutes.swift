package import StrictJSON

/// One vote, or whatever else a person said, and when.
package struct ApprovalVote: Codable, Sendable {
    /// The operator.
    package var name: String
    /// When.
    package var time: String
    /// Why, in their words.
    package var reason: String?
    /// Whether it counts now; only of votes.
    package var counts: Bool?

    package init(name: String, time: String, reason: String?, counts: Bool? = nil) {
        self.name = name
        self.time = time
        self.reason = reason
        self.counts = counts
    }
}

/// One line of `GET /v1/approvals` on the operator socket.
package struct ApprovalSummary: Codable, Sendable {
    package var approval: String
    /// As in `ApprovalState`.
    package var state: String
    package var tool: String
    package var risk: String
    package var category: String
    /// A claim of the server's.
    package var onBehalfOf: String?
    /// A claim of the server's.
    package var purpose: String?
    /// The user that the server runs as.
    package var uid: UInt32
    package var requested: String
    package var expires: String
    /// Seats that nobody has taken yet: groups, `owner` or `operator`.
    package var missing: [String]
    /// Whether the caller's vote is one of those that are asked for.
    package var yours: Bool
    /// Whether somebody let it through alone, and nobody else has looked at it since.
    package var awaitsReview: Bool

    enum CodingKeys: String, CodingKey {
        case approval, state, tool, risk, category, purpose, uid, requested, expires, missing, yours
        case onBehalfOf = "on_behalf_of"
        case awaitsReview = "awaits_review"
    }

    package init(
        approval: String,
        state: String,
        tool: String,
        risk: String,
        category: String,
        onBehalfOf: String?,
        purpose: String?,
        uid: UInt32,
        requested: String,
        expires: String,
        missing: [String],
        yours: Bool,
        awaitsReview: Bool
    ) {
        self.approval = approval
        self.state = state
        self.tool = tool
        self.risk = risk
        self.category = category
        self.onBehalfOf = onBehalfOf
        self.purpose = purpose
        self.uid = uid
        self.requested = requested
        self.expires = expires
        self.missing = missing
        self.yours = yours
        self.awaitsReview = awaitsReview
    }
}

/// `GET /v1/approvals` on the operator socket, newest first.
package struct ApprovalList: Codable, Sendable {
    package var approvals: [ApprovalSummary]

    package init(approvals: [ApprovalSummary]) { self.approvals = approvals }
}

/// `GET /v1/approvals/{approval}` on the operator socket: everything that somebody should read who says yes or no.
package struct ApprovalDetail: Codable, Sendable {
    /// What a call would get.
    package struct Release: Codable, Sendable {
        package var secret: String
        package var version: UInt32
        package var fields: [String]

        package init(secret: String, version: UInt32, fields: [String]) {
            self.secret = secret
            self.version = version
            self.fields = fields
        }
    }

    /// One argument that differs from the last call of the tool that was let through.
    package struct Change: Codable, Sendable {
        /// JSON Pointer.
        package var pointer: String
        /// Canonical JSON.
        package var before: String?
        /// Canonical JSON.
        package var after: String?

        package init(pointer: String, before: String?, after: String?) {
            self.pointer = pointer
            self.before = before
            self.after = after
        }
    }

    /// The last call of the tool that was let through.
    package struct Previous: Codable, Sendable {
        package var approval: String
        package var used: String
        /// `nil` where the two cannot be compared.
        package var arguments: [Change]?
        /// What else differs, in words.
        package var others: [String]

        package init(approval: String, used: String, arguments: [Change]?, others: [String]) {
            self.approval = approval
            self.used = used
            self.arguments = arguments
            self.others = others
        }
    }

    package var summary: ApprovalSummary
    /// Why somebody is asked, in the vault's words.
    package var because: String
    /// What is another thing by now; empty while an approval would work.
    package var stale: [String]
    package var toolDescription: String?
    package var toolOwner: String?
    package var expectedOutputs: String?
    package var acceptedDigest: String?
    package var presentedDigest: String?
    /// Canonical JSON of all of them, as text; `nil` where the server said none.
    package var arguments: String?
    /// A claim of the server's.
    package var agent: String?
    /// A claim of the server's.
    package var session: String?
    package var releases: [Release]
    package var votes: [ApprovalVote]
    package var denial: ApprovalVote?
    package var breakGlass: ApprovalVote?
    package var review: ApprovalVote?
    package var previous: Previous?

    enum CodingKeys: String, CodingKey {
        case summary, because, stale, arguments, agent, session, releases, votes, denial, review, previous
        case toolDescription = "tool_description"
        case toolOwner = "tool_owner"
        case expectedOutputs = "expected_outputs"
        case acceptedDigest = "accepted_digest"
        case presentedDigest = "presented_digest"
        case breakGlass = "break_glass"
    }

    package init(
        summary: ApprovalSummary,
        because: String,
        stale: [String],
        arguments: String?,
        releases: [Release],
        votes: [ApprovalVote]
    ) {
        self.summary = summary
        self.because = because
        self.stale = stale
        self.arguments = arguments
        self.releases = releases
        self.votes = votes
    }
}

/// What somebody says to an approval, and why.
package struct ApprovalAnswer: Codable, Sendable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
}

/// What came of it.
package struct ApprovalDecided: Codable, Sendable {
    package var approval: String
    package var state: String
    /// Seats that nobody has taken yet.
    package var missing: [String]

    package init(approval: String, state: String, missing: [String]) {
        self.approval = approval
        self.state = state
        self.missing = missing
    }
}

/// `PUT /v1/approval-rules`.
package struct ApprovalRuleRequest: Codable, Sendable {
    /// All servers where it is left out.
    package var server: String?
    package var risk: String
    package var category: String
    /// Groups, `owner` or `operator`; one twice asks two people, and none asks nobody.
    package var votes: [String]

    package init(server: String?, risk: String, category: String, votes: [String]) {
        self.server = server
        self.risk = risk
        self.category = category
        self.votes = votes
    }
}

/// One class, and whose votes its calls need.
package struct ApprovalRuleSummary: Codable, Sendable {
    package var server: String?
    package var risk: String
    package var category: String
    package var votes: [String]
    /// Whether a rule says so; otherwise it is what is standard.
    package var isRule: Bool
    package var changed: String?
    package var changedBy: String?
    /// Votes that nobody can give, because there are too few operators for them; left out where there are enough.
    package var unfilled: [String]?

    enum CodingKeys: String, CodingKey {
        case server, risk, category, votes, changed, unfilled
        case isRule = "is_rule"
        case changedBy = "changed_by"
    }

    package init(
        server: String?,
        risk: String,
        category: String,
        votes: [String],
        isRule: Bool,
        changed: String?,
        changedBy: String?,
        unfilled: [String]?
    ) {
        self.server = server
        self.risk = risk
        self.category = category
        self.votes = votes
        self.isRule = isRule
        self.changed = changed
        self.changedBy = changedBy
        self.unfilled = unfilled
    }
}

/// `GET /v1/approval-rules`.
package struct ApprovalRuleList: Codable, Sendable {
    package var rules: [ApprovalRuleSummary]

    package init(rules: [ApprovalRuleSummary]) { self.rules = rules }
}

/// `POST /v1/standing-approvals`, as the vault reads it.
package struct StandingRequest: Decodable, Sendable {
    package var server: String
    /// Every tool of the server where it is left out.
    package var tool: String?
    /// What a call's arguments must equal; any where it is left out.
    package var arguments: RawJSON?
    /// Seconds.
    package var ttl: Int64
    package var uses: Int64
    package var reason: String
}

/// One standing approval.
package struct StandingSummary: Codable, Sendable {
    package var id: String
    package var server: String
    package var tool: String?
    /// Canonical JSON, as text.
    package var arguments: String?
    package var made: String
    package var madeBy: String
    package var reason: String
    package var expires: String
    package var uses: Int64
    package var remaining: Int64

    enum CodingKeys: String, CodingKey {
        case id, server, tool, arguments, made, reason, expires, uses, remaining
        case madeBy = "made_by"
    }

    package init(
        id: String,
        server: String,
        tool: String?,
        arguments: String?,
        made: String,
        madeBy: String,
        reason: String,
        expires: String,
        uses: Int64,
        remaining: Int64
    ) {
        self.id = id
        self.server = server
        self.tool = tool
        self.arguments = arguments
        self.made = made
        self.madeBy = madeBy
        self.reason = reason
        self.expires = expires
        self.uses = uses
        self.remaining = remaining
    }
}

/// `GET /v1/standing-approvals`.
package struct StandingList: Codable, Sendable {
    package var approvals: [StandingSummary]

    package init(approvals: [StandingSummary]) { self.approvals = approvals }
}
