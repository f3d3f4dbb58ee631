import Foundation
import RandomTesting
import Testing

@testable import ClientConfigurations

@Suite struct SyntaxProperties {
    @Test func `any document is printed as it was read, and its nodes are where they stand`() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<1500 {
            var writer = RandomDocument(random)
            writer.write()
            random = writer.random
            let tree = try SyntaxTree(writer.text.bytes)
            #expect(tree.printed == writer.text.bytes, "seed \(random.seed)")
            #expect(Self.leaves(tree.root) == writer.leaves, "seed \(random.seed)")
        }
    }

    @Test func `an edit changes its span and nothing else`() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<1500 {
            var writer = RandomDocument(random)
            writer.write()
            random = writer.random
            let source = writer.text.bytes
            let tree = try SyntaxTree(source)
            let texts = tree.nodes.indices.map { SyntaxNode(tree: tree, index: $0) }.filter { $0.kind == .text }
            guard let node = texts.randomElement(using: &random) else { continue }
            let new = RandomDocument.word(&random) + "\"\\\n\u{1}é"
            var edits = Edits()
            edits.replace(node.range, with: TextLiteral.encode(new))
            let changed = try #require(edits.applied(to: source))
            #expect(changed.prefix(node.range.lowerBound) == source.prefix(node.range.lowerBound))
            #expect(
                changed.suffix(source.count - node.range.upperBound)
                    == source.suffix(source.count - node.range.upperBound)
            )
            // A name may now be there twice; anything else is read as it was.
            guard let again = try? SyntaxTree(changed) else { continue }
            #expect(SyntaxNode(tree: again, index: node.index).text == new, "seed \(random.seed)")
            #expect(again.nodes.count == tree.nodes.count)
        }
    }

    @Test func `members that are taken out are gone, and everything else is there in its order`() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<1500 {
            var writer = RandomDocument(random)
            writer.write()
            random = writer.random
            let tree = try SyntaxTree(writer.text.bytes)
            let objects = tree.nodes.indices.map { SyntaxNode(tree: tree, index: $0) }.filter { !$0.members.isEmpty }
            guard let object = objects.randomElement(using: &random) else { continue }
            let removed = Set(object.members.indices.filter { _ in Bool.random(using: &random) })
            var edits = Edits()
            edits.removeMembers(removed, of: object)
            let changed = try #require(edits.applied(to: tree.source))
            let again = try SyntaxTree(changed)
            let kept = object.members.enumerated().filter { !removed.contains($0.offset) }.map(\.element.name)
            #expect(SyntaxNode(tree: again, index: object.index).members.map(\.name) == kept, "seed \(random.seed)")
            #expect(again.comments.count == tree.comments.count, "seed \(random.seed)")
        }
    }

    @Test func `elements that are put in stand before the others, which stay`() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<1500 {
            var writer = RandomDocument(random)
            writer.write()
            random = writer.random
            let tree = try SyntaxTree(writer.text.bytes)
            let arrays = tree.nodes.indices.map { SyntaxNode(tree: tree, index: $0) }.filter { $0.kind == .array }
            guard let array = arrays.randomElement(using: &random) else { continue }
            let place = Int.random(in: 0...array.elements.count, using: &random)
            var edits = Edits()
            edits.insert(["one", "t\"wo"], before: place, of: array)
            let again = try SyntaxTree(try #require(edits.applied(to: tree.source)))
            let elements = SyntaxNode(tree: again, index: array.index).elements
            #expect(elements.count == array.elements.count + 2, "seed \(random.seed)")
            #expect(elements[place].text == "one" && elements[place + 1].text == "t\"wo", "seed \(random.seed)")
            #expect(again.comments.count == tree.comments.count)
            var others = elements
            others.removeSubrange(place..<place + 2)
            #expect(others.map { Array(again.source[$0.range]) } == array.elements.map { Array(tree.source[$0.range]) })
        }
    }

    @Test func `elements are exchanged for others, and everything else is there in its order`() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<1500 {
            var writer = RandomDocument(random)
            writer.write()
            random = writer.random
            let tree = try SyntaxTree(writer.text.bytes)
            let arrays = tree.nodes.indices.map { SyntaxNode(tree: tree, index: $0) }.filter { $0.kind == .array }
            guard let array = arrays.randomElement(using: &random) else { continue }
            let texts = array.elements.indices.filter { array.elements[$0].kind == .text }
            let replaced = Set(texts.filter { _ in Bool.random(using: &random) })
            var edits = Edits()
            edits.insert(["one", "two"], before: 0, of: array)
            for index in replaced { edits.replace(array.elements[index].range, with: TextLiteral.encode("new")) }
            let again = try SyntaxTree(try #require(edits.applied(to: tree.source)))
            let elements = SyntaxNode(tree: again, index: array.index).elements
            #expect(elements.prefix(2).map(\.text) == ["one", "two"])
            #expect(elements.count == array.elements.count + 2, "seed \(random.seed)")
            for (index, old) in array.elements.enumerated() {
                let new = Array(again.source[elements[index + 2].range])
                #expect(
                    replaced.contains(index) ? new == "\"new\"".bytes : new == Array(tree.source[old.range]),
                    "seed \(random.seed)"
                )
            }
            #expect(again.comments.count == tree.comments.count, "seed \(random.seed)")
        }
    }

    @Test func `two changes of the same bytes are refused`() {
        var edits = Edits()
        edits.replace(0..<2, with: [1])
        edits.replace(1..<3, with: [2])
        #expect(edits.applied(to: [0, 0, 0]) == nil)
        var outside = Edits()
        outside.remove(2..<5)
        #expect(outside.applied(to: [0, 0, 0]) == nil)
    }

    private static func leaves(_ node: SyntaxNode) -> [String] {
        switch node.kind {
        case .object: node.members.flatMap { [$0.name ?? "?"] + leaves($0.value) }
        case .array: node.elements.flatMap { leaves($0) }
        case .text: [node.text ?? "?"]
        case .number, .bool, .null: [node.tree.source[node.range].reduce(into: "") { $0 += String(UnicodeScalar($1)) }]
        }
    }
}
