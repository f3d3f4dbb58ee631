import HashTreeCollections
import Sealing
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

extension RetentionTests {
    /// A vault with a history of three days: nouns on the first, versions on the second, nothing but reads on the third.
    struct Scene {
        var kit: TestVault
        /// Number of the last event of the first two days.
        let old: UInt64
        /// Between the second day and the third.
        let edge: Timestamp

        init() async throws {
            kit = try await TestVault()
            try await kit.mustSetUpNotes()
            try await kit.mustPut("db/main", fields: ["user": "ada", "password": "hunter2"])
            try await kit.mustAddServer("gone", Selectors(uid: 2100))
            _ = try await kit.vault.perform(Servers.remove(try ServerName("gone"), by: kit.admin))
            kit.clock.advance(seconds: 86_400)
            for value in ["second", "third"] { try await kit.mustPut("notes/api", value) }
            _ = try await kit.vault.perform(
                Secrets.destroy(try SecretName("notes/api"), version: 1, by: kit.admin)
            )
            _ = try await kit.vault.perform(Keys.rotate(by: kit.admin))
            old = kit.vault.sequence
            kit.clock.advance(seconds: 10)
            edge = kit.clock.now().wall
            kit.clock.advance(seconds: 86_400)
            let token = try await kit.mustIssue()
            _ = try await kit.mustResolve(with: token)
        }

        func prune(before: Timestamp? = nil, kit other: TestVault? = nil) async throws {
            let kit = other ?? kit
            let plan = try #require(try kit.vault.planPrune(before: before ?? edge))
            try await kit.vault.prune(plan, as: .caller(kit.admin))
        }

        func sweep() async throws { while try await kit.vault.pruneStep(limit: 3) {} }

        /// Writes an event down that the vault itself never writes so.
        func record(_ event: Event) async throws {
            let vault = kit.vault
            let outcome: Result<Void, Refusal> = await withCheckedContinuation { continuation in
                vault.alone { open throws(Refusal) in
                    try vault.commitAlone(&open) { $0.record(event) }
                } completion: {
                    continuation.resume(returning: $0)
                }
            }
            try outcome.get()
        }

        var contents: [UInt64] {
            get throws {
                try kit.store.events(
                    in: 1...UInt64(Int64.max),
                    times: EventFilter().times,
                    limit: .max,
                    newestFirst: false
                )
                .map(\.sequence)
            }
        }

        func check(_ other: TestVault? = nil) throws -> DeepCheckReport {
            let keys = try #require(kit.vault.keys)
            let foundation = try #require(kit.vault.foundation)
            return try DeepCheck(keys.ring, foundation, store: (other ?? kit).store).run()
        }

        /// What a check finds after statements were run on the closed database.
        func findings(after sql: String) throws -> [Damage.Kind] {
            let keys = try #require(kit.vault.keys)
            let foundation = try #require(kit.vault.foundation)
            let damaged = try kit.damaged(by: sql)
            return try withExtendedLifetime(damaged) {
                try DeepCheck(keys.ring, foundation, store: damaged.store).run().findings.map(\.kind)
            }
        }
    }
}
