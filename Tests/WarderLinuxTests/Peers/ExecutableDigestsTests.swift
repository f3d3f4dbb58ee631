import Foundation
import Locking
import SystemPackage
import Testing

@testable import WarderLinux

@Suite("Remembered hashes of executables")
struct ExecutableDigestsTests {
    /// A file, hashes of it that are counted, and a clock.
    private final class Fixture: Sendable {
        let directory: TemporaryDirectory
        let path: String
        let clock = Locked(Int64(0))
        let computations = Locked(0)

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
                secondsNow: { self.clock.withLock { $0 } }
            )
        }

        /// Writes over the beginning of the file.
        func overwrite(_ text: String) throws {
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try handle.write(contentsOf: Data(text.utf8))
            try handle.close()
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
        _ = try Tool.run(["touch", "-r", fixture.path, fixture.directory.path("times")])
        try fixture.overwrite("other")
        _ = try Tool.run(["touch", "-r", fixture.directory.path("times"), fixture.path])
        let after = try fixture.hash(with: digests)
        #expect(after == (try Tool.sha256(file: fixture.path)))
        #expect(after != before)
    }

    @Test("a file that changes while it is read has no hash, and none is remembered")
    func changing() throws {
        let fixture = try Fixture()
        let digests = ExecutableDigests(
            maximumSize: 1000,
            makeDigest: {
                try? fixture.overwrite("other")
                return CommandDigest()
            },
            secondsNow: { fixture.clock.withLock { $0 } }
        )
        #expect(try fixture.hash(with: digests) == nil)
        #expect(digests.known(try FileStatus(at: fixture.path, followingLinks: false)) == nil)
    }

    @Test("another file than the one looked at has no hash")
    func anotherFile() throws {
        let fixture = try Fixture()
        let status = try FileStatus(at: fixture.path, followingLinks: false)
        try Data("first".utf8).write(to: URL(fileURLWithPath: fixture.directory.path("twin")))
        let twin = try Descriptor.open(fixture.directory.path("twin"), flags: O_RDONLY)
        #expect(try fixture.digests().digest(of: twin, status: status) == nil)
    }

    @Test("a file that has grown is not read to its end")
    func growing() throws {
        let fixture = try Fixture()
        let file = try Descriptor.open(fixture.path, flags: O_RDONLY)
        let status = try FileStatus(of: file.number)
        try fixture.overwrite(String(repeating: "x", count: 1 << 20))
        let count = Counter()
        let digests = ExecutableDigests(maximumSize: 1000, makeDigest: { CountingDigest(counter: count) })
        #expect(try digests.digest(of: file, status: status) == nil)
        #expect(count.bytes.withLock { $0 } == 0)
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

private final class Counter: Sendable {
    let bytes = Locked(0)
}

/// Knows only how much it was given.
private struct CountingDigest: StreamingDigest {
    let counter: Counter

    mutating func update(_ bytes: RawSpan) { counter.bytes.withLock { $0 += bytes.byteCount } }
    mutating func finish() -> [UInt8] { [] }
}
