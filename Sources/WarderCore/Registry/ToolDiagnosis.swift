import HashTreeCollections
import WarderModel

/// What is missing in the inventory, and what waits for somebody. One finding for each server, so that a server of a
/// thousand tools stays readable.
enum ToolDiagnosis {
    /// Names that one finding lists; the others it counts.
    private static let namedTools = 5

    static func collect(_ state: VaultState) -> [Diagnosis] {
        let tools = state.tools.values.filter { $0.name.tool != .launch }.sorted { $0.name < $1.name }
        let servers = Dictionary(grouping: tools, by: \.name.server).sorted { $0.key < $1.key }
        return servers.flatMap { _, tools in
            [changed(tools), gone(tools), undefined(tools), ownerless(tools, in: state)].compactMap(\.self)
        }
    }

    private static func changed(_ tools: [Tool]) -> Diagnosis? {
        let changed = tools.filter { $0.offer != nil }
        guard let first = changed.first else { return nil }
        return Diagnosis(
            .warning,
            "tool_changed",
            "\(names(changed)): the definition is another one than was accepted, so that no credential is given.",
            remedy: "Look what changed: warder tool diff \(first.name); then: "
                + "warder tool accept \(first.name) --reason REASON"
        )
    }

    private static func gone(_ tools: [Tool]) -> Diagnosis? {
        let gone = tools.filter { $0.gone != nil }
        guard let first = gone.first else { return nil }
        return Diagnosis(
            .note,
            "tool_gone",
            "\(names(gone)): no longer in the list of the server's tools.",
            remedy: "If it does not come back: warder tool remove \(first.name)"
        )
    }

    private static func undefined(_ tools: [Tool]) -> Diagnosis? {
        let undefined = tools.filter { $0.definitionDigest == nil }
        guard let first = undefined.first else { return nil }
        return Diagnosis(
            .note,
            "tool_undefined",
            "\(names(undefined)): the vault has no definition, so that a change of it goes unseen.",
            remedy: "warder tool import tools-list FILE --server \(first.name.server)"
        )
    }

    /// A server's owner answers for its tools.
    private static func ownerless(_ tools: [Tool], in state: VaultState) -> Diagnosis? {
        let ownerless = tools.filter { $0.owner == nil && state.servers[$0.name.server]?.owner == nil }
        guard let first = ownerless.first else { return nil }
        return Diagnosis(
            .note,
            "tool_without_owner",
            "\(names(ownerless)): neither the tool nor its server has an owner.",
            remedy: "warder tool set \(first.name) --owner WHO"
        )
    }

    private static func names(_ tools: [Tool]) -> String {
        let named = tools.prefix(namedTools).map(\.name.text).joined(separator: ", ")
        return tools.count > namedTools ? "\(named) and \(tools.count - namedTools) more" : named
    }
}
