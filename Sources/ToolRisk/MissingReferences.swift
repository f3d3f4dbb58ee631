import StrictJSON
import ToolDefinitions

/// Finds references in a schema that lead to nothing in it: what stands there is not known, and so not harmless.
enum MissingReferences {
    /// References that are followed at most: each may take a walk through the schema.
    private static let mostFollowed = 1000

    /// `isWhole`: everything was put in already that a reference could lead to, as in what comes of an OpenAPI document. Then
    /// one that is left leads nowhere.
    static func areIn(_ schema: RawJSON, isWhole: Bool) -> Bool {
        do throws(JSONError) {
            let document = try JSONDocument(copying: schema.bytes.span, limits: ToolLimits.page)
            var search = Search(root: document.root, isWhole: isWhole)
            return search.isMissing(in: document.root)
        } catch {
            return true
        }
    }

    private struct Search {
        let root: JSONNode
        let isWhole: Bool
        private var known: Set<String> = []

        init(root: JSONNode, isWhole: Bool) {
            self.root = root
            self.isWhole = isWhole
        }

        /// `isNames`: the members are schemas by names that the author chose, and none of them is a keyword.
        mutating func isMissing(in node: JSONNode, isNames: Bool = false) -> Bool {
            for element in node.elements where element.kind.isContainer {
                if isMissing(in: element) { return true }
            }
            for (key, value) in node.members {
                func isOne(of keywords: [String]) -> Bool { !isNames && keywords.contains { key.isText($0) } }
                if value.kind == .string {
                    if isOne(of: ["$ref"]), leadsToNothing(value) { return true }
                } else if value.kind.isContainer, !isOne(of: MissingReferences.data) {
                    if isMissing(in: value, isNames: isOne(of: MissingReferences.maps)) { return true }
                }
            }
            return false
        }

        private mutating func leadsToNothing(_ reference: JSONNode) -> Bool {
            guard !isWhole, known.count < MissingReferences.mostFollowed else { return true }
            let pointer: String
            do throws(JSONError) { pointer = try reference.string(allowingNUL: true) } catch { return true }
            return known.insert(pointer).inserted && root.target(of: pointer) == nil
        }
    }

    /// What is no schema: a `$ref` in it is a word.
    private static let data = ["const", "default", "enum", "example", "examples"]
    /// Schemas by names.
    private static let maps = ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"]
}

extension JSONKind {
    fileprivate var isContainer: Bool { self == .object || self == .array }
}
