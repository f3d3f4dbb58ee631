import Foundation
import Testing

/// Everything that a vault does in a day, with canaries in it.
struct CanaryScenario {
    /// Holds what JSON and URLs escape.
    let value = Canary("c4nary-value-\"\\/é-")
    /// Names are sealed at rest; whoever may read the log may read them.
    let name = Canary("c4nary-name-")

    /// What was answered, by who may see what.
    struct Answers {
        /// Answers to those who asked for the value and may have it.
        var delivered = ""
        /// Listings, details and the log, for operators: they name names.
        var listings = ""
        /// Refusals, errors and the status.
        var others: [String] = []
    }

    @discardableResult
    func run(_ vault: VaultProcess) throws -> Answers {
        var answers = Answers()
        let secret = "\(name.text)/pat"
        let token = try furnish(vault, secret)
        for (method, path, body) in [
            ("GET", "/v1/secrets/\(secret)", nil),
            ("POST", "/v1/resolve", "{\"tool\":\"list\",\"secret\":\"\(secret)\"}"),
        ] {
            let answer = try vault.client().request(method, path, body: body, token: body == nil ? token : nil)
            #expect(answer.json["value"] as? String == value.text, "\(path)")
            answers.delivered += answer.body
        }
        #expect(try vault.ask("POST", "/v1/reveal/\(secret)", "{}").json["value"] as? String == value.text)
        answers.others = try failures(vault, secret, token)
        answers.others.append(try vault.ask("GET", "/v1/sys/status", expecting: 200).body)
        for path in [
            "/v1/secrets", "/v1/secrets/\(secret)", "/v1/servers", "/v1/servers/github", "/v1/tools", "/v1/grants",
            "/v1/tokens", "/v1/operators", "/v1/sys/findings", "/v1/metrics", "/v1/audit/events?limit=1000",
        ] {
            answers.listings += try vault.ask("GET", path, expecting: 200).body
        }
        try vault.ask("DELETE", "/v1/secrets/\(secret)", expecting: 200)
        try vault.ask("POST", "/v1/undelete/\(secret)", expecting: 200)
        try vault.ask("POST", "/v1/destroy/\(secret)", "{\"version\":1}", expecting: 200)
        return answers
    }

    /// Returns a token of the tool that may use the secret.
    private func furnish(_ vault: VaultProcess, _ secret: String) throws -> String {
        let put = """
            {"fields":{"value":"\(value.inJSON)"},"owner":"\(name.text)","labels":{"team":"\(name.text)"}}
            """
        try vault.ask("PUT", "/v1/secrets/\(secret)", put, expecting: 201)
        try vault.ask("PUT", "/v1/secrets/\(secret)", put, expecting: 200)
        for (path, body) in [
            ("/v1/servers", "{\"name\":\"github\",\"owner\":\"\(name.text)\",\"selectors\":{\"uid\":0}}"),
            (
                "/v1/tools",
                "{\"name\":\"github/list\",\"risk\":\"read-only\",\"description\":\"\(name.text)\"}"
            ), ("/v1/grants", "{\"tool\":\"github/list\",\"secret\":\"\(secret)\"}"),
        ] {
            try vault.ask("POST", path, body, expecting: 201)
        }
        let issued = try vault.client().request(
            "POST",
            "/v1/tokens",
            body: "{\"tool\":\"list\",\"arguments\":{\"password\":\"\(value.inJSON)\"}}"
        )
        return try #require(issued.json["token"] as? String)
    }

    /// Requests that fail, with the canaries wherever a message could quote them.
    private func failures(_ vault: VaultProcess, _ secret: String, _ token: String) throws -> [String] {
        var answers: [String] = []
        func keep(_ answer: SocketClient.Response, _ request: String) {
            #expect(answer.status >= 400, "\(request)")
            answers.append(answer.head + answer.body)
        }
        for (method, path, body) in [
            ("PUT", "/v1/secrets/\(secret)", "{\"fields\":{\"value\":\"\(value.inJSON)\"},\"\(value.inJSON)\":1}"),
            ("PUT", "/v1/secrets/\(secret)", "{\"fields\":{\"value\":\"\(value.inJSON)"),
            ("PUT", "/v1/secrets/\(secret)", "{\"fields\":{\"\(value.inJSON)!\":\"x\"}}"),
            ("PUT", "/v1/secrets/\(secret)", "{\"fields\":{\"value\":\"\(value.inJSON)\"},\"check_version\":99}"),
            ("POST", "/v1/tools", "{\"name\":\"github/x\",\"risk\":\"\(value.inJSON)\"}"),
            (
                "POST", "/v1/sys/unseal",
                "{\"passphrase\":\"\(value.inJSON)\",\"credential_base64\":\"\(value.inJSON)\"}"
            ), ("POST", "/v1/presence", "{\"passphrase\":\"\(value.inJSON)\"}"),
            ("GET", "/v1/audit/events?\(value.core)=x", nil), ("GET", "/v1/\(value.core)", nil),
            ("GET", "/v1/secrets/\(name.text)/none", nil), ("GET", "/v1/servers/\(name.text)", nil),
            ("DELETE", "/v1/servers/\(name.text)", nil), ("POST", "/v1/operators/\(name.text)/enrol", nil),
            ("POST", "/v1/grants", "{\"tool\":\"\(name.text)/x\",\"secret\":\"\(secret)\"}"),
            ("POST", "/v1/tools", "{\"name\":\"\(name.text)/x\",\"risk\":\"read-only\"}"),
            ("POST", "/v1/rollback/\(name.text)/none", nil),
        ] as [(String, String, String?)] {
            keep(try vault.ask(method, path, body), "\(method) \(path)")
        }
        for (method, path, body) in [
            ("POST", "/v1/resolve", "{\"tool\":\"list\",\"secret\":\"\(secret)\",\"field\":\"other\"}"),
            ("POST", "/v1/resolve", "{\"tool\":\"list\",\"secret\":\"\(name.text)/none\"}"),
            ("POST", "/v1/resolve", "{\"tool\":\"\(name.text)\",\"secret\":\"\(secret)\"}"),
            ("POST", "/v1/resolve", "{\"tool\":\"\(value.inJSON)!\",\"secret\":\"x\"}"),
            ("GET", "/v1/secrets/\(name.text)/other", nil),
        ] as [(String, String, String?)] {
            keep(try vault.client().request(method, path, body: body, token: token), "\(method) \(path)")
        }
        return answers
    }
}
