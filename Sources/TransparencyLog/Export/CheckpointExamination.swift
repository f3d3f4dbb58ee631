/// Looks at a checkpoint by itself: readable, signed by the right key, of the right log.
struct CheckpointExamination {
    let checkpoint: Checkpoint?
    private(set) var signer: NoteKey?
    private(set) var faults: [LogFault] = []
    private let note: SignedNote?
    private let which: LogFault.Which

    init(_ bytes: [UInt8], _ which: LogFault.Which) {
        self.which = which
        note = try? SignedNote(bytes)
        checkpoint = note.flatMap { try? Checkpoint(text: $0.text) }
        if checkpoint == nil { faults.append(.checkpointUnreadable(which)) }
    }

    /// Holds it against the keys, when all of them are known.
    mutating func hold(against keys: KeyChain, _ checks: LogChecks) {
        guard let note, let checkpoint else { return }
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
            faults.append(outOfPeriod(signers, checkpoint.size, keys))
        }
        if checks.contains(.origin), !signers.contains(where: { $0.name == checkpoint.origin }) {
            faults.append(.originWrong(which))
        }
    }

    private func outOfPeriod(_ signers: [NoteKey], _ size: UInt64, _ keys: KeyChain) -> LogFault {
        if which == .older, let restore = signers.lazy.compactMap({ keys.restore(after: $0, before: size) }).first {
            return .lostInRestore(held: size, at: restore.size)
        }
        return .keyOutOfPeriod(which, size: size)
    }
}
