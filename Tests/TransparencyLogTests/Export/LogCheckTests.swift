import Testing
import TransparencyLog

/// What each check is there for: an export that passes with this one check switched off, and not with it.
@Suite struct LogCheckTests {
    private let log: TestLog
    private let fork: TestLog
    private let stranger: NoteSigner
    private let keys: KeyChain

    init() throws {
        log = TestLog(signer: try Keys.signer(), count: 40)
        fork = TestLog(signer: log.signer, count: 40, words: "fork")
        stranger = try Keys.signer(9)
        keys = KeyChain(pinned: log.signer.noteKey)
    }

    private func expect(_ delivery: Delivery, _ fault: LogFault, needs check: LogChecks, keys: KeyChain? = nil) {
        let full = delivery.verdict(keys ?? self.keys)
        #expect(full.faults == [fault])
        let narrowed = delivery.verdict(keys ?? self.keys, LogChecks.all.subtracting(check))
        #expect(narrowed.isSound, "\(narrowed.faults)")
    }

    @Test("signature: another log, signed by a stranger under the log's name")
    func signature() throws {
        let delivery = Delivery(file: fork.lines.file, checkpoint: try fork.checkpoint(by: stranger))
        expect(delivery, .signatureMissing(.newer), needs: .signature)
    }

    @Test("older signature: a rewritten log with a forged copy of the checkpoint that was kept")
    func olderSignature() throws {
        let delivery = Delivery(
            file: fork.lines.file,
            checkpoint: try fork.checkpoint(),
            older: try fork.checkpoint(20, by: stranger)
        )
        expect(delivery, .signatureMissing(.older), needs: .olderSignature)
    }

    @Test("origin: a checkpoint that the key signed for another log")
    func origin() throws {
        let other = try Checkpoint(origin: NoteName("other"), size: 40, root: log.root(40))
        let delivery = Delivery(file: log.lines.file, checkpoint: try other.signed(by: [log.signer]).bytes)
        expect(delivery, .originWrong(.newer), needs: .origin)
    }

    @Test("key period: a log that goes on under a key that was given up")
    func keyPeriod() throws {
        var history = KeyHistory()
        try history.change(to: stranger, size: 30, by: log.signer)
        let chain = try KeyChain(pinned: log.signer.noteKey, history: history)
        let delivery = Delivery(file: log.lines.file, checkpoint: try log.checkpoint())
        expect(delivery, .keyOutOfPeriod(.newer, size: 40), needs: .keyPeriod, keys: chain)
    }

    @Test("key changes: an event names another key, which signs on, and the log's own key never said so")
    func keyChanges() throws {
        let change = KeyChange(.rotation(epoch: 2), size: 40, before: log.signer.noteKey, after: stranger.noteKey)
        let note = try SignedNote(signing: change.text, by: [stranger, stranger])
        var forged = log
        forged.append(change: note.bytes)
        let delivery = Delivery(file: forged.lines.file, checkpoint: try forged.checkpoint())
        expect(delivery, .keyHistoryBroken, needs: .keyChanges)
    }

    @Test("sequence: a line is missing among those that are claimed")
    func sequence() throws {
        var lines = log.lines
        lines.remove(at: 35)
        let delivery = Delivery(file: lines.file, checkpoint: try log.checkpoint(30))
        expect(delivery, .gap(expected: 36, found: 37), needs: .sequence)
    }

    @Test("length: the end is cut off, and the checkpoint is the true one")
    func length() throws {
        let delivery = Delivery(file: Array(log.lines.prefix(30)).file, checkpoint: try log.checkpoint())
        expect(delivery, .truncated(size: 40, last: 30), needs: .length)
    }

    @Test("root: a line says something else")
    func root() throws {
        var lines = log.lines
        lines[4] = fork.lines[4]
        let delivery = Delivery(file: lines.file, checkpoint: try log.checkpoint())
        expect(delivery, .contentChanged(after: 0, size: 40), needs: .root)
    }

    @Test("older length: an older copy with the checkpoint of its day")
    func olderLength() throws {
        let delivery = Delivery(
            file: Array(log.lines.prefix(30)).file,
            checkpoint: try log.checkpoint(30),
            older: try log.checkpoint()
        )
        expect(delivery, .shorterThanHeld(size: 30, held: 40), needs: .olderLength)
    }

    @Test("older root: the log's own key signed another history")
    func olderRoot() throws {
        let delivery = Delivery(
            file: fork.lines.file,
            checkpoint: try fork.checkpoint(),
            older: try log.checkpoint(20)
        )
        // Without the comparison it also counts as not made.
        expect(delivery, .rewritten(held: 20), needs: [.olderRoot, .olderCompared])
    }

    @Test("consistency: a proof of another history")
    func consistency() throws {
        let lines = try fork.filtered { $0 == 3 }
        let delivery = Delivery(
            file: lines.file,
            checkpoint: try fork.manifest(lines.file, count: 1, filter: "x"),
            isManifest: true,
            older: try log.checkpoint(21),
            consistency: try fork.consistency(from: 21)
        )
        expect(delivery, .consistencyWrong(held: 21), needs: [.consistency, .olderCompared])
    }

    @Test("older compared: a rewritten log that leaves out what would show it")
    func olderCompared() throws {
        let lines = try fork.filtered { $0 == 3 }
        let delivery = Delivery(
            file: lines.file,
            checkpoint: try fork.manifest(lines.file, count: 1, filter: "x"),
            isManifest: true,
            older: try log.checkpoint(21)
        )
        expect(delivery, .notCompared(held: 21), needs: .olderCompared)
    }

    @Test("prunes: an event is passed off as pruned")
    func prunes() throws {
        let delivery = Delivery(file: log.withLeaves(of: [5]).file, checkpoint: try log.checkpoint())
        expect(delivery, .withheld(first: 5, last: 5), needs: .prunes)
    }

    @Test("file hash: an event is made to look pruned that may have been, or damaged")
    func fileHash() throws {
        var log = log
        log.append(pruneThrough: 7)
        var lines = log.lines
        let manifest = try log.manifest(lines.file, count: 41, filter: nil)
        lines = log.withLeaves(of: [5])
        let delivery = Delivery(file: lines.file, checkpoint: manifest, isManifest: true)
        expect(delivery, .fileChanged, needs: .fileHash)
        lines[4] = ExportLine.damaged(number: 5, leaf: .leaf(log.lines[4])).bytes
        let damaged = Delivery(file: lines.file, checkpoint: manifest, isManifest: true)
        expect(damaged, .fileChanged, needs: .fileHash)
    }

    @Test("contents: an event of the range is left out though nothing was filtered, or one beyond it is shown")
    func contents() throws {
        var lines = try log.filtered { $0 != 5 }
        var manifest = try log.manifest(lines.file, first: 6, count: 35, filter: nil)
        let beyond = Delivery(file: lines.file, checkpoint: manifest, isManifest: true)
        let verdict = beyond.verdict(keys)
        #expect(verdict.faults.first == .outsideOfManifest(number: 1))
        #expect(verdict.faults.last == .countWrong(stated: 35, found: 39))
        #expect(beyond.verdict(keys, LogChecks.all.subtracting(.contents)).isSound)
        manifest = try log.manifest(lines.file, count: 40, filter: nil)
        let hidden = Delivery(file: lines.file, checkpoint: manifest, isManifest: true)
        #expect(
            hidden.verdict(keys).faults == [.outsideOfManifest(number: 5), .countWrong(stated: 40, found: 39)]
        )
        lines = try log.filtered { $0 == 5 }
        manifest = try log.manifest(lines.file, count: 2, filter: "x")
        let fewer = Delivery(file: lines.file, checkpoint: manifest, isManifest: true)
        expect(fewer, .countWrong(stated: 2, found: 1), needs: .contents)
    }
}
