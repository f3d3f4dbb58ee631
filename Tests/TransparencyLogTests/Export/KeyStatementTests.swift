import Testing
import TransparencyLog

/// Exports that say themselves how the log came to the key that signs it now.
@Suite struct KeyStatementTests {
    private static let restoredName = "vault.example.internal/restored"
    private let first: NoteSigner
    private let second: NoteSigner
    private let restored: NoteSigner
    /// 30 events, a change of the key, 9 more, a restore, 9 more.
    private let log: TestLog

    init() throws {
        first = try Keys.signer()
        second = try Keys.signer(7)
        restored = try Keys.signer(7, name: Self.restoredName)
        log = try Self.log(first, second, restored) { $0 }
    }

    private static func log(
        _ first: NoteSigner,
        _ second: NoteSigner,
        _ restored: NoteSigner,
        _ alter: ([UInt8]) -> [UInt8]
    ) throws -> TestLog {
        var log = TestLog(signer: first, count: 30)
        let change = KeyChange(.rotation(epoch: 2), size: 30, before: first.noteKey, after: second.noteKey)
        log.append(change: alter(try change.signed(by: first, and: second).bytes))
        for number in 0..<9 { log.append("later \(number)") }
        let restore = KeyChange(
            .restore(number: 2, root: try log.root(40)),
            size: 40,
            before: second.noteKey,
            after: restored.noteKey
        )
        log.append(change: alter(try restore.signed(by: second, and: restored).bytes), type: "backup.restore")
        for number in 0..<9 { log.append("restored \(number)") }
        return log
    }

    private func checkpoint(_ size: Int, by signer: NoteSigner, of other: TestLog? = nil) throws -> [UInt8] {
        let root = try (other ?? log).root(size)
        return try Checkpoint(origin: signer.noteKey.name, size: UInt64(size), root: root).signed(by: [signer]).bytes
    }

    private func delivery(older: [UInt8]? = nil) throws -> Delivery {
        Delivery(file: log.lines.file, checkpoint: try checkpoint(50, by: restored), older: older)
    }

    @Test("whoever has any key of the log verifies it, from a checkpoint under any of its names")
    func follows() throws {
        for key in [first.noteKey, second.noteKey, restored.noteKey] {
            let verdict = try delivery().verdict(KeyChain(pinned: key))
            #expect(verdict.isSound && verdict.signer == restored.noteKey, "\(verdict.faults)")
        }
        let pinned = KeyChain(pinned: first.noteKey)
        let verdict = try delivery().verdict(pinned)
        #expect(verdict.changes.map(\.size) == [30, 40])
        for (size, signer) in [(20, first), (30, first), (35, second), (40, second), (45, restored)] {
            let verdict = try delivery(older: checkpoint(size, by: signer)).verdict(pinned)
            #expect(verdict.isSound && verdict.continues == UInt64(size), "\(size): \(verdict.faults)")
        }
    }

    @Test("what a history in a file says already may stand in the export too, and need not")
    func withFile() throws {
        var history = KeyHistory()
        try history.change(to: second, size: 30, by: first)
        let chain = try KeyChain(pinned: first.noteKey, history: history)
        #expect(try delivery().verdict(chain).isSound)
    }

    @Test("a checkpoint of the log that a restore left behind is explained, and does not pass")
    func lost() throws {
        // The log before went on behind what the backup has.
        var lost = log
        lost = try Self.log(first, second, restored) { $0 }
        let older = try checkpoint(48, by: second, of: lost)
        let verdict = try delivery(older: older).verdict(KeyChain(pinned: first.noteKey))
        #expect(verdict.faults == [.lostInRestore(held: 48, at: 40)])
        #expect(verdict.continues == nil)
        #expect(verdict.faults.first?.description.contains("restored from a backup of 40 events") == true)
    }

    @Test("a key that was given up signs nothing more, whatever it says")
    func givenUp() throws {
        var late = try delivery()
        late.checkpoint = try checkpoint(50, by: second)
        #expect(late.verdict(KeyChain(pinned: first.noteKey)).faults == [.keyOutOfPeriod(.newer, size: 50)])
        late.checkpoint = try checkpoint(50, by: first)
        #expect(late.verdict(KeyChain(pinned: first.noteKey)).faults == [.keyOutOfPeriod(.newer, size: 50)])
        // Whoever pinned the later key does not trust the one before for anything.
        late.checkpoint = try checkpoint(50, by: first)
        #expect(late.verdict(KeyChain(pinned: second.noteKey)).faults == [.signatureMissing(.newer)])
    }

    @Test("a thief of the key that was given up leads nobody to a key of their own")
    func thief() throws {
        let thief = try Keys.signer(99)
        var forged = TestLog(signer: first, count: 30)
        let change = KeyChange(.rotation(epoch: 2), size: 30, before: first.noteKey, after: thief.noteKey)
        forged.append(change: try change.signed(by: first, and: thief).bytes)
        for number in 0..<19 { forged.append("forged \(number)") }
        let held = try checkpoint(35, by: second)
        let delivery = Delivery(
            file: forged.lines.file,
            checkpoint: try checkpoint(50, by: thief, of: forged),
            older: held
        )
        // The checkpoint that was kept is by a key that the forged log does not know.
        #expect(delivery.verdict(KeyChain(pinned: first.noteKey)).faults.contains(.signatureMissing(.older)))
    }

    @Test("a changed, foreign or misplaced note is noticed, though the checkpoint is right")
    func wrongNotes() throws {
        for altered in [{ (_: [UInt8]) in [1, 2] }, { $0.dropLast() + [0x21, 0x0A] }, { $0 + [0x0A] }] {
            let wrong = try Self.log(first, second, restored, altered)
            let delivery = Delivery(file: wrong.lines.file, checkpoint: try checkpoint(50, by: first, of: wrong))
            #expect(delivery.verdict(KeyChain(pinned: first.noteKey)).faults.contains(.keyChangeWrong(at: 31)))
        }
        var misplaced = TestLog(signer: first, count: 12)
        let change = KeyChange(.rotation(epoch: 2), size: 30, before: first.noteKey, after: second.noteKey)
        misplaced.append(change: try change.signed(by: first, and: second).bytes)
        let early = Delivery(file: misplaced.lines.file, checkpoint: try checkpoint(13, by: first, of: misplaced))
        #expect(early.verdict(KeyChain(pinned: first.noteKey)).faults == [.keyChangeWrong(at: 13)])
    }

    @Test("a restore that names another root than the log has is noticed")
    func contradicted() throws {
        var other = TestLog(signer: first, count: 20)
        let restored = try Keys.signer(name: Self.restoredName)
        let restore = KeyChange(
            .restore(number: 2, root: try log.root(19)),
            size: 20,
            before: first.noteKey,
            after: restored.noteKey
        )
        other.append(change: try restore.signed(by: first, and: restored).bytes, type: "backup.restore")
        let delivery = Delivery(file: other.lines.file, checkpoint: try checkpoint(21, by: restored, of: other))
        #expect(delivery.verdict(KeyChain(pinned: first.noteKey)).faults == [.restoreContradicted(at: 20)])
    }
}
