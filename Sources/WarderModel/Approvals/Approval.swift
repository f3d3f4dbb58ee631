/// A request to let one exact call through, and what people said to it. It works once.
package struct Approval: Sendable, Codable, Identifiable {
    /// Seconds that a request waits for votes.
    package static let patience: Int64 = 3600
    /// Seconds in which the call can be made once enough people have said yes.
    package static let usable: Int64 = 900
    /// Seconds after a no in which the same call is not asked about again.
    package static let denialHolds: Int64 = 900
    /// Seconds that the clock on the wall may be set back without an approval ending by it.
    static let slack: Int64 = 60

    /// What one person said.
    package struct Vote: Sendable, Codable, Hashable {
        /// The operator's record: somebody who is removed and added again has not voted.
        package let person: RecordID
        package let uid: UInt32
        package let name: OperatorName
        package let time: Timestamp
        package let reason: PlainText?

        package init(person: Operator, time: Timestamp, reason: PlainText?) {
            self.person = person.id
            uid = person.uid
            name = person.name
            self.time = time
            self.reason = reason
        }
    }

    package enum Standing: String, Sendable, CaseIterable {
        case pending
        /// Enough people have said yes, and it was not used yet.
        case approved
        case denied
        case expired
        case used
        /// Ended by a restore: nobody knows what became of it after the backup.
        case void
    }

    package let id: RecordID
    package let subject: ApprovalSubject
    /// Claims beside the user: shown, and no part of what is approved.
    package let agent: PlainText?
    package let session: PlainText?
    package let purpose: PlainText?
    package let requested: Timestamp
    /// Each person's newest yes.
    package private(set) var votes: [Vote] = []
    /// When the last seat was taken.
    package private(set) var granted: Timestamp?
    package private(set) var denial: Vote?
    package private(set) var used: Timestamp?
    /// By whom it was let through alone.
    package private(set) var breakGlass: Vote?
    /// Who looked at that afterwards.
    package private(set) var review: Vote?
    package private(set) var voided: Timestamp?
    /// Kinds of notices about it that were delivered, or given up.
    package private(set) var told: [String]?

    package init(id: RecordID, subject: ApprovalSubject, claims: Claims, requested: Timestamp) {
        self.id = id
        self.subject = subject
        agent = claims.agent
        session = claims.session
        purpose = claims.purpose
        self.requested = requested
    }

    package var name: ApprovalID { ApprovalID(id) }

    // MARK: Where it stands

    /// Whose word counts today, about one call.
    package struct Electorate {
        /// The seats that a voter may take; none for one who is no approver any more.
        let seats: (Vote) -> Set<ApprovalTerms.Seat>
        /// Whether somebody may let it through alone.
        let isTrustedAlone: (Vote) -> Bool

        package init(seats: @escaping (Vote) -> Set<ApprovalTerms.Seat>, isTrustedAlone: @escaping (Vote) -> Bool) {
            self.seats = seats
            self.isTrustedAlone = isTrustedAlone
        }
    }

    /// Where it stands, with the votes that count now.
    package func standing(at now: Timestamp, _ electorate: Electorate) -> Standing {
        if used != nil { return .used }
        if voided != nil { return .void }
        if denial != nil { return .denied }
        if let granted, isCarried(by: electorate) {
            return Self.holds(from: granted, for: Self.usable, at: now) ? .approved : .expired
        }
        return Self.holds(from: requested, for: Self.patience, at: now) ? .pending : .expired
    }

    static func holds(from start: Timestamp, for seconds: Int64, at now: Timestamp) -> Bool {
        start <= now.adding(seconds: slack) && now < start.adding(seconds: seconds)
    }

    /// Whether those who said yes to it are enough today, used or not.
    package func isCarried(by electorate: Electorate) -> Bool { missing(electorate).isEmpty }

    /// Seats that nobody has taken whose vote counts now.
    package func missing(_ electorate: Electorate) -> [ApprovalTerms.Seat] {
        if let breakGlass, electorate.isTrustedAlone(breakGlass) { return [] }
        return subject.terms.free(after: votes.map(electorate.seats))
    }

    /// Whether a no to it still holds: then the same call is not asked about again.
    package func isDenied(at now: Timestamp) -> Bool {
        denial.map { Self.holds(from: $0.time, for: Self.denialHolds, at: now) } ?? false
    }

    /// When it ends if nothing happens.
    package var expires: Timestamp {
        granted.map { $0.adding(seconds: Self.usable) } ?? requested.adding(seconds: Self.patience)
    }

    /// Whether somebody let it through alone, and nobody else has looked at it since.
    package var awaitsReview: Bool { breakGlass != nil && review == nil }

    /// When it came to what it is, for whoever sorts by it.
    package var lastChange: Timestamp {
        [requested, votes.last?.time, granted, denial?.time, used, review?.time, voided].compactMap(\.self).max()
            ?? requested
    }

    /// Whether a person has said yes to it, by record, name or user.
    package func hasVote(of person: Operator) -> Bool {
        votes.contains { $0.person == person.id || $0.uid == person.uid || $0.name == person.name }
    }

    // MARK: What becomes of it

    /// Takes a yes down. The quarter of an hour begins when the last seat is taken.
    package mutating func approve(_ vote: Vote, _ electorate: Electorate) {
        votes.removeAll { $0.uid == vote.uid || $0.name == vote.name }
        votes.append(vote)
        granted = isCarried(by: electorate) ? vote.time : nil
    }

    package mutating func deny(_ vote: Vote) { denial = vote }

    /// Lets it through by one person alone.
    package mutating func breakGlass(_ vote: Vote) {
        breakGlass = vote
        granted = vote.time
    }

    package mutating func review(_ vote: Vote) { review = vote }
    package mutating func use(at time: Timestamp) { used = time }
    /// Nothing came of its use, and the quarter of an hour goes on.
    package mutating func giveBack() { used = nil }
    package mutating func void(at time: Timestamp) { voided = time }

    package mutating func tell(_ kind: String) { told = (told ?? []).filter { $0 != kind } + [kind] }
}
