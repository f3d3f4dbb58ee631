import Foundation
import Glibc
import HashTreeCollections
import Testing
import WarderCore
import WarderTesting

@testable import WarderCommands

/// A file that asks for more than one apply makes.
@Suite struct LargeApplyTests {
    /// A declaration with these servers, each a user of its own, and none of them the one that runs the tests.
    private static func declaration(_ servers: Range<Int>) -> String {
        "warder: 1\nservers:\n" + servers.map { "  s\($0): {uid: \(60_000 + $0)}\n" }.joined()
    }

    @Test("1001 changes are refused before anything is done, and split as the message says they are made")
    func split() async throws {
        let folder = try TemporaryFolder()
        let whole = try folder.write(Self.declaration(0..<1001), to: "warder.yaml")
        let first = try folder.write(Self.declaration(0..<600), to: "first.yaml")
        let second = try folder.write(Self.declaration(600..<1001), to: "second.yaml")
        let kit = try await TestVault(uid: geteuid())
        try await TestServer.with(kit) { server in
            func run(_ arguments: String...) throws -> CommandRun {
                try CommandRun(arguments, socket: server.operatorSocket)
            }
            let refused = try run("apply", "-f", whole, "--yes")
            #expect(refused.status == .usage)
            #expect(
                refused.errors == """
                    warder: one apply makes at most 1000 changes, and these are 1001: nothing was done
                      Split the file: move servers, or some tools of a server, with all that is under them into a second \
                    one; then apply both, without --prune

                    """
            )
            #expect(kit.vault.state?.servers.isEmpty == true)
            #expect(try kit.events().allSatisfy { $0.type != "inventory.apply" })
            #expect(try run("apply", "-f", whole, "--prune", "--yes").errors.contains("warder export"))

            for part in [first, second] {
                let applied = try run("apply", "-f", part, "--yes")
                #expect(applied.status == .done, "\(applied.errors)")
            }
            #expect(kit.vault.state?.servers.count == 1001)
            #expect(try run("plan", "-f", whole, "--prune", "--check").status == .done)
        }
    }

    @Test("as many changes as there may be are made at once")
    func most() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Self.declaration(0..<1000), to: "warder.yaml")
        let kit = try await TestVault(uid: geteuid())
        try await TestServer.with(kit) { server in
            let applied = try CommandRun(["apply", "-f", file, "--yes"], socket: server.operatorSocket)
            #expect(applied.status == .done, "\(applied.errors)")
            #expect(kit.vault.state?.servers.count == 1000)
            #expect(try kit.lastEvent().changes == ["changes=1000"])
        }
    }
}
