/// A yes to calls that come later: for a while, so many times, and for one tool or all of a server's.
package struct StandingApproval: Sendable, Codable, Identifiable {
    /// Longest life in seconds: 90 days.
    package static let longestLife: Int64 = 90 * 86_400
    package static let mostUses: Int64 = 100_000

    /// Seconds for which one that has ended is kept: tokens that it let through are not older than that.
    private static let remembered = Token.maximumLifetime

    /// A class of calls when it was given, and whose votes they needed then.
    package struct Basis: Sendable, Codable, Hashable {
        package let risk: Tool.Risk
        package let category: Tool.Category
        package let terms: ApprovalTerms

        package init(_ tool: Tool, terms: ApprovalTerms) {
            risk = tool.risk
            category = tool.category
            self.terms = terms
        }
    }

    /// A tool as it was when a yes to all tools of its server was given.
    package struct Member: Sendable, Codable, Hashable {
        package let record: RecordID
        package let acceptedDigest: String?
        package let risk: Tool.Risk
        package let category: Tool.Category

        package init(_ tool: Tool) {
            record = tool.id
            acceptedDigest = tool.definitionDigest
            risk = tool.risk
            category = tool.category
        }
    }

    package let id: RecordID
    package let server: ServerName
    package let serverRecord: RecordID
    /// `nil` for all tools of the server.
    package let tool: ToolName?
    /// The tool's record and accepted definition when it was given: with another definition it is another tool.
    package let toolRecord: RecordID?
    package let acceptedDigest: String?
    /// What it was given under, of the tool or of all tools that the server had: a call of another class, or one that
    /// needs other votes by now, is none that somebody has said yes to.
    package let basis: [Basis]
    /// The tools that the server had, each with its own class: one that rises to the class of another is none that
    /// somebody has said yes to. Times tell nothing of that, because clocks are set back. `nil` for a single tool, and
    /// where an earlier version wrote none down: then nothing is covered.
    package let members: [Member]?
    /// Canonical JSON that a call's arguments must equal; `nil` for any.
    package let arguments: String?
    package let made: Timestamp
    package let madeBy: OperatorName
    /// The record of who made it: somebody who is removed and added again has not.
    package let person: RecordID
    package let uid: UInt32
    package let reason: PlainText
    package let expires: Timestamp
    /// Calls that it still lets through.
    package private(set) var remaining: Int64
    package let uses: Int64
    package private(set) var lastUse: Timestamp?

    /// `members`: the tools that it is for, where it is for all of a server's (`tool` is `nil`).
    package init(
        id: RecordID,
        server: Server,
        tool: Tool?,
        members: [Tool],
        basis: [Basis],
        arguments: String?,
        made: Timestamp,
        madeBy: Operator,
        reason: PlainText,
        expires: Timestamp,
        uses: Int64
    ) {
        self.id = id
        self.server = server.name
        serverRecord = server.id
        self.tool = tool?.name.tool
        toolRecord = tool?.id
        acceptedDigest = tool?.definitionDigest
        self.basis = basis
        self.members = tool == nil ? members.map(Member.init) : nil
        self.arguments = arguments
        self.made = made
        self.madeBy = madeBy.name
        person = madeBy.id
        uid = madeBy.uid
        self.reason = reason
        self.expires = expires
        self.uses = uses
        remaining = uses
    }

    package var name: StandingApprovalID { StandingApprovalID(id) }

    /// Whether it can let anything through. A clock that was set back to before it was made does not prolong it.
    package func holds(at now: Timestamp) -> Bool {
        remaining > 0 && made <= now.adding(seconds: Approval.slack) && now < expires
    }

    /// Whether it lets nothing through any more, and no token that it let through can be left.
    package func isForgotten(at now: Timestamp) -> Bool {
        let end = remaining > 0 ? expires : min(expires, lastUse ?? expires)
        return end.adding(seconds: Self.remembered) < now
    }

    /// Whether it is about calls of a tool as the tool is now.
    ///
    /// `server`: the record of the tool's server. `terms`: whose votes its calls need now.
    package func covers(_ tool: Tool, of server: RecordID, asking terms: ApprovalTerms) -> Bool {
        guard self.server == tool.name.server, serverRecord == server, basis.contains(Basis(tool, terms: terms)) else {
            return false
        }
        guard let name = self.tool else {
            guard members?.contains(Member(tool)) == true else { return false }
            // What somebody looked at since, nobody had in mind either.
            return [tool.created, tool.acceptance?.at, tool.decision?.at].allSatisfy { $0.map { $0 <= made } ?? true }
        }
        return name == tool.name.tool && toolRecord == tool.id && acceptedDigest == tool.definitionDigest
    }

    /// Whether it is about a call with these arguments.
    package func covers(arguments: String?) -> Bool { self.arguments == nil || self.arguments == arguments }

    package mutating func count(at time: Timestamp) {
        remaining -= 1
        lastUse = time
    }

    /// Nothing came of a call that it let through.
    package mutating func giveBack() { remaining = min(remaining + 1, uses) }
}

extension StandingApproval {
    /// Calls that standing approvals are about: of one tool, or of all of a server's.
    package struct Scope: Sendable, Hashable {
        package let server: ServerName
        package let tool: ToolName?

        package init(server: ServerName, tool: ToolName?) {
            self.server = server
            self.tool = tool
        }
    }

    package var scope: Scope { Scope(server: server, tool: tool) }
}
