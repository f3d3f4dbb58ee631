/// What came of verifying an export.
package struct LogVerdict: Hashable, Sendable {
    /// The first faults, in the order they were found; ``faultLimit`` at most.
    package internal(set) var faults: [LogFault] = []
    /// How many there are, those beyond the limit too.
    package internal(set) var faultCount: UInt64 = 0
    /// The checkpoint, if it could be read.
    package internal(set) var checkpoint: Checkpoint?
    /// The key that signed it.
    package internal(set) var signer: NoteKey?
    /// How the log came from the pinned key to the present one.
    package internal(set) var changes: [KeyChange] = []
    /// The manifest, if there is one.
    package internal(set) var manifest: ExportManifest?
    /// Every line up to this number is what the log's key signed; `nil` if nothing is proven.
    package internal(set) var provenUpTo: UInt64?
    /// Lines beyond the checkpoint: nothing but their numbers was looked at.
    package internal(set) var claimed: UInt64 = 0
    /// Events that are shown, those beyond the checkpoint too.
    package internal(set) var shown: UInt64 = 0
    /// Events of which the vault has only the leaf.
    package internal(set) var pruned: UInt64 = 0
    /// Events that the vault could not read, of which it has the leaf at best.
    package internal(set) var damaged: UInt64 = 0
    /// Events that the export leaves out.
    package internal(set) var omitted: UInt64 = 0
    /// Size of the older checkpoint that the log was found to continue.
    package internal(set) var continues: UInt64?
    /// SHA-256 of the file.
    package internal(set) var fileDigest: [UInt8] = []

    /// Most faults that are listed: one change can put every line out of order.
    package static let faultLimit = 100

    /// Nothing is wrong. What lies beyond ``provenUpTo`` is claimed all the same.
    package var isSound: Bool { faultCount == 0 }

    mutating func add(_ fault: LogFault) {
        faultCount += 1
        if faults.count < Self.faultLimit { faults.append(fault) }
    }

    /// What is found last and matters most.
    mutating func addInFront(_ more: [LogFault]) {
        faultCount += UInt64(more.count)
        faults = Array((more + faults).prefix(Self.faultLimit))
    }
}
