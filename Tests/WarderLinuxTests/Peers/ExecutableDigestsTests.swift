import Foundation
import Synchronization
import SystemPackage
import Testing

@testable import WarderLinux

@Suite("Remembered hashes of executables")
struct ExecutableDigestsTests {
    /// A file, hashes of it that are counted, and a clock.
    private final class Fixture: Sendable {
        let directory: TemporaryDirectory
        let path: String
        let clock = Mutex(Int64(0))
        let computations = Mutex(0)

        init() throws {
            directory = try TemporaryDirectory()
            path = directory.path("file")
            try Data("first".utf8).write(to: URL(fileURLWithPath: path))
            clock.withLock { $0 = Int64(Date().timeIntervalSince1970) + 10 }
        }

        func digests(maximumSize: Int64 = 1000) -> ExecutableDigests {
            ExecutableDigests(
                maximumSize: maximumSize,
                makeDigest: {
                    self.computations.withLock { $0 += 1 }
                    return CommandDigest()
                },
                secondsNow: { self.clock.withLock { $0 } })
        }

        func hash(with digests: ExecutableDigests) throws -> String? {
            let file = try Descriptor.open(path, flags: O_RDONLY)
            return try digests.digest(of: file, status: FileStatus(of: file.number))
        }
    }

    @Test("an unchanged file is hashed once")
    func once() throws {
        let fixture = try Fixture()
        let digests = fixture.digests()
        for _ in 0..<3 { #expect(try fixture.hash(with: digests) == Tool.sha256(file: fixture.path)) }
        #expect(fixture.computations.withLock { $0 } == 1)
    }

    @Test("a file that changed within the last seconds is hashed every time")
    func fresh() throws {
        let fixture = try Fixture()
        fixture.clock.withLock { $0 -= 10 }
        let digests = fixture.digests()
        for _ in 0..<3 { #expect(try fixture.hash(with: digests) == Tool.sha256(file: fixture.path)) }
        #expect(fixture.computations.withLock { $0 } == 3)
    }

    @Test("a file that is written to is hashed anew, even with its old size and modification time")
    func rewritten() throws {
        let fixture = try Fixture()
        let digests = fixture.digests()
        let before = try fixture.hash(with: digests)
        let times = try FileManager.default.attributesOfItem(atPath: fixture.path)[.modificationDate]
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: fixture.path))
        try handle.write(contentsOf: Data("other".utf8))
        try handle.close()
        try FileManager.default.setAttributes([.modificationDate: try #require(times)], ofItemAtPath: fixture.path)
        let after = try fixture.hash(with: digests)
        #expect(after == (try Tool.sha256(file: fixture.path)))
        #expect(after != before)
    }

    @Test("a file that grows while it is read has no hash")
    func growing() throws {
        let fixture = try Fixture()
        let digests = fixture.digests()
        let file = try Descriptor.open(fixture.path, flags: O_RDONLY)
        let status = try FileStatus(of: file.number)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: fixture.path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("more".utf8))
        try handle.close()
        #expect(try digests.digest(of: file, status: status) == nil)
    }

    @Test("only regular files up to the limit are covered")
    func coverage() throws {
        let fixture = try Fixture()
        let status = try FileStatus(at: fixture.path, followingLinks: false)
        #expect(fixture.digests(maximumSize: 5).covers(status))
        #expect(!fixture.digests(maximumSize: 4).covers(status))
        #expect(!fixture.digests(maximumSize: .max).covers(try FileStatus(at: "/tmp", followingLinks: false)))
    }

    @Test("the memory is bounded: the oldest hash goes first")
    func bounded() throws {
        let fixture = try Fixture()
        let digests = fixture.digests()
        let file = try Descriptor.open(fixture.path, flags: O_RDONLY)
        let first = try FileStatus(of: file.number)
        _ = try digests.digest(of: file, status: first)
        #expect(digests.known(first) != nil)
        for index in 0..<256 {
            let path = fixture.directory.path("\(index)")
            try Data().write(to: URL(fileURLWithPath: path))
            let other = try Descriptor.open(path, flags: O_RDONLY)
            _ = try ExecutableDigestsTests.quick(digests, other)
        }
        #expect(digests.known(first) == nil)
    }

    private static func quick(_ digests: ExecutableDigests, _ file: Descriptor) throws -> String? {
        try digests.digest(of: file, status: FileStatus(of: file.number))
    }
}
