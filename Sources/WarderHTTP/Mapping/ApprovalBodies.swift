import StrictJSON
import WarderCore
import WarderModel
import WarderWire

/// Approvals as they travel.
extension ApprovalState {
    init(_ status: ApprovalStatus) {
        self.init(
            approval: status.id.text,
            state: status.standing.rawValue,
            expires: status.expires.description
        )
    }
}

extension ApprovalVote {
    init(_ vote: Approval.Vote, counts: Bool? = nil) {
        self.init(name: vote.name.text, time: vote.time.description, reason: vote.reason?.text, counts: counts)
    }
}

extension ApprovalSummary {
    init(_ line: Approvals.Line) {
        let approval = line.approval
        let subject = approval.subject
        self.init(
            approval: approval.name.text,
            state: line.standing.rawValue,
            tool: subject.tool.text,
            risk: subject.risk.rawValue,
            category: subject.category.rawValue,
            onBehalfOf: subject.onBehalfOf?.text,
            purpose: approval.purpose?.text,
            uid: subject.uid,
            requested: approval.requested.description,
            expires: approval.expires.description,
            missing: line.standing == .pending ? line.missing.map(\.text) : [],
            yours: line.isYours,
            awaitsReview: approval.awaitsReview
        )
    }
}

extension ApprovalDetail {
    init(_ view: Approvals.View) {
        let approval = view.line.approval
        let subject = approval.subject
        self.init(
            summary: ApprovalSummary(view.line),
            because: view.because,
            stale: view.stale,
            arguments: subject.arguments,
            releases: subject.releases.map {
                Release(secret: $0.secret.text, version: $0.version, fields: $0.fields.map(\.text))
            },
            votes: zip(approval.votes, view.counted).map { ApprovalVote($0, counts: $1) }
        )
        toolDescription = view.tool?.text?.text
        toolOwner = view.tool?.owner?.text
        expectedOutputs = view.tool?.expectedOutputs?.text
        acceptedDigest = subject.acceptedDigest
        presentedDigest = subject.presentedDigest
        agent = approval.agent?.text
        session = approval.session?.text
        denial = approval.denial.map { ApprovalVote($0) }
        breakGlass = approval.breakGlass.map { ApprovalVote($0) }
        review = approval.review.map { ApprovalVote($0) }
        previous = view.previous.map { last in
            Previous(
                approval: last.id.text,
                used: last.used.description,
                arguments: last.arguments?.map { Change(pointer: $0.pointer, before: $0.before, after: $0.after) },
                others: last.others
            )
        }
    }
}

extension ApprovalRule.Scope {
    init(server: String?, risk: String, category: String) throws(Problem) {
        self.init(
            server: try server.map { text throws(Problem) in try Exchange.parse(text, what: "The server") },
            risk: try Exchange.choice(risk, Tool.Risk.self, default: .sideEffect, what: "The risk"),
            category: try Exchange.choice(category, Tool.Category.self, default: .standard, what: "The category")
        )
    }
}

extension ApprovalTerms {
    init(_ votes: [String]) throws(Problem) {
        guard votes.count <= Self.maximumSeats else {
            throw .invalid("A rule asks for at most \(Self.maximumSeats) votes.")
        }
        var seats: [Seat] = []
        for vote in votes {
            do { seats.append(try Seat(vote)) } catch {
                throw .invalid("A vote is asked of a group, owner or operator: \(error.words)")
            }
        }
        self.init(seats)
    }
}

extension ApprovalRuleSummary {
    init(_ line: Approvals.RuleLine) {
        self.init(
            server: line.scope.server?.text,
            risk: line.scope.risk.rawValue,
            category: line.scope.category.rawValue,
            votes: line.terms.seats.map(\.text),
            isRule: line.rule != nil,
            changed: line.rule?.changed.description,
            changedBy: line.rule?.changedBy.text,
            unfilled: line.unfilled.isEmpty ? nil : line.unfilled.map(\.text)
        )
    }
}

extension Approvals.StandingTerms {
    /// Longest arguments in bytes of canonical JSON, as a server's may be.
    private static let maximumArguments = 16 << 10

    init(_ request: StandingRequest) throws(Problem) {
        guard (request.arguments?.bytes.count ?? 0) <= Self.maximumArguments else {
            throw Problem(.contentTooLarge, .tooLarge, "Arguments are at most \(Self.maximumArguments) bytes.")
        }
        guard (60...StandingApproval.longestLife).contains(request.ttl) else {
            throw .invalid("A standing approval lasts 60 to \(StandingApproval.longestLife) seconds.")
        }
        guard (1...StandingApproval.mostUses).contains(request.uses) else {
            throw .invalid("A standing approval lets 1 to \(StandingApproval.mostUses) calls through.")
        }
        self.init(
            server: try Exchange.parse(request.server, what: "The server"),
            tool: try request.tool.map { text throws(Problem) in try Exchange.parse(text, what: "The tool") },
            arguments: request.arguments.map { String(decoding: $0.bytes, as: UTF8.self) },
            seconds: request.ttl,
            uses: request.uses,
            reason: try Exchange.words(request.reason, what: "The reason")
        )
    }
}

extension StandingSummary {
    init(_ standing: StandingApproval) {
        self.init(
            id: standing.name.text,
            server: standing.server.text,
            tool: standing.tool?.text,
            arguments: standing.arguments,
            made: standing.made.description,
            madeBy: standing.madeBy.text,
            reason: standing.reason.text,
            expires: standing.expires.description,
            uses: standing.uses,
            remaining: standing.remaining
        )
    }
}
