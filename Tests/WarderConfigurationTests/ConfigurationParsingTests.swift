import Logging
import SecretMemory
import Testing
import UpstreamAddresses
import WarderLinux
import WarderModel

@testable import WarderConfiguration

@Suite("Configuration: what a file can say")
struct ConfigurationParsingTests {
    private let fixture: ConfigurationFixture

    init() throws { fixture = try ConfigurationFixture() }

    @Test("every setting can be set, and goes where it belongs")
    func everySetting() throws {
        let configuration = try fixture.load(
            """
            profile: single-user
            state_directory: /srv/warder
            client_socket: /run/w/c.sock
            operator_socket: "/run/w/o.sock"
            worker_socket: /run/w/w.sock
            worker_user: hooks
            operator_group: wheel
            event_loops: 2
            confinement: best-effort
            unseal:
              credential_file: /etc/warder/unseal.key
            memory:
              lock: best-effort
              locked_limit: 1GiB
            argon2:
              passes: 4
              memory: 64MiB
            limits:
              connections_per_uid: 1
              requests_per_second_per_uid: 2
              burst: 3
              unknown_peer_connections: 4
              operator_reserve: 5
              body: 128KiB
              secret_body: 4MiB
            deadlines:
              first_byte: 1s
              headers: 2s
              body: 3s
              request: 1m30s
              idle: 1h
            audit:
              file: /var/log/warder/events.jsonl
              checkpoints: /srv/checkpoints
              journal: on
              keep: 400d
              legal_hold: true
            worker:
              start: on
              jobs: 8
            governance:
              incident_owner: on-call, +49 30 1234
              escalation: head of security
              retention: one year
            notices:
              program: /etc/warder/notify
              sha256: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
              timeout: 10s
              user: hooks
              webhook: https://Alerts.example.com:8443/hooks/warder/
              webhook_key: /etc/warder/webhook.key
              webhook_ca: /etc/warder/ca.pem
              webhook_timeout: 5s
            log:
              level: debug
              format: json
            """
        )
        let expected = DaemonConfiguration(
            file: fixture.file,
            owner: .system,
            profile: .singleUser,
            stateDirectory: "/srv/warder",
            clientSocket: "/run/w/c.sock",
            operatorSocket: "/run/w/o.sock",
            workerSocket: "/run/w/w.sock",
            workerUser: .init(name: "hooks", uid: 991, gid: 992),
            operatorGroup: .init(name: "wheel", id: 10),
            unseal: .init(credentialFile: .init(path: "/etc/warder/unseal.key", isFromServiceManager: false)),
            memory: .init(lock: .bestEffort, lockedLimit: 1 << 30),
            confinement: .bestEffort,
            argon2: .init(passes: 4, memoryBytes: 64 << 20),
            limits: .init(
                connectionsPerUID: 1,
                requestsPerSecondPerUID: 2,
                burst: 3,
                unknownPeerConnections: 4,
                operatorReserve: 5,
                bodyBytes: 128 << 10,
                secretBodyBytes: 4 << 20
            ),
            deadlines: .init(
                firstByte: .seconds(1),
                headers: .seconds(2),
                body: .seconds(3),
                request: .seconds(90),
                idle: .seconds(3600)
            ),
            eventLoops: 2,
            audit: .init(
                file: "/var/log/warder/events.jsonl",
                checkpoints: "/srv/checkpoints",
                journal: true,
                keepDays: 400,
                legalHold: true
            ),
            worker: .init(isStarted: true, jobs: 8, hooks: [:], postgres: [:]),
            notices: .init(
                program: "/etc/warder/notify",
                sha256: Array(0...31),
                timeout: .seconds(10),
                user: .init(name: "hooks", uid: 991, gid: 992),
                webhook: .init(
                    address: try WebhookAddress("https://alerts.example.com:8443/hooks/warder/"),
                    key: "/etc/warder/webhook.key",
                    ca: "/etc/warder/ca.pem",
                    timeout: .seconds(5)
                )
            ),
            governance: .init(
                incidentOwner: "on-call, +49 30 1234",
                escalation: "head of security",
                retention: "one year"
            ),
            log: .init(level: .debug, format: .json)
        )
        #expect(configuration == expected)
        #expect(configuration.unseal.credentialFile?.maximumMode == 0o600)
    }

    @Test("the test above leaves no setting out")
    func nothingIsMissing() throws {
        let defaults = try fixture.defaults()
        #expect(ConfigurationSetting.all.count == 46)
        #expect(Set(ConfigurationSetting.all.map(\.key)).count == 46)
        for section in ConfigurationSetting.all.compactMap(\.section) {
            #expect(ConfigurationSetting.sections.contains { $0.name == section[...] })
        }
        for setting in ConfigurationSetting.all { #expect((setting.text(defaults) ?? setting.sample) != nil) }
    }

    @Test(
        "a file that says nothing changes nothing",
        arguments: ["", "\n", "# only this\n", "---\n", "limits:\n", "limits:\n  # all out\nlog: ~\n", "{}"]
    )
    func nothing(text: String) throws {
        var configuration = try fixture.load(text)
        configuration.file = nil
        #expect(try configuration == fixture.defaults())
    }

    @Test("the burst is twice the rate unless it is set")
    func burst() throws {
        #expect(try fixture.load("limits: {requests_per_second_per_uid: 100}").limits.burst == 200)
        #expect(try fixture.load("limits: {requests_per_second_per_uid: 100, burst: 7}").limits.burst == 7)
    }

    @Test("the bounds themselves are accepted")
    func bounds() throws {
        let low = try fixture.load("argon2: {passes: 2, memory: 19MiB}")
        #expect(low.argon2 == .init(passes: 2, memoryBytes: 19 << 20))
        let high = try fixture.load("argon2: {passes: 64, memory: 4GiB}\nevent_loops: 64")
        #expect(high.argon2 == .init(passes: 64, memoryBytes: 4 << 30))
    }

    @Test(
        "a webhook has one address, whose path stays as it is written",
        arguments: [
            ("https://a.example", "https://a.example/"), ("https://a.example/", "https://a.example/"),
            ("HTTPS://A.example:443/x", "https://a.example/x"), ("https://a.example/x/", "https://a.example/x/"),
            ("https://a.example:8443/x/y", "https://a.example:8443/x/y"), ("https://[::1]/x", "https://[::1]/x"),
            ("http://127.0.0.1:80/x", "http://127.0.0.1/x"), ("http://localhost:8080", "http://localhost:8080/"),
            ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ]
    )
    func webhook(text: String, expected: String) throws {
        let notices = try fixture.load("notices: {webhook: '\(text)', webhook_key: /k}").notices
        #expect(notices.webhook.address?.text == expected)
        #expect(notices.receivers == [expected])
        #expect(notices.webhook.timeout == .seconds(10))
    }

    @Test(
        "sizes have a unit and nothing else",
        arguments: [
            ("64KiB", 65_536), ("1MiB", 1_048_576), ("2GiB", 2_147_483_648), ("0KiB", 0), ("64", nil), ("64K", nil),
            ("64kib", nil), ("64 KiB", nil), ("-1KiB", nil), ("+1KiB", nil), ("KiB", nil), ("1.5MiB", nil),
            ("0x10KiB", nil),
            ("9223372036854775807GiB", nil), ("99999999999999999999KiB", nil), ("", nil), ("１KiB", nil),
        ] as [(String, Int?)]
    )
    func sizes(text: String, bytes: Int?) {
        #expect(ByteSize.bytes(text) == bytes)
    }

    @Test(
        "times have units, each once and the larger first",
        arguments: [
            ("5s", 5), ("1m", 60), ("1m30s", 90), ("1h", 3600), ("1h1m1s", 3661), ("90s", 90), ("0s", 0), ("5", nil),
            ("s", nil), ("5ms", nil), ("1s1m", nil), ("1m1m", nil), ("-5s", nil), ("5 s", nil), ("", nil),
            ("1.5s", nil),
            ("9223372036854775807h", nil), ("1d", nil),
        ] as [(String, Int?)]
    )
    func times(text: String, seconds: Int?) {
        #expect(TimeSpan.duration(text) == seconds.map { .seconds($0) })
    }

    @Test("what is written for a value is read as that value")
    func roundTrip() {
        for bytes in [1024, 3 << 10, 1 << 20, 19 << 20, 1 << 30, 4 << 30] {
            #expect(ByteSize.bytes(ByteSize.text(bytes)) == bytes)
        }
        for seconds in [1, 59, 60, 61, 90, 3599, 3600, 3661, 86_400] {
            #expect(TimeSpan.duration(TimeSpan.text(.seconds(seconds))) == .seconds(seconds))
        }
    }
}
