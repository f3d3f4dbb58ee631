import Foundation
import Glibc
import Testing
import WarderConfiguration
import WarderLinux
import WarderWire

@testable import WarderCommands

@Suite("Places from the daemon's configuration file")
struct ConfiguredPlacesTests {
    private let folder: TemporaryFolder
    private let roots: VaultPlaces.Roots
    private let system: VaultPlaces
    private let own: VaultPlaces

    init() throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        roots = VaultPlaces.Roots(
            run: folder.file("run"),
            state: folder.file("state"),
            configuration: folder.file("etc"),
            home: { _ in folder.file("home") }
        )
        system = .system(roots: roots)
        own = try .user(geteuid(), roots: roots)
    }

    private func write(_ text: String, to path: String, mode: Int = 0o600) throws {
        try FileManager.default.createDirectory(
            atPath: URL(filePath: path).deletingLastPathComponent().path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    /// The usual file of whoever runs the tests: root means the machine's vault.
    private var usual: VaultPlaces { geteuid() == 0 ? system : own }

    private func find(_ environment: [String: String] = [:]) throws -> ConfiguredPlaces {
        try ConfiguredPlaces(environment: environment, roots: roots)
    }

    private func codes(_ found: ConfiguredPlaces) -> [String] { findings(found).map(\.code) }

    private func findings(_ found: ConfiguredPlaces) -> [Findings.Finding] {
        FileChecks(places: found.places, environment: [:], fault: found.fault).findings
    }

    @Test("without a file the usual places hold, and nothing is wrong")
    func noFile() throws {
        let found = try find()
        #expect(found.places == usual)
        #expect(found.fault == nil)
    }

    @Test("sockets, directory and memory come from the file; the environment goes before it")
    func file() throws {
        try write(
            "state_directory: /srv/vault\noperator_socket: /srv/o.sock\nmemory:\n  locked_limit: 8MiB\n",
            to: usual.configuration
        )
        let found = try find()
        #expect(found.places.operatorSocket == "/srv/o.sock")
        #expect(found.places.dataDirectory == "/srv/vault")
        #expect(found.places.clientSocket == usual.clientSocket)
        #expect(found.configuration?.memory.lockedLimit == 8 << 20)
        #expect(try find(["WARDER_OPERATOR_SOCKET": "/e.sock"]).places.operatorSocket == "/e.sock")
        #expect(codes(found) == [])
    }

    @Test("a file that is named in the environment counts instead of the usual one")
    func named() throws {
        try write("operator_socket: /srv/usual.sock\n", to: usual.configuration)
        try write("operator_socket: /srv/named.sock\n", to: folder.file("named.yaml"))
        #expect(try find(["WARDER_CONFIG": folder.file("named.yaml")]).places.operatorSocket == "/srv/named.sock")
    }

    @Test("a file that the daemon would refuse counts for nothing, and doctor says where and why")
    func wrong() throws {
        try write("operator_soket: /srv/o.sock\n", to: usual.configuration)
        let found = try find()
        #expect(found.places == usual)
        #expect(codes(found) == ["configuration_wrong"])
        #expect(findings(found).first?.message.contains(":1:1: there is no setting 'operator_soket'") == true)
        #expect(findings(found).first?.remedy == "did you mean operator_socket?")
        try write("operator_socket: /srv/o.sock\n", to: usual.configuration, mode: 0o666)
        #expect(try find().places == usual)
        #expect(codes(try find()) == ["configuration_untrusted"])
    }

    @Test(
        "a named file that cannot be used stops every command but doctor",
        arguments: ["operator_soket: /srv/o.sock\n", nil]
    )
    func namedAndWrong(_ text: String?) throws {
        let file = folder.file("named.yaml")
        if let text { try write(text, to: file) }
        let run = try CommandRun(["secret", "list"], environment: ["WARDER_CONFIG": file])
        #expect(run.status == .usage)
        #expect(run.errors.hasPrefix("warder: WARDER_CONFIG cannot be used: \(file)"), "\(run.errors)")
        let doctor = try CommandRun(["doctor"], environment: ["WARDER_CONFIG": file])
        #expect(doctor.status == .findings)
        #expect(doctor.outputText.contains(text == nil ? "configuration_missing" : "configuration_wrong"))
    }

    @Test("the machine's vault is found where its file moved the sockets")
    func moved() throws {
        let stub = try StubVault([])
        defer { stub.stop() }
        try write("client_socket: \(stub.path)\noperator_socket: /srv/o.sock\n", to: system.configuration)
        #expect(try find().places.operatorSocket == "/srv/o.sock")
    }
}
