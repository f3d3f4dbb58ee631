package import WarderModel

/// What attestation may cost, and how far it may go.
package struct AttestationOptions: Sendable {
    /// Largest executable that is hashed, in bytes; 0 hashes none. A larger one has no hash, and a selector on it never
    /// matches.
    package var maximumExecutableSize: Int64
    /// Highest level to try. Lower than `.pidfd` only where the lower rungs are tested.
    package var maximumLevel: Peer.Attestation
    /// Makes a SHA-256 computation; without it nothing is hashed.
    package var sha256: (@Sendable () -> any StreamingDigest)?

    /// Hashes executables up to 256 MiB unless told otherwise: an interpreter fits, a disk image does not.
    package init(
        maximumExecutableSize: Int64 = 256 << 20,
        maximumLevel: Peer.Attestation = .pidfd,
        sha256: (@Sendable () -> any StreamingDigest)? = nil
    ) {
        self.maximumExecutableSize = maximumExecutableSize
        self.maximumLevel = maximumLevel
        self.sha256 = sha256
    }
}

/// What a request needs to know of a peer beyond its user, groups and unit.
package enum AttestationNeed: Hashable, Sendable, CaseIterable {
    case executablePath
    /// Implies that the executable file may be read whole: see `AttestedPeer.mustHash(for:)`.
    case executableHash
}

/// A hash over bytes that arrive in pieces; the module that owns the cryptography provides it.
package protocol StreamingDigest {
    /// Takes in the next piece.
    mutating func update(_ bytes: RawSpan)
    /// The digest of all pieces; called once.
    mutating func finish() -> [UInt8]
}
