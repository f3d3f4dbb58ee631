package import ToolDefinitions
import ToolRisk
package import WarderModel

/// A tool as a server or a document describes it, read and judged before the vault decides anything: that takes long
/// for a long list, and needs nothing of the vault.
package struct OfferedTool: Sendable {
    /// Alternatives, and scopes of one of them, that are shown; the definition itself keeps all.
    private static let shownScopes = 50

    package let name: ToolName
    package let digest: String
    let canonical: String
    let text: PlainText?
    let scopes: [[PlainText]]?
    package let proposal: Definition.Proposal

    package init(_ definition: ToolDefinition) {
        name = definition.name
        digest = definition.digest
        canonical = String(decoding: definition.canonicalBytes, as: UTF8.self)
        text = (definition.description ?? definition.title).flatMap { PlainText(taming: $0) }
        scopes = Self.scopes(definition.endpoint?.scopes ?? [])
        let verdict = ToolClassifier.classify(definition)
        proposal = Definition.Proposal(
            risk: verdict.risk,
            category: verdict.category,
            reasons: verdict.reasons.compactMap { PlainText(taming: $0.description) }
        )
    }

    func form(seen time: Timestamp) -> Definition.Form {
        Definition.Form(
            digest: digest,
            canonical: canonical,
            seen: time,
            text: text,
            scopes: scopes,
            proposal: proposal
        )
    }

    private static func scopes(_ alternatives: [[String]]) -> [[PlainText]]? {
        let tamed = alternatives.prefix(shownScopes).map { $0.prefix(shownScopes).compactMap(PlainText.init(taming:)) }
        let named = tamed.filter { !$0.isEmpty }
        return named.isEmpty ? nil : named
    }
}
