import Testing
import ToolDefinitions
import ToolRisk
import WarderModel

/// Tools that the rules were not made from, by name, method and path alone: without the descriptions, schemas and scopes
/// that a verdict usually rests on too.
@Suite struct LabelTests {
    struct Label {
        let request: String
        let name: String
        let isReadOnly: Bool

        init(_ line: Substring) throws {
            let columns = line.split(separator: "\t")
            try #require(columns.count == 5)
            request = String(columns[2])
            name = String(columns[3])
            isReadOnly = columns[4] == "read-only"
        }

        func definition() throws -> ToolDefinition {
            guard request != "-" else { return try tool(name) }
            let parts = request.split(separator: " ", maxSplits: 1)
            return try ToolRiskTests.request(
                #require(Endpoint.Method(rawValue: String(parts[0]))),
                String(parts[1]),
                name
            )
        }
    }

    @Test func `no change is called read-only, and most of what reads is found`() throws {
        let text = String(decoding: try Data.ours("Tests/Vectors/tool-risk-v1/labels.tsv"), as: UTF8.self)
        let labels = try text.split(separator: "\n").dropFirst().map(Label.init)
        #expect(labels.count > 200)
        var found = 0
        for label in labels {
            let isReadOnly = try risk(label.definition()) == .readOnly
            if label.isReadOnly {
                found += isReadOnly ? 1 : 0
            } else {
                #expect(!isReadOnly, "\(label.name)")
            }
        }
        let reading = labels.count { $0.isReadOnly }
        print("\(found) of \(reading)")
        #expect(Double(found) >= 0.8 * Double(reading), "\(found) of \(reading)")
    }

    @Test("labels by digest are of the form that is written down, and none is there twice")
    func byDigest() throws {
        let path = "Tests/Vectors/tool-risk-v1/labels-by-digest.tsv"
        let text = String(decoding: try Data.ours(path), as: UTF8.self)
        #expect(text.hasSuffix("\n"))
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(lines.first == "source\tround\tdigest\tlabel")
        var seen: Set<[Substring]> = []
        for (number, line) in lines.enumerated().dropFirst() {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
            try #require(columns.count == 4, "line \(number + 1)")
            let (source, round, digest, label) = (columns[0], columns[1], columns[2], columns[3])
            #expect(source.contains("/") && source.allSatisfy(\.isASCII), "line \(number + 1)")
            #expect(["1", "2", "3", "4", "5"].contains(round), "line \(number + 1)")
            #expect(digest.count == 16 && digest.allSatisfy { "0123456789abcdef".contains($0) }, "line \(number + 1)")
            #expect(["read-only", "side-effect", "critical", "changes"].contains(label), "line \(number + 1)")
            #expect(seen.insert([source, digest]).inserted, "line \(number + 1)")
        }
        #expect(seen.count > 1000)
    }
}
