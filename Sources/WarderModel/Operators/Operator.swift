/// A person, known by their Unix uid on the operator socket.
package struct Operator: Sendable, Codable, Identifiable {
    package let id: RecordID
    package let name: OperatorName
    package let uid: UInt32
    package var roles: Set<Role>
    /// Approver groups such as `team-lead`.
    package var groups: [String]
    /// Checks the operator's passphrase; `nil` until they have set one.
    package var presence: PresenceVerifier?
    /// Lets them set a passphrase without proving the old one; `nil` unless an admin gave them a code.
    package var enrolment: Enrolment?
    package let created: Timestamp

    package init(
        id: RecordID,
        name: OperatorName,
        uid: UInt32,
        roles: Set<Role>,
        groups: [String],
        presence: PresenceVerifier?,
        created: Timestamp
    ) {
        self.id = id
        self.name = name
        self.uid = uid
        self.roles = roles
        self.groups = groups
        self.presence = presence
        self.created = created
    }
}

/// A code that an admin handed to an operator, as far as the vault keeps it. It works once.
package struct Enrolment: Sendable, Codable, Equatable {
    /// How long a code works, in seconds.
    package static let lifetimeSeconds: Int64 = 86_400

    /// SHA-256 of the code's 32 random bytes, which nobody can guess from it.
    package let hash: [UInt8]
    package let until: Timestamp

    package init(hash: [UInt8], until: Timestamp) {
        self.hash = hash
        self.until = until
    }
}

/// What an operator may do. None includes another.
package enum Role: String, Sendable, Codable, CaseIterable, Comparable {
    case admin
    case rotator
    /// May reveal values.
    case reader
    case approver
    case auditor

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Argon2id of an operator's passphrase, with all that is needed to compute it again.
package struct PresenceVerifier: Sendable, Codable, Equatable {
    package let salt: [UInt8]
    package let passes: Int
    package let memoryBytes: Int
    package let hash: [UInt8]

    package init(salt: [UInt8], passes: Int, memoryBytes: Int, hash: [UInt8]) {
        self.salt = salt
        self.passes = passes
        self.memoryBytes = memoryBytes
        self.hash = hash
    }
}
