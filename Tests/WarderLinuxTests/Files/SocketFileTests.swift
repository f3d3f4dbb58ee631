import Foundation
import Glibc
import SystemPackage
import Testing

@testable import WarderLinux

@Suite("Socket files")
struct SocketFileTests {
    private func permissions(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test(
        "a socket listens with the mode that was asked for, whatever the umask is",
        arguments: [0o600, 0o660, 0o666, 0o200]
    )
    func modes(mode: Int) async throws {
        let stage = try Stage()
        await #expect(processExitsWith: .success) { [mode, stage = stage as Stage] in
            try stage.enter()
            for mask in [mode_t(0), 0o077, 0o777] {
                let directory = try TemporaryDirectory()
                let path = directory.path("v.sock")
                umask(mask)
                let socket = try SocketFile.bind(path: path, mode: UInt32(mode))
                #expect(umask(0) == mask)
                let found = try FileManager.default.attributesOfItem(atPath: path)
                #expect(found[.posixPermissions] as? Int == mode)
                #expect(found[.type] as? FileAttributeType == .typeSocket)
                let client = PeerListener.connect(path)
                #expect(client.error == 0)
                #expect(fcntl(socket, F_GETFD) & FD_CLOEXEC != 0)
            }
        }
    }

    @Test("a socket file is the owner's alone from the first moment on, even without a umask")
    func firstMoment() async throws {
        let stage = try Stage()
        await #expect(processExitsWith: .success) { [stage = stage as Stage] in
            try stage.enter()
            let directory = try TemporaryDirectory()
            umask(0)
            let socket = try SocketFile.bound(to: directory.path("v.sock"))
            let found = try FileManager.default.attributesOfItem(atPath: directory.path("v.sock"))
            #expect(found[.posixPermissions] as? Int == 0o600)
            withExtendedLifetime(socket) {}
        }
    }

    @Test("a socket gets the group that was asked for")
    func group() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("v.sock")
        let socket = try SocketFile.bind(path: path, mode: 0o660, group: 65534)
        defer { close(socket) }
        let found = try FileManager.default.attributesOfItem(atPath: path)
        #expect(found[.groupOwnerAccountID] as? Int == 65534)
        #expect(found[.ownerAccountID] as? Int == 0)
        #expect(try permissions(path) == 0o660)
    }

    @Test("a path of 107 bytes is bound, one of 108 is refused with both numbers")
    func length() throws {
        let directory = try TemporaryDirectory()
        let longest = directory.path(String(repeating: "a", count: 107 - directory.root.utf8.count - 1))
        #expect(longest.utf8.count == 107)
        let socket = try SocketFile.bind(path: longest, mode: 0o600)
        defer { close(socket) }
        #expect(PeerListener.connect(longest).error == 0)
        #expect(throws: SocketFileError.pathTooLong(bytes: 108, limit: 107)) {
            try SocketFile.bind(path: longest + "a", mode: 0o600)
        }
    }

    @Test(
        "a path that is relative, abstract or has a NUL is refused",
        arguments: ["", "v.sock", "\0abstract", "/tmp/a\0b"]
    )
    func unusable(path: String) {
        #expect(throws: SocketFileError.pathNotAbsolute) { try SocketFile.bind(path: path, mode: 0o600) }
    }

    @Test("a socket that nobody answers on is replaced")
    func stale() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("v.sock")
        close(try SocketFile.bind(path: path, mode: 0o666))
        #expect(PeerListener.connect(path).error == ECONNREFUSED)
        let socket = try SocketFile.bind(path: path, mode: 0o600)
        defer { close(socket) }
        #expect(PeerListener.connect(path).error == 0)
        #expect(try permissions(path) == 0o600)
    }

    @Test("a socket that somebody answers on is in use, and stays")
    func inUse() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("v.sock")
        let socket = try SocketFile.bind(path: path, mode: 0o600)
        defer { close(socket) }
        #expect(throws: SocketFileError.inUse) { try SocketFile.bind(path: path, mode: 0o600) }
        #expect(PeerListener.connect(path).error == 0)
    }

    @Test("a socket with a full backlog is in use")
    func fullBacklog() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("v.sock")
        let busy = try PeerListener.silent(path)
        defer { close(busy) }
        #expect(listen(busy, 0) == 0)
        let client = PeerListener.connect(path)
        defer { close(client.descriptor) }
        #expect(throws: SocketFileError.inUse) { try SocketFile.bind(path: path, mode: 0o600) }
    }

    @Test("a datagram socket is in use")
    func datagram() throws {
        let directory = try TemporaryDirectory()
        let socket = try PeerListener.datagram(directory.path("v.sock"))
        defer { close(socket) }
        #expect(throws: SocketFileError.inUse) { try SocketFile.bind(path: directory.path("v.sock"), mode: 0o600) }
    }

    @Test("a file, a directory and a symbolic link are not touched")
    func otherKinds() throws {
        let directory = try TemporaryDirectory()
        try Data("precious".utf8).write(to: URL(fileURLWithPath: directory.path("file")))
        try FileManager.default.createDirectory(atPath: directory.path("folder"), withIntermediateDirectories: false)
        close(try SocketFile.bind(path: directory.path("stale"), mode: 0o600))
        #expect(unsafe symlink("stale", directory.path("link")) == 0)
        for name in ["file", "folder", "link"] {
            #expect(throws: SocketFileError.notASocket) { try SocketFile.bind(path: directory.path(name), mode: 0o600) }
            #expect((try? FileManager.default.attributesOfItem(atPath: directory.path(name))) != nil)
        }
    }

    @Test("a socket of another user is not touched")
    func foreign() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("v.sock")
        close(try PeerListener.silent(path))
        #expect(unsafe chown(path, 65534, 65534) == 0)
        #expect(throws: SocketFileError.foreignSocket(owner: 65534)) { try SocketFile.bind(path: path, mode: 0o600) }
    }

    @Test("a directory that others may write to is refused, a sticky one is not")
    func writableDirectory() throws {
        let directory = try TemporaryDirectory()
        for mode in [mode_t(0o777), 0o775, 0o757] {
            #expect(unsafe chmod(directory.root, mode) == 0)
            #expect(throws: SocketFileError.untrustedDirectory(.writableByOthers(directory.root, mode: UInt32(mode)))) {
                try SocketFile.bind(path: directory.path("v.sock"), mode: 0o600)
            }
        }
        #expect(unsafe chmod(directory.root, 0o1777) == 0)
        close(try SocketFile.bind(path: directory.path("v.sock"), mode: 0o600))
    }

    @Test("a directory of another user is refused")
    func foreignDirectory() throws {
        let directory = try TemporaryDirectory()
        #expect(unsafe chown(directory.root, 65534, 65534) == 0)
        let reason = FileTrustError.foreignOwner(directory.root, owner: 65534, allowed: 0)
        #expect(throws: SocketFileError.untrustedDirectory(reason)) {
            try SocketFile.bind(path: directory.path("v.sock"), mode: 0o600)
        }
    }

    @Test("an ordinary user binds in their own directory, and is refused one of a third user")
    func ordinaryUser() async throws {
        let stage = try Stage()
        await #expect(processExitsWith: .success) { [stage = stage as Stage] in
            try stage.enter()
            let own = try TemporaryDirectory()
            let third = try TemporaryDirectory()
            try #require(unsafe chown(own.root, 65534, 65534) == 0)
            try #require(unsafe chown(third.root, 1000, 1000) == 0)
            try #require(setgroups(0, nil) == 0 && setgid(65534) == 0 && setuid(65534) == 0)
            close(try SocketFile.bind(path: own.path("v.sock"), mode: 0o600))
            #expect(throws: SocketFileError.untrustedDirectory(.foreignOwner(third.root, owner: 1000, allowed: 65534)))
            {
                try SocketFile.bind(path: third.path("v.sock"), mode: 0o600)
            }
        }
    }

    @Test("a failure leaves no socket behind")
    func tidy() async throws {
        let stage = try Stage()
        await #expect(processExitsWith: .success) { [stage = stage as Stage] in
            try stage.enter()
            let own = try TemporaryDirectory()
            try #require(unsafe chown(own.root, 65534, 65534) == 0)
            try #require(setgroups(0, nil) == 0 && setgid(65534) == 0 && setuid(65534) == 0)
            // Nobody may give a file to a group they are not in.
            #expect(throws: SocketFileError.kernel(.changeGroup, .notPermitted)) {
                try SocketFile.bind(path: own.path("v.sock"), mode: 0o660, group: 7)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: own.root).isEmpty)
        }
    }

    @Test("removing takes away our own socket and nothing else")
    func removal() throws {
        let directory = try TemporaryDirectory()
        close(try SocketFile.bind(path: directory.path("v.sock"), mode: 0o600))
        SocketFile.remove(path: directory.path("v.sock"))
        try Data().write(to: URL(fileURLWithPath: directory.path("file")))
        SocketFile.remove(path: directory.path("file"))
        SocketFile.remove(path: directory.path("missing"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.root) == ["file"])
    }
}
