import Foundation
import Testing
import WarderModel
import WarderTesting

@testable import Declarations

@Suite struct DeclarationTextTests {
    @Test("what is written is read as it was, whatever it is called")
    func random() throws {
        var random = RandomDeclaration(numbers: SeededNumbers())
        let seed = random.numbers.seed
        for round in 0..<300 {
            let declaration = try random.make()
            let text = DeclarationText.of(declaration)
            let read: Declaration
            do { read = try DeclarationReader(Array(text.utf8)).declaration } catch {
                Issue.record("seed \(seed), round \(round): \(error.faults.map { $0.line(in: "f") })\n\(text)")
                return
            }
            try #require(read == declaration, "seed \(seed), round \(round):\n\(text)")
            try #require(DeclarationText.of(read) == text, "seed \(seed), round \(round)")
        }
    }

    @Test("texts that would be anchors and aliases outside of quotes are texts")
    func anchors() throws {
        let text = #"""
            warder: 1
            servers:
              notes:
                uid: 1
                tools:
                  search:
                    risk: read-only
                    permissions: ["\u0026a", "*a", "R\u0026a: *a"]

            """#
        let read = try DeclarationReader(Array(text.utf8)).declaration
        let again = try DeclarationReader(Array(DeclarationText.of(read).utf8)).declaration
        #expect(again == read)
    }

    @Test("an inventory with nothing in it is one line")
    func empty() { #expect(DeclarationText.of(Declaration()) == "warder: 1\n") }

    @Test("the example is a file, and as short as it can be")
    func example() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Examples/warder.yaml"), encoding: .utf8)
        let read = try DeclarationReader(Array(text.utf8)).declaration
        #expect(read.servers.count == 2 && read.tools.count == 5 && read.grants.count == 4)
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.joined(separator: "\n") + "\n"
        #expect(DeclarationText.of(read) == lines)
        // The page shows the same file.
        let page = try String(contentsOf: root.appending(path: "docs/operations/as-code.md"), encoding: .utf8)
        #expect(page.contains(text))
    }
}
