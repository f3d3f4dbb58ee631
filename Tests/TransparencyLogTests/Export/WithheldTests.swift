import Testing
import TransparencyLog

/// A leaf line says what the log knows, and not why there is no more: that says the prune.
@Suite("Events that an export has by their leaves alone") struct WithheldTests {
    private let log: TestLog
    private let keys: KeyChain

    /// 40 events, a prune of 10 of them, 9 more.
    init() throws {
        var log = TestLog(signer: try Keys.signer(), count: 40)
        log.append(pruneThrough: 10)
        for number in 0..<9 { log.append("later \(number)") }
        self.log = log
        keys = KeyChain(pinned: log.signer.noteKey)
    }

    private func faults(_ numbers: some Sequence<Int>, of other: TestLog? = nil, size: Int? = nil) throws -> [LogFault]
    {
        let log = other ?? log
        let delivery = Delivery(file: log.withLeaves(of: numbers).file, checkpoint: try log.checkpoint(size))
        return delivery.verdict(keys).faults
    }

    @Test("what a prune in the same log took is explained; what lies behind it is withheld, range by range")
    func explained() throws {
        #expect(try faults(1...10) == [])
        #expect(try faults(1...11) == [.withheld(first: 11, last: 11)])
        #expect(
            try faults([3, 10, 12, 13, 14, 20, 50]) == [
                .withheld(first: 12, last: 14), .withheld(first: 20, last: 20), .withheld(first: 50, last: 50),
            ]
        )
    }

    @Test("a prune that took another along explains what that one did")
    func again() throws {
        var log = log
        log.append(pruneThrough: 45)
        #expect(try faults(1...45, of: log) == [])
        #expect(try faults(1...46, of: log) == [.withheld(first: 46, last: 46)])
    }

    @Test(
        "a prune that is withheld itself, was only permitted or refused, or speaks of what comes after it explains nothing"
    )
    func noPrune() throws {
        #expect(try faults([5, 41]) == [.withheld(first: 5, last: 5), .withheld(first: 41, last: 41)])
        for (through, type, decision) in [
            (10, "audit.prune", "refused"), (10, "secret.destroy", "allowed"), (42, "audit.prune", "allowed"),
        ] {
            var log = TestLog(signer: log.signer, count: 40)
            log.append(pruneThrough: through, type: type, decision: decision)
            log.append("later")
            #expect(try faults([5], of: log) == [.withheld(first: 5, last: 5)], "\(type) \(decision)")
        }
    }

    @Test("a prune beyond the checkpoint, which anybody can have written, explains nothing; leaves there are claimed")
    func unproven() throws {
        #expect(try faults(1...3, size: 41) == [])
        #expect(try faults(1...3, size: 40) == [.withheld(first: 1, last: 3)])
        let delivery = Delivery(file: log.withLeaves(of: 42...50).file, checkpoint: try log.checkpoint(41))
        let verdict = delivery.verdict(keys)
        #expect(verdict.isSound && verdict.claimed == 9)
    }

    @Test("a manifest of everything is held to it as well, and one with a filter says that the prune may be left out")
    func manifests() throws {
        let file = log.withLeaves(of: [12]).file
        let whole = Delivery(
            file: file,
            checkpoint: try log.manifest(file, count: 50, filter: nil),
            isManifest: true
        )
        #expect(whole.verdict(keys).faults == [.withheld(first: 12, last: 12)])
        let filtered = Delivery(
            file: file,
            checkpoint: try log.manifest(file, count: 50, filter: "type=x"),
            isManifest: true
        )
        #expect(filtered.verdict(keys).isSound)
    }

    @Test("however they lie, the last is found, and a later prune explains all of them")
    func many() throws {
        var log = TestLog(signer: log.signer, count: 600)
        let odd = stride(from: 1, through: 599, by: 2)
        let delivery = Delivery(file: log.withLeaves(of: odd).file, checkpoint: try log.checkpoint())
        let verdict = delivery.verdict(keys)
        #expect(verdict.faults.first == .withheld(first: 1, last: 1) && verdict.faults.count == LogVerdict.faultLimit)
        #expect(verdict.faultCount == UInt64(LogVerdict.faultLimit) + 1)
        log.append(pruneThrough: 598)
        #expect(try faults(odd, of: log) == [.withheld(first: 599, last: 599)])
        log.append(pruneThrough: 599)
        #expect(try faults(odd, of: log) == [])
    }

    @Test("people read what is withheld")
    func words() {
        #expect(
            LogFault.withheld(first: 5, last: 5).description
                == "What event 5 says is withheld, and no proven prune explains it."
        )
        #expect(
            LogFault.withheld(first: 5, last: 7).description
                == "What events 5 to 7 say is withheld, and no proven prune explains it."
        )
    }
}
