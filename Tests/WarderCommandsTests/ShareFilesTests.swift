import Foundation
import StrictJSON
import Testing

@testable import WarderCommands

@Suite("Files of shares")
struct ShareFilesTests {
    @Test("each share goes to a file of its own that only its owner reads")
    func written() throws {
        let folder = try TemporaryFolder()
        do {
            let files = try ShareFiles(directory: folder.path, count: 2)
            try files.write(try Self.answer(#"{"shares":["one","two"]}"#).root)
        }
        for (name, share) in [("share-1-of-2.txt", "one\n"), ("share-2-of-2.txt", "two\n")] {
            #expect(try String(contentsOfFile: folder.file(name), encoding: .utf8) == share)
            let mode = try FileManager.default.attributesOfItem(atPath: folder.file(name))[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test("an answer with another number of shares leaves nothing behind")
    func wrongCount() throws {
        let folder = try TemporaryFolder()
        do {
            let files = try ShareFiles(directory: folder.path, count: 3)
            let answer = try Self.answer(#"{"shares":["one","two"]}"#)
            #expect(throws: CommandFailure.self) { try files.write(answer.root) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test("a file that is there is never written over, and those made before it go")
    func existing() throws {
        let folder = try TemporaryFolder()
        try Data("kept".utf8).write(to: URL(fileURLWithPath: folder.file("share-2-of-3.txt")))
        #expect(throws: CommandFailure.self) { _ = try ShareFiles(directory: folder.path, count: 3) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["share-2-of-3.txt"])
        #expect(try String(contentsOfFile: folder.file("share-2-of-3.txt"), encoding: .utf8) == "kept")
    }

    private static func answer(_ text: String) throws -> JSONDocument {
        try JSONDocument(parsing: Array(text.utf8), limits: .answer)
    }
}
