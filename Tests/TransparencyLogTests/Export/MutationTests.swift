import RandomTesting
import Testing
import TransparencyLog

/// Exports that somebody altered. Whoever has the key and one older checkpoint notices every one.
@Suite struct MutationTests {
    private static let count = 12_000

    @Test(
        "every alteration of an export is noticed by who has the key and one older checkpoint",
        .timeLimit(.minutes(5))
    )
    func alterations() throws {
        var numbers = SeededGenerator.printed()
        var log = TestLog(signer: try Keys.signer(), count: 23)
        log.append(pruneThrough: Materials.pruned)
        let keys = KeyChain(pinned: log.signer.noteKey)
        let materials = try Materials(log)
        for good in materials.good { #expect(good.verdict(keys).isSound) }
        var tried: [Mutation: Int] = [:]
        for number in 0..<Self.count {
            let good = materials.good[number % materials.good.count]
            let mutation = Mutation.allCases[(number / materials.good.count) % Mutation.allCases.count]
            guard let altered = materials.apply(mutation, to: good, &numbers), altered != good else { continue }
            tried[mutation, default: 0] += 1
            let verdict = altered.verdict(keys)
            if verdict.isSound {
                Issue.record("\(mutation) passes, seed \(numbers.seed), number \(number)")
                return
            }
        }
        #expect(tried.values.reduce(0, +) >= 10_000)
        for mutation in Mutation.allCases { #expect(tried[mutation, default: 0] > 100, "\(mutation)") }
    }
}

enum Mutation: CaseIterable {
    case byteOfFile, byteOfFile2, byteOfCheckpoint, byteOfOlder, byteOfProof, dropLine, swapLines, cutLines, cutBytes
    case duplicateLine, spliceFork, spliceForkWithCheckpoint, replayOlder, foreignCheckpoint, insertBytes
    case withhold
}

/// Sound exports, and what else an attacker has: the log's key, but not the older checkpoint.
struct Materials {
    /// Number of the last event that the log says was pruned.
    static let pruned = 7

    let good: [Delivery]
    private let log: TestLog
    private let fork: TestLog
    private let stranger: NoteSigner
    private let older = 17

    init(_ log: TestLog) throws {
        self.log = log
        stranger = try Keys.signer(99)
        fork = TestLog(signer: log.signer, count: log.lines.count, words: "fork")
        let held = try log.checkpoint(older)
        let filtered = try log.filtered { $0.isMultiple(of: 5) }
        let pruned = log.withLeaves(of: [7])
        good = [
            Delivery(file: log.lines.file, checkpoint: try log.checkpoint(), older: held),
            Delivery(
                file: pruned.file,
                checkpoint: try log.manifest(pruned.file, count: 24, filter: nil),
                isManifest: true,
                older: held
            ),
            Delivery(
                file: filtered.file,
                checkpoint: try log.manifest(filtered.file, count: 4, filter: "type=x"),
                isManifest: true,
                older: held,
                consistency: try log.consistency(from: older)
            ),
        ]
    }

    func apply(_ mutation: Mutation, to good: Delivery, _ numbers: inout SeededGenerator) -> Delivery? {
        var altered = good
        var lines = good.file.split(separator: 0x0A).map { Array($0) }
        let at = Int.random(in: lines.indices, using: &numbers)
        let other = Int.random(in: lines.indices, using: &numbers)
        switch mutation {
        case .byteOfFile, .byteOfFile2: altered.file = flipped(good.file, &numbers)
        case .byteOfCheckpoint: altered.checkpoint = flipped(good.checkpoint, &numbers)
        case .byteOfOlder: altered.older = good.older.map { flipped($0, &numbers) }
        case .byteOfProof: altered.consistency = good.consistency.map { flipped($0, &numbers) }
        case .dropLine:
            lines.remove(at: at)
            altered.file = lines.file
        case .swapLines:
            lines.swapAt(at, other)
            altered.file = lines.file
        case .cutLines: altered.file = Array(lines.prefix(at)).file
        case .cutBytes: altered.file = Array(good.file.prefix(Int.random(in: 0..<good.file.count, using: &numbers)))
        case .duplicateLine:
            lines.insert(lines[at], at: other)
            altered.file = lines.file
        case .spliceFork:
            altered.file = splice(at).file
        case .spliceForkWithCheckpoint:
            // The rewriting is complete, and signed by the log's own key; it begins before the older checkpoint.
            let start = Int.random(in: 0..<older, using: &numbers)
            var rewritten = TestLog(signer: log.signer, count: 0)
            for number in 0..<log.lines.count { rewritten.append("\(number < start ? "event" : "fork") \(number)") }
            guard let checkpoint = try? rewritten.checkpoint() else { return nil }
            altered = Delivery(file: rewritten.lines.file, checkpoint: checkpoint, older: good.older)
        case .replayOlder:
            let size = Int.random(in: 0..<older, using: &numbers)
            guard let checkpoint = try? log.checkpoint(size) else { return nil }
            altered = Delivery(
                file: Array(log.lines.prefix(size)).file,
                checkpoint: checkpoint,
                older: good.older
            )
        case .foreignCheckpoint:
            let size = Int.random(in: older...log.lines.count, using: &numbers)
            guard let checkpoint = try? fork.checkpoint(size, by: stranger) else { return nil }
            altered.checkpoint = checkpoint
        case .withhold:
            // Of a file without a manifest, the tree is still the same.
            let number = Int.random(in: Self.pruned + 1...log.lines.count, using: &numbers)
            altered.file = log.withLeaves(of: [number]).file
        case .insertBytes:
            let place = Int.random(in: 0...good.file.count, using: &numbers)
            let count = Int.random(in: 1...3, using: &numbers)
            altered.file.insert(contentsOf: numbers.bytes(count), at: place)
        }
        return altered
    }

    private func splice(_ start: Int) -> [[UInt8]] {
        Array(log.lines.prefix(start) + fork.lines.dropFirst(start))
    }

    private func flipped(_ bytes: [UInt8], _ numbers: inout SeededGenerator) -> [UInt8] {
        guard !bytes.isEmpty else { return bytes }
        var copy = bytes
        copy[Int.random(in: copy.indices, using: &numbers)] ^= UInt8.random(in: 1...255, using: &numbers)
        return copy
    }
}
