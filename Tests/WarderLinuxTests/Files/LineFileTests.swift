import Glibc
import SystemPackage
import Testing

@testable import WarderLinux

@Suite("Files of lines")
struct LineFileTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.path("lines") }

    init() throws { directory = try TemporaryDirectory() }

    private func content(_ path: String) throws -> String {
        String(decoding: try #require(try SmallFile.read(path, limit: 1 << 20)), as: UTF8.self)
    }

    private func put(_ text: String) throws { try SmallFile.write(Array(text.utf8), to: path, mode: 0o600) }

    @Test("lines are appended, and the last one is found again")
    func append() throws {
        let file = try LineFile(path: path, mode: 0o640)
        #expect(try file.lastLine() == nil)
        try file.append(Array("one\ntwo\n".utf8))
        #expect(try file.lastLine() == Array("two".utf8))
        #expect(try FileStatus(at: path, followingLinks: false).mode == 0o640)
        let again = try LineFile(path: path, mode: 0o640)
        #expect(try again.lastLine() == Array("two".utf8))
        try again.append(Array("three\n".utf8))
        #expect(try content(path) == "one\ntwo\nthree\n")
    }

    @Test(
        "what a crash left of a line is cut off",
        arguments: ["", "one\n", "one\n" + String(repeating: "x", count: 9000) + "\n"]
    )
    func crash(whole: String) throws {
        try put(whole + "half a li")
        let file = try LineFile(path: path, mode: 0o600)
        try file.append(Array("next\n".utf8))
        #expect(try content(path) == whole + "next\n")
    }

    @Test("a file that was moved away is noticed")
    func moved() throws {
        let file = try LineFile(path: path, mode: 0o600)
        #expect(file.isUnderItsName)
        #expect(unsafe rename(path, path + ".1") == 0)
        #expect(!file.isUnderItsName)
        _ = try LineFile(path: path, mode: 0o600)
        #expect(!file.isUnderItsName)
    }

    @Test("a link is not followed, and a directory is no file")
    func notAFile() throws {
        try put("elsewhere\n")
        #expect(unsafe symlink(path, path + ".link") == 0)
        #expect(throws: Errno.self) { try LineFile(path: path + ".link", mode: 0o600) }
        #expect(throws: Errno.self) { try LineFile(path: directory.root, mode: 0o600) }
        #expect(throws: Errno.self) { try LineFile(path: "/dev/null", mode: 0o600) }
    }

    @Test("lines that do not fit on the disk leave nothing of themselves")
    func full() throws {
        try #require(unsafe mount("tmpfs", directory.root, "tmpfs", 0, "size=16k,mode=0700") == 0)
        defer { unsafe umount2(directory.root, Int32(MNT_DETACH)) }
        let file = try LineFile(path: path, mode: 0o600)
        try file.append(Array("one\n".utf8))
        #expect(throws: Errno.noSpace) { try file.append([UInt8](repeating: 65, count: 20_000) + [10]) }
        #expect(try content(path) == "one\n")
        try file.append(Array("two\n".utf8))
        #expect(try content(path) == "one\ntwo\n")
    }

    @Test("a small file is replaced as a whole")
    func small() throws {
        #expect(try SmallFile.read(path, limit: 10) == nil)
        try put("12\n")
        try put("3\n")
        #expect(try content(path) == "3\n")
        let readable = directory.path("readable")
        let mask = umask(0o077)
        defer { umask(mask) }
        try SmallFile.write([1], to: readable, mode: 0o644)
        #expect(try FileStatus(at: readable, followingLinks: false).mode == 0o644)
        #expect(throws: Errno.fileTooLarge) { try SmallFile.read(path, limit: 1) }
    }
}
