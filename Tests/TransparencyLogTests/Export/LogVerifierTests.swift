import Testing
import TransparencyLog

/// What an export proves, and what is said of one that does not.
@Suite struct LogVerifierTests {
    private let log: TestLog
    private let keys: KeyChain

    init() throws {
        log = TestLog(signer: try Keys.signer(), count: 500)
        keys = KeyChain(pinned: log.signer.noteKey)
    }

    private func complete(older: Int? = nil) throws -> Delivery {
        Delivery(
            file: log.lines.file,
            checkpoint: try log.checkpoint(),
            older: try older.map { try log.checkpoint($0) }
        )
    }

    @Test("a complete export is proven up to the checkpoint, however it is cut into chunks")
    func sound() throws {
        let delivery = try complete(older: 300)
        for chunk in [1, 7, 1_000, 1_000_000] {
            let verdict = delivery.verdict(keys, chunk: chunk)
            #expect(verdict.isSound)
            #expect(verdict.provenUpTo == 500)
            #expect(verdict.continues == 300)
            #expect(verdict.shown == 500)
            #expect(verdict.claimed == 0)
            #expect(verdict.signer == log.signer.noteKey)
        }
    }

    @Test("at every size of an older checkpoint the log is found to continue it")
    func olderSizes() throws {
        for size in [0, 1, 2, 3, 255, 256, 257, 499, 500] {
            let verdict = try complete(older: size).verdict(keys)
            #expect(verdict.isSound && verdict.continues == UInt64(size), "\(size): \(verdict.faults)")
        }
    }

    @Test("an export of an empty log is sound and proves nothing")
    func empty() throws {
        let none = TestLog(signer: log.signer, count: 0)
        let verdict = Delivery(file: [], checkpoint: try none.checkpoint()).verdict(keys)
        #expect(verdict.isSound)
        #expect(verdict.provenUpTo == 0)
    }

    @Test("lines beyond the checkpoint are claimed, not proven")
    func claimed() throws {
        var delivery = try complete()
        delivery.checkpoint = try log.checkpoint(450)
        let verdict = delivery.verdict(keys)
        #expect(verdict.isSound)
        #expect(verdict.provenUpTo == 450)
        #expect(verdict.claimed == 50)
    }

    @Test("a truncated export says where it ends and where it should")
    func truncated() throws {
        var delivery = try complete(older: 300)
        delivery.file = Array(log.lines.prefix(400)).file
        let verdict = delivery.verdict(keys)
        #expect(verdict.faults == [.truncated(size: 500, last: 400)])
        #expect(verdict.faults.first?.description == "The checkpoint says 500 events, the export ends at 400.")
        #expect(verdict.provenUpTo == nil)
    }

    @Test("an older copy is told from the log by the checkpoint that was kept")
    func replayed() throws {
        let delivery = Delivery(
            file: Array(log.lines.prefix(400)).file,
            checkpoint: try log.checkpoint(400),
            older: try log.checkpoint()
        )
        let verdict = delivery.verdict(keys)
        #expect(verdict.faults == [.shorterThanHeld(size: 400, held: 500)])
        var unaware = delivery
        unaware.older = nil
        #expect(unaware.verdict(keys).isSound)
    }

    @Test("a log that its own key signed anew does not continue the checkpoint that was kept")
    func rewritten() throws {
        let other = TestLog(signer: log.signer, count: 500, words: "another")
        let delivery = Delivery(
            file: other.lines.file,
            checkpoint: try other.checkpoint(),
            older: try log.checkpoint(300)
        )
        let verdict = delivery.verdict(keys)
        #expect(verdict.faults == [.rewritten(held: 300)])
        #expect(verdict.continues == nil)
        var same = delivery
        same.older = try log.checkpoint(500)
        #expect(same.verdict(keys).faults == [.rewritten(held: 500)])
    }

    @Test("a missing line, two exchanged ones and one that comes twice are told by their numbers")
    func sequence() throws {
        var lines = log.lines
        lines.remove(at: 9)
        var delivery = try complete()
        delivery.file = lines.file
        #expect(delivery.verdict(keys).faults == [.gap(expected: 10, found: 11)])
        lines = log.lines
        lines.insert(lines[9], at: 10)
        delivery.file = lines.file
        #expect(delivery.verdict(keys).faults == [.outOfOrder(expected: 11, found: 10)])
        lines = log.lines
        lines.swapAt(9, 10)
        delivery.file = lines.file
        #expect(delivery.verdict(keys).faults == [.gap(expected: 10, found: 11), .outOfOrder(expected: 12, found: 10)])
    }

    @Test("a changed line is told by the root")
    func changed() throws {
        var lines = log.lines
        lines[9] = lines[9].text.replacing("use", with: "red").bytes
        var delivery = try complete()
        delivery.file = lines.file
        #expect(delivery.verdict(keys).faults == [.contentChanged(after: 0, size: 500)])
    }

    @Test("an export that lacks its first events, its last line feed, or has a line that is none, is told")
    func damaged() throws {
        var delivery = try complete()
        delivery.file = Array(log.lines.dropFirst(100)).file
        #expect(delivery.verdict(keys).faults == [.gap(expected: 1, found: 101)])
        delivery.file = log.lines.file.dropLast()
        #expect(
            delivery.verdict(keys).faults == [.lineUnfinished(line: 500), .truncated(size: 500, last: 499)]
        )
        delivery.file = (log.lines + [[]]).file
        #expect(delivery.verdict(keys).faults == [.lineUnreadable(line: 501)])
        delivery.file = log.lines.file + Array(repeating: 0x20, count: ExportLine.byteLimit + 1) + [0x0A]
        #expect(delivery.verdict(keys).faults == [.lineUnreadable(line: 501)])
    }

    @Test("a pruned event is its leaf, and counted as such")
    func pruned() throws {
        var log = log
        log.append(pruneThrough: 499)
        var lines = log.withLeaves(of: [1, 10, 499])
        var delivery = Delivery(
            file: lines.file,
            checkpoint: try log.checkpoint(),
            older: try log.checkpoint(300)
        )
        let verdict = delivery.verdict(keys)
        #expect(verdict.isSound && verdict.provenUpTo == 501, "\(verdict.faults)")
        #expect(verdict.pruned == 3 && verdict.shown == 498)
        lines[9] = ExportLine.pruned(number: 10, leaf: .leaf(log.lines[8])).bytes
        delivery.file = lines.file
        #expect(delivery.verdict(keys).faults.contains(.contentChanged(after: 0, size: 501)))
    }

    @Test("a damaged event is its leaf, and counted as such; without one it is a fault, and nothing is proven")
    func unreadable() throws {
        var lines = log.lines
        lines[9] = ExportLine.damaged(number: 10, leaf: .leaf(log.lines[9])).bytes
        var delivery = try complete(older: 300)
        delivery.file = lines.file
        let verdict = delivery.verdict(keys)
        #expect(verdict.isSound && verdict.provenUpTo == 500)
        #expect(verdict.damaged == 1 && verdict.shown == 499 && verdict.pruned == 0)
        lines[9] = ExportLine.damaged(number: 10, leaf: nil).bytes
        delivery.file = lines.file
        let lost = delivery.verdict(keys)
        #expect(lost.faults.contains(.leafLost(number: 10)) && lost.provenUpTo == nil && lost.damaged == 1)
        lines[9] = Array(#"{"damaged":true,"note":"x","seq":10}"#.utf8)
        delivery.file = lines.file
        #expect(delivery.verdict(keys).faults.contains(.lineUnreadable(line: 10)))
    }

    @Test("a filtered export proves each line that it shows, with few hashes for those it leaves out")
    func filtered() throws {
        let lines = try log.filtered { $0.isMultiple(of: 50) || $0 == 123 }
        #expect(lines.count < 11 + 11 * 2 * 9)
        let older = 123
        let delivery = Delivery(
            file: lines.file,
            checkpoint: try log.manifest(lines.file, count: 11, filter: "type=call.report"),
            isManifest: true,
            older: try log.checkpoint(older)
        )
        let verdict = delivery.verdict(keys)
        #expect(verdict.isSound, "\(verdict.faults)")
        #expect(verdict.provenUpTo == 500 && verdict.shown == 11 && verdict.omitted == 489)
        #expect(verdict.continues == 123)
        #expect(verdict.manifest?.filter == "type=call.report")
    }

    @Test("a filtered export that leaves out the event of the older checkpoint needs a consistency proof")
    func filteredWithProof() throws {
        let lines = try log.filtered { $0 == 7 }
        var delivery = Delivery(
            file: lines.file,
            checkpoint: try log.manifest(lines.file, count: 1, filter: "type=call.report"),
            isManifest: true,
            older: try log.checkpoint(301)
        )
        #expect(delivery.verdict(keys).faults == [.notCompared(held: 301)])
        delivery.consistency = try log.consistency(from: 301)
        #expect(delivery.verdict(keys).isSound)
        delivery.consistency = try log.consistency(from: 300)
        #expect(delivery.verdict(keys).faults == [.consistencyWrong(held: 301)])
    }

    @Test("a range of events is proven like any other part")
    func range() throws {
        let lines = try log.filtered { (301...400).contains($0) }
        let delivery = Delivery(
            file: lines.file,
            checkpoint: try log.manifest(lines.file, first: 301, last: 400, count: 100, filter: nil),
            isManifest: true,
            older: try log.checkpoint(300)
        )
        let verdict = delivery.verdict(keys)
        #expect(verdict.isSound, "\(verdict.faults)")
        #expect(verdict.continues == 300)
    }

    @Test("omitted events that do not fit the tree are refused")
    func misplaced() throws {
        var delivery = try complete()
        let hash = TreeHash.leaf([1])
        let line = ExportLine.omitted(CompletedNode(level: 9, index: 0, hash: hash)).bytes
        delivery.file = [line].file
        #expect(delivery.verdict(keys).faults.contains(.omissionMisplaced(at: 1)))
        for text in [
            #"{"seq":2,"tree":"\#(hash.hex)","until":3}"#, #"{"seq":1,"tree":"\#(hash.hex)","until":3}"#,
            #"{"seq":0,"tree":"\#(hash.hex)","until":0}"#, #"{"seq":1,"until":1,"tree":"\#(hash.hex)"}"#,
            #"{"seq":1,"tree":"\#(hash.hex)"}"#, #"{"seq":1,"tree":"00","until":1}"#, #"{"leaf":"00","seq":1}"#,
            #"{"leaf":"\#(hash.hex)","seq":1,"x":0}"#, #"{"leaf": "\#(hash.hex)","seq":1}"#, #"{"seq":1.0}"#,
            #"{"seq":"1"}"#, "[1]", "{}", "",
        ] {
            delivery.file = [text.bytes].file
            #expect(delivery.verdict(keys).faults.first == .lineUnreadable(line: 1), "\(text)")
        }
    }

    @Test("a checkpoint by the present key is believed by who has the first one and the history")
    func rotatedKey() throws {
        let next = try Keys.signer(7)
        var history = KeyHistory()
        try history.change(to: next, size: 400, by: log.signer)
        let chain = try KeyChain(pinned: log.signer.noteKey, history: history)
        let delivery = Delivery(
            file: log.lines.file,
            checkpoint: try log.checkpoint(by: next),
            older: try log.checkpoint(300)
        )
        #expect(delivery.verdict(chain).isSound)
        #expect(delivery.verdict(keys).faults == [.signatureMissing(.newer)])
        var late = delivery
        late.checkpoint = try log.checkpoint()
        #expect(late.verdict(chain).faults == [.keyOutOfPeriod(.newer, size: 500)])
    }

    @Test("faults beyond the first hundred are counted, not kept")
    func manyFaults() throws {
        var delivery = try complete()
        delivery.file = Array(log.lines.reversed()).file
        let verdict = delivery.verdict(keys)
        #expect(verdict.faults.count == LogVerdict.faultLimit)
        #expect(verdict.faultCount == 500)
    }
}
