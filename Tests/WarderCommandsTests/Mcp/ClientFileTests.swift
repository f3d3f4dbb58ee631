import Foundation
import Glibc
import Testing

@testable import WarderCommands

@Suite("Configurations on disk")
struct ClientFileTests {
    private static func make(_ text: String, mode: mode_t = 0o600) throws -> (TemporaryFolder, String) {
        let folder = try TemporaryFolder()
        let path = folder.file("mcp.json")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try #require(unsafe chmod(path, mode) == 0)
        return (folder, path)
    }

    private static func status(of file: ClientFile, replacedBy text: String) -> WarderCommands.ExitStatus? {
        do throws(CommandFailure) {
            try file.replace(with: Array(text.utf8))
            return nil
        } catch {
            return error.status
        }
    }

    private static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test("other bytes come under the same name, with the same mode, and nothing is left beside them")
    func replaced() throws {
        let (folder, path) = try Self.make("old", mode: 0o604)
        let file = try ClientFile(path)
        #expect(file.content == Array("old".utf8) && file.isReadableByOthers && file.isUnchanged())
        try file.replace(with: Array("new and longer".utf8))
        #expect(try Self.text(path) == "new and longer")
        var status = stat()
        try #require(unsafe lstat(path, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o604)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("")) == ["mcp.json"])
    }

    @Test("attack: what a client wrote meanwhile is noticed and stays, however it wrote it")
    func changedMeanwhile() throws {
        let writers: [(String) throws -> Void] = [
            { try Data("theirs".utf8).write(to: URL(fileURLWithPath: $0), options: .atomic) },
            { path in
                let handle = try #require(FileHandle(forWritingAtPath: path))
                try handle.truncate(atOffset: 0)
                try handle.write(contentsOf: Data("theirs".utf8))
                try handle.close()
            },
            // The same length and the same moment.
            { path in
                var status = stat()
                try #require(unsafe stat(path, &status) == 0)
                let handle = try #require(FileHandle(forUpdatingAtPath: path))
                try handle.write(contentsOf: Data("theirs".utf8))
                try handle.close()
                let times = [status.st_atim, status.st_mtim]
                try #require(unsafe utimensat(AT_FDCWD, path, times, 0) == 0)
            },
        ]
        for write in writers {
            let (folder, path) = try Self.make("mine..")
            let file = try ClientFile(path)
            try write(path)
            #expect(!file.isUnchanged())
            #expect(Self.status(of: file, replacedBy: "new") == .conflict)
            #expect(try Self.text(path) == "theirs")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("")) == ["mcp.json"])
        }
    }

    @Test("attack: a file that was taken away, or became a link, is not written")
    func gone() throws {
        let (folder, path) = try Self.make("old")
        let file = try ClientFile(path)
        try FileManager.default.removeItem(atPath: path)
        #expect(Self.status(of: file, replacedBy: "new") == .conflict)
        let elsewhere = folder.file("elsewhere")
        try Data("old".utf8).write(to: URL(fileURLWithPath: elsewhere))
        try #require(unsafe symlink(elsewhere, path) == 0)
        #expect(Self.status(of: file, replacedBy: "new") == .conflict)
        #expect(try Self.text(elsewhere) == "old")
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: folder.file(""))) == ["elsewhere", "mcp.json"])
    }

    @Test("a directory that was renamed meanwhile keeps its file, and another one in its place is not touched")
    func directoryMoved() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("a"), withIntermediateDirectories: false)
        try Data("old".utf8).write(to: URL(fileURLWithPath: folder.file("a/mcp.json")))
        let file = try ClientFile(folder.file("a/mcp.json"))
        try #require(unsafe rename(folder.file("a"), folder.file("b")) == 0)
        try FileManager.default.createDirectory(atPath: folder.file("a"), withIntermediateDirectories: false)
        try Data("old".utf8).write(to: URL(fileURLWithPath: folder.file("a/mcp.json")))
        try file.replace(with: Array("new".utf8))
        #expect(try Self.text(folder.file("a/mcp.json")) == "old")
        #expect(try Self.text(folder.file("b/mcp.json")) == "new")
    }
}
