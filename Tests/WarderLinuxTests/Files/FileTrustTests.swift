import Foundation
import Glibc
import SystemPackage
import Testing
import WarderLinux

@Suite("Trust in files")
struct FileTrustTests {
    private func write(_ path: String, mode: mode_t = 0o600) throws {
        try Data("content".utf8).write(to: URL(fileURLWithPath: path))
        guard unsafe chmod(path, mode) == 0 else { throw TestFailure("chmod: \(errno)") }
    }

    @Test("a file of root in directories of root is trusted, by root and by others")
    func trusted() throws {
        let directory = try TemporaryDirectory()
        try write(directory.path("config"), mode: 0o644)
        try FileTrust.check(file: directory.path("config"), maximumMode: 0o644)
        try FileTrust.check(file: directory.path("config"), owner: 1000, maximumMode: 0o644)
        try FileTrust.check(directory: directory.root)
    }

    @Test("a file and a directory of the user given are trusted, those of a third are not")
    func owners() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("config")
        try write(path)
        #expect(unsafe chown(directory.root, 1000, 1000) == 0)
        #expect(unsafe chown(path, 1000, 1000) == 0)
        try FileTrust.check(file: path, owner: 1000, maximumMode: 0o600)
        #expect(throws: FileTrustError.foreignOwner(directory.root, owner: 1000, allowed: 0)) {
            try FileTrust.check(file: path, owner: 0, maximumMode: 0o600)
        }
        #expect(unsafe chown(directory.root, 0, 0) == 0)
        #expect(throws: FileTrustError.foreignOwner(path, owner: 1000, allowed: 1001)) {
            try FileTrust.check(file: path, owner: 1001, maximumMode: 0o600)
        }
    }

    @Test(
        "a file that others may write to is refused, even where the allowed mode says otherwise",
        arguments: [0o620, 0o602, 0o666] as [mode_t]
    )
    func writableFile(mode: mode_t) throws {
        let directory = try TemporaryDirectory()
        try write(directory.path("config"), mode: mode)
        #expect(throws: FileTrustError.writableByOthers(directory.path("config"), mode: UInt32(mode))) {
            try FileTrust.check(file: directory.path("config"), maximumMode: 0o777)
        }
    }

    @Test("each directory on the way counts, however far up")
    func writableParent() throws {
        let directory = try TemporaryDirectory()
        let deep = directory.path("a/b/c")
        try FileManager.default.createDirectory(atPath: deep, withIntermediateDirectories: true)
        try write(deep + "/config")
        try FileTrust.check(file: deep + "/config", maximumMode: 0o600)
        #expect(unsafe chmod(directory.path("a"), 0o775) == 0)
        #expect(throws: FileTrustError.writableByOthers(directory.path("a"), mode: 0o775)) {
            try FileTrust.check(file: deep + "/config", maximumMode: 0o600)
        }
        #expect(throws: FileTrustError.writableByOthers(directory.path("a"), mode: 0o775)) {
            try FileTrust.check(directory: deep)
        }
        #expect(unsafe chmod(directory.path("a"), 0o1777) == 0)
        try FileTrust.check(file: deep + "/config", maximumMode: 0o600)
    }

    @Test("a mode wider than allowed is refused, and the remedy gives one that is not")
    func mode() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("it's a key")
        try write(path, mode: 0o640)
        let error = #expect(throws: FileTrustError.self) { try FileTrust.check(file: path, maximumMode: 0o600) }
        #expect(error == .modeTooWide(path, mode: 0o640, allowed: 0o600))
        #expect(error?.component == path)
        #expect(error?.remedy == "chmod 0600 '\(directory.root)/it'\\''s a key'")
        let remedy = try #require(error?.remedy)
        _ = try Tool.run(["sh", "-c", remedy])
        try FileTrust.check(file: path, maximumMode: 0o600)
    }

    @Test("the other remedies work as well")
    func remedies() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("config")
        try write(path, mode: 0o600)
        #expect(unsafe chown(path, 1000, 1000) == 0)
        #expect(unsafe chmod(directory.root, 0o777) == 0)
        for _ in 0..<2 {
            let error = #expect(throws: FileTrustError.self) { try FileTrust.check(file: path, maximumMode: 0o600) }
            _ = try Tool.run(["sh", "-c", try #require(error?.remedy)])
        }
        try FileTrust.check(file: path, maximumMode: 0o600)
    }

    @Test("a symbolic link is followed only where every step is trusted")
    func links() throws {
        let directory = try TemporaryDirectory()
        let open = directory.path("open")
        try FileManager.default.createDirectory(atPath: open, withIntermediateDirectories: false)
        try write(directory.path("config"))
        try write(open + "/config")
        #expect(unsafe symlink("./open/../config", directory.path("relative")) == 0)
        #expect(unsafe symlink(directory.path("config"), directory.path("absolute")) == 0)
        #expect(unsafe symlink("open/config", directory.path("outside")) == 0)
        for name in ["relative", "absolute", "outside"] {
            try FileTrust.check(file: directory.path(name), maximumMode: 0o600)
        }
        #expect(unsafe chmod(open, 0o777) == 0)
        try FileTrust.check(file: directory.path("absolute"), maximumMode: 0o600)
        for name in ["relative", "outside"] {
            #expect(throws: FileTrustError.writableByOthers(open, mode: 0o777)) {
                try FileTrust.check(file: directory.path(name), maximumMode: 0o600)
            }
        }
    }

    @Test("a symbolic link of another user in a sticky directory is refused")
    func foreignLink() throws {
        let directory = try TemporaryDirectory()
        try write(directory.path("config"))
        #expect(unsafe symlink("config", directory.path("link")) == 0)
        #expect(unsafe lchown(directory.path("link"), 65534, 65534) == 0)
        #expect(unsafe chmod(directory.root, 0o1777) == 0)
        #expect(throws: FileTrustError.foreignOwner(directory.path("link"), owner: 65534, allowed: 0)) {
            try FileTrust.check(file: directory.path("link"), maximumMode: 0o600)
        }
    }

    @Test("links in a circle end")
    func circle() throws {
        let directory = try TemporaryDirectory()
        #expect(unsafe symlink("b", directory.path("a")) == 0)
        #expect(unsafe symlink("a", directory.path("b")) == 0)
        #expect(throws: FileTrustError.tooManyLinks(directory.path("a"))) {
            try FileTrust.check(file: directory.path("a"), maximumMode: 0o600)
        }
    }

    @Test("what is missing, or of another kind, is named")
    func kinds() throws {
        let directory = try TemporaryDirectory()
        try write(directory.path("config"))
        #expect(throws: FileTrustError.missing(directory.path("no"))) {
            try FileTrust.check(file: directory.path("no"), maximumMode: 0o600)
        }
        #expect(throws: FileTrustError.missing(directory.path("no"))) {
            try FileTrust.check(file: directory.path("no/config"), maximumMode: 0o600)
        }
        #expect(throws: FileTrustError.wrongKind(directory.root, expected: .file)) {
            try FileTrust.check(file: directory.root, maximumMode: 0o777)
        }
        #expect(throws: FileTrustError.wrongKind(directory.path("config"), expected: .directory)) {
            try FileTrust.check(directory: directory.path("config"))
        }
        #expect(throws: FileTrustError.wrongKind(directory.path("config"), expected: .directory)) {
            try FileTrust.check(file: directory.path("config/x"), maximumMode: 0o600)
        }
        #expect(unsafe mkfifo(directory.path("pipe"), 0o600) == 0)
        #expect(throws: FileTrustError.wrongKind(directory.path("pipe"), expected: .file)) {
            try FileTrust.check(file: directory.path("pipe"), maximumMode: 0o600)
        }
        #expect(throws: FileTrustError.notAbsolute("config")) {
            try FileTrust.check(file: "config", maximumMode: 0o600)
        }
    }

    @Test("a file that this user may not read is unreadable, not missing")
    func unreadable() async throws {
        let stage = try Stage()
        await #expect(processExitsWith: .success) { [stage = stage as Stage] in
            try stage.enter()
            let directory = try TemporaryDirectory()
            let path = directory.path("config")
            try Data().write(to: URL(fileURLWithPath: path))
            try #require(unsafe chmod(path, 0o600) == 0)
            try #require(setgroups(0, nil) == 0 && setgid(65534) == 0 && setuid(65534) == 0)
            #expect(throws: FileTrustError.unreadable(path, .permissionDenied)) {
                try FileTrust.check(file: path, maximumMode: 0o600)
            }
        }
    }

    @Test("the file that is opened is the one that was checked, close-on-exec")
    func opened() throws {
        let directory = try TemporaryDirectory()
        try write(directory.path("config"))
        let descriptor = try FileTrust.open(file: directory.path("config"), maximumMode: 0o600)
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        #expect(try handle.readToEnd() == Data("content".utf8))
    }

    @Test("each error says what is wrong in a sentence of its own")
    func descriptions() {
        let errors: [FileTrustError] = [
            .notAbsolute("/x"), .missing("/x"), .foreignOwner("/x", owner: 1, allowed: 2),
            .writableByOthers("/x", mode: 0o666), .modeTooWide("/x", mode: 0o644, allowed: 0o600),
            .wrongKind("/x", expected: .file), .tooManyLinks("/x"), .unreadable("/x", .permissionDenied),
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
        #expect(errors.allSatisfy { $0.description.contains("/x") && !$0.remedy.isEmpty })
        // A directory that is to be made, and cannot be: to read it is not what is missing.
        let made = FileTrustError.unreadable("/x", .readOnlyFileSystem)
        #expect(made.description == "/x cannot be made: Read-only file system")
        #expect(made.remedy == "give /x a disk that can be written to and has room")
        #expect(errors[4].description == "/x has mode 0644, at most 0600 is allowed")
    }
}

@Suite("Private directories")
struct PrivateDirectoryTests {
    @Test("missing directories are created for their owner alone, existing ones are left as they are")
    func created() throws {
        let directory = try TemporaryDirectory()
        try PrivateDirectory.ensure(directory.path("a/b"))
        try PrivateDirectory.ensure(directory.path("a/b"))
        for name in ["a", "a/b"] {
            let found = try FileManager.default.attributesOfItem(atPath: directory.path(name))
            #expect(found[.posixPermissions] as? Int == 0o700)
        }
        #expect(try FileManager.default.attributesOfItem(atPath: directory.root)[.posixPermissions] as? Int == 0o755)
    }

    @Test("a directory that others may enter is refused")
    func tooWide() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: FileTrustError.modeTooWide(directory.root, mode: 0o755, allowed: 0o2700)) {
            try PrivateDirectory.ensure(directory.root)
        }
    }

    @Test("a directory of root does for nobody else")
    func rootsOwn() async throws {
        let stage = try Stage()
        await #expect(processExitsWith: .success) { [stage = stage as Stage] in
            try stage.enter()
            let directory = try TemporaryDirectory()
            try PrivateDirectory.ensure(directory.path("roots"))
            try #require(setgroups(0, nil) == 0 && setgid(65534) == 0 && setuid(65534) == 0)
            #expect(throws: FileTrustError.unreadable(directory.path("roots"), .permissionDenied)) {
                try PrivateDirectory.ensure(directory.path("roots"))
            }
        }
    }
}
