import TransparencyLog
import WarderCrypto

extension Harness {
    /// What auditors are handed: notes, checkpoints, keys and their history, proofs, exports. One text for each, and
    /// nothing is proven without a key's signature.
    static let transparency = Harness("transparency") { bytes in
        var input = Input(bytes)
        let kind = input.byte()
        let rest = Array(input.rest)
        switch kind % 6 {
        case 0: try note(rest)
        case 1:
            guard let text = String(exactly: rest), let key = try? NoteKey(text) else { return }
            try hold(key.text.utf8.elementsEqual(rest), "no key has two texts")
        case 2:
            guard let history = try? KeyHistory(rest) else { return }
            try hold(history.bytes == rest, "no history has two texts")
            guard let pinned = try? NoteKey(TransparencySeeds.vkey) else { return }
            let chain = try? KeyChain(pinned: pinned, history: history)
            try hold(chain == nil || chain?.keys == [pinned], "no key is believed that the pinned one did not sign")
        case 3:
            guard let proof = try? ProofFile(rest) else { return }
            try hold(proof.bytes == rest, "no proof has two texts")
            let path = InclusionProof(index: proof.index, size: proof.index &+ 1, path: proof.path)
            try hold(!path.shows(.leaf([1]), in: .empty), "nothing is in the empty tree")
        case 4:
            guard let text = String(exactly: rest), let proof = try? ConsistencyProof(text: text, newSize: 9) else {
                return
            }
            try hold(proof.text.utf8.elementsEqual(rest), "no consistency proof has two texts")
            try hold(!proof.shows(.leaf([1]), in: .leaf([2])) || proof.oldSize != 9, "equal trees have one root")
        default: try export(rest)
        }
    }

    private static func note(_ bytes: [UInt8]) throws {
        guard let note = try? SignedNote(bytes) else { return }
        try hold(note.bytes == bytes, "no note has two texts")
        guard let checkpoint = try? Checkpoint(text: note.text) else { return }
        try hold(checkpoint.text.utf8.elementsEqual(note.text.utf8), "no checkpoint has two texts")
        guard let manifest = try? ExportManifest(checkpoint) else { return }
        try hold(manifest.lines == checkpoint.extensions, "no manifest has two texts")
    }

    /// An export against a checkpoint that was signed for the eight well-known leaves: however it is cut the verdict is
    /// the same, and nothing that is no leaf of these is proven.
    private static func export(_ bytes: [UInt8]) throws {
        guard let pinned = try? NoteKey(TransparencySeeds.vkey) else { throw Broken(property: "the key is one") }
        let keys = KeyChain(pinned: pinned)
        let evidence = LogEvidence(checkpoint: Array(TransparencySeeds.checkpoint.utf8))
        var whole = LogVerifier(keys: keys, evidence: evidence)
        whole.update(bytes)
        let verdict = whole.finish()
        var cut = LogVerifier(keys: keys, evidence: evidence)
        for start in stride(from: 0, to: bytes.count, by: 7) {
            cut.update(Array(bytes[start..<min(start + 7, bytes.count)]))
        }
        try hold(cut.finish() == verdict, "chunks do not matter")
        try hold(verdict.signer == pinned, "the checkpoint is signed")
        try hold(verdict.provenUpTo == nil || verdict.shown <= verdict.claimed, "no event is a well-known leaf")
    }
}

/// What the harness and its seeds have in common.
private enum TransparencySeeds {
    static let vkey = "vault.example.internal/audit+d0d314dc+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    static let checkpoint = """
        vault.example.internal/audit
        8
        XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

        — vault.example.internal/audit \
        0NMU3EK8DOiVIETPEbkC4sEnvIaF7Tqg60It+D0Fv/Iesj08Ku0ZDu+ytS+nP3Gt5Yg7P41SgJW9vjndlW/Ul6GwkA0=

        """
}
