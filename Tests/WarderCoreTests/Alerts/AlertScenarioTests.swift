import Alerting
import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Misuse of a real vault after a quiet month of real requests: what it wrote down goes through the rules to the alert.
@Suite("Alert scenarios")
struct AlertScenarioTests {
    private static let secrets = (1...12).map { "notes/s\($0)" }
    /// Nobody works at other times.
    private static let hours = "08:00-19:00 UTC"
    private static let day: Int64 = 86_400

    /// A server with a tool that may use a dozen secrets, and hours in which it does.
    private static func vault() async throws -> TestVault {
        let kit = try await TestVault()
        try await kit.mustAddServer("notes")
        try await kit.mustAddTool("notes/search")
        for secret in secrets {
            try await kit.mustPut(secret)
            try await kit.mustGrant("notes/search", secret)
        }
        _ = try await kit.vault.perform(Alerts.set(.offHours, { $0.hours = Self.hours }, by: kit.admin))
        return kit
    }

    /// A month of work: a few calls an hour from nine to six on workdays, a mistake a day, a restart a week.
    private static func month(_ kit: TestVault, _ numbers: inout SeededNumbers) async throws -> TestVault {
        var kit = kit
        // Midnight of the vault's first Monday.
        let start = kit.clock.now().wall.milliseconds / 1000
        let midnight = (start / day + 1) * day
        let monday = midnight + (11 - midnight / day % 7) % 7 * day
        kit.clock.advance(seconds: monday - start)
        for day in 0..<31 {
            let morning = kit.clock.now().wall
            for hour in 9..<18 where day % 7 < 5 {
                for minute in [3, 21, 44] {
                    let now = morning.adding(seconds: Int64(hour * 3600 + minute * 60))
                    kit.clock.advance(milliseconds: now.milliseconds - kit.clock.now().wall.milliseconds)
                    for _ in 0..<Int.random(in: 0...2, using: &numbers) {
                        let token = try await kit.mustIssue()
                        kit.clock.advance(seconds: 1)
                        _ = try await kit.mustResolve(
                            try #require(Self.secrets.randomElement(using: &numbers)),
                            with: token
                        )
                    }
                }
                if hour == 12 {
                    let refusal = await kit.refusal(of: try kit.once("notes/other"))
                    #expect(refusal == .grantMissing)
                }
            }
            kit.vault.keepHabits()
            await settle(kit)
            if day % 7 == 6 {
                kit = try TestVault(restarting: kit)
                #expect(try await kit.unseal().refusal == nil)
            }
            let night = morning.adding(seconds: Self.day)
            kit.clock.advance(milliseconds: night.milliseconds - kit.clock.now().wall.milliseconds)
        }
        return kit
    }

    /// What was found is written down by a transaction of its own, and what follows by the next.
    private static func settle(_ kit: TestVault) async { for _ in 0..<4 { await kit.vault.heartbeat() } }

    /// Rules and subjects of all alerts that the vault has, by its state and by its log.
    private static func alerts(_ kit: TestVault) async throws -> [String] {
        await settle(kit)
        let alerts = try #require(kit.vault.state).alerts.values.map { "\($0.rule.rawValue) \($0.subject)" }
        let events = try kit.events().filter { $0.type == "alert.raise" }
        #expect(events.count == alerts.count)
        return alerts.sorted()
    }

    /// What somebody does wrong, and what has to come of it.
    struct Scenario: Sendable, CustomStringConvertible {
        let description: String
        let alert: String
        let act: @Sendable (TestVault) async throws -> Void
    }

    static let scenarios = [
        Scenario(description: "a loop asks for one secret", alert: "spike server:notes") { kit in
            kit.clock.advance(seconds: 10 * 3600)
            for _ in 0..<140 {
                kit.clock.advance(seconds: 2)
                try await kit.mustGet("notes/s1")
            }
        },
        Scenario(description: "somebody collects what there is", alert: "many_secrets server:notes") { kit in
            kit.clock.advance(seconds: 10 * 3600)
            for secret in Self.secrets.prefix(10) {
                kit.clock.advance(seconds: 5)
                try await kit.mustGet(secret)
            }
        },
        Scenario(description: "a token at three in the night", alert: "off_hours server:notes") { kit in
            kit.clock.advance(seconds: 3 * 3600)
            _ = try await kit.mustIssue()
        },
    ]

    @Test("a month of work raises nothing, and one misuse after it raises its alert alone", arguments: scenarios)
    func misused(_ scenario: Scenario) async throws {
        var numbers = SeededNumbers()
        let seed = numbers.seed
        let kit = try await Self.month(Self.vault(), &numbers)
        #expect(try await Self.alerts(kit).isEmpty, "seed \(seed)")
        try await scenario.act(kit)
        #expect(try await Self.alerts(kit) == [scenario.alert], "seed \(seed)")
    }

    @Test("the same done as usual raises nothing after that month")
    func usual() async throws {
        var numbers = SeededNumbers()
        let seed = numbers.seed
        let kit = try await Self.month(Self.vault(), &numbers)
        kit.clock.advance(seconds: 10 * 3600)
        // As many as the spike, over the day; as many secrets, over ten minutes; and a token within the hours.
        for number in 0..<140 {
            kit.clock.advance(seconds: 60)
            let secret = Self.secrets[number % Self.secrets.count]
            try await kit.mustGet(secret)
        }
        #expect(try await Self.alerts(kit).isEmpty, "seed \(seed)")
    }
}

extension TestVault {
    /// The server asks for a secret in one step.
    fileprivate func once(_ secret: String) throws -> Command<Requested<Opened>> {
        Tokens.resolveOnce(try SecretName(secret), fields: [.value], for: try demand(), by: server(.synthetic()))
    }

    fileprivate func mustGet(_ secret: String) async throws { _ = try await vault.perform(once(secret)).get() }
}
