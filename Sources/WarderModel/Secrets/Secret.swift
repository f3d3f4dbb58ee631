/// What the vault knows about a secret without opening it. Values are somewhere else entirely: a listing cannot leak
/// one.
package struct Secret: Sendable, Codable, Identifiable {
    /// Retired versions kept with their values; the oldest beyond it are destroyed when a new version arrives.
    package static let keptRetiredVersions = 10
    /// Pending versions kept with their values; the oldest beyond it are destroyed when a new version arrives, so that
    /// a rotation that is never promoted cannot fill the vault.
    package static let keptPendingVersions = 20
    /// Destroyed versions kept as tombstones for show; their numbers stay used for ever either way.
    package static let keptTombstones = 50

    package let id: RecordID
    package let name: SecretName
    package var owner: PlainText?
    package var labels: [String: PlainText]
    /// When the upstream stops accepting the current version, as far as its owner or its rotator knows.
    package var expires: Timestamp?
    /// Set on a decoy: a secret that nothing uses, so that whoever asks for it is where they should not be.
    package var honeytoken: Bool?
    package let created: Timestamp
    /// Set while the secret is deleted but can be undeleted.
    package var deleted: Timestamp?
    /// Ascending by number.
    package private(set) var versions: [SecretVersion]
    /// The next version's number; never goes back, so that a number is never used twice.
    package private(set) var nextNumber: UInt32

    package init(id: RecordID, name: SecretName, created: Timestamp) {
        self.id = id
        self.name = name
        self.created = created
        labels = [:]
        versions = []
        nextNumber = 1
    }

    package var isDecoy: Bool { honeytoken == true }
    package var current: SecretVersion? { versions.last { $0.state == .current } }
    package var previous: SecretVersion? { versions.last { $0.state == .previous } }

    package func version(_ number: UInt32) -> SecretVersion? { versions.first { $0.number == number } }
}

/// One immutable set of field values, by number.
package struct SecretVersion: Sendable, Codable, Equatable {
    package enum State: String, Sendable, Codable {
        /// Stored, not yet given to anybody: waits for a promotion.
        case pending
        /// What a resolve answers with.
        case current
        /// What was current before; what `rollback` goes back to.
        case previous
        /// Older; operators can still reveal and promote it.
        case retired
        /// Its values are gone for good; the number stays used.
        case destroyed
    }

    package let number: UInt32
    package internal(set) var state: State
    package let created: Timestamp
    package let createdBy: VersionAuthor
    /// Ascending.
    package let fields: [FieldName]
    package internal(set) var destroyed: Timestamp?
    /// While it is not current: when the upstream stops accepting it, as far as anybody knows.
    package internal(set) var expires: Timestamp?
}

extension Secret {
    /// Adds a version. Unless it is `pending` it becomes current, the current one previous, and the previous one
    /// retired.
    ///
    /// Without a current version (it was destroyed) the previous one stays what it is: `rollback` still has somewhere
    /// to go.
    ///
    /// `expires`: of a `pending` one alone. The secret's own date stays until somebody changes it.
    /// - Returns: the new version, and the numbers whose values are to be destroyed because too many retired or pending
    ///   versions are
    ///   kept, ascending.
    package mutating func addVersion(
        fields: [FieldName],
        pending: Bool,
        at time: Timestamp,
        by creator: VersionAuthor,
        expires: Timestamp? = nil
    ) -> (added: SecretVersion, destroyed: [UInt32]) {
        let version = SecretVersion(
            number: nextNumber,
            state: .pending,
            created: time,
            createdBy: creator,
            fields: fields.sorted(),
            destroyed: nil,
            expires: pending ? expires : nil
        )
        nextNumber += 1
        versions.append(version)
        if !pending {
            keepDate()
            makeCurrent(version.number)
        }
        let surplus = (surplus(.retired, Self.keptRetiredVersions) + surplus(.pending, Self.keptPendingVersions))
            .sorted()
        for number in surplus { markDestroyed(number, at: time) }
        return (pending ? version : versions[versions.count - 1], surplus)
    }

    /// Makes a stored version the current one; the version that was current becomes previous. Each keeps its own date.
    /// - Returns: `false` when there is no such version or its values are destroyed.
    package mutating func promote(_ number: UInt32) -> Bool {
        guard let version = version(number), version.state != .destroyed else { return false }
        if version.state != .current {
            keepDate()
            expires = version.expires
            makeCurrent(number)
        }
        return true
    }

    /// Makes the version that a rotation replaced one of those that `rollback` does not go back to by itself.
    package mutating func retire(_ number: UInt32) {
        guard let index = versions.firstIndex(where: { $0.number == number }), versions[index].state == .previous
        else { return }
        versions[index].state = .retired
    }

    /// Marks a version's values as gone.
    /// - Returns: `false` when there is no such version or it was destroyed before.
    @discardableResult
    package mutating func markDestroyed(_ number: UInt32, at time: Timestamp) -> Bool {
        guard let index = versions.firstIndex(where: { $0.number == number }), versions[index].state != .destroyed
        else { return false }
        versions[index].state = .destroyed
        versions[index].destroyed = time
        let tombstones = versions.filter { $0.state == .destroyed }.dropLast(Self.keptTombstones).map(\.number)
        versions.removeAll { tombstones.contains($0.number) }
        return true
    }

    /// Numbers of the oldest versions in a state, without the newest `kept`.
    private func surplus(_ state: SecretVersion.State, _ kept: Int) -> [UInt32] {
        versions.filter { $0.state == state }.dropLast(kept).map(\.number)
    }

    /// The date of the current version goes with it, and comes back with it.
    private mutating func keepDate() {
        guard let index = versions.firstIndex(where: { $0.state == .current }) else { return }
        versions[index].expires = expires
    }

    private mutating func makeCurrent(_ number: UInt32) {
        let takesOver = current != nil
        for index in versions.indices {
            switch versions[index].state {
            case _ where versions[index].number == number: versions[index].state = .current
            case .current: versions[index].state = .previous
            case .previous where takesOver: versions[index].state = .retired
            case .previous, .pending, .retired, .destroyed: break
            }
        }
    }
}
