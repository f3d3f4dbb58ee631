import Foundation
import Glibc
import Logging
import SecretMemory
import Testing
import WarderLinux
import WarderModel

@testable import WarderConfiguration

@Suite("Configuration: defaults")
struct ConfigurationDefaultsTests {
    private let fixture: ConfigurationFixture

    init() throws { fixture = try ConfigurationFixture() }

    @Test("without a file the machine's vault is for a team, in the machine's places")
    func machine() throws {
        let configuration = try fixture.defaults()
        #expect(configuration.file == nil)
        #expect(configuration.profile == .team)
        #expect(configuration.stateDirectory == fixture.root + "/var/lib/warder")
        #expect(configuration.clientSocket == fixture.root + "/run/warder/client.sock")
        #expect(configuration.operatorSocket == fixture.root + "/run/warder/operator.sock")
        #expect(configuration.operatorGroup == .init(name: "warder", id: 990))
        #expect(configuration.operatorSocketMode == 0o660)
        #expect(!configuration.worker.isStarted)
        #expect(DaemonConfiguration.clientSocketMode == 0o666)
    }

    @Test("without a file a user's vault is for a single user, in the user's places, and for the user alone")
    func user() throws {
        let configuration = try DaemonConfiguration.load(owner: .user(geteuid()), in: fixture.surroundings())
        #expect(configuration.profile == .singleUser)
        #expect(configuration.stateDirectory == fixture.root + "/home/.local/share/warder")
        #expect(configuration.operatorGroup == nil)
        #expect(configuration.operatorSocketMode == 0o600)
        #expect(configuration.worker.isStarted)
    }

    @Test("the numbers are the documented ones")
    func numbers() throws {
        let configuration = try fixture.defaults()
        #expect(configuration.memory == .init(lock: .required, lockedLimit: 33_554_432))
        #expect(configuration.confinement == .required)
        #expect(configuration.argon2 == .init(passes: 3, memoryBytes: 268_435_456))
        #expect(
            configuration.limits
                == .init(
                    connectionsPerUID: 64,
                    requestsPerSecondPerUID: 1000,
                    burst: 2000,
                    unknownPeerConnections: 8,
                    operatorReserve: 16,
                    bodyBytes: 65_536,
                    secretBodyBytes: 2_097_152
                )
        )
        #expect(
            configuration.deadlines
                == .init(
                    firstByte: .seconds(5),
                    headers: .seconds(5),
                    body: .seconds(10),
                    request: .seconds(30),
                    idle: .seconds(60)
                )
        )
        #expect(configuration.eventLoops == 1)
        #expect(configuration.log == .init(level: .info, format: .text))
        #expect(configuration.audit.keepDays == 0 && !configuration.audit.legalHold)
    }

    @Test("without the group warder the operator socket is for the daemon's user alone")
    func noGroup() throws {
        var surroundings = fixture.surroundings()
        surroundings.groupID = { _ in nil }
        let configuration = try DaemonConfiguration.load(owner: .system, in: surroundings)
        #expect(configuration.operatorGroup == nil)
        #expect(configuration.operatorSocketMode == 0o600)
    }

    @Test("a credential that systemd passed is used, and may show the mode that its access list gives it")
    func passedCredential() throws {
        let directory = fixture.root + "/run"
        let path = directory + "/warder-unseal"
        try Data(count: 32).write(to: URL(fileURLWithPath: path))
        let surroundings = fixture.surroundings(["CREDENTIALS_DIRECTORY": directory])
        let configuration = try DaemonConfiguration.load(owner: .system, in: surroundings)
        #expect(configuration.unseal.credentialFile == .init(path: path, isFromServiceManager: true))
        #expect(configuration.unseal.credentialFile?.maximumMode == 0o640)
    }

    @Test("a credentials directory without our credential gives none")
    func noPassedCredential() throws {
        let surroundings = fixture.surroundings(["CREDENTIALS_DIRECTORY": fixture.root + "/run"])
        #expect(try DaemonConfiguration.load(owner: .system, in: surroundings).unseal.credentialFile == nil)
    }

    @Test("root serves the machine's vault")
    func rootServesTheMachine() {
        #expect(fixture.surroundings(uid: 0).defaultOwner() == .system)
    }

    @Test("the user to whom the machine's state directory belongs serves the machine's vault")
    func ownerOfTheStateDirectory() throws {
        let directory = fixture.root + "/var/lib/warder"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        let other: UInt32 = 64_999
        let owner = geteuid() == 0 ? other : geteuid()
        if geteuid() == 0 { try #require(unsafe chown(directory, other, other) == 0) }
        #expect(fixture.surroundings(uid: owner).defaultOwner() == .system)
        #expect(fixture.surroundings(uid: owner + 1).defaultOwner() == .user(owner + 1))
    }

    @Test("a user serves their own vault where there is no machine's one")
    func userServesTheirOwn() {
        #expect(fixture.surroundings(uid: 64_999).defaultOwner() == .user(64_999))
    }

    @Test("a user without a home is told so")
    func noHome() throws {
        var surroundings = fixture.surroundings(uid: 64_999)
        surroundings.roots.home = { _ in nil }
        let homeless = surroundings
        let error = #expect(throws: ConfigurationError.self) { try DaemonConfiguration.load(in: homeless) }
        #expect(error?.place == .user(64_999))
    }

    @Test("less lockable memory than asked for gives a notice with both figures, enough or no limit gives none")
    func lockLimit() throws {
        var configuration = try fixture.defaults()
        let notice = try #require(configuration.lockLimitNotice(lockLimitBytes: 8 << 20))
        #expect(notice.contains("32MiB") && notice.contains("8MiB") && notice.contains("LimitMEMLOCK="))
        #expect(notice.contains("refused"))
        #expect(configuration.lockLimitNotice(lockLimitBytes: 32 << 20) == nil)
        #expect(configuration.lockLimitNotice(lockLimitBytes: nil) == nil)
        configuration.memory.lock = .bestEffort
        #expect(try #require(configuration.lockLimitNotice(lockLimitBytes: 65_536)).contains("swap"))
    }
}
