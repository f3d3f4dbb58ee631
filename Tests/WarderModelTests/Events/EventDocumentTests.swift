import Foundation
import Testing
import WarderModel

/// docs/formats/event.md names every type and every reason, and none that does not exist.
@Suite struct EventDocumentTests {
    /// The words in backticks of one section's table.
    private func words(of section: String) throws -> [Set<String>] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/formats/event.md"), encoding: .utf8)
        let start = try #require(text.range(of: "\n## \(section)\n"))
        let rest = text[start.upperBound...]
        let lines = rest[..<(rest.range(of: "\n## ")?.lowerBound ?? rest.endIndex)].split(separator: "\n")
        return lines.dropFirst(2).map { line in
            Set(line.matches(of: /`([a-z_.]+)`/).map { String($0.1) })
        }
    }

    @Test func `each type stands in the row of its action`() throws {
        let rows = try words(of: "Types")
        for action in Action.allCases {
            #expect(
                rows.contains { $0.isSuperset(of: [action.effect.rawValue, action.rawValue]) },
                "\(action.rawValue)"
            )
        }
        let known = Set(Action.allCases.flatMap { [$0.rawValue, $0.effect.rawValue] })
        #expect(Set(rows.joined()) == known)
    }

    @Test func `each reason is named`() throws {
        #expect(Set(try words(of: "Reasons").joined()) == Set(Refusal.allCases.map(\.rawValue)))
    }
}
