import Foundation
package import SecretMemory
import Sealing
package import WarderCore
import WarderCrypto
package import WarderModel
package import WarderStoreSQLite

/// A real vault on a real database in a temporary directory, with a clock that stands still: set up, unsealed, and with
/// one operator.
///
/// The operator is `ada`. In a `single-user` vault she has every role but `approver`; in a `team` vault she is an
/// admin.
package final class TestVault: Sendable {
    /// Opens the vault, and proves every operator's presence.
    package static let passphrase = "correct horse battery staple"

    package let directory: TemporaryDirectory
    package let clock: ManualClock
    /// The database itself.
    package let database: SQLiteStore
    /// Between the vault and the database.
    package let store: StoreSwitch
    package let vault: Vault
    /// `ada` as the kernel describes her.
    package let ada: Peer

    /// `limits`: of token requests, where a test is about them; its clock stands still.
    ///
    /// - Throws: whatever keeps the vault from being set up.
    package init(profile: Profile = .team, uid: UInt32 = 1000, limits: RateLedger.Usual = .none) async throws {
        directory = try TemporaryDirectory()
        clock = ManualClock()
        database = try SQLiteStore(path: directory.file("vault.db"))
        store = StoreSwitch(database)
        vault = try Vault(store: store, clock: clock, rates: RateLedger(usual: limits))
        ada = .synthetic(uid: uid, pid: 100)
        try await initialise(profile)
    }

    /// A vault that nobody has set up.
    package init(uninitialisedFor uid: UInt32, limits: RateLedger.Usual = .none) throws {
        directory = try TemporaryDirectory()
        clock = ManualClock()
        database = try SQLiteStore(path: directory.file("vault.db"))
        store = StoreSwitch(database)
        vault = try Vault(store: store, clock: clock, rates: RateLedger(usual: limits))
        ada = .synthetic(uid: uid, pid: 100)
    }

    /// The same database after the daemon was restarted: sealed. `retention`: as its configuration says now.
    package init(
        restarting other: TestVault,
        retention: RetentionPolicy = RetentionPolicy(),
        limits: RateLedger.Usual = .none
    ) throws {
        other.database.close()
        directory = other.directory
        clock = other.clock
        database = try SQLiteStore(path: directory.file("vault.db"))
        store = StoreSwitch(database)
        vault = try Vault(store: store, clock: clock, retention: retention, rates: RateLedger(usual: limits))
        ada = other.ada
    }

    /// A copy of a database file that somebody kept, as this program opens it: migrated where that is needed, sealed.
    package init(copyOf file: String, migrations: [Migration] = Migration.all) throws {
        directory = try TemporaryDirectory()
        clock = ManualClock()
        let copy = directory.file("vault.db")
        let limits = RateLedger.Usual.none
        guard let bytes = FileManager.default.contents(atPath: file),
            FileManager.default.createFile(atPath: copy, contents: bytes, attributes: [.posixPermissions: 0o600])
        else { throw TestFailure("no copy of \(file)") }
        database = try SQLiteStore(path: copy, migrations: migrations)
        store = StoreSwitch(database)
        vault = try Vault(store: store, clock: clock, rates: RateLedger(usual: limits))
        ada = .synthetic(uid: 1000, pid: 100)
    }

    deinit { database.close() }

    /// Sets the vault up, with the cheapest passphrase slot there may be.
    package func initialise(_ profile: Profile) async throws {
        let initialisation = try Initialisation(
            profile: profile,
            opener: .passphrase(try Self.secret(Self.passphrase), .minimum),
            operatorName: try OperatorName("ada"),
            uid: ada.uid,
            presence: try Self.verifier(),
            at: clock.now().wall
        )
        try await withCheckedContinuation { continuation in
            vault.open(initialisation, by: caller(ada, .operator)) { continuation.resume(returning: $0) }
        }.get()
    }

    // MARK: Sealing

    /// Seals as `ada`.
    package func seal() async throws { try await vault.perform(Vault.seal(by: admin)) }

    /// Tries a passphrase.
    package func unseal(
        with passphrase: String = TestVault.passphrase,
        by peer: Peer? = nil
    ) async throws -> Result<Void, Refusal> {
        let secret = try Self.secret(passphrase)
        return await withCheckedContinuation { continuation in
            vault.unseal(with: secret, opener: .passphrase, by: caller(peer ?? ada, .operator)) {
                continuation.resume(returning: $0)
            }
        }
    }

    /// Proves presence as an operator does who types a passphrase.
    package func provePresence(
        with passphrase: String = TestVault.passphrase,
        by peer: Peer? = nil
    ) async throws -> Result<String, Refusal> {
        let secret = try Self.secret(passphrase)
        return await withCheckedContinuation { continuation in
            vault.provePresence(secret, by: caller(peer ?? ada, .operator)) { continuation.resume(returning: $0) }
        }
    }

    // MARK: Callers

    /// Somebody at a door, without a proof of presence unless one is given.
    package func caller(_ peer: Peer, _ door: Caller.Door, proof: String? = nil) -> Caller {
        Caller(door: door, peer: peer, requestID: "req_test", presenceProof: proof)
    }

    /// `ada`, who has just proved to be there.
    package var admin: Caller { present(ada) }

    /// An operator who has just proved to be there.
    package func present(_ peer: Peer) -> Caller {
        caller(peer, .operator, proof: vault.presence.issue(to: peer.process, at: clock.now()))
    }

    /// A process on the client socket.
    package func server(_ peer: Peer) -> Caller { caller(peer, .client) }

    // MARK: Secrets of this kit

    /// Text in secret memory.
    package static func secret(_ text: String) throws -> SecretBytes { try SecretBytes(copying: Array(text.utf8)) }

    /// What checks `passphrase`. Made once: it is slow on purpose.
    package static func verifier() throws -> PresenceVerifier { try sharedVerifier.get() }

    private static let sharedVerifier = Result {
        try PresenceVerifier(passphrase: try secret(passphrase), cost: .minimum)
    }
}
