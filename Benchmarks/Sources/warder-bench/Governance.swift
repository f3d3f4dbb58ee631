import Foundation
import NIOHTTP1

/// What a governed vault holds: every alert rule, rules of approval, and servers with limits, approvals and a past. All
/// of it comes about as it does at work, by what operators and servers ask.
struct Governance {
    static let servers = 200
    /// Of each server: calls that somebody said no to, and values that it got.
    static let deniedCalls = 5
    private static let values = 3
    private static let risks = ["read-only", "side-effect", "critical"]
    private static let categories = ["standard", "financial", "administrative"]

    let vault: VaultProcess

    // MARK: Setting up

    /// What comes before the server that is measured, because it runs as the operator, who then has to prove to be there.
    func prepare(_ client: OperatorClient) async throws {
        try await Self.setAlertRules(on: true, with: client)
        // Somebody of the group that rules ask, and a user that nobody is.
        let person = #"{"name":"sam","uid":2999999,"roles":["approver"],"groups":["security"]}"#
        try await client.send(.POST, "/v1/operators", person)
        for category in Self.categories {
            for risk in Self.risks where (risk, category) != ("read-only", "standard") {
                try await Self.setRule(risk, category, #"["security","owner"]"#, with: client)
            }
        }
        for number in 1...Self.servers {
            Progress.show("giving \(Self.servers) servers a past, \(number)")
            // A user that nobody is.
            try await add("tenant-\(number)", uid: 2_000_000 + number, with: client)
        }
    }

    /// What holds for the server that is measured: a limit and a rule of its own. The limit refuses nothing here.
    func govern(_ server: String) async throws {
        let client = try await OperatorClient.connect(to: vault.operatorSocket)
        try await client.send(.PUT, "/v1/limits", #"{"risk":"read-only","limit":"inherit"}"#)
        try await Self.setLimits(of: server, "1000000/min", with: client)
        try await Self.setRule("read-only", "standard", "[]", of: server, with: client)
        await client.close()
        // What waits for somebody is an answer like any other to the load generator.
        let process = try await OperatorClient.connect(to: vault.clientSocket)
        let body = #"{"tool":"\#(Registration.tool)","secret":"\#(Registration.secret)"}"#
        let answer = try await process.send(.POST, "/v1/resolve", body)
        _ = try JSONDecoder().decode(Given.self, from: Data(answer.utf8))
        await process.close()
    }

    private struct Given: Decodable {
        let version: Int
    }

    /// Switches all alert rules on, each as it usually is, or off.
    static func setAlertRules(on: Bool, with client: OperatorClient) async throws {
        for rule in try await alertRules(client) {
            // There are no hours until somebody sets them.
            let further = on && rule.rule == "off_hours" ? #","hours":"\#(hours)""# : ""
            try await client.send(.PUT, "/v1/alert-rules/\(rule.rule)", #"{"on":\#(on)\#(further)}"#)
        }
    }

    /// All of a day but for one minute, which is half a day away: every event is held against them, and none is unusual.
    private static var hours: String {
        let zone = "Europe/Berlin"
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: zone) ?? .gmt
        let hour = (calendar.component(.hour, from: .now) + 12) % 24
        return String(format: "%02d:01-%02d:00 ", hour, hour) + zone
    }

    private static func setRule(
        _ risk: String,
        _ category: String,
        _ votes: String,
        of server: String? = nil,
        with client: OperatorClient
    ) async throws {
        let scope = server.map { #""server":"\#($0)","# } ?? ""
        let body = #"{\#(scope)"risk":"\#(risk)","category":"\#(category)","votes":\#(votes)}"#
        try await client.send(.PUT, "/v1/approval-rules", body)
    }

    private static func setLimits(of server: String, _ limit: String, with client: OperatorClient) async throws {
        for risk in risks {
            let body = #"{"server":"\#(server)","risk":"\#(risk)","limit":"\#(limit)"}"#
            try await client.send(.PUT, "/v1/limits", body)
        }
    }

    private func add(_ server: String, uid: Int, with client: OperatorClient) async throws {
        let secret = "\(server)/key"
        let elsewhere = #"{"uid":\#(uid)}"#
        let body = #"{"name":"\#(server)","owner":"platform","selectors":\#(elsewhere)}"#
        try await client.send(.POST, "/v1/servers", body)
        try await client.send(.PUT, "/v1/secrets/\(secret)", #"{"fields":{"value":"a value of \#(server)"}}"#)
        for (tool, risk) in [("read", "read-only"), ("write", "side-effect")] {
            let name = "\(server)/\(tool)"
            try await client.send(.POST, "/v1/tools", #"{"name":"\#(name)","risk":"\#(risk)"}"#)
            try await client.send(.POST, "/v1/grants", #"{"tool":"\#(name)","secret":"\#(secret)"}"#)
        }
        try await Self.setLimits(of: server, "1000/min", with: client)
        try await Self.setRule("side-effect", "standard", #"["security"]"#, of: server, with: client)
        // For as long as its past takes it runs as this user.
        try await client.send(.PATCH, "/v1/servers/\(server)", #"{"selectors":{"uid":\#(geteuid())}}"#)
        try await live(server, secret, with: client)
        try await client.send(.PATCH, "/v1/servers/\(server)", #"{"selectors":\#(elsewhere)}"#)
        try await client.send(
            .POST,
            "/v1/standing-approvals",
            #"{"server":"\#(server)","tool":"write","ttl":86400,"uses":1000,"reason":"for the day"}"#
        )
    }

    private struct Asked: Decodable {
        let approval: String
    }

    private func live(_ server: String, _ secret: String, with client: OperatorClient) async throws {
        let process = try await OperatorClient.connect(to: vault.clientSocket)
        for _ in 0..<Self.values {
            let body = #"{"tool":"\#(server)/read","secret":"\#(secret)"}"#
            try await process.send(.POST, "/v1/resolve", body)
        }
        for number in 0..<Self.deniedCalls {
            let body = #"{"tool":"\#(server)/write","secret":"\#(secret)","arguments":{"number":\#(number)}}"#
            let answer = try await process.send(.POST, "/v1/resolve", body)
            let asked = try JSONDecoder().decode(Asked.self, from: Data(answer.utf8))
            try await client.send(.POST, "/v1/approvals/\(asked.approval)/deny", #"{"reason":"not today"}"#)
        }
        await process.close()
    }

    // MARK: Looking

    private struct AlertRules: Decodable {
        struct Rule: Decodable {
            let rule: String
            let on: Bool
        }

        let rules: [Rule]
    }

    private static func alertRules(_ client: OperatorClient) async throws -> [AlertRules.Rule] {
        let text = try await client.send(.GET, "/v1/alert-rules")
        return try JSONDecoder().decode(AlertRules.self, from: Data(text.utf8)).rules
    }

    private struct Entry: Decodable {
        /// Of what has one.
        let state: String?
    }

    /// What the vault says that it holds.
    func figures() async throws -> GovernanceFigures {
        let client = try await OperatorClient.connect(to: vault.operatorSocket)
        func list(_ path: String) async throws -> [Entry] {
            let text = try await client.send(.GET, path)
            return try JSONDecoder().decode([String: [Entry]].self, from: Data(text.utf8)).values.flatMap(\.self)
        }
        let figures = GovernanceFigures(
            servers: try await list("/v1/servers").count,
            tools: try await list("/v1/tools").count,
            limits: try await list("/v1/limits").count,
            alertRules: try await Self.alertRules(client).count(where: \.on),
            approvalRules: try await list("/v1/approval-rules").count,
            endedApprovals: try await list("/v1/approvals").count { $0.state == "denied" },
            standingApprovals: try await list("/v1/standing-approvals").count,
            alerts: try await list("/v1/alerts").count
        )
        await client.close()
        return figures
    }
}
