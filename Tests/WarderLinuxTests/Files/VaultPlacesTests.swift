import Foundation
import Glibc
import Testing
import WarderLinux

@Suite("Where a vault lies")
struct VaultPlacesTests {
    /// Roots below a temporary directory, with a home for every user but 404.
    private func roots(_ directory: TemporaryDirectory) -> VaultPlaces.Roots {
        let home = directory.path("home")
        return VaultPlaces.Roots(
            run: directory.path("run"),
            state: directory.path("var/lib"),
            configuration: directory.path("etc"),
            home: { $0 == 404 ? nil : "\(home)/u\($0)" }
        )
    }

    private func makeSession(_ directory: TemporaryDirectory, user: UInt32, owner: UInt32, mode: mode_t) throws {
        let path = directory.path("run/user/\(user)")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard unsafe chown(path, owner, owner) == 0, unsafe chmod(path, mode) == 0 else {
            throw TestFailure("no session directory")
        }
    }

    private func makeSystemSocket(_ directory: TemporaryDirectory) throws {
        let path = directory.path("run/warder")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        close(try SocketFile.bind(path: path + "/client.sock", mode: 0o666))
    }

    @Test("the machine's vault lies where the file hierarchy has it")
    func system() {
        let places = VaultPlaces.system()
        #expect(places.owner == .system)
        #expect(places.clientSocket == "/run/warder/client.sock")
        #expect(places.operatorSocket == "/run/warder/operator.sock")
        #expect(places.workerSocket == "/run/warder/worker.sock")
        #expect(places.runtimeDirectory == "/run/warder")
        #expect(places.dataDirectory == "/var/lib/warder")
        #expect(places.configuration == "/etc/warder/warder.yaml")
    }

    @Test("a user's vault lies in their session directory and their home")
    func user() throws {
        let directory = try TemporaryDirectory()
        try makeSession(directory, user: 1000, owner: 1000, mode: 0o700)
        let places = try VaultPlaces.user(1000, roots: roots(directory))
        #expect(places.owner == .user(1000))
        #expect(places.clientSocket == directory.path("run/user/1000/warder/client.sock"))
        #expect(places.operatorSocket == directory.path("run/user/1000/warder/operator.sock"))
        #expect(places.workerSocket == directory.path("run/user/1000/warder/worker.sock"))
        #expect(places.dataDirectory == directory.path("home/u1000/.local/share/warder"))
        #expect(places.configuration == directory.path("home/u1000/.config/warder/warder.yaml"))
    }

    @Test("without a session directory of their own a user's sockets lie in their home")
    func fallback() throws {
        let expected = "home/u1000/.local/state/warder/run"
        let missing = try TemporaryDirectory()
        #expect(try VaultPlaces.user(1000, roots: roots(missing)).runtimeDirectory == missing.path(expected))
        for (owner, mode) in [(UInt32(1001), mode_t(0o700)), (1000, 0o755), (1000, 0o770), (0, 0o700)] {
            let directory = try TemporaryDirectory()
            try makeSession(directory, user: 1000, owner: owner, mode: mode)
            #expect(try VaultPlaces.user(1000, roots: roots(directory)).runtimeDirectory == directory.path(expected))
        }
        let link = try TemporaryDirectory()
        try makeSession(link, user: 2000, owner: 1000, mode: 0o700)
        #expect(unsafe symlink("2000", link.path("run/user/1000")) == 0)
        #expect(try VaultPlaces.user(1000, roots: roots(link)).runtimeDirectory == link.path(expected))
    }

    @Test("root means the machine's vault; another user does where its socket exists, else their own")
    func found() throws {
        let directory = try TemporaryDirectory()
        #expect(try VaultPlaces.find(uid: 0, environment: [:], roots: roots(directory)).owner == .system)
        #expect(try VaultPlaces.find(uid: 1000, environment: [:], roots: roots(directory)).owner == .user(1000))
        try makeSystemSocket(directory)
        #expect(try VaultPlaces.find(uid: 1000, environment: [:], roots: roots(directory)).owner == .system)
        #expect(try VaultPlaces.find(uid: 404, environment: [:], roots: roots(directory)).owner == .system)
    }

    @Test("something else in the place of the socket is no vault")
    func notASocket() throws {
        let directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(
            atPath: directory.path("run/warder/client.sock"),
            withIntermediateDirectories: true
        )
        #expect(try VaultPlaces.find(uid: 1000, environment: [:], roots: roots(directory)).owner == .user(1000))
    }

    @Test("the environment goes before, one variable at a time; an empty one counts as unset")
    func environment() throws {
        let directory = try TemporaryDirectory()
        let plain = try VaultPlaces.find(uid: 1000, environment: [:], roots: roots(directory))
        var expected = plain
        expected.operatorSocket = "/elsewhere/o.sock"
        let environment = ["WARDER_SOCKET": "", "WARDER_OPERATOR_SOCKET": "/elsewhere/o.sock", "HOME": "/nowhere"]
        #expect(try VaultPlaces.find(uid: 1000, environment: environment, roots: roots(directory)) == expected)
        expected.clientSocket = "/elsewhere/c.sock"
        expected.configuration = "/elsewhere/w.yaml"
        let all = environment.merging(
            ["WARDER_SOCKET": "/elsewhere/c.sock", "WARDER_CONFIG": "/elsewhere/w.yaml"],
            uniquingKeysWith: { $1 }
        )
        #expect(try VaultPlaces.find(uid: 1000, environment: all, roots: roots(directory)) == expected)
    }

    @Test("neither HOME nor XDG_RUNTIME_DIR changes anything")
    func otherVariables() throws {
        let directory = try TemporaryDirectory()
        let environment = ["HOME": "/nowhere", "XDG_RUNTIME_DIR": "/nowhere", "XDG_DATA_HOME": "/nowhere"]
        #expect(
            try VaultPlaces.find(uid: 1000, environment: environment, roots: roots(directory))
                == VaultPlaces.find(uid: 1000, environment: [:], roots: roots(directory))
        )
    }

    @Test(
        "a variable with a relative path is refused",
        arguments: ["WARDER_SOCKET", "WARDER_OPERATOR_SOCKET", "WARDER_CONFIG"]
    )
    func relative(variable: String) throws {
        let directory = try TemporaryDirectory()
        #expect(throws: VaultPlacesError.notAbsolute(variable: variable)) {
            try VaultPlaces.find(uid: 0, environment: [variable: "here.sock"], roots: roots(directory))
        }
    }

    @Test("a user without a home has no vault of their own")
    func homeless() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: VaultPlacesError.noHome(uid: 404)) {
            try VaultPlaces.find(uid: 404, environment: [:], roots: roots(directory))
        }
    }

    @Test("home directories come from the user database")
    func userDatabase() throws {
        let line = try Tool.run(["getent", "passwd", "0"])
        let home = line.split(separator: ":", omittingEmptySubsequences: false)[5]
        #expect(VaultPlaces.Roots.real.home(0) == String(home))
        #expect(VaultPlaces.Roots.real.home(3_999_999_999) == nil)
    }
}
