import Foundation
import Testing
import UpstreamAddresses
import WarderLinux

@testable import WarderConfiguration

@Suite("Configuration: the example file")
struct ConfigurationExampleTests {
    /// `deploy/warder.yaml.example` of this checkout.
    private static let path = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "deploy/warder.yaml.example").path
    private static let writeVariable = "WARDER_WRITE_EXAMPLE"

    private let fixture: ConfigurationFixture
    private let text: String

    init() throws {
        fixture = try ConfigurationFixture()
        var surroundings = fixture.surroundings()
        surroundings.roots.run = "/run"
        surroundings.roots.state = "/var/lib"
        // A place without a file, so that only the defaults count.
        text = ExampleFile.text(
            defaults: try DaemonConfiguration.load(owner: .system, in: surroundings)
        )
    }

    @Test("is what the table of settings says; WARDER_WRITE_EXAMPLE=1 writes it anew")
    func isCurrent() throws {
        if ProcessInfo.processInfo.environment[Self.writeVariable] == "1" {
            try text.write(toFile: Self.path, atomically: false, encoding: .utf8)
        }
        let present = try String(contentsOfFile: Self.path, encoding: .utf8)
        #expect(
            present == text,
            "deploy/warder.yaml.example is not current: \(Self.writeVariable)=1 swift test --filter ConfigurationExampleTests"
        )
    }

    @Test("changes nothing as it is")
    func changesNothing() throws {
        var configuration = try fixture.load(text)
        configuration.file = nil
        #expect(try configuration == fixture.defaults())
    }

    @Test("sets every default to itself when every line counts")
    func valuesAreTheDefaults() throws {
        let active = text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
            // `#name: value`, as against `# words`.
            guard let hash = line.firstIndex(of: "#"), line[line.index(after: hash)...].first.map(\.isLetter) == true
            else {
                return String(line)
            }
            return line.replacingCharacters(in: hash...hash, with: "")
        }
        .joined(separator: "\n")
        try fixture.write(active)
        var surroundings = fixture.surroundings()
        surroundings.roots.run = "/run"
        surroundings.roots.state = "/var/lib"
        let usual = try DaemonConfiguration.load(file: fixture.file, owner: .system, in: surroundings)
        try FileManager.default.removeItem(atPath: fixture.file)
        var expected = try DaemonConfiguration.load(owner: .system, in: surroundings)
        expected.file = fixture.file
        // Settings whose default is that there is none.
        expected.audit.file = "/var/log/warder/events.jsonl"
        expected.audit.checkpoints = "/var/lib/warder-checkpoints"
        expected.unseal.credentialFile = .init(path: "/etc/warder/unseal.key", isFromServiceManager: false)
        expected.worker.hooks["github-token"] = .init(
            program: "/etc/warder/hooks/github-token",
            sha256: (0..<4).flatMap { _ in [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF] },
            user: .init(name: "hooks", uid: 991, gid: 992),
            environment: ["PATH": "/usr/bin:/bin"]
        )
        expected.notices.program = "/etc/warder/notify"
        expected.notices.sha256 = expected.worker.hooks["github-token"]?.sha256
        expected.notices.user = .init(name: "hooks", uid: 991, gid: 992)
        expected.notices.webhook.address = try WebhookAddress("https://alerts.example.com/hooks/warder")
        expected.notices.webhook.key = "/etc/warder/webhook.key"
        expected.notices.webhook.ca = "/etc/warder/webhook-ca.pem"
        expected.governance = .init(
            incidentOwner: "on-call of the platform team, +49 30 1234",
            escalation: "head of security",
            retention: "one year, by the policy of the company"
        )
        expected.worker.postgres["main"] = .init(host: "db.internal", database: "app")
        #expect(usual == expected)
        for setting in ConfigurationSetting.all { #expect(active.contains("\(setting.name): "), "\(setting.key)") }
    }

    @Test("has no line that is too long to read")
    func width() {
        for line in text.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    }
}
