import HashTreeCollections
import WarderModel

/// What is asked about the vault, the server and the tool.
extension ExplanationWalk {
    private var name: ToolID { question.tool }

    func release(_ steps: inout [Step]) {
        _ = ask(.vault, &steps) { () throws(Refusal) in
            try Policy.checkRelease(of: state)
        } passes: { _ in
            .yes("the vault is open")
        } fails: { _ in
            Fault(
                fact: "the vault came from a backup, and nobody has let servers in again",
                remedy: "Look what may be out of date: warder backup review; then: warder backup release"
            )
        }
    }

    func limit(_ steps: inout [Step]) {
        guard let share = Tokens.share(of: name, for: peer, in: state) else {
            return skip(.limit, "counted for the server, once there is one", &steps)
        }
        let risk = share.risk.rawValue
        let limit = state.limit(RateLimit.Scope(server: share.server, risk: share.risk), usual: rates.usual)
        let wait = rates.wait(share, perMinute: limit.perMinute, at: now.uptime)
        let words = limit.perMinute.map { "\($0) a minute for \(risk) tools of \(share.server)" }
        _ = ask(.limit, &steps) { () throws(Refusal) in
            guard wait == 0 else { throw .rateLimited }
        } passes: { _ in
            .yes(words.map { "\($0), and some are left" } ?? "none for \(risk) tools of \(share.server)")
        } fails: { _ in
            let more = min(RateLimit.range.upperBound, (limit.perMinute ?? 1) * 2)
            return Fault(
                fact: "\(words ?? "the limit"), and none is left for \(wait) s",
                remedy:
                    "Try again in \(wait)s; or raise it: warder limit set \(share.server) --risk \(risk) \(more)/min"
            )
        }
    }

    func server(_ steps: inout [Step]) -> Server? {
        ask(.server, &steps) { () throws(Refusal) in
            try Tokens.server(of: name, for: peer, in: state)
        } passes: { server in
            let conditions = server.selectors.conditionTexts.joined(separator: " ")
            return server.selectors.isLaunched
                ? .provided("`warder run --server \(server.name)` must have started it, as \(conditions)")
                : .provided("the process must be \(conditions)")
        } fails: { _ in
            guard let server = state.servers[name.server] else { return missingServer }
            return Fault(
                fact: "no process can meet the conditions of \(server.name)",
                remedy: "warder server update \(server.name) --uid UID"
            )
        }
    }

    private var missingServer: Fault {
        if state.lost.contains(.server(name.server)) { return unreadable("server \(name.server)") }
        let remedy = "warder server add \(name.server) --uid UID"
        return missing("server \(name.server)", meant: meantServer?.text, remedy: remedy)
    }

    func quarantine(of server: Server?, _ steps: inout [Step]) {
        guard let server else { return skip(.quarantine, "goes by the server", &steps) }
        _ = ask(.quarantine, &steps) { () throws(Refusal) in
            try Tokens.checkQuarantine(of: server)
        } passes: { _ in
            .yes("\(server.name) is not quarantined")
        } fails: { _ in
            let since = server.quarantine.map { " since \($0.since)" } ?? ""
            let author = server.quarantine.map { $0.by.map { " by \($0)" } ?? " by the vault itself" } ?? ""
            let reason = server.quarantine?.reason.map { ": \($0)" } ?? ""
            return Fault(
                fact: "\(server.name) is quarantined\(since)\(author)\(reason)",
                remedy: "warder server release \(server.name)"
            )
        }
    }

    func launch(of server: Server?, _ steps: inout [Step]) {
        guard let server else { return skip(.launch, "goes by the server", &steps) }
        _ = ask(.launch, &steps) { () throws(Refusal) in
            try Tokens.checkLauncher(for: name, of: server, peer)
        } passes: { _ in
            guard name.tool == .launch, server.selectors.isLaunched else {
                return .yes("not only for the launcher")
            }
            return .provided("the process must be the launcher itself, `warder run --server \(server.name)`")
        } fails: { _ in
            // The one who is thought of is the launcher where that matters.
            Fault(fact: "only the launcher may ask", remedy: "warder server show \(server.name)")
        }
    }

    func tool(_ steps: inout [Step]) -> Tool? {
        ask(.tool, &steps) { () throws(Refusal) in
            try Tokens.tool(name, in: state)
        } passes: { tool in
            let gone = tool.gone.map { ", no longer in the server's list since \($0)" } ?? ""
            return .yes("\(tool.risk.rawValue), \(tool.category.rawValue)\(gone)")
        } fails: { _ in
            if state.lost.contains(.tool(name)) { return unreadable("tool \(name)") }
            return missing("tool \(name)", meant: meantTool?.text, remedy: "warder tool add \(name)")
        }
    }

    func definition(of tool: Tool?, _ steps: inout [Step]) {
        guard let tool else { return skip(.definition, "goes by the tool", &steps) }
        _ = ask(.definition, &steps) { () throws(Refusal) in
            if let refusal = tool.refusal(presenting: tool.definitionDigest) { throw refusal }
        } passes: { _ in
            guard let digest = tool.definitionDigest else { return .yes("none was accepted, so that any will do") }
            return tool.pin == .whenPresented
                ? .provided("a digest that is presented must be \(digest)")
                : .provided("the request must present the digest \(digest)")
        } fails: { _ in
            let since = tool.offer.map { " on \($0.since)" } ?? ""
            return Fault(
                fact: "another definition than the accepted one was seen\(since), and nobody has accepted it",
                remedy: "Look what changed: warder tool diff \(name); then: "
                    + "warder tool accept \(name) --reason REASON"
            )
        }
    }

    func unreadable(_ what: String) -> Fault {
        Fault(fact: "the record of the \(what) cannot be read", remedy: "See what is damaged: warder doctor --deep")
    }
}

extension Selectors {
    /// `uid=1001`, `unit=mcp-github.service`: what the kernel has to confirm.
    fileprivate var conditionTexts: [String] { eventTexts.filter { $0 != "launch" } }
}
