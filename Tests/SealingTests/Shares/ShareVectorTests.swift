import Foundation
import SecretMemory
import SecretShares
import Testing
import WarderModel

/// Tests/Vectors/share-v1, and the program there, which was written from docs/formats/share.md alone.
@Suite struct ShareVectorTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Vectors/share-v1")

    private struct File: Decodable {
        let sets: [SetCase]
        let texts: [TextCase]
        let combinations: [Combination]
    }

    private struct SetCase: Decodable {
        let name: String
        let id: RecordID
        let threshold, count: Int
        let shares: [ShareCase]
    }

    private struct ShareCase: Decodable {
        let index: Int
        let bytes: HexBytes
        let text: String
    }

    private struct TextCase: Decodable {
        let name, text, expect: String
    }

    private struct Combination: Decodable {
        let name: String
        let texts: [String]
        let expect: String
        let secret: HexBytes?
        let share: Int?
    }

    private func file() throws -> File {
        try JSONDecoder().decode(File.self, from: Data(contentsOf: Self.folder.appending(path: "shares.json")))
    }

    private func secret(_ text: String) throws -> SecretBytes { try SecretBytes(copying: text.utf8) }

    /// An error as the vectors call it.
    private func outcome(_ error: ShareError) -> (expect: String, share: Int?) {
        switch error {
        case .outOfRange: ("outOfRange", nil)
        case .malformed(let share): ("malformed", share)
        case .mistyped(let share): ("mistyped", share)
        case .unsupportedFormat(_, let share): ("unsupportedFormat", share)
        case .foreign(let share): ("foreign", share)
        case .inconsistent(let share): ("inconsistent", share)
        case .duplicate(let share): ("duplicate", share)
        case .tooFew: ("tooFew", nil)
        case .disagreement(let share): ("disagreement", share)
        case .exhausted: ("exhausted", nil)
        }
    }

    @Test func `shares are spelled as in the vectors`() throws {
        let sets = try file().sets
        #expect(sets.count == 10)
        for vector in sets {
            let set = try ShareSet(id: vector.id, threshold: vector.threshold, count: vector.count)
            for share in vector.shares {
                let ours = try Share(set: set, index: share.index, bytes: SecretBytes(copying: share.bytes.bytes))
                #expect(try ours.text().isEqual(to: Array(share.text.utf8)), "\(vector.name), \(share.index)")
                let read = try Share(text: secret(share.text))
                #expect(read.set == set)
                #expect(read.index == share.index)
                #expect(read.bytes.isEqual(to: share.bytes.bytes))
            }
        }
    }

    @Test func `texts are read or refused as the vectors say`() throws {
        let texts = try file().texts
        #expect(texts.count == 45)
        let kinds: Set = ["reads", "malformed", "mistyped", "unsupportedFormat"]
        #expect(Set(texts.map(\.expect)) == kinds)
        for vector in texts {
            let text = try secret(vector.text)
            do throws(ShareError) {
                _ = try Share(text: text, position: 4)
                #expect(vector.expect == "reads", "\(vector.name)")
            } catch {
                let outcome = outcome(error)
                #expect(outcome.expect == vector.expect, "\(vector.name)")
                #expect(outcome.share == 4, "\(vector.name)")
            }
        }
    }

    @Test func `combinations open or are refused as the vectors say`() throws {
        let combinations = try file().combinations
        #expect(combinations.count == 31)
        let kinds: Set = ["opens", "malformed", "mistyped", "foreign", "inconsistent", "duplicate", "tooFew"]
        #expect(Set(combinations.map(\.expect)) == kinds.union(["disagreement"]))
        for vector in combinations {
            do {
                let combined = try Share.combine(Share.parse(vector.texts.map(secret)))
                #expect(combined.plain == vector.secret?.bytes, "\(vector.name)")
            } catch let error as ShareError {
                let outcome = outcome(error)
                #expect(outcome.expect == vector.expect, "\(vector.name)")
                #expect(outcome.share == vector.share, "\(vector.name)")
            }
        }
    }

    private func check(_ script: URL) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-B", script.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    /// Needs Python 3; a machine without it fails here, so that the check is never skipped unseen.
    @Test func `the document of shares suffices to make and open every vector`() throws {
        let (status, output) = try check(Self.folder.appending(path: "check.py"))
        #expect(status == 0, "\(output)")
        for kind in ["sets: 10", "texts: 45", "combinations: 31"] { #expect(output.contains(kind), "\(output)") }
    }

    @Test func `the program notices a vector that is not what it says`() throws {
        let changes: [(String, String)] = [
            (#""expect": "tooFew""#, #""expect": "duplicate""#), (#""expect": "reads""#, #""expect": "mistyped""#),
            (#""threshold": 5,"#, #""threshold": 4,"#),
        ]
        for (old, new) in changes {
            let copy = URL.temporaryDirectory.appending(path: "warder-shares-\(UUID().uuidString)")
            try FileManager.default.copyItem(at: Self.folder, to: copy)
            defer { try? FileManager.default.removeItem(at: copy) }
            let file = copy.appending(path: "shares.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            let altered = text.replacing(old, with: new, maxReplacements: 1)
            #expect(altered != text)
            try Data(altered.utf8).write(to: file)
            #expect(try check(copy.appending(path: "check.py")).status == 1, "\(new)")
        }
    }
}
