import Foundation
import Glibc
import Testing
import WarderLinux

@Suite("The lock of the database")
struct DatabaseLockTests {
    @Test("the lock is taken, names its holder, and is the owner's alone")
    func taken() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("vault.lock")
        let lock = try DatabaseLock.acquire(path: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(getpid())\n")
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        withExtendedLifetime(lock) {}
    }

    @Test("a second holder is refused and told the first one's number")
    func held() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("vault.lock")
        let lock = try DatabaseLock.acquire(path: path)
        #expect(throws: DatabaseLockError.held(byPid: getpid())) { try DatabaseLock.acquire(path: path) }
        withExtendedLifetime(lock) {}
    }

    @Test("readers have it together, and whoever wants it alone hears of them, and not of who had it before")
    func readers() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("vault.lock")
        try Data("2147483647\n".utf8).write(to: URL(fileURLWithPath: path))
        let first = try #require(try DatabaseLock.acquireForReading(path: path))
        let second = try #require(try DatabaseLock.acquireForReading(path: path))
        #expect(throws: DatabaseLockError.shared) { try DatabaseLock.acquire(path: path) }
        withExtendedLifetime((first, second)) {}
    }

    @Test("another process is refused while the lock is held, and gets it afterwards")
    func otherProcess() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("vault.lock")
        let process = try PeerProcess()
        try process.tell("lock \(path)")
        #expect(throws: DatabaseLockError.held(byPid: process.pid)) { try DatabaseLock.acquire(path: path) }
        process.end()
        let lock = try DatabaseLock.acquire(path: path)
        #expect(throws: TestFailure.self) { try PeerProcess().tell("lock \(path)") }
        withExtendedLifetime(lock) {}
    }

    @Test("a released lock is free, and a longer number leaves nothing behind")
    func released() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("vault.lock")
        try Data("99999999999999999999\n".utf8).write(to: URL(fileURLWithPath: path))
        for _ in 0..<3 {
            let lock = try DatabaseLock.acquire(path: path)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(getpid())\n")
            withExtendedLifetime(lock) {}
        }
    }

    @Test("a holder that left no number is unknown", arguments: ["", "x\n", "12", "-3\n", "1 2\n", "99999999999\n"])
    func unknownHolder(text: String) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("vault.lock")
        let lock = try DatabaseLock.acquire(path: path)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
        #expect(throws: DatabaseLockError.held(byPid: nil)) { try DatabaseLock.acquire(path: path) }
        withExtendedLifetime(lock) {}
    }

    @Test("a symbolic link in the place of the lock is not followed")
    func link() throws {
        let directory = try TemporaryDirectory()
        try Data("precious".utf8).write(to: URL(fileURLWithPath: directory.path("other")))
        #expect(unsafe symlink(directory.path("other"), directory.path("vault.lock")) == 0)
        #expect(throws: DatabaseLockError.self) { try DatabaseLock.acquire(path: directory.path("vault.lock")) }
        #expect(try String(contentsOfFile: directory.path("other"), encoding: .utf8) == "precious")
    }

    @Test("a path that is relative or has a NUL is refused", arguments: ["", "vault.lock", "/tmp/a\0b"])
    func unusable(path: String) {
        #expect(throws: DatabaseLockError.unusablePath) { try DatabaseLock.acquire(path: path) }
    }
}
