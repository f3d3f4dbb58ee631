/// What comes with an export, and what its reader held before.
package struct LogEvidence: Sendable {
    /// The checkpoint, a signed note; an export's manifest is one.
    package var checkpoint: [UInt8]
    /// Whether the checkpoint has to be a manifest.
    package var isManifest: Bool
    /// A checkpoint, or a manifest, that the reader kept from earlier.
    package var older: [UInt8]?
    /// Text of a consistency proof from the older checkpoint to the newer: needed only where the lines leave out what
    /// the older one ends in.
    package var consistency: [UInt8]?

    package init(
        checkpoint: [UInt8],
        isManifest: Bool = false,
        older: [UInt8]? = nil,
        consistency: [UInt8]? = nil
    ) {
        self.checkpoint = checkpoint
        self.isManifest = isManifest
        self.older = older
        self.consistency = consistency
    }
}
