import RandomTesting
import Testing

@testable import ClientConfigurations

@Suite struct ValueReaderTests {
    /// What is found in a value, each with the part that is secret.
    private static func found(_ name: String?, _ value: String) -> [String] {
        let bytes = Array(value.utf8)
        return ValueReader(name: name, value: value).spans.map { String(decoding: bytes[$0.range], as: UTF8.self) }
    }

    static let secrets: [(String?, String, [String])] = [
        ("GITHUB_PERSONAL_ACCESS_TOKEN", Invented.github, [Invented.github]),
        (nil, Invented.github, [Invented.github]), ("ANYTHING", " \(Invented.slack) ", [Invented.slack]),
        ("API_KEY", Invented.hex, [Invented.hex]), ("apiKey", "short-one", ["short-one"]),
        ("DB_PASS", "tiger", ["tiger"]), ("DB_PASS", "admin-111", ["admin-111"]), ("LOGIN_PIN", "4711", ["4711"]),
        ("PASSWORD", "$ecret", ["$ecret"]),
        ("API_KEY_2", "q7Lw2ZrXk9", ["q7Lw2ZrXk9"]), ("TOKEN_PROD", "q7Lw2ZrXk9", ["q7Lw2ZrXk9"]),
        ("secret1", "q7Lw2ZrXk9", ["q7Lw2ZrXk9"]), ("SECRET_KEY_BASE", "q7Lw2ZrXk9", ["q7Lw2ZrXk9"]),
        ("API_KEYS", "q7Lw2ZrXk9,q8", ["q7Lw2ZrXk9,q8"]), ("Ocp-Apim-Subscription-Key", "q7Lw2ZrXk9", ["q7Lw2ZrXk9"]),
        (
            "WEBHOOK", "https://hooks.slack.com/services/T0Q7LW2ZR/B0XK9VTYM/q7Lw2ZrXk9Vt",
            ["T0Q7LW2ZR/B0XK9VTYM/q7Lw2ZrXk9Vt"]
        ),
        ("PGPASSWORD", "postgres", ["postgres"]), ("REDIS_PWD", "4711", ["4711"]),
        ("POSTGRES_PASSWORD", "correct horse battery", ["correct horse battery"]),
        (
            "AWS_SECRET_ACCESS_KEY", "/wJ7Lq+K7MDENG/bPxRfiCY2Zr8XkVtYm4Nc8Jd1",
            ["/wJ7Lq+K7MDENG/bPxRfiCY2Zr8XkVtYm4Nc8Jd1"]
        ),
        ("Authorization", "Bearer \(Invented.hex)", [Invented.hex]),
        ("authorization", "Basic YWxhZGRpbjpvcGVu", ["YWxhZGRpbjpvcGVu"]),
        ("Authorization", "plain-credential", ["plain-credential"]),
        (
            "PUBLIC_KEY", "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE",
            [
                "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE"
            ]
        ),
        ("TELEGRAM_BOT", Invented.telegram, [Invented.telegram]),
        (nil, "https://api.telegram.org/bot\(Invented.telegram)/getMe", [Invented.telegram]),
        (nil, "https://mcp.zapier.com/api/mcp/s/\(Invented.path)==/mcp", ["\(Invented.path)=="]),
        (nil, "https://shop.azurewebsites.net/mcp?code=\(Invented.path)%3D%3D&x=1", ["\(Invented.path)%3D%3D"]),
        (nil, "https://mcp.example.net/v1/\(Invented.path)/mcp", [Invented.path]),
        (nil, "https://mcp.example.net/mcp?thing=\(Invented.path)#x", [Invented.path]),
        (nil, "https://mcp.example.net/mcp#\(Invented.path)", [Invented.path]),
        (nil, "https://h/s/v1.\(Invented.github)/mcp", [Invented.github]),
        (nil, "https://h/mcp?x=Bearer%20\(Invented.github)", [Invented.github]),
        ("SERVER_ARGS", "-p=\(Invented.path) --quiet", [Invented.path]),
        ("PAIR", "ada:\(Invented.path)", [Invented.path]),
        (nil, "https://u:pw-7@h/\(Invented.path)", ["pw-7", Invented.path]),
        ("PGPASSWORDS", "tiger,lion", ["tiger,lion"]), ("REDIS_AUTH", "foobared", ["foobared"]),
        ("TELEGRAM_SESSION_STRING", Invented.path, [Invented.path]),
        ("X-Api-Key", "q7Lw2ZrXk9", ["q7Lw2ZrXk9"]), (nil, "Authorization: Bearer \(Invented.hex)", [Invented.hex]),
        (nil, "Authorization:Bearer \(Invented.github)", [Invented.github]),
        ("DATABASE_URL", Invented.databaseURL, [Invented.database]),
        (nil, "redis://:hunter2@cache:6379/0", ["hunter2"]),
        (nil, "mongodb+srv://app:s3cr3t@cluster0.example.net/x", ["s3cr3t"]),
        (nil, "postgres://u:p/w@rd@host/db", ["p/w@rd"]),
        ("REPOSITORY", "https://\(Invented.github)@github.com/o/r.git", [Invented.github]),
        (nil, "app:s3cr3t@tcp(127.0.0.1:3306)/shop", ["s3cr3t"]),
        (nil, "https://api.example.net/mcp?api_key=q7Lw2ZrXk9&region=eu", ["q7Lw2ZrXk9"]),
        (nil, "Server=db;User Id=sa;Password=\(Invented.sqlPassword);Encrypt=True", [Invented.sqlPassword]),
        (nil, "jdbc:sqlserver://db:1433;user=sa;password=\(Invented.sqlPassword)", [Invented.sqlPassword]),
        (nil, "jdbc:postgresql://db/x?user=a&password=q7Lw2ZrXk9", ["q7Lw2ZrXk9"]),
        (nil, "host=db user=a password='with space' dbname=x", ["with space"]),
        (
            "AZURE", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=q7Lw2ZrXk9VtYm4Nc8Jd1H==;X=y",
            ["q7Lw2ZrXk9VtYm4Nc8Jd1H=="]
        ),
        (
            "HEADERS", #"{"Authorization": "Bearer \#(Invented.hex)", "Accept": "text/plain"}"#,
            ["Bearer \(Invented.hex)"]
        ),
        (
            "SETTINGS", "-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----\n",
            [
                "-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----"
            ]
        ),
        ("SUPABASE", Invented.webToken, [Invented.webToken]), ("X", Invented.hex, [Invented.hex]),
        ("TOKEN", "${TOKEN:-\(Invented.github)}", [Invented.github]),
    ]

    @Test(arguments: secrets)
    func `the secret part of a value is found`(name: String?, value: String, parts: [String]) {
        #expect(Self.found(name, value) == parts)
    }

    static let harmless: [(String?, String, Innocence?)] = [
        ("GITHUB_TOKEN", "${GITHUB_TOKEN}", .reference), ("TOKEN", "${input:github-token}", .reference),
        ("TOKEN", "${env:TOKEN}", .reference), ("TOKEN", "$TOKEN", .reference),
        ("TOKEN", "$(pass show github)", .reference),
        ("TOKEN", "%TOKEN%", .reference), ("TOKEN", "{{ token }}", .reference),
        ("TOKEN", "op://vault/item/field", .reference),
        ("TOKEN", "${TOKEN:-}", .reference),
        ("TOKEN", "<YOUR_TOKEN>", .placeholder), ("API_KEY", "your-api-key-here", .placeholder),
        ("API_KEY", "YOUR_API_KEY", .placeholder), ("API_KEY", "xxxxxxxx", .placeholder),
        ("PASSWORD", "changeme", .placeholder),
        ("PASSWORD", "", .placeholder), ("GITHUB_TOKEN", "TU_GITHUB_TOKEN_AQUI", .placeholder),
        ("KEY", "sk-...", .placeholder),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", .placeholder),
        (nil, "postgresql://user:pass@localhost:5432/db", nil),
        ("TOKEN", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", .placeholder),
        ("KEY", "...", .placeholder), ("KEY", "********", .placeholder),
        ("KEY", "sk-your-openai-key-here", .placeholder),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/home/ada/keys/service.json", .path),
        ("SSH_KEY", "~/.ssh/id_ed25519", .path),
        ("USE_TOKEN", "true", .plain), ("SESSION_TOKEN", "3600", .plain), ("KEY", "a", .plain),
        ("AUTH_TOKEN", "https://login.example.net/oauth/token", .address),
        ("Authorization", "Bearer ${TOKEN}", .reference), ("Authorization", "Bearer <token>", .placeholder),
        (nil, "Authorization: Bearer ${input:token}", nil),
        ("DATABASE_URL", "postgres://user:${PGPASSWORD}@host/db", nil),
        ("DATABASE_URL", "postgres://user:password@host/db", nil),
        ("DATABASE_URL", "postgres://user@host:5432/db", nil), (nil, "http://127.0.0.1:8080/path@here", nil),
        ("MAX_TOKENS", "4096", .plain), ("TOKEN_LIMIT", "100000", nil), ("KEY_ID", "AKIAQ7LW2ZRXK9VTYM4N", nil),
        ("PUBLISHABLE_KEY", "pk_live_51Q7Lw2ZrXk9VtYm4Nc8Jd1Hf5Gp3Sb", nil), ("PUBLIC_KEY", "ada-2026", nil),
        ("DB_PASSWORD", "/run/secrets/db", .path), ("REDIS_AUTH", "oauth2", .plain), ("X_AUTH", "azure-cli", .plain),
        ("SESSION", "default", nil), ("COUNTRY_CODE", "DE", nil),
        (nil, "https://docs.example.net/a-long-path/that-has/many/Words/in-it/v2/index.html", nil),
        (nil, "git+https://github.com/ada/notes@9f2c4e81b7d05a36e1c8f4097b2d6a539f2c4e81", nil),
        (nil, "sha512-9f2c4e81b7d05a36e1c8f4097b2d6a53Q7Lw2ZrXk9VtYm4Nc8Jd1Hf5Gp3Sb==", nil),
        (nil, "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/Shop-AbCdEf", nil),
        (nil, "https://api.example.net/search?code=US&lang=en-US", nil),
        (nil, "/Users/Ada/Projects1/ModelContextProtocolInspectorTools", nil),
        ("TOKEN_FILE", "/run/secrets/token", nil), ("PROJECT_ID", "6f1c2a9e-4b7d-4e0a-9c35-8d2b1f7e6a40", nil),
        ("VERSION", "2026.11.21-rc.1", nil), ("NODE_ENV", "production", nil), ("LOG_LEVEL", "debug", nil),
        (nil, "-y", nil), (nil, "@modelcontextprotocol/server-github", nil),
        (nil, "ghcr.io/github/github-mcp-server", nil),
        (nil, "mcp/postgres@sha256:9f2c4e81b7d05a36e1c8f4097b2d6a539f2c4e81b7d05a36e1c8f4097b2d6a53", nil),
        (nil, "sk-learn-compatible-wrapper-package", nil), ("PLAN", "basic subscription", nil),
        ("GREETING", "token ring", nil), ("QUERY", "a=1&b=2", nil), ("MONKEY", "banana-republic", nil),
        ("FEATURES", "token=off;secret=no", nil), ("EMPTY", "", nil), (nil, "://", nil), (nil, "a://@", nil),
        (nil, "=", nil),
    ]

    @Test(arguments: harmless)
    func `what is no secret is not taken for one, and it is said why`(name: String?, value: String, why: Innocence?) {
        let reader = ValueReader(name: name, value: value)
        #expect(reader.spans.isEmpty, "\(value)")
        #expect(reader.innocence == why, "\(value)")
    }

    @Test func `only chance is a doubt, and a form is certain`() {
        let evidence = { (name: String?, value: String) in ValueReader(name: name, value: value).spans.first?.evidence }
        #expect(evidence("X", Invented.hex) == .random)
        #expect(evidence("X", Invented.hex)?.certainty == .doubtful)
        #expect(evidence("X_KEY", Invented.hex) == .name)
        #expect(evidence("X_KEY", Invented.github) == .token(issuer: "GitHub"))
        #expect(evidence(nil, Invented.databaseURL) == .addressPassword)
        #expect(evidence("A", "Bearer \(Invented.github)") == .token(issuer: "GitHub"))
        // What is random around a token takes nothing from it.
        #expect(evidence(nil, "https://h/s/v1.\(Invented.github)/mcp") == .token(issuer: "GitHub"))
        #expect(evidence(nil, "https://h/mcp?x=Bearer%20\(Invented.github)") == .token(issuer: "GitHub"))
        #expect(evidence("REDIS_AUTH", "foobared")?.certainty == .doubtful)
        #expect(evidence(nil, "https://h/mcp?auth=foobared")?.certainty == .doubtful)
    }

    @Test(arguments: Invented.all)
    func `a token inside a sentence is found with its exact ends`(secret: String) {
        guard !KnownTokens.find(in: Array(secret.utf8)[...]).isEmpty else { return }
        let text = "// old: \(secret), was \"\(secret)\"."
        let bytes = Array(text.utf8)
        let found = KnownTokens.find(in: bytes[...]).map { String(decoding: bytes[$0.range], as: UTF8.self) }
        #expect(found == [secret, secret])
    }

    @Test func `no value crashes the reader, and parts lie in the value one behind the other`() {
        var random = SeededGenerator.printed()
        let pieces = [
            "=", "://", ":", "@", ";", "&", "?", "#", "\"", "'", " ", "{", "}", "[", "]", "$", "${", "$(", ")", ":-",
            "%",
            "Bearer ", "Basic ", "password", "token", "api_key", "eyJ", ".", "-----BEGIN ", "PRIVATE KEY-----",
            "-----END ",
            "-----", "@tcp(", "/", "\\", "\n", "é", "\u{0}", "xxx", "hooks.slack.com/services/", "{\"key\":\"", "\"}",
            Invented.github, Invented.hex, Invented.webToken, "a", "postgres", "host",
        ]
        let names: [String?] = [nil, "", "TOKEN", "PASSWORD", "Authorization", "--key", "X", "ключ", "__", "1"]
        for _ in 0..<20_000 {
            let value = (0..<Int.random(in: 0...8, using: &random))
                .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            let name = names.randomElement(using: &random) ?? nil
            let reader = ValueReader(name: name, value: value)
            var end = 0
            for span in reader.spans {
                #expect(span.range.lowerBound >= end && span.range.upperBound <= value.utf8.count, "\(random.seed)")
                end = span.range.upperBound
            }
            #expect(reader.spans.isEmpty || reader.innocence == nil, "\(random.seed)")
        }
    }
}
