/// Which version of a secret a server received last: what a rotation waits for, and what a leak is traced by.
package struct Consumer: Sendable, Codable, Identifiable {
    /// How old the moment of the last visit may be before it is written down anew, in seconds: not every resolve is
    /// worth a row.
    package static let visitSeconds: Int64 = 3600

    package let id: RecordID
    package let secret: SecretName
    package let server: ServerName
    package private(set) var version: UInt32
    /// When it received this version first.
    package private(set) var since: Timestamp
    /// When it came last, to within `visitSeconds`.
    package private(set) var lastSeen: Timestamp

    package init(id: RecordID, secret: SecretName, server: ServerName, version: UInt32, at time: Timestamp) {
        self.id = id
        self.secret = secret
        self.server = server
        self.version = version
        since = time
        lastSeen = time
    }

    /// Takes down that the server received or confirmed a version.
    /// - Returns: whether anything changed that is worth a row.
    package mutating func note(_ version: UInt32, at time: Timestamp) -> Bool {
        if self.version != version {
            self.version = version
            (since, lastSeen) = (time, time)
            return true
        }
        // A clock that was set back is no visit.
        guard time >= lastSeen.adding(seconds: Self.visitSeconds) else { return false }
        lastSeen = time
        return true
    }
}
