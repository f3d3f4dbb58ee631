import Foundation
import Glibc
import Testing
import WarderLinux
import WarderWire

@testable import WarderCommands

@Suite("Doctor")
struct DoctorTests {
    private func places(_ folder: TemporaryFolder) throws -> VaultPlaces {
        let roots = VaultPlaces.Roots(
            run: folder.file("run"),
            state: folder.file("state"),
            configuration: folder.file("etc"),
            home: { _ in folder.file("home") }
        )
        return VaultPlaces.system(roots: roots)
    }

    private func makeFolder(_ path: String, mode: Int) throws {
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func codes(_ findings: [Findings.Finding]) -> [String] { findings.map(\.code) }

    @Test("a machine without configuration and data has no findings about files")
    func bare() throws {
        let folder = try TemporaryFolder()
        #expect(FileChecks(places: try places(folder), environment: [:]).findings.isEmpty)
    }

    @Test("a configuration that others may write, or that was named and is not there, is an error with its remedy")
    func configuration() throws {
        let folder = try TemporaryFolder()
        var places = try places(folder)
        try makeFolder(folder.file("etc/warder"), mode: 0o755)
        _ = try folder.write("a: 1", to: "etc/warder/warder.yaml", mode: 0o666)
        let findings = FileChecks(places: places, environment: [:]).findings
        #expect(codes(findings) == ["configuration_untrusted"])
        #expect(findings.first?.remedy.contains("chmod go-w") == true)
        places.configuration = folder.file("none.yaml")
        let missing = FileChecks(places: places, environment: ["WARDER_CONFIG": folder.file("none.yaml")]).findings
        #expect(codes(missing) == ["configuration_missing"])
    }

    @Test("a data directory that others may enter is an error, and so is a file in its place")
    func dataDirectory() throws {
        let folder = try TemporaryFolder()
        let places = try places(folder)
        try makeFolder(places.dataDirectory, mode: 0o750)
        #expect(codes(FileChecks(places: places, environment: [:]).findings) == ["data_directory_open"])
        try makeFolder(places.dataDirectory, mode: 0o700)
        #expect(FileChecks(places: places, environment: [:]).findings.isEmpty)
        try FileManager.default.removeItem(atPath: places.dataDirectory)
        try Data().write(to: URL(filePath: places.dataDirectory))
        #expect(codes(FileChecks(places: places, environment: [:]).findings) == ["data_directory_wrong"])
    }

    @Test("each reason for a socket that cannot be reached has its own name")
    func sockets() throws {
        let folder = try TemporaryFolder()
        #expect(codes(SocketCheck(path: folder.file("none")).findings) == ["socket_missing"])
        let file = try folder.write("", to: "file")
        #expect(codes(SocketCheck(path: file).findings) == ["socket_wrong"])
        let stub = try StubVault([])
        #expect(SocketCheck(path: stub.path).findings.isEmpty)
        stub.stop()
        #expect(codes(SocketCheck(path: stub.path).findings) == ["daemon_gone"])
        // Longer than a socket address, and still a path that exists.
        let deep = folder.file(String(repeating: "d", count: 100))
        try makeFolder(deep, mode: 0o755)
        try FileManager.default.moveItem(atPath: stub.path, toPath: deep + "/operator.sock")
        #expect(codes(SocketCheck(path: deep + "/operator.sock").findings) == ["socket_path_too_long"])
    }

    @Test("the daemon's state, memory, confinement and version are looked at")
    func daemon() {
        func findings(
            _ state: String,
            memoryLocked: Bool = true,
            confined: Bool? = true,
            version: String = "0.1.0"
        ) -> [String] {
            let status = VaultStatus(
                state: state,
                vault: nil,
                profile: "team",
                version: version,
                pid: 0,
                started: "",
                slots: [],
                unsealing: nil,
                secrets: nil,
                servers: nil,
                events: nil,
                memoryLocked: memoryLocked,
                confined: confined,
                logKey: nil,
                clientSocket: ""
            )
            return codes(DaemonCheck(status: status, commandVersion: "0.1.0").findings)
        }
        #expect(findings("unsealed") == [])
        #expect(findings("sealed") == ["sealed"])
        #expect(findings("not_initialised", memoryLocked: false) == ["not_initialised", "memory_not_locked"])
        #expect(findings("unsealed", confined: false) == ["not_confined"])
        #expect(findings("unsealed", confined: nil) == [], "a daemon from before says nothing of it")
        #expect(findings("unsealed", version: "0.2.0") == ["version_mismatch"])
    }

    @Test("an unreachable daemon is a finding, and the exit status says so")
    func unreachable() throws {
        let folder = try TemporaryFolder()
        let run = try CommandRun(["doctor"], socket: folder.file("none.sock"))
        #expect(run.status == .findings)
        #expect(run.outputText.contains("[socket_missing]"))
    }
}
