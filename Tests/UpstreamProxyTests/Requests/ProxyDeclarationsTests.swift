import Testing
import UpstreamAddresses
import WarderModel

@testable import UpstreamProxy

@Suite("What a command line declares of upstreams")
struct ProxyDeclarationsTests {
    private static let grafana: [ProxyDeclarations.Kind: [String]] = [
        .upstream: ["grafana=https://grafana.example.org/g"], .secret: ["grafana=grafana/token#value"],
        .urlVariable: ["grafana=GRAFANA_URL"], .tokenVariable: ["grafana=GRAFANA_SERVICE_ACCOUNT_TOKEN"],
    ]

    private static func fault(_ change: (inout [ProxyDeclarations.Kind: [String]]) -> Void) -> ProxyDeclarations.Fault?
    {
        var texts = grafana
        change(&texts)
        do throws(ProxyDeclarations.Fault) {
            _ = try ProxyDeclarations(texts)
            return nil
        } catch {
            return error
        }
    }

    @Test("a server gets the proxy's address and the placeholder, and nothing else")
    func environment() throws {
        let declared = try #require(try ProxyDeclarations(Self.grafana).all.first)
        let environment = declared.environment(baseURL: "http://127.0.0.1:4000/g")
        #expect(
            environment == [
                "GRAFANA_URL": "http://127.0.0.1:4000/g",
                "GRAFANA_SERVICE_ACCOUNT_TOKEN": declared.upstream.placeholder.text,
            ]
        )
        #expect(declared.upstream.places == PlaceholderPlace.usual)
        #expect(declared.upstream.secret.text == "grafana/token" && declared.upstream.field == .value)
    }

    @Test("several upstreams are kept apart, in their order, each with a placeholder of its own")
    func several() throws {
        var texts = Self.grafana
        texts[.upstream, default: []].append("gitlab=https://gitlab.example.org")
        texts[.secret, default: []].append("gitlab=gitlab/token")
        texts[.urlVariable, default: []].append("gitlab=GITLAB_URL")
        texts[.tokenVariable, default: []].append("gitlab=GITLAB_TOKEN")
        texts[.place] = ["gitlab=header:PRIVATE-TOKEN"]
        let all = try ProxyDeclarations(texts).all
        #expect(all.map(\.upstream.name) == ["grafana", "gitlab"])
        #expect(all.map(\.upstream.places) == [PlaceholderPlace.usual, [.header("private-token")]])
        #expect(all[0].upstream.placeholder.text != all[1].upstream.placeholder.text)
    }

    @Test("what does not fit together is refused by its kind")
    func faults() {
        #expect(Self.fault { _ in } == nil)
        #expect(Self.fault { $0[.upstream] = ["grafana"] } == .notAPair(.upstream))
        #expect(Self.fault { $0[.upstream] = ["=https://x"] } == .notAPair(.upstream))
        #expect(Self.fault { $0[.upstream] = ["a b=https://x"] } == .badName(.upstream))
        #expect(Self.fault { $0[.upstream]?.append("grafana=https://other") } == .twice(.upstream))
        #expect(Self.fault { $0[.secret]?.append("grafana=other/secret") } == .twice(.secret))
        #expect(Self.fault { $0[.secret] = ["other=a/b"] } == .noUpstream(.secret))
        #expect(Self.fault { $0[.secret] = nil } == .missing(.secret))
        #expect(Self.fault { $0[.urlVariable] = nil } == .missing(.urlVariable))
        #expect(Self.fault { $0[.tokenVariable] = nil } == .missing(.tokenVariable))
        #expect(Self.fault { $0[.upstream] = ["grafana=http://grafana.example.org"] } == .badOrigin(.notEncrypted))
        #expect(Self.fault { $0[.secret] = ["grafana=../x"] } == .badSecret)
        #expect(Self.fault { $0[.secret] = ["grafana=a/b#"] } == .badSecret)
        #expect(Self.fault { $0[.place] = ["grafana=cookie"] } == .badPlace)
        #expect(Self.fault { $0[.tokenVariable] = ["grafana=1X"] } == .badVariable)
        #expect(Self.fault { $0[.tokenVariable] = ["grafana=A B"] } == .badVariable)
        #expect(Self.fault { $0[.tokenVariable] = ["grafana=GRAFANA_URL"] } == .badVariable)
    }

    @Test("no declaration puts anything into a variable that clients in the server find the vault by")
    func reserved() {
        #expect(Self.fault { $0[.urlVariable] = ["grafana=WARDER_SOCKET"] } == .reservedVariable)
        #expect(Self.fault { $0[.tokenVariable] = ["grafana=WARDER_LATER"] } == .reservedVariable)
        #expect(Self.fault { $0[.urlVariable] = ["grafana=MY_WARDER_URL"] } == nil)
    }
}
