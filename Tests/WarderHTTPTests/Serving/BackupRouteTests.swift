import Foundation
import Glibc
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// Backups over a real socket.
@Suite struct BackupRouteTests {
    @Test("one walk through the database at a time: a second backup and a check wait until the first has ended")
    func oneAtATime() async throws {
        let kit = try await TestVault(profile: .singleUser, uid: geteuid())
        // More than sockets hold that nobody reads.
        for number in 0..<24 { try await kit.mustPut("load/s\(number)", String(repeating: "v", count: 500_000)) }
        func snapshots() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: kit.directory.path)
                .filter { $0.hasPrefix(".warder-snapshot") }
        }
        try await TestServer.with(kit) { server in
            var sleeper: RawClient? = try server.connect(.operator)
            try sleeper?.send(RawClient.request("GET", "/v1/backup", [:], body: nil))
            while try snapshots().isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            for (method, path) in [("GET", "/v1/backup"), ("POST", "/v1/sys/check")] {
                let answer = try server.connect(.operator).ask(method, path)
                #expect(answer.status == 409 && answer.text.contains("check_under_way"), "\(path): \(answer.text)")
            }
            // When the reader goes, so do the copy and its place.
            sleeper = nil
            withExtendedLifetime(sleeper) {}
            let end = ContinuousClock.now + .seconds(120)
            while try !snapshots().isEmpty, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
            let left = try snapshots()
            #expect(left == [])
            // The log says so, and not that there is a backup.
            func isGivenUp() throws -> Bool {
                try kit.events().contains { $0.type == "backup.create" && $0.changes == ["outcome=given-up"] }
            }
            while try !isGivenUp(), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
            #expect(try isGivenUp())
            var status = 409
            while status == 409, ContinuousClock.now < end {
                status = try server.connect(.operator).ask("POST", "/v1/sys/check").status
            }
            #expect(status == 200)
        }
    }

    @Test("a backup that was never handed over can have arrived nowhere, and a body that names none is refused")
    func unknown() async throws {
        let kit = try await TestVault(profile: .singleUser, uid: geteuid())
        try await TestServer.with(kit) { server in
            let body = #"{"header_sha256":"\#(String(repeating: "ab", count: 32))","bytes":1}"#
            let unknown = try server.connect(.operator).ask(
                "POST",
                "/v1/backup/kept",
                body: body
            )
            #expect(unknown.status == 404 && unknown.text.contains("no such backup, or"), "\(unknown.text)")
            for body in ["{}", #"{"header_sha256":"","bytes":-1}"#, #"{"header_sha256":"a"}"#] {
                #expect(try server.connect(.operator).ask("POST", "/v1/backup/kept", body: body).status == 400)
            }
        }
    }
}
