import HashTreeCollections
import WarderModel

/// Names that are not there, and those that were probably meant.
extension ExplanationWalk {
    /// Names that are compared at most: it is done on the writer's thread.
    private static let comparedNames = 200

    /// A name that is not there. Where one that is there differs little, the first thing to do is to ask about that:
    /// whoever registers a mistyped name has two.
    func missing(_ what: String, meant: String?, remedy: String) -> Fault {
        guard let meant else { return Fault(fact: "there is no \(what)", remedy: remedy) }
        return Fault(
            fact: "there is no \(what), but one called \(meant)",
            remedy: "Did you mean \(meant)? Ask about that: \(meantQuestion); if not: \(remedy)"
        )
    }

    /// Of a server that is not there.
    var meantServer: ServerName? {
        let name = question.tool.server
        return state.servers[name] == nil ? nearest(to: name, among: state.servers.keys) : nil
    }

    /// Of a tool that is not there, at the server that was meant.
    var meantTool: ToolName? {
        let name = ToolID(server: meantServer ?? question.tool.server, tool: question.tool.tool)
        return state.tools[name] == nil
            ? nearest(to: name.tool, among: state.tools(of: name.server).map(\.name.tool)) : nil
    }

    /// Of a secret that is not there.
    var meantSecret: SecretName? {
        let name = question.secret
        return state.secrets[name] == nil ? nearest(to: name, among: state.secrets.keys) : nil
    }

    /// The command that asks the same with every name that was meant.
    private var meantQuestion: String {
        var words = ["warder explain --server \(meantServer ?? question.tool.server)"]
        words += ["--tool \(meantTool ?? question.tool.tool)", "--secret \(meantSecret ?? question.secret)"]
        return (words + question.fields.map { "--field \($0)" }).joined(separator: " ")
    }

    private func nearest<Name: ParsedName>(to name: Name, among names: some Collection<Name>) -> Name? {
        guard names.count <= Self.comparedNames else { return nil }
        let texts = names.map(\.text).sorted()
        return Suggestion.nearest(to: name.text, among: texts).flatMap { meant in names.first { $0.text == meant } }
    }
}
