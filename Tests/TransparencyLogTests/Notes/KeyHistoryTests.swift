import Testing
import TransparencyLog

/// A log's key changes, and who has an earlier one gets to the present one.
@Suite struct KeyHistoryTests {
    private static func history(_ signers: [NoteSigner]) throws -> KeyHistory {
        var history = KeyHistory()
        for (at, signer) in signers.enumerated().dropFirst() {
            try history.change(to: signer, size: UInt64(at) * 100, by: signers[at - 1])
        }
        return history
    }

    private static func signers(_ count: UInt8) throws -> [NoteSigner] { try (0..<count).map { try Keys.signer($0) } }

    @Test("a history is read as it was written, byte for byte")
    func spelling() throws {
        let signers = try Self.signers(3)
        let history = try Self.history(signers)
        #expect(try KeyHistory(history.bytes) == history)
        let lines = history.bytes.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 17)
        #expect(lines[0] == "vault.example.internal/audit")
        #expect(lines[1] == "key epoch 2")
        #expect(lines[2] == "size 100")
        #expect(lines[3] == signers[0].noteKey.text)
        #expect(lines[4] == signers[1].noteKey.text)
        #expect(lines[5] == "")
        #expect(lines[9] == "key epoch 3")
        #expect(try KeyHistory([]) == KeyHistory())
    }

    @Test("whoever has any key of the log gets from it to the present one")
    func chains() throws {
        let signers = try Self.signers(4)
        let history = try Self.history(signers)
        for (at, signer) in signers.enumerated() {
            let chain = try KeyChain(pinned: signer.noteKey, history: history)
            #expect(chain.keys == signers[at...].map(\.noteKey))
            #expect(chain.current == signers[3].noteKey)
        }
        let stranger = try Keys.signer(77).noteKey
        #expect(throws: NoteError.historyBroken) { try KeyChain(pinned: stranger, history: history) }
        let alone = KeyChain(pinned: stranger)
        #expect(alone.current == stranger)
    }

    @Test("a key signs no tree larger than the one it was given up at, and none smaller than the one it began at")
    func periods() throws {
        let signers = try Self.signers(3)
        let chain = try KeyChain(pinned: signers[0].noteKey, history: Self.history(signers))
        #expect(chain.allows(signers[0].noteKey, size: 100))
        #expect(!chain.allows(signers[0].noteKey, size: 101))
        #expect(!chain.allows(signers[1].noteKey, size: 99))
        #expect(chain.allows(signers[1].noteKey, size: 100))
        #expect(chain.allows(signers[1].noteKey, size: 200))
        #expect(!chain.allows(signers[1].noteKey, size: 201))
        #expect(chain.allows(signers[2].noteKey, size: 1 << 40))
        let later = try KeyChain(pinned: signers[1].noteKey, history: Self.history(signers))
        #expect(!later.allows(signers[1].noteKey, size: 99))
        #expect(!later.allows(signers[0].noteKey, size: 99))
    }

    @Test("every changed byte of a history is noticed")
    func altered() throws {
        let signers = try Self.signers(3)
        let bytes = try Self.history(signers).bytes
        for at in bytes.indices {
            var altered = bytes
            altered[at] ^= 1
            let chain = try? KeyChain(pinned: signers[0].noteKey, history: KeyHistory(altered))
            #expect(chain == nil, "byte \(at)")
        }
    }

    @Test("a change that is missing, doubled, out of place or signed by another key breaks the history")
    func reordered() throws {
        let signers = try Self.signers(4)
        let bytes = try Self.history(signers).bytes.text
        let lines = bytes.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { $0 + "\n" }
        let changes = stride(from: 0, to: 24, by: 8).map { lines[$0..<$0 + 8].joined() }
        let wrong = [
            changes[1] + changes[2], changes[0] + changes[2], changes[0] + changes[0] + changes[1],
            changes[1] + changes[0] + changes[2], changes[0] + "\n" + changes[1], changes[0] + changes[1].dropLast(),
        ]
        for text in wrong {
            let chain = try? KeyChain(pinned: signers[0].noteKey, history: KeyHistory(text.bytes))
            #expect(chain == nil)
        }
        // The end can be missing: the chain then ends at an earlier key.
        let earlier = try KeyChain(pinned: signers[0].noteKey, history: KeyHistory((changes[0] + changes[1]).bytes))
        #expect(earlier.current == signers[2].noteKey)
    }

    @Test("a change to the same key, to one from before, of another name or at a smaller size is not signed")
    func unfitChanges() throws {
        let signers = try Self.signers(3)
        var history = try Self.history(signers)
        let other = try Keys.signer(50, name: "other")
        let next = try Keys.signer(51)
        let before = history
        #expect(throws: NoteError.history) { try history.change(to: signers[2], size: 300, by: signers[2]) }
        #expect(throws: NoteError.history) { try history.change(to: signers[1], size: 300, by: signers[2]) }
        #expect(throws: NoteError.history) { try history.change(to: other, size: 300, by: signers[2]) }
        #expect(throws: NoteError.history) { try history.change(to: next, size: 199, by: signers[2]) }
        #expect(history == before)
        // By a key that is no longer the log's.
        #expect(throws: NoteError.history) { try history.change(to: next, size: 300, by: signers[0]) }
        #expect(history == before)
    }

    @Test("a change without the signature of either key, or with that of a stranger, breaks the history")
    func missingSignatures() throws {
        let signers = try Self.signers(2)
        let change = KeyChange(
            .rotation(epoch: 2),
            size: 100,
            before: signers[0].noteKey,
            after: signers[1].noteKey
        )
        let stranger = try Keys.signer(60)
        for pair in [
            [signers[0], stranger], [stranger, signers[1]], [signers[0], signers[0]], [signers[1], signers[1]],
        ] {
            var history = KeyHistory()
            try history.append(SignedNote(signing: change.text, by: pair).bytes)
            let forged = history
            for pinned in signers.map(\.noteKey) {
                #expect(throws: NoteError.historyBroken) { try KeyChain(pinned: pinned, history: forged) }
            }
        }
        for few in [[signers[0]], [signers[1]], signers + [stranger]] {
            var history = KeyHistory()
            let note = try SignedNote(signing: change.text, by: few).bytes
            #expect(throws: NoteError.history) { try history.append(note) }
        }
        #expect(throws: NoteError.history) { try change.signed(by: signers[0], and: stranger) }
    }

    // MARK: Restores

    private static func restore(
        _ signer: NoteSigner,
        as name: String,
        number: UInt32 = 2,
        size: UInt64,
        start: UInt8 = 0
    ) throws -> (signer: NoteSigner, note: [UInt8]) {
        let next = try Keys.signer(start, name: name)
        let change = KeyChange(
            .restore(number: number, root: .leaf([1])),
            size: size,
            before: signer.noteKey,
            after: next.noteKey
        )
        return (next, try change.signed(by: signer, and: next).bytes)
    }

    @Test("a restored log goes on under another name with the same key, and with other keys after that")
    func restores() throws {
        let signers = try Self.signers(1)
        var history = KeyHistory()
        let (restored, note) = try Self.restore(signers[0], as: "vault.example.internal/audit-2", size: 50)
        try history.append(note)
        let next = try Keys.signer(9, name: "vault.example.internal/audit-2")
        try history.change(to: next, size: 70, by: restored)
        #expect(try KeyHistory(history.bytes) == history && history.epoch == 2)
        let chain = try KeyChain(pinned: signers[0].noteKey, history: history)
        #expect(chain.keys == [signers[0].noteKey, restored.noteKey, next.noteKey])
        #expect(chain.allows(signers[0].noteKey, size: 50) && !chain.allows(signers[0].noteKey, size: 51))
        #expect(chain.restore(after: signers[0].noteKey, before: 51)?.size == 50)
        #expect(chain.restore(after: signers[0].noteKey, before: 50) == nil)
        #expect(chain.restore(after: restored.noteKey, before: 90) == nil)
    }

    @Test("a restore under the same name, of another key, or back to an earlier name is none")
    func unfitRestores() throws {
        let signer = try Keys.signer()
        let (restored, note) = try Self.restore(signer, as: "second", size: 50)
        var history = KeyHistory()
        try history.append(note)
        let same = try Self.restore(restored, as: "second", number: 3, size: 60).note
        let back = try Self.restore(restored, as: Keys.name, number: 3, size: 60).note
        let shrunk = try Self.restore(restored, as: "third", number: 3, size: 49).note
        for wrong in [same, back, shrunk, note] { #expect(throws: NoteError.history) { try history.append(wrong) } }
        // Another key under the new name cannot be written down at all: the text has one key for both.
        let foreign = try Self.restore(signer, as: "second", size: 50, start: 9).note
        var forged = KeyHistory()
        try forged.append(foreign)
        let broken = forged
        #expect(throws: NoteError.historyBroken) { try KeyChain(pinned: signer.noteKey, history: broken) }
    }
}
