import SecretMemory
import SecretShares
import WarderCrypto
import WarderModel

@testable import Sealing

// Key slots, keyrings, and a vault from its passphrase on.

extension VectorGenerator {
    private static let salt = Array(UInt8(0x60)...0x6f)
    private static let passphrase = Array("correct horse battery staple".utf8)
    private static let passphraseKind = KeySlot.Kind.passphrase(salt: salt, passes: 2, memoryBytes: 19 << 20)
    private static let credentialKind = KeySlot.Kind.credential(salt: salt)

    private func root() throws -> AEADKey { try AEADKey(Fixture.key("vector root")) }

    func keyRings() throws -> [KeyRingCase] {
        func vector(
            _ name: String,
            _ expect: Expectation,
            _ sealed: [UInt8],
            vault: RecordID = Fixture.vault,
            root: AEADKey? = nil,
            keys: [KeyRing.Entry]? = nil
        ) throws -> KeyRingCase {
            KeyRingCase(
                name: name,
                expect: expect,
                vault: vault,
                root: HexBytes((try root ?? self.root()).bytes.plain),
                sealed: HexBytes(sealed),
                keys: keys?.map(KeyEntry.init)
            )
        }
        func crafted(_ plain: [UInt8], _ place: Place = .keyRing(), first: UInt8 = 1) throws -> [UInt8] {
            [first] + AEAD.seal(plain, key: try root(), associatedData: place.bytes)
        }
        func entry(_ purpose: UInt8) -> [UInt8] {
            [purpose, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 8) + [UInt8](repeating: purpose, count: 32)
        }
        let whole = (UInt8(1)...6).flatMap { entry($0) }

        let sealed = try main.sealed(under: root(), profile: .team)
        var cases = [
            try vector("one epoch", .opens, earlier.sealed(under: root(), profile: .team), keys: earlier.entries),
            try vector("several epochs", .opens, sealed, keys: main.entries),
            try vector("another root key", .wrongKey, sealed, root: AEADKey(Fixture.key("another root"))),
            try vector("another vault", .tampered, sealed, vault: Fixture.otherVault),
            try vector("another profile", .tampered, main.sealed(under: root(), profile: .singleUser)),
            try vector("bound to another format", .tampered, crafted(whole, .keyRing(format: 2))),
        ]
        cases += try Self.damages(sealed, from: 1).map { try vector($0.0, .tampered, $0.1) }
        for (name, plain) in [
            ("no key", []), ("a purpose missing", Array(whole.dropLast(45))), ("a key twice", whole + entry(3)),
            ("purpose 0", whole + entry(0)), ("purpose 7", whole + entry(7)),
            ("a byte less of content", whole.dropLast()),
            ("a byte more of content", whole + [0]),
        ] {
            cases.append(try vector(name, .malformed, crafted(plain)))
        }
        for count in [0, 1, 40] { cases.append(try vector("\(count) bytes", .malformed, Array(sealed.prefix(count)))) }
        for format in [UInt8(0), 2, 255] {
            cases.append(try vector("format \(format)", .unknownFormat, crafted(whole, first: format)))
        }
        return cases
    }

    private func vector(
        _ name: String,
        _ expect: Expectation,
        _ slot: KeySlot,
        secret: [UInt8],
        vault: RecordID = Fixture.vault
    ) throws -> SlotCase {
        var vector = SlotCase(
            name: name,
            expect: expect,
            vault: vault,
            secret: HexBytes(secret),
            id: slot.id,
            kind: slot.kindName,
            salt: HexBytes([]),
            wrapped: HexBytes(slot.wrapped),
            root: expect == .opens ? HexBytes(try root().bytes.plain) : nil
        )
        switch slot.kind {
        case .passphrase(let salt, let passes, let memoryBytes):
            vector.salt = HexBytes(salt)
            (vector.passes, vector.memoryBytes) = (passes, memoryBytes)
        case .credential(let salt):
            vector.salt = HexBytes(salt)
        case .shares(let salt, let set):
            vector.salt = HexBytes(salt)
            (vector.set, vector.threshold, vector.shares) = (set.id, set.threshold, set.count)
        }
        return vector
    }

    private func wrap(_ kind: KeySlot.Kind, _ secret: [UInt8]) throws -> KeySlot {
        try KeySlot.wrap(
            root: root(),
            with: SecretBytes(copying: secret),
            kind: kind,
            id: Fixture.id,
            vault: Fixture.vault,
            at: Fixture.time
        )
    }

    func slots() throws -> [SlotCase] {
        func moved(
            _ slot: KeySlot,
            id: RecordID = Fixture.id,
            kind: KeySlot.Kind? = nil,
            wrapped: [UInt8]? = nil
        ) -> KeySlot {
            KeySlot(id: id, kind: kind ?? slot.kind, created: slot.created, wrapped: wrapped ?? slot.wrapped)
        }
        let words = Self.passphrase
        let file = try Fixture.key("vector credential").plain
        let passphrase = try wrap(Self.passphraseKind, words)
        let credential = try wrap(Self.credentialKind, file)
        let long = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
        let dear = KeySlot.Kind.passphrase(salt: Self.salt, passes: 3, memoryBytes: 32 << 20)
        var cases = [
            try vector("a passphrase", .opens, passphrase, secret: words),
            try vector("a passphrase at another cost", .opens, wrap(dear, words), secret: words),
            try vector("an empty passphrase", .opens, wrap(Self.passphraseKind, []), secret: []),
            try vector("a credential of 32 bytes", .opens, credential, secret: file),
            try vector("a credential of 300 bytes", .opens, wrap(Self.credentialKind, long), secret: long),
            try vector("a wrong passphrase", .wrongKey, passphrase, secret: words + [0x20]),
            try vector("a wrong credential", .wrongKey, credential, secret: file.flippingBit(0)),
            try vector(
                "a passphrase's slot for another id",
                .tampered,
                moved(passphrase, id: Fixture.otherID),
                secret: words
            ),
            try vector(
                "a credential's slot for another id",
                .tampered,
                moved(credential, id: Fixture.otherID),
                secret: file
            ),
            try vector(
                "a passphrase's slot of another vault",
                .tampered,
                passphrase,
                secret: words,
                vault: Fixture.otherVault
            ),
            try vector(
                "a credential's slot of another vault",
                .tampered,
                credential,
                secret: file,
                vault: Fixture.otherVault
            ),
            try vector("another kind", .tampered, moved(credential, kind: Self.passphraseKind), secret: file),
            try vector("more passes", .tampered, moved(passphrase, kind: dear), secret: words),
            try vector(
                "another salt",
                .tampered,
                moved(credential, kind: .credential(salt: Self.salt.flippingBit(0))),
                secret: file
            ),
            try vector("a credential of 31 bytes", .malformed, credential, secret: file.dropLast()),
            try vector(
                "a credential's salt of 15 bytes",
                .malformed,
                moved(credential, kind: .credential(salt: Self.salt.dropLast())),
                secret: file
            ),
            try vector(
                "40 bytes",
                .malformed,
                moved(credential, wrapped: Array(credential.wrapped.prefix(40))),
                secret: file
            ),
            try vector("no byte", .malformed, moved(passphrase, wrapped: []), secret: words),
        ]
        func ofShares(_ set: RecordID, _ threshold: Int, _ count: Int) throws -> KeySlot.Kind {
            .shares(salt: Self.salt, set: try ShareSet(id: set, threshold: threshold, count: count))
        }
        let shares = try wrap(ofShares(Fixture.id, 3, 5), file)
        cases += [
            try vector("three shares of five", .opens, shares, secret: file),
            try vector(
                "another threshold",
                .tampered,
                moved(shares, kind: ofShares(Fixture.id, 2, 5)),
                secret: file
            ),
            try vector(
                "another number of shares",
                .tampered,
                moved(shares, kind: ofShares(Fixture.id, 3, 6)),
                secret: file
            ),
            try vector(
                "another set",
                .tampered,
                moved(shares, kind: ofShares(Fixture.otherID, 3, 5)),
                secret: file
            ),
            try vector("shares as a credential", .tampered, moved(shares, kind: Self.credentialKind), secret: file),
        ]
        cases += try Self.damages(credential.wrapped, from: 1).map {
            try vector($0.0, .tampered, moved(credential, wrapped: $0.1), secret: file)
        }
        for format in [UInt8(0), 2, 255] {
            let wrapped = [format] + credential.wrapped.dropFirst()
            cases.append(
                try vector("format \(format)", .unknownFormat, moved(credential, wrapped: wrapped), secret: file)
            )
        }
        let key = try PasswordHash.deriveKey(
            passphrase: SecretBytes(copying: words),
            salt: Self.salt,
            cost: .init(passes: 2, memoryBytes: 19 << 20)
        )
        func crafted(_ plain: [UInt8], format: UInt8 = 1) -> KeySlot {
            let place = Place.passphraseSlot(
                Fixture.id,
                salt: Self.salt,
                passes: 2,
                memoryBytes: 19 << 20,
                format: format
            )
            return moved(passphrase, wrapped: [1] + AEAD.seal(plain, key: key, associatedData: place.bytes))
        }
        cases += [
            try vector("built by hand", .opens, crafted(root().bytes.plain), secret: words),
            try vector("bound to another format", .tampered, crafted(root().bytes.plain, format: 2), secret: words),
            try vector("a root key of 31 bytes", .malformed, crafted(root().bytes.plain.dropLast()), secret: words),
        ]
        return cases
    }

    func vaults() throws -> [VaultCase] {
        try [(Self.passphraseKind, Self.passphrase), (Self.credentialKind, Fixture.key("vector credential").plain)].map
        {
            kind,
            secret in
            let slot = try wrap(kind, secret)
            // Each by the first of its kind that opens.
            guard let record = try records().first, let value = try values().first, let event = try events().first
            else { throw SealingError.malformed }
            return VaultCase(
                name: slot.kindName,
                expect: .opens,
                slot: try vector(slot.kindName, .opens, slot, secret: secret),
                keyRing: HexBytes(try main.sealed(under: root(), profile: .team)),
                record: record,
                value: value,
                event: event
            )
        }
    }
}
