import StrictJSON
import TransparencyLog

/// The log of an isolated vault, as an auditor gets it: an export with its signed manifest.
struct StageLog {
    /// The file's bytes.
    let export: [UInt8]
    let manifest: [UInt8]
    let events: [EventLine]

    /// Has the vault export all of it.
    init(of vault: Vault) throws(CommandFailure) {
        var export: [UInt8] = []
        var manifest: [UInt8] = []
        var events: [EventLine] = []
        try vault.exportParts([("evidence", "true")]) { part, line throws(CommandFailure) in
            if case .manifest(let note) = part {
                manifest = note
                return
            }
            export += line
            export.append(UInt8(ascii: "\n"))
            if case .event = part { events.append(try EventLine(parsing: line)) }
        }
        (self.export, self.manifest, self.events) = (export, manifest, events)
    }

    /// What a verifier says who has the public key alone, the one that the vault printed when it was made.
    func verdict(by key: String) throws(CommandFailure) -> LogVerdict {
        let pinned: NoteKey
        do throws(NoteError) { pinned = try NoteKey(key) } catch { throw .malformedAnswer }
        var verifier = LogVerifier(
            keys: KeyChain(pinned: pinned),
            evidence: LogEvidence(checkpoint: manifest, isManifest: true)
        )
        verifier.update(export)
        return verifier.finish()
    }
}
