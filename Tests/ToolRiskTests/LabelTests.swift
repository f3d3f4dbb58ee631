import Testing
import ToolDefinitions
import ToolRisk
import WarderModel

/// Tools that the rules were not made from, by name, method and path alone: without the descriptions, schemas and scopes
/// that a verdict usually rests on too.
@Suite struct LabelTests {
    struct Label {
        let round: Int
        let request: String
        let name: String
        /// `read-only`, `side-effect`, `critical`; `changes` where nobody said which of the two.
        let label: String

        init(_ line: Substring) throws {
            let columns = line.split(separator: "\t")
            try #require(columns.count == 5)
            round = try #require(Int(columns[1]))
            request = String(columns[2])
            name = String(columns[3])
            label = String(columns[4])
            try #require(["read-only", "side-effect", "critical", "changes"].contains(label))
        }

        var isReadOnly: Bool { label == "read-only" }

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

    /// A row of the page's table: what the rules find in one round of labels.
    private struct Figures: CustomStringConvertible {
        var reading = 0
        var readAsReading = 0
        var changing = 0
        var unsafe: [String] = []
        var critical = 0
        var foundCritical = 0

        mutating func count(_ label: Label, _ verdict: Tool.Risk) {
            if label.isReadOnly {
                reading += 1
                if verdict == .readOnly { readAsReading += 1 }
            } else {
                changing += 1
                if verdict == .readOnly { unsafe.append(label.name) }
            }
            if label.label == "critical" {
                critical += 1
                if verdict == .critical { foundCritical += 1 }
            }
        }

        /// As the page has it, without the round.
        var description: String {
            let numbers = [reading, readAsReading, changing, unsafe.count, critical, foundCritical]
            return numbers.map { "| \($0) " }.joined() + "|"
        }
    }

    private static func labels() throws -> [Label] {
        let text = String(decoding: try Data.ours("Tests/Vectors/tool-risk-v1/labels.tsv"), as: UTF8.self)
        return try text.split(separator: "\n").dropFirst().map(Label.init)
    }

    @Test("every round of labels comes to the figures that the page states", arguments: 1...5)
    func figures(round: Int) throws {
        var figures = Figures()
        for label in try Self.labels() where label.round == round {
            figures.count(label, try risk(label.definition()))
        }
        let page = String(decoding: try Data.ours("docs/design/classification.md"), as: UTF8.self)
        let section = try #require(page.split(separator: "### By names alone").last?.split(separator: "###").first)
        let row = section.split(separator: "\n").first { $0.hasPrefix("| \(round) |") }
        #expect(row.map(String.init) == "| \(round) \(figures)", "round \(round), unsafe: \(figures.unsafe)")
        #expect(figures.reading > 50 && figures.changing > 50)
        for name in figures.unsafe { #expect(section.contains("`\(name)`"), "\(name) is not named on the page") }
    }

    @Test("what none of the rounds may come to: one change in fifty read as reading, and less than two thirds found")
    func bounds() throws {
        var figures = Figures()
        for label in try Self.labels() { figures.count(label, try risk(label.definition())) }
        #expect(figures.reading + figures.changing > 1200)
        #expect(50 * figures.unsafe.count <= figures.changing, "\(figures.unsafe)")
        #expect(3 * figures.readAsReading >= 2 * figures.reading, "\(figures)")
    }

    /// Tools that change something and are unsafe by their names, each with what its description or schema says.
    private static func unsafeByName() throws -> [String: ToolDefinition] {
        [
            "browser_video_show_actions": try tool(
                "browser_video_show_actions",
                "Draw each action that is performed on the page onto the screen."
            ),
            "read_messages": try tool(
                "read_messages",
                "Read messages of a queue and remove them from it."
            ),
            "get_sentinel_mock": try tool(
                "get_sentinel_mock",
                "Create an export of the mock data of a run and download it."
            ),
            "getSiteDatabase": try ToolRiskTests.request(
                .get,
                "/sites/{site_id}/database",
                "getSiteDatabase",
                "Returns the connection string of the site's database, with its password."
            ),
            "explain_query": try tool(
                "explain_query",
                "Explain how a statement is run. With analyze it executes the statement.",
                properties:
                    #""sql":{"type":"string"},"analyze":{"type":"boolean","description":"Execute the statement"}"#
            ),
            "firecrawl_search_feedback": try tool(
                "firecrawl_search_feedback",
                "Submit feedback on the results of a search."
            ),
        ]
    }

    @Test("six names are unsafe, no other, and each is found out by what its description or schema says")
    func unsafeNames() throws {
        var names: Set<String> = []
        for label in try Self.labels() where !label.isReadOnly {
            if try risk(label.definition()) == .readOnly { names.insert(label.name) }
        }
        let described = try Self.unsafeByName()
        #expect(names == Set(described.keys))
        for (name, definition) in described { #expect(risk(definition) != .readOnly, "\(name)") }
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
        #expect(seen.count > 150)
    }
}
