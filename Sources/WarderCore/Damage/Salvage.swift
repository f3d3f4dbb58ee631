package import Sealing
package import WarderModel

/// What can still be saved of a damaged vault: every version whose secret and values open.
package struct Salvage: Sendable {
    /// One version with its values.
    package struct Piece: Sendable {
        /// The secret's name, labels and versions.
        package let secret: Secret
        package let version: SecretVersion
        package let fields: SecretFields
    }

    /// How much there was.
    package struct Outcome: Sendable, Equatable {
        /// Versions that were handed over.
        package var saved = 0
        /// Versions that should have values that open, and have not.
        package var lost = 0
        /// Rows of records, and stretches of them, that do not open, whatever they were.
        package var unreadableRecords = 0
    }

    private static let slice = 64
    private let ring: KeyRing
    private let store: any VaultStore

    package init(_ ring: KeyRing, store: any VaultStore) {
        self.ring = ring
        self.store = store
    }

    /// Hands over one version after the other, those of a secret in a row; of each secret the current one last, so that
    /// whoever stores them again in this order has it current.
    ///
    /// Holds one version's values at a time, and the places of all once one is not found where the store looks for it. A
    /// secret that was put back or shares its name is handed over as any other: the deep check says which those are.
    /// Blocks.
    ///
    /// - Throws: `DeepCheck.Stop`, or what `take` throws.
    package func run(_ take: (Piece) throws -> Void) throws -> Outcome {
        var outcome = Outcome()
        var places: ValuePlaces?
        var failure: (any Error)?
        do throws(DeepCheck.Stop) {
            try RowScan(slice: Self.slice, position: \.position, read: store.recordRows).run(
                unreadable: { _ throws(DeepCheck.Stop) in outcome.unreadableRecords += 1 },
                body: { rows throws(DeepCheck.Stop) in
                    do { for row in rows { try save(row, &outcome, &places, take) } } catch {
                        failure = error
                        throw .cancelled
                    }
                }
            )
        } catch { throw failure ?? error }
        return outcome
    }

    private func save(
        _ row: RecordRow,
        _ outcome: inout Outcome,
        _ places: inout ValuePlaces?,
        _ take: (Piece) throws -> Void
    ) throws {
        let open: OpenRecord
        do throws(RecordFault) { open = try row.opened(with: ring) } catch .exhausted {
            throw DeepCheck.Stop.exhausted
        } catch {
            outcome.unreadableRecords += 1
            return
        }
        guard case .secret(let secret) = open.noun else { return }
        let live = secret.versions.filter { $0.state != .destroyed }
        for version in live.filter({ $0.state != .current }) + live.filter({ $0.state == .current }) {
            guard let fields = try fields(of: secret, version, &places) else {
                outcome.lost += 1
                continue
            }
            try take(Piece(secret: secret, version: version, fields: fields))
            outcome.saved += 1
        }
    }

    /// `nil` where they are not to be had.
    ///
    /// `places`: read once something is not where the store looks for it.
    private func fields(
        of secret: Secret,
        _ version: SecretVersion,
        _ places: inout ValuePlaces?
    ) throws(DeepCheck.Stop) -> SecretFields? {
        if let sealed = try sealed(secret, version), let fields = try open(sealed, secret, version) { return fields }
        let known = if let places { places } else { try ValuePlaces(in: store) }
        places = known
        for sealed in try known.sealed(secret.id, version.number) {
            if let fields = try open(sealed, secret, version) { return fields }
        }
        return nil
    }

    private func sealed(_ secret: Secret, _ version: SecretVersion) throws(DeepCheck.Stop) -> SealedValue? {
        do throws(StoreError) {
            return try store.value(of: secret.id, version: version.number)
        } catch .unavailable(let code) { throw .store(.unavailable(code: code)) } catch { return nil }
    }

    private func open(
        _ sealed: SealedValue,
        _ secret: Secret,
        _ version: SecretVersion
    ) throws(DeepCheck.Stop) -> SecretFields? {
        do throws(SealingError) {
            return try ring.open(sealed, secret: secret.id, version: version.number)
        } catch .exhausted { throw .exhausted } catch { return nil }
    }
}
