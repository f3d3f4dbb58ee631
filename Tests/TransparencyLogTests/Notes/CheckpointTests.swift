import Testing
import TransparencyLog

/// Checkpoints and proof files.
@Suite struct CheckpointTests {
    private static let key = "vault.example.internal/audit+d0d314dc+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    private static let known = """
        vault.example.internal/audit
        8
        XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

        — vault.example.internal/audit \
        0NMU3EK8DOiVIETPEbkC4sEnvIaF7Tqg60It+D0Fv/Iesj08Ku0ZDu+ytS+nP3Gt5Yg7P41SgJW9vjndlW/Ul6GwkA0=

        """

    @Test("the checkpoint of the well-known eight leaves is signed byte for byte as elsewhere")
    func vector() throws {
        let signer = try Keys.signer()
        var frontier = Frontier()
        for leaf in FrontierTests.wellKnownLeaves { frontier.append(.leaf(leaf)) }
        let checkpoint = Checkpoint(origin: signer.noteKey.name, size: 8, root: frontier.root)
        #expect(signer.noteKey.text == Self.key)
        #expect(try checkpoint.signed(by: [signer]).bytes.text == Self.known)
        let note = try SignedNote(Self.known.bytes)
        #expect(try note.verified(by: [NoteKey(Self.key)]).count == 1)
        #expect(try Checkpoint(text: note.text) == checkpoint)
    }

    @Test("extension lines are kept")
    func extensions() throws {
        let checkpoint = Checkpoint(origin: try NoteName("log"), size: 3, root: .leaf([1]), extensions: ["a b", "c"])
        #expect(try Checkpoint(text: checkpoint.text) == checkpoint)
        for line in ["", "a\nb", "a\tb"] {
            let unfit = Checkpoint(origin: checkpoint.origin, size: 3, root: checkpoint.root, extensions: [line])
            let signers = [try Keys.signer()]
            #expect(throws: NoteError.note) { try unfit.signed(by: signers) }
        }
    }

    @Test(
        "a text that is not a checkpoint in its one spelling is refused",
        arguments: [
            "", "log\n8\n", "log\n08\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
            "log\n+8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
            "log\n-8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
            "log\n\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
            "log\n8 \nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
            "log\n٨\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
            "log\n9223372036854775808\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
            "log\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg\n",
            "log\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyh=\n",
            "log\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=",
            "log\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n",
            "\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
            "log\n0\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        ]
    )
    func malformed(text: String) {
        #expect(throws: NoteError.self) { try Checkpoint(text: text) }
    }

    @Test("a proof file is read as it was written, and shows its leaf and no other")
    func proofFile() throws {
        let signer = try Keys.signer()
        let leaves = numberedLeaves(300)
        let tree = MemoryTree(leaves)
        var prover = TreeProver(tree, size: 300)
        let checkpoint = Checkpoint(origin: signer.noteKey.name, size: 300, root: tree.frontier.root)
        let note = try checkpoint.signed(by: [signer])
        for extra in [nil, [], [1, 2, 3]] as [[UInt8]?] {
            let proof = try #require(try prover.inclusion(of: 123))
            let file = ProofFile(extra: extra, index: 123, path: proof.path, checkpoint: note)
            let read = try ProofFile(file.bytes)
            #expect(read == file)
            #expect(try read.verified(leaves[123], by: [signer.noteKey]) == checkpoint)
            #expect(throws: NoteError.proof) { try read.verified(leaves[124], by: [signer.noteKey]) }
            let stranger = try Keys.signer(9).noteKey
            #expect(throws: NoteError.unsigned) { try read.verified(leaves[123], by: [stranger]) }
        }
    }

    @Test("a proof of a checkpoint that names another log than its key shows nothing")
    func foreignOrigin() throws {
        let signer = try Keys.signer()
        let leaf = TreeHash.leaf([1])
        let note = try Checkpoint(origin: NoteName("other"), size: 1, root: leaf).signed(by: [signer])
        let file = ProofFile(index: 0, path: [], checkpoint: note)
        #expect(throws: NoteError.unsigned) { try file.verified(leaf, by: [signer.noteKey]) }
    }

    @Test("a proof file in another spelling is refused")
    func malformedProofs() throws {
        let good = "c2sp.org/tlog-proof@v1\nindex 7\n" + TreeHash.empty.base64 + "\n\n" + Self.known
        #expect(try ProofFile(good.bytes).bytes.text == good)
        let wrong = [
            "", "\n", "\n\n", Self.known, "c2sp.org/tlog-proof@v2" + good.dropFirst(22),
            good.replacing("index 7", with: "index 07"), good.replacing("index 7\n", with: ""),
            good.replacing("index 7\n", with: "index 7\nextra AAAA\n"), good.replacing("index", with: "Index"),
            good.replacing("index 7", with: "extra ?\nindex 7"), good.replacing("47DE", with: "47D"),
            good.replacing("index 7\n", with: "index 7\n" + String(repeating: TreeHash.empty.base64 + "\n", count: 63)),
        ]
        for text in wrong {
            #expect(throws: NoteError.self, "\(text)") { try ProofFile(text.bytes) }
        }
    }

    @Test("a consistency proof is read as it was written, and in no other spelling")
    func consistencyText() throws {
        let proof = ConsistencyProof(oldSize: 3, newSize: 9, path: [.empty, .leaf([1])])
        #expect(proof.text == "old 3\n\(TreeHash.empty.base64)\n\(TreeHash.leaf([1]).base64)\n")
        #expect(try ConsistencyProof(text: proof.text, newSize: 9) == proof)
        for text in ["", "old 3", "old 03\n", "new 3\n", "old 3\nAAAA\n", "old 3\n\n", proof.text + "\n"] {
            #expect(throws: NoteError.proof) { try ConsistencyProof(text: text, newSize: 9) }
        }
    }
}
