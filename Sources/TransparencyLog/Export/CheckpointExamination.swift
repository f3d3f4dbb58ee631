/// Looks at a checkpoint by itself: readable, signed by the right key, of the right log.
struct CheckpointExamination {
    private(set) var checkpoint: Checkpoint?
    private(set) var signer: NoteKey?
    private(set) var faults: [LogFault] = []

    init(_ bytes: [UInt8], _ which: LogFault.Which, keys: KeyChain, checks: LogChecks) {
        guard let note = try? SignedNote(bytes), let checkpoint = try? Checkpoint(text: note.text) else {
            faults.append(.checkpointUnreadable(which))
            return
        }
        self.checkpoint = checkpoint
        let signers: [NoteKey]
        do throws(NoteError) {
            signers = try note.verified(by: keys.keys)
        } catch {
            if checks.contains(which == .newer ? .signature : .olderSignature) {
                faults.append(error == .signature ? .signatureWrong(which) : .signatureMissing(which))
            }
            return
        }
        let inTime = signers.filter { keys.allows($0, size: checkpoint.size) }
        signer = inTime.first ?? signers.first
        if inTime.isEmpty, checks.contains(.keyPeriod) {
            faults.append(.keyOutOfPeriod(which, size: checkpoint.size))
        }
        if checks.contains(.origin), !signers.contains(where: { $0.name == checkpoint.origin }) {
            faults.append(.originWrong(which))
        }
    }
}
