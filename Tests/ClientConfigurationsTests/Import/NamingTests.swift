import Testing
import WarderModel

@testable import ClientConfigurations

@Suite struct NamingTests {
    static let servers = [
        ("github", "github"), ("GitHub", "github"), ("Brave Search", "brave-search"), ("my_server.v2", "my_server.v2"),
        ("@org/server", "org-server"), ("--x--", "x"), ("Zürich", "z-rich"), ("日本", "server"), ("", "server"),
        ("../..", "server"),
        (String(repeating: "long ", count: 30), "long-long-long-long-long-long-long-long-long-long-long-long-lon"),
    ]

    @Test(arguments: servers)
    func `a server gets a name that the vault allows`(key: String, name: String) {
        #expect(Naming.server(for: key, isFree: { _ in true })?.text == name)
    }

    static let secrets = [
        ("GITHUB_PERSONAL_ACCESS_TOKEN", "github", "github/personal-access-token"), ("TOKEN", "token", "token/token"),
        ("BRAVE_API_KEY", "brave-search", "brave-search/api-key"), ("apiKey", "x", "x/api-key"),
        ("__", "x", "x/secret"),
        ("GITHUB", "github", "github/github"), ("DATABASE_URL", "postgres", "postgres/database-url"),
    ]

    @Test(arguments: secrets)
    func `a secret is named by its server and its variable`(variable: String, server: String, name: String) throws {
        #expect(Naming.secret(for: variable, of: try ServerName(server), isFree: { _ in true })?.text == name)
    }

    @Test func `a name that is taken gets a number, and stays as short as it has to be`() throws {
        let taken: Set<ServerName> = [try ServerName("a"), try ServerName("a-2")]
        #expect(Naming.server(for: "A", isFree: { !taken.contains($0) })?.text == "a-3")
        let long = String(repeating: "b", count: 63)
        #expect(Naming.server(for: long, isFree: { $0.text != long })?.text == String(repeating: "b", count: 61) + "-2")
        #expect(Naming.server(for: "a", isFree: { _ in false }) == nil)
    }
}
