import SecretMemory
import Testing
import WarderWire

@testable import WarderClient

@Suite("Resolving a secret")
struct ResolveTests {
    @Test("a value comes with its name, field and version")
    func value() async throws {
        try await TestVault.with { vault in
            let secret = try await vault.client.resolve("github/pat", field: "key.1", for: "create_issue")
            #expect(secret.unprotectedText() == "s3cret")
            #expect((secret.name, secret.field, secret.version) == ("github/pat", "key.1", 7))
            #expect(vault.stub.count("GET /v1/secrets/github/pat?field=key.1") == 1)
        }
    }

    @Test("several fields are asked for at once, and are of one version")
    func several() async throws {
        try await TestVault.with { vault in
            vault.rules.change {
                $0.overrides["GET /v1/secrets/"] = .json(
                    200,
                    #"{"name":"app/db","version":3,"values":[{"field":"username","value":"app"},{"field":"password","value_base64":"cHc="}]}"#
                )
            }
            let login = try await vault.client.resolve("app/db", fields: ["username", "password"], for: "app/query")
            #expect((login.field, login.version) == ("username", 3))
            #expect(login.unprotectedText("username") == "app" && login.unprotectedText("password") == "pw")
            #expect(login["other"] == nil && login.unprotectedText("other") == nil)
            #expect(vault.stub.count("GET /v1/secrets/app/db?fields=username,password") == 1)
        }
    }

    @Test(
        "an answer with other fields than those asked for is none",
        arguments: [
            "[]", #"[{"field":"username","value":"app"}]"#,
            #"[{"field":"password","value":"pw"},{"field":"username","value":"app"}]"#,
            #"[{"field":"username","value":"app"},{"field":"username","value":"app"}]"#,
            #"[{"field":"username","value":"app"},{"field":"password"}]"#,
            #"[{"field":"username","value":"app"},{"field":"password","value":"pw"},{"field":"x","value":"y"}]"#,
        ]
    )
    func otherFields(values: String) async throws {
        try await TestVault.with { vault in
            vault.rules.change {
                $0.overrides["GET /v1/secrets/"] = .json(200, #"{"name":"app/db","version":3,"values":\#(values)}"#)
            }
            let error = try await clientError {
                _ = try await vault.client.resolve("app/db", fields: ["username", "password"], for: "app/query")
            }
            #expect(error.code == .protocolViolation)
        }
    }

    @Test("no field, or one twice, is asked of nobody", arguments: [[], ["a", "a"]])
    func noFields(fields: [String]) async throws {
        try await TestVault.with { vault in
            let error = try await clientError {
                _ = try await vault.client.resolve("app/db", fields: fields, for: "app/query")
            }
            #expect(error.code == .invalidRequest && vault.reads == 0)
        }
    }

    @Test("bytes that are no text arrive unchanged")
    func bytes() async throws {
        try await TestVault.with { vault in
            vault.rules.change {
                $0.overrides["GET /v1/secrets/"] = .json(
                    200,
                    #"{"name":"github/pat","field":"value","version":1,"value_base64":"AP8Q"}"#
                )
            }
            let secret = try await vault.resolve()
            #expect(unsafe secret.value.withUnsafeBytes { unsafe Array($0) } == [0x00, 0xFF, 0x10])
            #expect(secret.unprotectedText() == nil)
        }
    }

    @Test("escapes in a value are resolved")
    func escapes() async throws {
        try await TestVault.with { vault in
            vault.rules.change { $0.value = #"a\"\\\u00e9\n"# }
            try await vault.expectValue("a\"\\é\n")
        }
    }

    @Test("a value of one mebibyte arrives")
    func large() async throws {
        try await TestVault.with { vault in
            vault.rules.change { $0.value = String(repeating: "v", count: 1 << 20) }
            let secret = try await vault.resolve()
            #expect(secret.value.count == 1 << 20)
        }
    }

    @Test("every call asks the vault, so a rotated value is the new one in the next call")
    func nothingIsKept() async throws {
        try await TestVault.with { vault in
            _ = try await vault.resolve()
            vault.rules.change {
                $0.value = "rotated"
                $0.version = 8
            }
            let secret = try await vault.resolve()
            #expect((secret.unprotectedText(), secret.version) == ("rotated", 8))
            #expect(vault.reads == 2)
            #expect(vault.rules.issued == 1)
        }
    }

    @Test("requests carry the token, the trace and nothing that was not given")
    func requests() async throws {
        try await TestVault.with { vault in
            let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            let context = CallContext(onBehalfOf: "ada", agent: "a", session: "s", traceparent: trace)
            _ = try await vault.client.resolve(
                "github/pat",
                for: "create_issue",
                toolDigest: String(repeating: "0a", count: 32),
                context: context
            )
            let (token, read) = (vault.stub.requests[0], vault.stub.requests[1])
            #expect(
                token.body == #"{"tool":"create_issue","tool_digest":"\#(String(repeating: "0a", count: 32))","#
                    + #""on_behalf_of":"ada","agent":"a","session":"s"}"#
            )
            #expect(token.headers["content-type"] == "application/json")
            #expect(token.headers["host"] == "warder")
            #expect(token.token == nil)
            #expect(token.headers["traceparent"] == trace && read.headers["traceparent"] == trace)
            #expect(read.token?.hasPrefix("wdr_t_") == true)
            #expect(read.headers["content-length"] == nil)
        }
    }

    @Test(
        "a trace that is not well formed is left out",
        arguments: ["", "00-0af7-b7ad-01", "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", "a\r\nX: y"]
    )
    func malformedTrace(_ trace: String) async throws {
        try await TestVault.with { vault in
            _ = try await vault.client.resolve("github/pat", for: "t", context: CallContext(traceparent: trace))
            #expect(vault.stub.requests.allSatisfy { $0.headers["traceparent"] == nil && $0.headers["x"] == nil })
        }
    }

    @Test(
        "a name that could not exist is refused before anything is sent",
        arguments: [
            ("", "value", "t"), ("GitHub/pat", "value", "t"), ("a/../b", "value", "t"), ("a b", "value", "t"),
            ("a", "", "t"), ("a", "x&y=z", "t"), ("a", "value", ""), ("a", "value", "a/b/c"),
            ("a\r\nHost: x", "value", "t"), ("a", "value\r\n", "t"),
        ]
    )
    func names(_ secret: String, _ field: String, _ tool: String) async throws {
        try await TestVault.with { vault in
            let error = try await clientError { _ = try await vault.client.resolve(secret, field: field, for: tool) }
            #expect(error.code == .invalidRequest)
            #expect(vault.stub.requests.isEmpty)
        }
    }

    @Test(
        "a digest that is not SHA-256 in lowercase hex is refused before anything is sent",
        arguments: ["", "ab", "AB"]
    )
    func digest(_ part: String) async throws {
        try await TestVault.with { vault in
            let digest = part == "AB" ? String(repeating: part, count: 32) : part
            let error = try await clientError {
                _ = try await vault.client.resolve("a", for: "t", toolDigest: digest)
            }
            #expect(error.code == .invalidRequest)
        }
    }

    @Test("health and whoami are read, and what later versions add is skipped")
    func healthAndIdentity() async throws {
        try await TestVault.with { vault in
            let health = try await vault.client.health()
            #expect(health.state == "unsealed")
            vault.rules.change {
                $0.overrides["GET /v1/whoami"] = .json(
                    200,
                    #"{"pid":1,"uid":2,"gid":3,"groups":[4],"unit":"a.service","attestation":"pidfd","servers":["a"],"tools":[],"x":1}"#
                )
            }
            let identity = try await vault.client.whoAmI()
            #expect((identity.uid, identity.unit, identity.servers) == (2, "a.service", ["a"]))
        }
    }

    @Test("connect answers for a vault that is there, and fails for one that is not")
    func connect() async throws {
        try await TestVault.with { vault in
            let client = try await WarderClient.connect(vault.configuration)
            await client.close()
            let missing = WarderClientConfiguration(socketPath: vault.stub.path + ".missing")
            let error = try await clientError { _ = try await WarderClient.connect(missing) }
            #expect(error.code == .unreachable)
        }
    }
}
