import Foundation
import Glibc
import Testing

/// Values must not stay behind in the memory of the daemon once they were taken in or handed out, except in locked
/// memory.
@Suite("Wiping")
struct WipingTests {
    /// Text that stands in a value many times over: of a buffer that was given back and used again for something short,
    /// the rest still tells.
    private struct Canary {
        let text = UUID().uuidString
        var value: String { String(repeating: text + ".", count: 8) }
    }

    @Test("values and passphrases are in no writable memory of the daemon but what is locked")
    func nowhere() throws {
        let vault = try VaultProcess(profile: "single-user")
        try vault.start()
        try vault.initialise()
        let status = try vault.ask("GET", "/v1/sys/status")
        #expect(status.json["memory_locked"] as? Bool == true, "without locked memory this shows nothing")

        let planted = Canary()
        let (text, binary, large) = (Canary(), Canary(), Canary())
        let (escaped, refused, pieces) = (Canary(), Canary(), Canary())
        let base64 = Data(binary.value.utf8).base64EncodedString()
        try vault.furnish(uid: 0, value: text.value)
        let tool = "{\"name\":\"github/other\",\"risk\":\"read-only\",\"description\":\"\(planted.value)\"}"
        try vault.ask("POST", "/v1/tools", tool, expecting: 201)
        let filler = String(repeating: "x", count: 900_000)
        for (name, fields) in [
            ("github/binary", "{\"fields_base64\":{\"value\":\"\(base64)\"}}"),
            ("github/large", "{\"fields\":{\"value\":\"\(large.value)\(filler)\(large.value)\"}}"),
            ("github/escaped", "{\"fields\":{\"value\":\"\\u00e9\(escaped.value)\\n\(escaped.value)\"}}"),
        ] {
            try vault.ask("PUT", "/v1/secrets/\(name)", fields, expecting: 201)
            try vault.ask("POST", "/v1/grants", "{\"tool\":\"github/list\",\"secret\":\"\(name)\"}", expecting: 201)
        }
        // Bodies that are refused, before they are read and after.
        for (path, body, status) in [
            ("/v1/secrets/github/pat", "{\"fields\":{\"value\":\"\(refused.value)\"},\"other\":1}", 400),
            ("/v1/secrets/github/pat", "{\"fields\":{\"value\":\"\(refused.value)", 400),
            ("/v1/secrets/github/pat", "{\"fields\":{\"value\":\"\(refused.value)\"},\"check_version\":9}", 409),
            ("/v1/secrets/github/No", "{\"fields\":{\"value\":\"\(refused.value)\"}}", 400),
            ("/v1/secretz/github", "{\"fields\":{\"value\":\"\(refused.value)\"}}", 404),
        ] {
            try vault.ask("PUT", path, body, expecting: status)
        }
        for name in ["github/pat", "github/binary", "github/large", "github/escaped"] {
            let client = try vault.client()
            let issued = try client.request("POST", "/v1/tokens", body: "{\"tool\":\"list\"}")
            let token = try #require(issued.json["token"] as? String)
            #expect(try client.request("GET", "/v1/secrets/\(name)", token: token).status == 200)
            let resolve = "{\"tool\":\"list\",\"secret\":\"\(name)\"}"
            #expect(try client.request("POST", "/v1/resolve", body: resolve).status == 200)
            try vault.ask("POST", "/v1/reveal/\(name)", "{}", expecting: 200)
        }
        try putInPieces(pieces.value, to: vault)

        try untilAlone(vault)
        let canaries = [text, binary, large, escaped, refused, pieces].map(\.text)
        let memory = ProcessMemory(pid: vault.pid)
        let found = try memory.find([planted.text, String(base64.prefix(48)), VaultProcess.passphrase] + canaries)
        #expect(found[planted.text]?.isEmpty == false, "the search finds what is there")
        for (needle, places) in found where needle != planted.text {
            Issue.record("\(places.count) of \(needle): \(places.prefix(6).joined(separator: "\n"))")
        }
    }

    /// The end of the head arrives together with the body.
    private func putInPieces(_ value: String, to vault: VaultProcess) throws {
        let connection = try vault.operator()
        let body = "{\"fields\":{\"value\":\"\(value)\"}}"
        try connection.send(Array("PUT /v1/secrets/github/slow HTTP/1.1\r\nHost: w\r\nContent-Type: appl".utf8))
        usleep(100_000)
        let rest = "ication/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        try connection.send(Array(rest.utf8))
        #expect(try connection.receive().status == 201)
    }

    /// Waits until the daemon has seen every connection end but the one that asks.
    private func untilAlone(_ vault: VaultProcess) throws {
        for _ in 0..<100 {
            let metrics = try vault.ask("GET", "/v1/metrics").body
            if metrics.contains("\nwarder_connections 1\n") { return }
            usleep(20_000)
        }
        Issue.record("connections stay open")
    }
}
