import Foundation
import Glibc
import Testing

@testable import WarderCommands

/// What a killed command leaves goes with the next one, and nothing else does.
@Suite struct AbandonedFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
    }

    /// A file as a killed command leaves it, an hour ago.
    private func leave(_ name: String) throws {
        try folder.write("half of it", to: name)
        let hour = Date(timeIntervalSinceNow: -3600)
        try FileManager.default.setAttributes([.modificationDate: hour], ofItemAtPath: folder.file(name))
    }

    private func begin(_ name: String = "log.jsonl") throws -> AtomicFile {
        try AtomicFile(path: folder.file(name), mayReplace: false)
    }

    @Test("the next file of the same name takes what a killed one left away")
    func sameName() throws {
        try leave(".log.jsonl.0123456789abc")
        try begin().commit()
        #expect(try names == ["log.jsonl"])
    }

    @Test(
        "what is no such file stays",
        arguments: [
            "log.jsonl.0123456789abc", ".log.jsonl.0123456789ab", ".log.jsonl.0123456789abcd",
            ".log.jsonl.0123456789aB-", ".other.jsonl.0123456789abc", ".log.jsonl", ".0123456789abc",
        ]
    )
    func others(_ name: String) throws {
        try leave(name)
        try begin().commit()
        #expect(try names == ["log.jsonl", name].sorted())
    }

    @Test("one that somebody still writes stays, and so does one that has just been made")
    func inUse() throws {
        let first = try begin()
        let own = try #require(try names.first)
        let hour = Date(timeIntervalSinceNow: -3600)
        try FileManager.default.setAttributes([.modificationDate: hour], ofItemAtPath: folder.file(own))
        try folder.write("", to: ".log.jsonl.0123456789abc")
        let second = try begin()
        #expect(try names.count == 3)
        try withExtendedLifetime(first) { try second.commit() }
        #expect(try names.contains(own) && names.contains(".log.jsonl.0123456789abc"))
    }

    @Test("a link to another file is not followed, and a second name of a file is left alone")
    func links() throws {
        try leave("precious")
        #expect(unsafe symlink(folder.file("precious"), folder.file(".log.jsonl.0123456789abc")) == 0)
        #expect(unsafe link(folder.file("precious"), folder.file(".log.jsonl.0123456789abd")) == 0)
        try begin().commit()
        #expect(try names == [".log.jsonl.0123456789abc", ".log.jsonl.0123456789abd", "log.jsonl", "precious"])
    }

    @Test("a command whose files are named after their time knows those of its kind")
    func kindred() throws {
        try leave(".warder-20261121T091500Z.backup.0123456789abc")
        try leave(".warder-20261121T091500Z.copy.0123456789abc")
        let file = try AtomicFile(
            path: folder.file("warder-20261122T091500Z.backup"),
            mayReplace: false,
            isKindred: BackupSeries.isName
        )
        try file.commit()
        #expect(try names == [".warder-20261121T091500Z.copy.0123456789abc", "warder-20261122T091500Z.backup"])
    }
}
