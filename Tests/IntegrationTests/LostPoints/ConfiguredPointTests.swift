import Foundation
import Reviewing
import Testing

/// Points that a line of the daemon's configuration wins back, as the finding has it.
@Suite("Lost points of the configuration", .serialized)
struct ConfiguredPointTests {
    /// With the id of each.
    private static let points: [(kind: FaultKind, id: String)] = [
        (.innerCheckpoints, "checkpoint-outside:checkpoints"), (.innerEvents, "checkpoint-outside:events"),
        (.noRetention, "retention:retention"), (.noIncidentOwner, "incident-path:incident_owner"),
        (.noEscalation, "incident-path:escalation"), (.nobodyTold, "alerts:destinations"),
    ]

    static var kinds: [FaultKind] { points.map(\.kind) }

    @Test("what the findings say to write into the configuration, written there, gives back what they cost")
    func lines() throws {
        let vault = try VaultProcess(profile: "team")
        defer { vault.remove() }
        try vault.start()
        try vault.initialise()
        let checkpoints = vault.directory + "/checkpoints"
        try FileManager.default.createDirectory(atPath: checkpoints, withIntermediateDirectories: true)
        let words = [
            "WHO": "ada", "TEXT": "one year", "DIRECTORY": checkpoints, "PATH": vault.directory + "/events.jsonl",
        ]
        let before = try Self.report(vault)
        let findings = try Self.points.map { kind, id in try #require(before.finding(kind, exactly: id), "\(id)") }
        var sections: [String: [String]] = [:]
        for finding in findings {
            #expect(finding.remedy.commands.isEmpty)
            let advice = try #require(finding.remedy.advice)
            let match = try #require(advice.firstMatch(of: #/under `(\w+):`, write `(\w+: )(\w+)`/#), "\(advice)")
            // A program is told; nothing calls it here.
            let value = finding.kind == .nobodyTold ? "/usr/bin/true" : words[String(match.3)]
            sections[String(match.1), default: []].append("  \(match.2)\(try #require(value, "\(advice)"))")
        }
        #expect(vault.stop() == 0)
        for (section, lines) in sections {
            try vault.addSetting(([section + ":"] + lines).joined(separator: "\n"))
        }
        try vault.start()
        try vault.unseal()
        let after = try Self.report(vault)
        for finding in findings {
            let check = after.check(finding.check)
            // That a program is named does not show that it was ever told: `KeptWorkerTests` has it told.
            let outcome: CheckResult.Outcome = finding.kind == .nobodyTold ? .notEvaluated : .passed
            #expect(check?.outcome == outcome && check?.lost == 0, "\(finding.id): \(after.findings.map(\.id))")
        }
        #expect(after.points.lost < before.points.lost, "\(after.findings.map(\.id))")
        #expect(after.points.earned > before.points.earned)
    }

    static func report(_ vault: VaultProcess) throws -> ReadReport {
        let result = try RestoreStory.warder(["report", "--format", "json"], vault)
        try #require(result.status == 0, "\(result.errors)")
        return try JSONDecoder().decode(ReadReport.self, from: Data(result.output.utf8))
    }
}
