import SecretMemory
import SecretShares
import Testing
import WarderCrypto
import WarderModel

@testable import Sealing

/// Runs a folder of vectors through every way of opening them.
struct VectorRun {
    let folder: VectorFolder
    private let rings: [String: KeyRing]

    init(_ folder: VectorFolder) throws {
        self.folder = folder
        rings = try folder.rings().mapValues { try $0.ring() }
        #expect(Set(rings.keys) == ["main", "other", "elsewhere", "twins"])
    }

    /// The ring as it is, and as it would be after another rotation of keys: the vector's epoch is then not the newest.
    private func variants(_ name: String) throws -> [KeyRing] {
        let ring = try #require(rings[name])
        let later = try KeyRing.Purpose.allCases.map { try Fixture.entry($0, epoch: 1000, "later \($0.rawValue)") }
        return [ring, try KeyRing(vault: ring.vault, entries: ring.entries + later)]
    }

    /// A file of vectors says what it should, and shows each of `kinds` of outcome.
    private func cases<Case: VectorCase>(
        _ type: Case.Type,
        atLeast count: Int,
        _ kinds: Set<Expectation>
    ) throws -> [Case] {
        let cases = try folder.cases(type)
        #expect(cases.count >= count)
        #expect(Set(cases.map(\.name)).count == cases.count)
        #expect(Set(cases.map(\.expect)) == kinds)
        return cases
    }

    /// Opens, and holds what comes of it against the expectation.
    private func check<Case: VectorCase>(
        _ vector: Case,
        format: UInt8? = nil,
        epoch: UInt32? = nil,
        _ body: () throws -> Void
    ) {
        let expected: SealingError?
        switch vector.expect {
        case .opens: expected = nil
        case .wrongKey, .tampered: expected = .tampered
        case .malformed: expected = .malformed
        case .unknownFormat: expected = .unknownFormat(format ?? 0)
        case .unknownEpoch: expected = .unknownEpoch(epoch ?? 0)
        }
        do {
            try body()
            #expect(expected == nil, "\(Case.fileName): \(vector.name): opened")
        } catch {
            #expect(error as? SealingError == expected, "\(Case.fileName): \(vector.name): \(error)")
        }
    }

    func records() throws {
        for vector in try cases(RecordCase.self, atLeast: 30, Set(Expectation.allCases)) {
            for ring in try variants(vector.ring) {
                check(vector, format: vector.sealed.bytes.first, epoch: vector.epoch) { try open(vector, ring) }
            }
        }
    }

    private func open(_ vector: RecordCase, _ ring: KeyRing) throws {
        let kind = try #require(RecordKind(rawValue: vector.kind))
        let content = try ring.open(
            SealedRecord(
                kind: kind,
                id: vector.id,
                revision: vector.revision,
                epoch: vector.epoch,
                sealed: vector.sealed.bytes
            )
        )
        #expect(content == vector.content?.bytes, "\(vector.name)")
        let again = try ring.seal(content, kind: kind, id: vector.id, revision: vector.revision)
        #expect(again.sealed.count == vector.sealed.bytes.count, "\(vector.name)")
        #expect(try ring.open(again) == content, "\(vector.name)")
    }

    func values() throws {
        for vector in try cases(ValueCase.self, atLeast: 60, Set(Expectation.allCases)) {
            // The fields' number is looked at first.
            let format = [vector.sealed, vector.wrappedKey].compactMap(\.bytes.first).first { $0 != 1 }
            for ring in try variants(vector.ring) {
                check(vector, format: format, epoch: vector.epoch) { try open(vector, ring) }
            }
        }
    }

    private func open(_ vector: ValueCase, _ ring: KeyRing) throws {
        let fields = try ring.open(
            SealedValue(epoch: vector.epoch, wrappedKey: vector.wrappedKey.bytes, sealed: vector.sealed.bytes),
            secret: vector.secret,
            version: vector.version
        )
        #expect(fields.plain == vector.fields?.mapValues(\.bytes), "\(vector.name)")
        let again = try ring.seal(fields, secret: vector.secret, version: vector.version)
        #expect(again.sealed.count == vector.sealed.bytes.count, "\(vector.name)")
        let reopened = try ring.open(again, secret: vector.secret, version: vector.version)
        #expect(reopened.plain == fields.plain, "\(vector.name)")
    }

    func events() throws {
        for vector in try cases(EventCase.self, atLeast: 30, Set(Expectation.allCases)) {
            for ring in try variants(vector.ring) {
                check(vector, format: vector.sealed.bytes.first, epoch: vector.epoch) { try open(vector, ring) }
            }
        }
    }

    private func open(_ vector: EventCase, _ ring: KeyRing) throws {
        let sealer = try EventSealer(ring)
        let time = Timestamp(milliseconds: vector.time)
        let canonical = try sealer.open(
            SealedEvent(
                sequence: vector.sequence,
                time: time,
                leaf: vector.leaf.bytes,
                epoch: vector.epoch,
                sealed: vector.sealed.bytes
            )
        )
        #expect(canonical == vector.canonical?.bytes, "\(vector.name)")
        let again = sealer.seal(canonical, sequence: vector.sequence, time: time)
        #expect(again.leaf == vector.leaf.bytes, "\(vector.name)")
        #expect(again.sealed.count == vector.sealed.bytes.count, "\(vector.name)")
        #expect(try sealer.open(again) == canonical, "\(vector.name)")
    }

    func keyRings() throws {
        let kinds = Set(Expectation.allCases).subtracting([.unknownEpoch])
        for vector in try cases(KeyRingCase.self, atLeast: 20, kinds) {
            check(vector, format: vector.sealed.bytes.first) {
                let root = try AEADKey(plain: vector.root.bytes)
                let ring = try KeyRing.open(vector.sealed.bytes, under: root, vault: vector.vault, profile: .team)
                #expect(ring.entries.map(KeyEntry.init) == vector.keys, "\(vector.name)")
                let again = try KeyRing.open(
                    ring.sealed(under: root, profile: .team),
                    under: root,
                    vault: vector.vault,
                    profile: .team
                )
                #expect(again.entries.map(KeyEntry.init) == vector.keys, "\(vector.name)")
            }
        }
    }

    func slots() throws {
        let kinds = Set(Expectation.allCases).subtracting([.unknownEpoch])
        for vector in try cases(SlotCase.self, atLeast: 25, kinds) {
            check(vector, format: vector.wrapped.bytes.first) {
                let secret = try SecretBytes(copying: vector.secret.bytes)
                let slot = try vector.slot()
                let root = try slot.open(with: secret, vault: vector.vault)
                #expect(root.bytes.plain == vector.root?.bytes, "\(vector.name)")
                let again = try KeySlot.wrap(
                    root: root,
                    with: secret,
                    kind: slot.kind,
                    id: slot.id,
                    vault: vector.vault,
                    at: slot.created
                )
                #expect(
                    try again.open(with: secret, vault: vector.vault).bytes.isEqual(to: root.bytes),
                    "\(vector.name)"
                )
            }
        }
    }

    func vaults() throws {
        for vector in try cases(VaultCase.self, atLeast: 2, [.opens]) {
            check(vector) {
                let root = try vector.slot.slot().open(
                    with: SecretBytes(copying: vector.slot.secret.bytes),
                    vault: vector.slot.vault
                )
                let ring = try KeyRing.open(vector.keyRing.bytes, under: root, vault: vector.slot.vault, profile: .team)
                try open(vector.record, ring)
                try open(vector.value, ring)
                try open(vector.event, ring)
            }
        }
    }
}

extension SlotCase {
    func slot() throws -> KeySlot {
        let slotKind: KeySlot.Kind =
            switch try #require(KeySlot.Opener(rawValue: kind)) {
            case .passphrase:
                .passphrase(salt: salt.bytes, passes: try #require(passes), memoryBytes: try #require(memoryBytes))
            case .credential:
                .credential(salt: salt.bytes)
            case .shares:
                .shares(
                    salt: salt.bytes,
                    set: try ShareSet(
                        id: #require(set),
                        threshold: #require(threshold),
                        count: #require(shares)
                    )
                )
            }
        return KeySlot(id: id, kind: slotKind, created: Timestamp(milliseconds: 0), wrapped: wrapped.bytes)
    }
}
