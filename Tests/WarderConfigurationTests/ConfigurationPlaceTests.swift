import Foundation
import Glibc
import Logging
import Testing
import WarderLinux

@testable import WarderConfiguration

@Suite("Configuration: which file, and who may have written it")
struct ConfigurationPlaceTests {
    private let fixture: ConfigurationFixture

    init() throws { fixture = try ConfigurationFixture() }

    @Test("a missing file that nobody named means the defaults")
    func missing() throws {
        #expect(try DaemonConfiguration.load(owner: .system, in: fixture.surroundings()).file == nil)
    }

    @Test("a missing file that was named stops the daemon")
    func missingButNamed() throws {
        let path = fixture.root + "/etc/warder/other.yaml"
        let byOption = #expect(throws: ConfigurationError.self) {
            try DaemonConfiguration.load(file: path, owner: .system, in: fixture.surroundings())
        }
        #expect(byOption?.place == .file(path))
        let byVariable = #expect(throws: ConfigurationError.self) {
            try DaemonConfiguration.load(owner: .system, in: fixture.surroundings(["WARDER_CONFIG": path]))
        }
        #expect(byVariable?.place == .file(path))
        #expect(byVariable?.remedy.contains("WARDER_CONFIG") == true)
    }

    @Test("a relative path on the command line starts from the working directory", arguments: ["2.yaml", "./2.yaml"])
    func relative(_ name: String) throws {
        let path = fixture.root + "/etc/2.yaml"
        try "event_loops: 2".write(toFile: path, atomically: false, encoding: .utf8)
        try #require(unsafe chmod(path, 0o600) == 0)
        var surroundings = fixture.surroundings()
        surroundings.workingDirectory = fixture.root + "/etc"
        let found = try DaemonConfiguration.load(file: name, owner: .system, in: surroundings)
        #expect(found.eventLoops == 2 && found.file == path)
    }

    @Test("the command line goes before WARDER_CONFIG, which goes before the usual place")
    func precedence() throws {
        try fixture.write("event_loops: 1")
        for number in [2, 3] {
            let path = fixture.root + "/etc/\(number).yaml"
            try "event_loops: \(number)".write(toFile: path, atomically: false, encoding: .utf8)
            try #require(unsafe chmod(path, 0o600) == 0)
        }
        let surroundings = fixture.surroundings(["WARDER_CONFIG": fixture.root + "/etc/2.yaml"])
        #expect(try DaemonConfiguration.load(owner: .system, in: fixture.surroundings()).eventLoops == 1)
        #expect(try DaemonConfiguration.load(owner: .system, in: surroundings).eventLoops == 2)
        let named = try DaemonConfiguration.load(file: fixture.root + "/etc/3.yaml", owner: .system, in: surroundings)
        #expect(named.eventLoops == 3)
        #expect(named.file == fixture.root + "/etc/3.yaml")
    }

    @Test(
        "a file that others may write to is refused, with the command that mends it",
        arguments: [0o664, 0o646, 0o666] as [UInt32]
    )
    func writableByOthers(mode: UInt32) throws {
        try fixture.write("profile: team", mode: mode)
        let error = #expect(throws: ConfigurationError.self) {
            try DaemonConfiguration.load(owner: .system, in: fixture.surroundings())
        }
        #expect(error?.place == .file(fixture.file))
        #expect(error?.remedy.contains("chmod") == true)
    }

    @Test("a file of another user is refused")
    func foreign() throws {
        try fixture.write("profile: team")
        // Root's files are everybody's to trust, so that the file has to be given away where the test runs as root.
        if geteuid() == 0 { try #require(unsafe chown(fixture.file, 64_998, 64_998) == 0) }
        let error = #expect(throws: ConfigurationError.self) {
            try DaemonConfiguration.load(owner: .system, in: fixture.surroundings(uid: 64_999))
        }
        #expect(error?.problem.hasPrefix("belongs to user") == true)
    }

    @Test("a file in a directory that others may write to is refused")
    func directoryWritableByOthers() throws {
        try fixture.write("profile: team")
        try #require(unsafe chmod(fixture.root + "/etc/warder", 0o777) == 0)
        let error = #expect(throws: ConfigurationError.self) {
            try DaemonConfiguration.load(owner: .system, in: fixture.surroundings())
        }
        #expect(error?.place == .file(fixture.root + "/etc/warder"))
    }

    @Test("a link that leads nowhere is not taken for a missing file")
    func danglingLink() throws {
        try FileManager.default.createSymbolicLink(atPath: fixture.file, withDestinationPath: fixture.root + "/nowhere")
        #expect(throws: ConfigurationError.self) {
            try DaemonConfiguration.load(owner: .system, in: fixture.surroundings())
        }
    }

    @Test("a directory, bytes that are no UTF-8 and a file without end are refused")
    func notAText() throws {
        let surroundings = fixture.surroundings(["WARDER_CONFIG": fixture.root + "/etc"])
        #expect(throws: ConfigurationError.self) { try DaemonConfiguration.load(owner: .system, in: surroundings) }
        try Data([0x70, 0xFF, 0xFE]).write(to: URL(fileURLWithPath: fixture.file))
        #expect(try fixture.fault(String(repeating: "# long\n", count: 20_000))?.problem.contains("128KiB") == true)
        try Data([0x70, 0xFF, 0xFE]).write(to: URL(fileURLWithPath: fixture.file))
        let error = #expect(throws: ConfigurationError.self) {
            try DaemonConfiguration.load(owner: .system, in: fixture.surroundings())
        }
        #expect(error?.problem.contains("UTF-8") == true)
    }

    @Test("the environment sets sockets and log level, and goes before the file")
    func environment() throws {
        let configuration = try fixture.load(
            "client_socket: /run/file.sock\nlog: {level: error}",
            environment: [
                "WARDER_SOCKET": "/run/c.sock", "WARDER_OPERATOR_SOCKET": "/run/o.sock", "WARDER_LOG_LEVEL": "trace",
            ]
        )
        #expect(configuration.clientSocket == "/run/c.sock")
        #expect(configuration.operatorSocket == "/run/o.sock")
        #expect(configuration.log.level == .trace)
    }

    @Test("empty variables count as unset, and others are not looked at")
    func otherVariables() throws {
        let configuration = try DaemonConfiguration.load(
            owner: .system,
            in: fixture.surroundings([
                "WARDER_SOCKET": "", "WARDER_CONFIG": "", "WARDER_LOG_LEVEL": "", "WARDER_PROFILE": "single-user",
                "WARDER_STATE_DIRECTORY": "/tmp", "WARDER_LOG_FORMAT": "json", "WARDER_OPERATOR_GROUP": "wheel",
            ])
        )
        #expect(try configuration == fixture.defaults())
    }

    @Test(
        "a wrong variable is named",
        arguments: [
            ("WARDER_SOCKET", "run/x"), ("WARDER_OPERATOR_SOCKET", "/" + String(repeating: "x", count: 108)),
            ("WARDER_CONFIG", "warder.yaml"), ("WARDER_LOG_LEVEL", "loud"),
        ]
    )
    func wrongVariable(name: String, value: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try DaemonConfiguration.load(owner: .system, in: fixture.surroundings([name: value]))
        }
        #expect(error?.place == .variable(name))
        #expect(error?.description.hasPrefix("\(name): ") == true)
    }

    @Test("two sockets at one path are refused also where a variable put them there")
    func samePathByVariable() throws {
        let error = try fixture.fault(
            "client_socket: /run/a.sock",
            environment: ["WARDER_OPERATOR_SOCKET": "/run/a.sock"]
        )
        #expect(error?.place == .variable("WARDER_OPERATOR_SOCKET"))
    }
}
