import Alerting
import Foundation
import Testing
import WarderModel

/// docs/formats/records.md: what was stored once must decode for ever, and be written as it was.
@Suite("Records of alerts")
struct FormatTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Vectors/records-v1")

    private func stored<Noun: Codable>(_ name: String, as type: Noun.Type) throws -> Noun {
        let bytes = try Data(contentsOf: Self.folder.appending(path: name + ".json"))
        let noun = try JSONDecoder().decode(type, from: bytes)
        let written = try JSONSerialization.jsonObject(with: JSONEncoder().encode(noun)) as? NSDictionary
        let read = try JSONSerialization.jsonObject(with: bytes) as? NSDictionary
        #expect(written != nil && written == read, "\(name)")
        return noun
    }

    @Test("an alert that somebody has taken note of")
    func alert() throws {
        let alert = try stored("alert", as: Alert.self)
        #expect(alert.rule == .honeytoken && alert.subject.description == "server:github")
        #expect(!alert.isOpen && alert.count == 7 && alert.firstEvents.count == 5 && alert.lastEvents == [16, 17])
    }

    @Test("a rule that was set, with somebody whom nobody wants to hear about")
    func watch() throws {
        let policy = try stored("watch", as: AlertPolicy.self)
        #expect(policy.rule == .offHours && policy.settings.quarantines)
        #expect(policy.isMuted(.severalUsers, at: Timestamp(milliseconds: 1_795_256_999_999)))
        #expect(!policy.isMuted(.severalUsers, at: Timestamp(milliseconds: 1_795_257_000_000)))
        #expect(!policy.isMuted(.user(1), at: Timestamp(milliseconds: 0)))
    }

    @Test("what is usual for a server")
    func habit() throws {
        let kept = try stored("habit", as: KeptHabit.self)
        #expect(kept.habit.days == [3, 40, 0] && kept.habit.looks.count == 2 && !kept.habit.isLearned)
    }
}
