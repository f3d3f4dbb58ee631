import Foundation
import SecretMemory
import Testing

@testable import WarderCommands

@Suite("Files of shares")
struct ShareFilesTests {
    private static func names(_ folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test("each share goes to a file of its own that only its owner reads")
    func written() throws {
        let folder = try TemporaryFolder()
        let files = ShareFiles(ShareFolder(path: folder.path, count: 2, isEncrypted: false))
        for share in ["one", "two"] { try files.add().write(try SecretBytes(copying: share.utf8)) }
        try files.commit()
        for (name, share) in [("share-1-of-2.txt", "one\n"), ("share-2-of-2.txt", "two\n")] {
            #expect(try String(contentsOfFile: folder.file(name), encoding: .utf8) == share)
            #expect(try folder.mode(of: name) == 0o600)
        }
        #expect(!files.isReadableByOthers)
    }

    @Test("files that are not put on disk go again")
    func abandoned() throws {
        let folder = try TemporaryFolder()
        do {
            let files = ShareFiles(ShareFolder(path: folder.path, count: 3, isEncrypted: true))
            for _ in 1...2 { try files.add().write(try SecretBytes(copying: "share".utf8)) }
            #expect(try Self.names(folder) == ["share-1-of-3.age", "share-2-of-3.age"])
        }
        #expect(try Self.names(folder) == [])
    }

    @Test("a file that came in between is never written over, and those made before it go")
    func existing() throws {
        let folder = try TemporaryFolder()
        do {
            let files = ShareFiles(ShareFolder(path: folder.path, count: 3, isEncrypted: false))
            _ = try files.add()
            try folder.write("kept", to: "share-2-of-3.txt")
            #expect(throws: CommandFailure.self) { _ = try files.add() }
        }
        #expect(try Self.names(folder) == ["share-2-of-3.txt"])
        #expect(try String(contentsOfFile: folder.file("share-2-of-3.txt"), encoding: .utf8) == "kept")
    }

    @Test("a dangling link under the name of a share is not followed")
    func link() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("share-1-of-2.txt"),
            withDestinationPath: folder.file("elsewhere")
        )
        let shares = ShareFolder(path: folder.path, count: 2, isEncrypted: false)
        #expect(throws: CommandFailure.self) { try shares.check() }
        let files = ShareFiles(shares)
        #expect(throws: CommandFailure.self) { _ = try files.add() }
        #expect(try Self.names(folder) == ["share-1-of-2.txt"])
    }

    @Test("a folder is looked at before there are shares")
    func checked() throws {
        let folder = try TemporaryFolder()
        try ShareFolder(path: folder.path, count: 2, isEncrypted: false).check()
        try folder.write("", to: "share-2-of-2.txt")
        for path in [folder.path, folder.file("nowhere"), folder.file("share-2-of-2.txt")] {
            let shares = ShareFolder(path: path, count: 2, isEncrypted: false)
            #expect(throws: CommandFailure.self, "\(path)") { try shares.check() }
        }
        try ShareFolder(path: folder.path, count: 2, isEncrypted: true).check()
    }
}
