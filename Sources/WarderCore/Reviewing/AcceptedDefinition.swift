import Reviewing
import StrictJSON
import ToolDefinitions
import WarderModel

extension ToolFacts.Accepted {
    init(_ form: WarderModel.Definition.Form) {
        self.init(digest: form.digest, arguments: Self.arguments(of: form.canonical))
    }

    /// What a definition says of what its tool returns.
    static func outputs(of form: WarderModel.Definition.Form) -> String? {
        document(form.canonical)?.root.member("outputSchema") == nil ? nil : "described by a schema"
    }

    /// What was accepted was read before, so that it has the form.
    private static func document(_ canonical: String) -> JSONDocument? {
        try? JSONDocument(copying: Array(canonical.utf8).span, limits: ToolLimits.page)
    }

    private static func arguments(of canonical: String) -> [String] {
        guard let document = document(canonical),
            let properties = document.root.member("inputSchema")?.member("properties")
        else { return [] }
        return properties.members.compactMap { name, _ in
            guard let text = try? name.string(allowingNUL: true) else { return nil }
            return PlainText(taming: text)?.text
        }.sorted()
    }
}
