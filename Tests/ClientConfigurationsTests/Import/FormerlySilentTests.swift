import RandomTesting
import Testing
import WarderModel

@testable import ClientConfigurations

/// Secrets in places and under names that are easily missed: each is moved or listed, and none of them is shown.
@Suite struct FormerlySilentTests {
    private static let key = "k3J9vQ2xLw8ZrTn5Ym1Pc7Hf4Gd6Sb0KaEuWi/OtX+RyBvCzNqMjDsFgHlQeU2T4I6A8PoZxYwVb1nC5mK7Rr=="

    private static let variables = [
        ("COSMOS_PRIMARY_KEY", key), ("MOMENTO_CACHE_AUTH_TOKEN", "q7Lw2ZrXk9"),
        ("OBJECT_STORAGE_SECRET_KEY", "q7Lw2ZrXk9"), ("PRIMARY_API_TOKEN", "q7Lw2ZrXk9"),
        ("PUB_TOKEN", "q7Lw2ZrXk9"), ("BAIDU_MAP_API_KEY", "q7Lw2ZrXk9"), ("TENCENT_MAP_KEY", "Q7LW2-ZRXK9-VTYM4"),
        ("DB_PASSWORDS", "tiger"), ("ACCESS_TOKENS", "q7Lw2ZrXk9"), ("BOT_CRED", "q7Lw2ZrXk9"), ("DB_PW", "tiger"),
        ("REDIS_AUTH", "hunter22x"), ("MYSQL_PSWD", "tiger"), ("TELEGRAM_BOT", Invented.telegram),
        // What only begins like a method is none.
        ("MCP_AUTH", "key7f9QmW2"), ("DB_AUTH", "user1Secret9"),
        ("SERVICE_TOKENS", "q7Lw2ZrXk9"), ("DATA_CACHE_KEY", "q7Lw2ZrXk9"),
    ]

    private static let entries: [(entry: String, secret: String)] = [
        (#"{"url": "https://mcp.zapier.com/api/mcp/s/\#(Invented.path)/mcp"}"#, Invented.path),
        (
            #"{"command": "npx", "args": ["mcp-remote", "https://mcp.zapier.com/api/mcp/s/\#(Invented.path)/mcp"]}"#,
            Invented.path
        ),
        (#"{"url": "https://shop.azurewebsites.net/mcp?code=\#(Invented.path)=="}"#, Invented.path),
        (#"{"command": "a", "args": ["-u", "admin:hunter22x"]}"#, "hunter22x"),
        (#"{"command": "a", "args": ["--user=admin:hunter22x"]}"#, "hunter22x"),
        (#"{"command": "curl", "args": ["-uadmin:hunter22x"]}"#, "hunter22x"),
        (#"{"command": "a", "args": ["--header", "X-Auth:\#(Invented.path)"]}"#, Invented.path),
        (#"{"url": "https://h", "headers": {"X-Auth": "\#(Invented.path)"}}"#, Invented.path),
        (#"{"command": "a", "args": ["-token", "q7Lw2ZrXk9"]}"#, "q7Lw2ZrXk9"),
        (#"{"command": "a", "args": ["-api-key", "q7Lw2ZrXk9"]}"#, "q7Lw2ZrXk9"),
        (#"{"command": "a", "args": ["-dbPassword=tiger-7"]}"#, "tiger-7"),
        (#"{"command": "a", "args": ["-github-token", "q7Lw2ZrXk9"]}"#, "q7Lw2ZrXk9"),
        (#"{"command": "a", "args": ["-notion-key", "q7Lw2ZrXk9"]}"#, "q7Lw2ZrXk9"),
        (#"{"command": "a", "args": ["-slack-bot-token", "q7Lw2ZrXk9", "-y"]}"#, "q7Lw2ZrXk9"),
        (#"{"command": "a", "args": ["-githubToken", "q7Lw2ZrXk9"]}"#, "q7Lw2ZrXk9"),
        (#"{"command": "a", "args": ["-github-token=q7Lw2ZrXk9"]}"#, "q7Lw2ZrXk9"),
        // Behind the image, `-u` is the program's in the container.
        (#"{"command": "docker", "args": ["run", "-i", "img", "curl", "-u", "admin:hunter22x"]}"#, "hunter22x"),
        (#"{"command": "sudo", "args": ["docker", "run", "-i", "img", "curl", "-uadmin:hunter22x"]}"#, "hunter22x"),
        (#"{"command": "sh", "args": ["-c", "exec server --token \#(Invented.github)"]}"#, Invented.github),
    ]

    static let moved: [(entry: String, secret: String)] =
        variables.map { name, value in
            (entry: #"{"command": "a", "env": {"\#(name)": "\#(value)"}}"#, secret: value)
        } + entries

    @Test(arguments: moved)
    func `what a name, a place or a form gives away moves`(entry: String, secret: String) throws {
        let plan = try plan(entry: entry)
        #expect(plan.left.isEmpty && plan.secrets.count == 1)
        #expect(plan.newText?.contains(secret) == false)
        let again = try ImportPlan([file("claude_desktop_config.json", try #require(plan.newText))])
        #expect(again.changesNothing && again.left.isEmpty)
    }

    static let listed: [(entry: String, why: Left.Reason, place: String)] = [
        (
            #"{"command": "sh", "args": ["-c", "exec server --token zq8Kd83jKd0aX"]}"#, .shellText, "args › #2"
        ),
        (#"{"command": "/bin/bash", "args": ["-lc", "DB_PW='tiger 7' server"]}"#, .shellText, "args › #2"),
        (
            #"{"command": "docker", "args": ["run", "i", "sh", "-c", "curl -u 'ada:hunter22x'"]}"#, .shellText,
            "args › #5"
        ),
        (#"{"command": "mysql-mcp", "args": ["-pRootPassword1", "mydatabase"]}"#, .doubtful, "args › #1"),
        (#"{"command": "a", "args": ["-pS3cr3tPass99", "-u", "root"]}"#, .doubtful, "args › #1"),
        (#"{"command": "redis-cli", "args": ["-h", "db", "-aopensesame"]}"#, .doubtful, "args › #3"),
        (#"{"command": "npx", "args": ["mysql-mcp", "-ptiger"]}"#, .doubtful, "args › #2"),
        (#"{"url": "https://mcp.example.net/\#(Invented.path)/mcp"}"#, .doubtful, "url"),
        (#"{"url": "https://mcp.example.net/mcp?x=\#(Invented.path)"}"#, .doubtful, "url"),
        (#"{"command": "a", "args": ["https://mcp.example.net/s/\#(Invented.path)"]}"#, .doubtful, "args › #1"),
        (#"{"command": "a", "env": {"CACHE_INDEX": "\#(Invented.path)"}}"#, .doubtful, "env › CACHE_INDEX"),
        (#"{"command": "a", "env": {"PUBLIC_KEY": "\#(Invented.path)"}}"#, .doubtful, "env › PUBLIC_KEY"),
        // One word may be a method that nobody has heard of, and a list may be one of secrets.
        (#"{"command": "a", "env": {"REDIS_AUTH": "foobared"}}"#, .doubtful, "env › REDIS_AUTH"),
        (#"{"command": "a", "args": ["--auth", "some-method"]}"#, .doubtful, "args › #2"),
        (#"{"command": "a", "env": {"SERVICE_KEYS": "q7Lw2ZrXk9,q8Kd83jK"}}"#, .doubtful, "env › SERVICE_KEYS"),
        (#"{"command": "a", "env": {"PAIR": "ada:\#(Invented.path)"}}"#, .doubtful, "env › PAIR"),
    ]

    @Test(arguments: listed)
    func `what cannot be moved without a person is listed`(entry: String, why: Left.Reason, place: String) throws {
        let found = try plan(entry: entry)
        #expect(found.changesNothing && found.left.map(\.reason) == [why])
        #expect(found.left.first?.place?.description == "mcpServers › github › \(place)")
        // A person who says so has it moved, and what starts is the same.
        let pointer = try #require(found.left.first?.place?.pointer)
        let taken = try plan(entry: entry, settings: ImportSettings(take: [pointer]))
        #expect(taken.left.isEmpty && taken.secrets.count == 1)
        let again = try ImportPlan([file("claude_desktop_config.json", try #require(taken.newText))])
        #expect(again.changesNothing && again.left.isEmpty)
    }

    private static let commit = "9f2c4e81b7d05a36e1c8f4097b2d6a539f2c4e81"

    static let harmless = [
        #"{"command": "docker", "args": ["run", "-i", "--rm", "-u", "1000:1000", "-p8080:80", "-p", "127.0.0.1:80:80", "i"]}"#,
        #"{"command": "docker", "args": ["run", "--user", "node:node", "mcp/x@sha256:9f2c4e81b7d05a36e1c8f4097b2d6a53"]}"#,
        #"{"command": "docker-compose", "args": ["exec", "-T", "-u", "app:staff", "web", "server"]}"#,
        #"{"command": "sudo", "args": ["docker", "run", "-u", "app:staff", "i"]}"#,
        #"{"command": "python", "args": ["-u", "C:/Users/x/server.py"]}"#,
        #"{"command": "a", "args": ["-u", "jdbc:postgresql://h/db", "-u", "redis:6379/0"]}"#,
        #"{"command": "a", "args": ["--primary-key", "customer_id", "--max-tokens", "128k"]}"#,
        #"{"command": "a", "args": ["-port=8080", "-addr=:8080", "-project=x", "-api-addr=:80"]}"#,
        #"{"command": "npx", "args": ["git+https://github.com/ada/notes.git#\#(commit)"]}"#,
        #"{"command": "a", "args": ["https://raw.githubusercontent.com/ada/notes/\#(commit)/openapi.json"]}"#,
        #"{"command": "java", "args": ["-Xmx512m", "-Dspring.profiles.active=prod", "-jar", "/opt/server-1.2.3.jar"]}"#,
        #"{"command": "a", "args": ["-path", "/srv", "-port", "8080", "-p8080", "-all", "-addr", ":80", "-python3", "-y"]}"#,
        #"{"command": "a", "args": ["-transport", "stdio", "-allow-origin", "*", "-profile", "dev", "-a", "x", "-it"]}"#,
        #"{"command": "a", "args": ["-p$PASSWORD", "-p${PASSWORD}", "-u", "ada:${PW}", "-u", "ada:changeme"]}"#,
        #"{"command": "sh", "args": ["-c", "exec server --token \"$TOKEN\" --port 80 --token-file /run/x"]}"#,
        #"{"command": "cargo", "args": ["run", "-p", "mcp-server", "-pmcp-server", "--", "-api"]}"#,
        #"{"command": "uvx", "args": ["--from", "git+https://github.com/ada/notes@9f2c4e81b7d05a36e1c8f4097b2d6a539f2c4e81"]}"#,
        #"{"command": "a", "env": {"MODEL": "claude-3-5-sonnet-20241022", "TENANT": "6f1c2a9e-4b7d-4e0a-9c35-8d2b1f7e6a40"}}"#,
    ]

    @Test(arguments: harmless)
    func `what is clearly no secret is neither moved nor listed`(entry: String) throws {
        let plan = try plan(entry: entry)
        #expect(plan.changesNothing && plan.left.isEmpty, "\(plan.left)")
    }

    @Test(arguments: [
        ("-github-token", "-token"), ("-token", "-token"), ("-dbPassword", "-db-password"), ("-pmytoken", "-token"),
        ("-api-key", "-api-key"), ("--github-token", "--github-token"), ("-u", "-u"),
    ])
    func `of an option with one dash only known words are a name`(word: String, name: String) {
        #expect(OptionValue.read([word, "x"]).map(\.name) == [name])
    }

    @Test(arguments: ["-pRootPassword", "-pRootPassword1", "-port", "-monkey", "-github-session", "-t0ken"])
    func `what may be a value is no name of one`(word: String) {
        #expect(OptionValue.read([word, "x"]).map(\.name) == [String(word.prefix(2)), nil])
    }

    @Test func `no name in a plan has any text of an argument's value`() throws {
        var random = SeededGenerator.printed()
        let letters = Array("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
        let forms = [
            ["-p@"], ["-a@"], ["-u", "ada:@"], ["-uada:@"], ["-x@=@"], ["-@", "word"], ["-p=@"], ["-D@.password=@"],
            ["@"], ["@:@"], ["@://ada:@@h/x"], ["@=@"], ["--token", "@"], ["--token=@"], ["-token", "@"],
            ["-@Token", "@"],
            ["--header", "X-Auth: @"], ["-H", "Authorization: Bearer @"], ["https://h/@?code=@"], ["-pRoot@Password1"],
            ["-@-password", "x"], ["-secret@"], ["@Password:@"], ["@_TOKEN=@"], ["https://@:@h"],
            ["-c", "x --@-key @"],
        ]
        for round in 0..<2_000 {
            func canary() -> String {
                String(
                    (0..<Int.random(in: 8...30, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a"
                    }
                )
            }
            var canaries: [String] = []
            var arguments: [String] = []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                for word in forms.randomElement(using: &random) ?? [] {
                    var text = ""
                    for character in word {
                        guard character == "@" else {
                            text.append(character)
                            continue
                        }
                        let piece = canary()
                        canaries.append(piece)
                        text += piece
                    }
                    arguments.append(text)
                }
            }
            let list = arguments.map { "\"\($0)\"" }.joined(separator: ", ")
            let command = ["a", "mysql", "redis-cli", "sh", "docker"].randomElement(using: &random) ?? "a"
            let places = Set(arguments.indices.map { "/mcpServers/github/args/\($0)" })
            let settings = ImportSettings(take: round.isMultiple(of: 2) ? places : [])
            let plan = try plan(entry: #"{"command": "\#(command)", "args": [\#(list)]}"#, settings: settings)
            var said = plan.secrets.map(\.name.text) + plan.servers.map(\.name.text)
            said += plan.left.compactMap { $0.place?.description }
            said += plan.passedOver.map(\.place.description)
            said += plan.newText?.matches(of: /--env", "([^"]*)"/).map { String($0.1) } ?? []
            for text in said.map({ $0.lowercased().filter { $0.isLetter || $0.isNumber } }) {
                for canary in canaries {
                    let pieces = zip(canary.indices, canary.indices.dropFirst(7)).map { canary[$0...$1].lowercased() }
                    #expect(!pieces.contains { text.contains($0) }, "seed \(random.seed): \(text)")
                }
            }
        }
    }
}
