import Reviewing
import StrictJSON
import ToolDefinitions
import WarderModel

extension ToolFacts.Accepted {
    init(_ form: WarderModel.Definition.Form) {
        self.init(digest: form.digest, arguments: Self.arguments(of: form.canonical))
    }

    /// What was accepted was read before, so that it has the form.
    private static func arguments(of canonical: String) -> [String] {
        guard let document = try? JSONDocument(copying: Array(canonical.utf8).span, limits: ToolLimits.page),
            let properties = document.root.member("inputSchema")?.member("properties")
        else { return [] }
        return properties.members.compactMap { name, _ in
            guard let text = try? name.string(allowingNUL: true) else { return nil }
            return PlainText(taming: text)?.text
        }.sorted()
    }
}
