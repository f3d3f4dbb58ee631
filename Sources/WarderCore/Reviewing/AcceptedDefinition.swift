import Reviewing
import StrictJSON
import ToolDefinitions
import WarderModel

extension ToolFacts.Accepted {
    init(_ form: WarderModel.Definition.Form) {
        self.init(digest: form.digest, arguments: Self.arguments(of: form.canonical))
    }

    /// What a definition says of what its tool returns; `nil` for a schema that says nothing of it.
    static func outputs(of form: WarderModel.Definition.Form) -> String? {
        guard let document = document(form.canonical), let schema = document.root.member("outputSchema"),
            describes(schema)
        else { return nil }
        return "described by a schema"
    }

    /// Whether a schema names a member or a value, or a type that is not just any object or list.
    private static func describes(_ root: JSONNode) -> Bool {
        var seen: Set<Int> = []
        var waiting = [root]
        while let schema = waiting.popLast() {
            guard seen.insert(schema.offset).inserted else { continue }
            if schema.member("properties")?.members.contains(where: { _ in true }) == true { return true }
            if schema.member("enum") != nil || schema.member("const") != nil { return true }
            let types = schema.member("type").map { $0.kind == .array ? Array($0.elements) : [$0] } ?? []
            let concrete = ["string", "number", "integer", "boolean"]
            if types.contains(where: { type in concrete.contains { type.isText($0) } }) { return true }
            waiting += ["items", "additionalProperties"].compactMap { schema.member($0) }
            for word in ["allOf", "anyOf", "oneOf"] { waiting += schema.member(word).map { Array($0.elements) } ?? [] }
            if let reference = try? schema.member("$ref")?.string(), let target = root.target(of: reference) {
                waiting.append(target)
            }
        }
        return false
    }

    /// What was accepted was read before, so that it has the form.
    private static func document(_ canonical: String) -> JSONDocument? {
        try? JSONDocument(copying: Array(canonical.utf8).span, limits: ToolLimits.page)
    }

    private static func arguments(of canonical: String) -> [String]? {
        guard let document = document(canonical) else { return nil }
        // Without a schema nothing is said of what it takes.
        guard let schema = document.root.member("inputSchema") else { return ["*"] }
        return TakenArguments.list(schema)
    }
}
