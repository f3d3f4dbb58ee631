import Glibc
import Sealing
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// Every operation of both documents is done once, as its own example says, on a real server: answers have the
/// documented shape, and the log the documented event.
@Suite struct ConversationTests {
    @Test("the examples of the documents work, and what comes back is what they say")
    func examples() async throws {
        let kit = try TestVault(uninitialisedFor: geteuid())
        try await TestServer.with(kit) { server in
            let talk = Talk(server)
            try talk.ask("status")
            try talk.ask("initialise")
            for id in ["status", "metrics", "findings", "reportFacts", "provePresence"] { try talk.ask(id) }

            try talk.ask("putSecret", status: 201)
            try talk.ask("putSecret", status: 200)
            _ = try await kit.vault.perform(
                Servers.add(
                    try ServerName("notes"),
                    owner: nil,
                    selectors: Selectors(uid: geteuid()),
                    by: talk.present()
                )
            )
            _ = try await kit.vault.perform(
                Tools.add(try ToolID("notes/search"), .plain, by: talk.present())
            )
            for id in ["addServer", "listServers", "showServer", "addTool", "listTools", "addGrant", "listGrants"] {
                try talk.ask(id)
            }

            let mark = try #require(try talk.ask("readInventory")["mark"]?.text)
            let change = #"{"server.add":{"name":"as-code","selectors":{"uid":54321}}}"#
            try talk.ask("applyInventory", body: #"{"mark":"\#(mark)","changes":[\#(change)]}"#)

            for id in ["health", "whoAmI", "resolve", "listChanges"] { try talk.ask(id) }
            try await talk.launch(kit)
            let token = try #require(try talk.ask("issueToken")["token"]?.text)
            let bearer = ["Authorization": "Bearer \(token)"]
            try talk.ask("readSecret", bearer, status: 200)
            try talk.ask("readSecret", bearer.merging(["If-None-Match": "\"v2\""]) { $1 }, status: 304)
            for id in ["renewToken", "reportCall"] { try talk.ask(id, bearer) }
            let accessor = try #require(try talk.ask("listTokens")["tokens"]?.list.first?["accessor"]?.text)
            try talk.ask("dropToken", bearer)
            _ = try talk.ask("issueToken")
            let second = try #require(try talk.ask("listTokens")["tokens"]?.list.first?["accessor"]?.text)
            #expect(second != accessor)
            try talk.ask("revokeToken", path: ["accessor": second])

            #expect(try talk.ask("explain")["verdict"]?.text == "allowed")
            try await talk.approvals(kit)
            try await talk.alerts(kit)
            try await talk.rotations(kit)
            for id in [
                "listSecrets", "setSecret", "showSecret", "revealSecret", "promoteSecret", "rollbackSecret",
                "deleteSecret",
                "undeleteSecret", "destroySecret", "updateServer", "quarantineServer", "releaseServer",
            ] { try talk.ask(id) }
            try talk.tools()
            for id in ["removeGrant", "removeTool"] { try talk.ask(id) }
            for name in ["notes/delete", "notes/list_notes"] {
                try await kit.vault.perform(Tools.remove(try ToolID(name), by: talk.present()))
            }
            for id in [
                "setLimit", "listLimits", "removeServer", "addOperator", "listOperators", "removeOperator",
                "searchEvents", "exportEvents",
                "findLeak", "prune", "showRetention",
            ] { try talk.ask(id) }
            for id in ["signCheckpoint", "prove", "proveConsistency", "logKeys"] { try talk.ask(id) }
            for id in ["createBackup", "check", "salvage"] { try talk.ask(id) }
            let handed = try kit.events().last { $0.type == "backup.create" }?.changes ?? []
            let header = try #require(handed.first { $0.hasPrefix("backup=") }).dropFirst("backup=".count)
            let bytes = try #require(handed.first { $0.hasPrefix("bytes=") }).dropFirst("bytes=".count)
            let kept = try talk.ask("keepBackup", body: #"{"header_sha256":"\#(header)","bytes":\#(bytes)}"#)
            #expect(kept["verdict"]?.text == "sound")
            try talk.ask("seal")
            try await kit.openAsRestored("correct horse battery staple")
            #expect(try talk.ask("status")["quarantine"]?["backup"]?.text == TestVault.backup.created.description)
            for id in ["reviewBackup", "releaseBackup"] { try talk.ask(id) }
            let shares = try talk.keys()
            try talk.ask("enrolWithShare", path: ["operator": "ada"], body: #"{"share":"\#(shares[0])"}"#, status: 202)
            #expect(try talk.ask("status")["enrolling"]?["operator"]?.text == "ada")
            let code = try #require(try talk.ask("enrolOperator", path: ["operator": "ada"])["code"]?.text)
            try talk.ask("enrol", body: #"{"code":"\#(code)","passphrase":"correct horse battery staple"}"#)
            try talk.ask("setPresence")
            // The passphrase that opens the vault is still the old one.
            try talk.ask("seal")
            try talk.ask("unsealWithShare", body: #"{"share":"\#(shares[0])"}"#)
            for id in ["cancelUnsealing", "unseal"] { try talk.ask(id) }

            let all = Set(APIDocument.both.flatMap(\.operations).map(\.id))
            #expect(talk.asked == all)
        }
    }

    @Test("every operation of the operators is refused to who is none, and the log says what was asked")
    func strangers() async throws {
        let kit = try await TestVault(uid: 54_321)
        try await TestServer.with(kit) { server in
            let talk = Talk(server)
            for operation in APIDocument.operator.operations {
                let permission = operation.node["x-warder-permission"]
                // This process runs as the user of the server, who needs no role for a backup.
                guard permission?.text != "anybody", permission?.texts.contains("owner") != true else { continue }
                let before = kit.vault.sequence
                // The first refusal of a minute has an event of its own.
                kit.clock.advance(seconds: 60)
                let answer = try talk.send(operation, .operator, [:], [:])
                #expect(answer.status == 403, "\(operation.id)")
                let body = try Node(json: answer.body)
                #expect(body["error"]?["reason"]?.text == "not_an_operator", "\(operation.id)")
                if Self.refusedEarly.contains(operation.id) {
                    #expect(kit.vault.sequence == before, "\(operation.id)")
                    continue
                }
                let event = try kit.lastEvent()
                #expect(
                    event.line == "\(operation.node["x-warder-action"]?.text ?? ""): not_an_operator",
                    "\(operation.id)"
                )
                #expect(event.actor == "uid:\(geteuid())")
                #expect(event.requestID == body["error"]?["request_id"]?.text)
            }
        }
    }

    /// Counters are no event.
    private static let refusedEarly: Set<String> = ["metrics", "showRetention"]

    @Test("every operation but who-am-I is refused to a process that matches no server, and leaves no event of its own")
    func strangeProcesses() async throws {
        try await TestServer.with { server in
            let talk = Talk(server)
            let before = server.kit.vault.sequence
            for operation in APIDocument.client.operations {
                let answer = try talk.send(operation, .client, [:], [:])
                #expect(answer.status == (operation.id == "whoAmI" ? 200 : 403), "\(operation.id)")
            }
            #expect(server.kit.vault.sequence == before)
            let counted = server.turnedAway()
            #expect(counted.map(\.requests) == [UInt64(APIDocument.client.operations.count - 1)])
            #expect(counted.first?.uid == geteuid())
        }
    }

    @Test("a sealed vault says so to every operation that needs it open")
    func sealed() async throws {
        try await TestServer.with { server in
            try await server.kit.seal()
            let talk = Talk(server)
            for document in APIDocument.both {
                let door: Caller.Door = document.name == APIDocument.client.name ? .client : .operator
                for operation in document.operations {
                    guard operation.codes.contains("sealed") else { continue }
                    let answer = try talk.send(operation, door, [:], [:])
                    #expect(answer.status == 503, "\(operation.id)")
                    #expect(try Node(json: answer.body)["error"]?["code"]?.text == "sealed", "\(operation.id)")
                }
            }
        }
    }
}

/// Asks one operation after the other, and holds answers and events against the documents.
final class Talk {
    private let server: TestServer
    private(set) var asked: Set<String> = []

    init(_ server: TestServer) { self.server = server }

    /// Somebody like this process, who has just proved to be there.
    func present() -> Caller { server.kit.present(.synthetic(uid: geteuid())) }

    /// Key slots and keys; leaves the passphrase as it was, and a slot of shares.
    func keys() throws -> [String] {
        let kit = server.kit
        try ask("listKeys")
        let first = try id(of: ask("addSlot", status: 201))
        let slot = try #require(kit.vault.foundation?.slots.first?.id.description)
        let changed = try id(of: ask("changeSlot", path: ["slot": slot]))
        let old = #"{"old":"another correct horse","new":"correct horse battery staple"}"#
        let back = try id(of: ask("changeSlot", path: ["slot": changed], body: old))
        let opened = #"{"slot":"\#(back)","passphrase":"correct horse battery staple"}"#
        try ask("rotateKeys")
        try ask("rotateLogKey")
        try ask("rotateRootKey", body: #"{"slots":[\#(opened)],"drop":["\#(first)"]}"#)
        let more = try id(of: ask("addSlot", status: 201))
        try ask("removeSlot", path: ["slot": more])
        let last = try ask("addSlot", status: 201)
        let sets = try #require(try ask("status")["share_sets"]).list
        #expect(sets.map { [$0["threshold"]?.int, $0["shares"]?.int] } == [[2, 3]])
        return try #require(last["shares"]).list.compactMap(\.text)
    }

    /// A list, another one, and its acceptance.
    func tools() throws {
        for id in ["importTools", "showTool", "setTool"] { try ask(id) }
        let changed = #"{"server":"notes","tools":[{"name":"list_notes","inputSchema":{"type":"object"}}]}"#
        let line = try ask("importTools", body: changed)["tools"]?.list.first
        #expect(line?["outcome"]?.text == "changed")
        let offered = try #require(line?["offered_digest"]?.text)
        let shown = try ask("showTool", path: ["tool": "list_notes"])
        #expect(shown["offered_definition"]?["digest"]?.text == offered)
        #expect(shown["definition_state"]?.text == "changed")
        let tool = #"{"name":"notes/list_notes","digest":"\#(offered)"}"#
        try ask("acceptTools", body: #"{"tools":[\#(tool)],"reason":"read it"}"#)
    }

    /// A launch of a server that nobody else is.
    func launch(_ kit: TestVault) async throws {
        let desk = try ServerName("desk")
        let conditions = Selectors(uid: geteuid(), isLaunched: true)
        _ = try await kit.vault.perform(Servers.add(desk, owner: nil, selectors: conditions, by: present()))
        try ask("startLaunch", body: #"{"server":"desk"}"#, status: 201)
        _ = try await kit.vault.perform(Servers.remove(desk, by: present()))
    }

    private func id(of slot: Node) throws -> String { try #require(slot["id"]?.text) }

    @discardableResult
    func ask(
        _ id: String,
        _ fields: [String: String] = [:],
        path: [String: String] = [:],
        body: String? = nil,
        status: Int? = nil
    ) throws -> Node {
        for document in APIDocument.both {
            guard let operation = document.operations.first(where: { $0.id == id }) else { continue }
            return try ask(operation, document, fields, path, body, status)
        }
        throw TestFailure("no operation \(id)")
    }

    private func ask(
        _ operation: APIDocument.Operation,
        _ document: APIDocument,
        _ fields: [String: String],
        _ path: [String: String],
        _ body: String?,
        _ status: Int?
    ) throws -> Node {
        let door: Caller.Door = document.name == APIDocument.client.name ? .client : .operator
        var fields = fields
        if (operation.node["x-warder-presence"]?.text ?? "never") != "never" {
            let refused = try send(operation, door, fields, path, body)
            #expect(refused.status == 403)
            #expect(try Node(json: refused.body)["error"]?["code"]?.text == "presence_required", "\(operation.id)")
            fields["Warder-Presence"] = try ask("provePresence")["proof"]?.text
        }
        let answer = try send(operation, door, fields, path, body)
        asked.insert(operation.id)
        let id = operation.id
        guard let response = operation.responses["\(answer.status)"], answer.status < 400 else {
            throw TestFailure("\(id): \(answer.status) \(answer.text)")
        }
        if let status { #expect(answer.status == status, "\(id)") }
        for name in response["headers"]?.map.keys.map({ $0.lowercased() }) ?? [] {
            #expect(answer[name] != nil, "\(id): \(name)")
        }
        if operation.node["x-warder-action"] != nil {
            #expect(try server.loggedType(id) == operation.node["x-warder-action"]?.text, "\(id)")
        }
        guard let content = response["content"]?.map.first else {
            #expect(answer.body.isEmpty && answer["content-type"] == nil, "\(id)")
            return .null
        }
        #expect(answer["content-type"]?.hasPrefix(content.key) == true, "\(id)")
        #expect(answer["cache-control"] == "no-store", "\(id)")
        guard content.key == "application/json" else {
            // A log with its first key has no changes of it.
            #expect(!answer.body.isEmpty || id == "logKeys", "\(id)")
            return .null
        }
        let body = try Node(json: answer.body)
        #expect(Schema(document: document).faults(of: body, in: content.value["schema"] ?? .null) == [], "\(id)")
        return body
    }

    /// Sends an operation as its document says: the examples of its path and of its body.
    func send(
        _ operation: APIDocument.Operation,
        _ door: Caller.Door,
        _ fields: [String: String],
        _ path: [String: String],
        _ given: String? = nil
    ) throws -> RawClient.Answer {
        var target = operation.path
        for parameter in operation.parameters where parameter["in"]?.text == "path" {
            guard let name = parameter["name"]?.text, let example = path[name] ?? parameter["example"]?.text else {
                throw TestFailure("\(operation.id) has a parameter without an example")
            }
            target = target.replacing("{\(name)}", with: example)
        }
        let asked = operation.parameters.filter { $0["in"]?.text == "query" && $0["required"]?.bool == true }
        for (index, parameter) in asked.enumerated() {
            guard let name = parameter["name"]?.text, let example = parameter["example"] else {
                throw TestFailure("\(operation.id) has a parameter without an example")
            }
            target += "\(index == 0 ? "?" : "&")\(name)=\(example.text ?? example.json)"
        }
        let body = operation.node["requestBody"]?["content"]?["application/json"]
        if let body {
            let document: APIDocument = door == .operator ? .operator : .client
            let faults = Schema(document: document).faults(of: body["example"] ?? .null, in: body["schema"] ?? .null)
            #expect(faults == [], "\(operation.id): its example does not fit its schema")
        }
        return try server.connect(door).ask(operation.method, target, fields, body: given ?? body?["example"]?.json)
    }
}

extension TestServer {
    /// The type of the newest event; a sealed vault's is looked for after it was opened again.
    fileprivate func loggedType(_ id: String) throws -> String {
        // Who reads the log while it is sealed finds nothing: sealing is seen in the state itself.
        if id == "seal" { return kit.vault.phase == .sealed ? "vault.seal" : "" }
        let inbox = try kit.store.inbox().count
        if id == "unsealWithShare" { return inbox == 1 ? "unseal.share" : "" }
        if id == "cancelUnsealing" { return inbox == 2 ? "unseal.cancel" : "" }
        // It ends with the connection that it was asked for on.
        if id == "startLaunch" { return try kit.events().last { $0.type != "launch.end" }?.type ?? "" }
        return try kit.lastEvent().type
    }
}

extension Tools.Description {
    fileprivate static let plain = Tools.Description(
        text: nil,
        risk: .readOnly,
        category: .standard,
        owner: nil,
        expectedOutputs: nil,
        definitionDigest: nil
    )
}
