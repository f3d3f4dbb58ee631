import SecretMemory
import Sealing
import Testing
import WarderCrypto
import WarderModel

/// docs/formats/key-slot.md. Passphrases are hashed at the least cost that is allowed.
@Suite struct KeySlotTests {
    private static let salt = [UInt8](repeating: 0x5a, count: 16)
    private static let passphraseKind = KeySlot.Kind.passphrase(salt: salt, passes: 2, memoryBytes: 19 << 20)
    private static let credentialKind = KeySlot.Kind.credential(salt: salt)

    private func secret(_ text: String) throws -> SecretBytes { try SecretBytes(copying: text.utf8) }
    private func root() throws -> AEADKey { try AEADKey(Fixture.key("root")) }

    private func slot(_ kind: KeySlot.Kind, _ secret: SecretBytes) throws -> KeySlot {
        try KeySlot.wrap(
            root: root(),
            with: secret,
            kind: kind,
            id: Fixture.id,
            vault: Fixture.vault,
            at: Fixture.time
        )
    }

    private func changed(
        _ slot: KeySlot,
        id: RecordID? = nil,
        kind: KeySlot.Kind? = nil,
        created: Timestamp? = nil,
        wrapped: [UInt8]? = nil
    ) -> KeySlot {
        KeySlot(
            id: id ?? slot.id,
            kind: kind ?? slot.kind,
            created: created ?? slot.created,
            wrapped: wrapped ?? slot.wrapped
        )
    }

    @Test(arguments: ["correct horse battery staple", "", "p\u{E4}ss\0w\u{F6}rd"])
    func `a passphrase opens its slot`(passphrase: String) throws {
        let slot = try slot(Self.passphraseKind, secret(passphrase))
        #expect(slot.opener == .passphrase)
        #expect(slot.kindName == "passphrase")
        #expect(slot.wrapped.count == 73)
        #expect(slot.created == Fixture.time)
        #expect(try slot.open(with: secret(passphrase), vault: Fixture.vault).bytes.isEqual(to: root().bytes))
    }

    @Test func `a wrong passphrase and a damaged slot cannot be told apart`() throws {
        let slot = try slot(Self.passphraseKind, secret("correct horse battery staple"))
        for wrong in [
            "", "correct horse battery stapl", "correct horse battery staple ", "Correct horse battery staple",
        ] {
            #expect(throws: SealingError.tampered) { try slot.open(with: secret(wrong), vault: Fixture.vault) }
        }
        for bit in [8, 25 * 8, 72 * 8 + 7] {
            #expect(throws: SealingError.tampered) {
                try changed(slot, wrapped: slot.wrapped.flippingBit(bit))
                    .open(with: secret("correct horse battery staple"), vault: Fixture.vault)
            }
        }
    }

    @Test func `a slot of a passphrase opens in its own place and with its own parameters only`() throws {
        let right = try secret("correct horse battery staple")
        let slot = try slot(Self.passphraseKind, right)
        let others = [
            changed(slot, id: Fixture.otherID),
            changed(slot, kind: .passphrase(salt: Self.salt.flippingBit(0), passes: 2, memoryBytes: 19 << 20)),
            changed(slot, kind: .passphrase(salt: Self.salt, passes: 3, memoryBytes: 19 << 20)),
            changed(slot, kind: .passphrase(salt: Self.salt, passes: 2, memoryBytes: 19 << 20 + 1024)),
        ]
        for other in others {
            #expect(throws: SealingError.tampered) { try other.open(with: right, vault: Fixture.vault) }
        }
        #expect(throws: SealingError.tampered) { try slot.open(with: right, vault: Fixture.otherVault) }
    }

    @Test func `id and vault are bound by the slot itself, not by the key`() throws {
        // One wrapping key for all: what keeps the places apart is the associated data.
        let right = try secret("correct horse battery staple")
        let key = try PasswordHash.deriveKey(
            passphrase: right,
            salt: Self.salt,
            cost: .init(passes: 2, memoryBytes: 19 << 20)
        )
        func slot(_ place: Place) throws -> KeySlot {
            KeySlot(
                id: Fixture.id,
                kind: Self.passphraseKind,
                created: Fixture.time,
                wrapped: [1] + AEAD.seal(try root().bytes, key: key, associatedData: place.bytes)
            )
        }
        let own = Place.passphraseSlot(Fixture.id, salt: Self.salt, passes: 2, memoryBytes: 19 << 20)
        #expect(try slot(own).open(with: right, vault: Fixture.vault).bytes.isEqual(to: root().bytes))
        for place in [
            Place.passphraseSlot(Fixture.otherID, salt: Self.salt, passes: 2, memoryBytes: 19 << 20),
            .passphraseSlot(Fixture.id, salt: Self.salt.flippingBit(3), passes: 2, memoryBytes: 19 << 20),
            .passphraseSlot(Fixture.id, salt: Self.salt, passes: 3, memoryBytes: 19 << 20),
            .passphraseSlot(Fixture.id, salt: Self.salt, passes: 2, memoryBytes: 20 << 20),
            .passphraseSlot(
                Fixture.id,
                salt: Self.salt,
                passes: 2,
                memoryBytes: 19 << 20,
                vault: Fixture.otherVault
            ),
            .credentialSlot(Fixture.id, salt: Self.salt),
            .passphraseSlot(Fixture.id, salt: Self.salt, passes: 2, memoryBytes: 19 << 20, format: 2),
        ] {
            #expect(throws: SealingError.tampered) { try slot(place).open(with: right, vault: Fixture.vault) }
        }
    }

    @Test func `a cost out of range is refused before any work is done`() throws {
        let right = try secret("correct horse battery staple")
        let slot = try slot(Self.passphraseKind, right)
        for (passes, memoryBytes) in [
            (0, 19 << 20), (1, 19 << 20), (65, 19 << 20), (-1, 19 << 20), (2, 0), (2, 18 << 20), (2, (19 << 20) + 1),
            (2, (4 << 30) + 1024), (2, -1), (.max, .max),
        ] {
            let kind = KeySlot.Kind.passphrase(salt: Self.salt, passes: passes, memoryBytes: memoryBytes)
            #expect(throws: SealingError.crypto(.costOutOfRange)) {
                try changed(slot, kind: kind).open(with: right, vault: Fixture.vault)
            }
            #expect(throws: SealingError.crypto(.costOutOfRange)) { try self.slot(kind, right) }
        }
    }

    @Test(arguments: [0, 15, 17])
    func `the salt of a passphrase has sixteen bytes`(count: Int) throws {
        let kind = KeySlot.Kind.passphrase(
            salt: [UInt8](repeating: 0, count: count),
            passes: 2,
            memoryBytes: 19 << 20
        )
        #expect(throws: SealingError.crypto(.wrongKeySize(expected: 16, actual: count))) {
            try slot(kind, secret("correct horse battery staple"))
        }
    }

    // MARK: Credentials

    @Test(arguments: [32, 33, 64, 4096, 1 << 20])
    func `a credential of 32 bytes and more opens its slot`(count: Int) throws {
        let credential = try SecretBytes.random(count: count)
        let slot = try slot(Self.credentialKind, credential)
        #expect(slot.opener == .credential)
        #expect(slot.kindName == "credential")
        #expect(slot.wrapped.count == 73)
        #expect(try slot.open(with: credential, vault: Fixture.vault).bytes.isEqual(to: root().bytes))
        let other = try SecretBytes(copying: credential.plain.flippingBit(count * 8 - 1))
        #expect(throws: SealingError.tampered) { try slot.open(with: other, vault: Fixture.vault) }
    }

    @Test(arguments: [0, 1, 31])
    func `a shorter credential is refused`(count: Int) throws {
        let credential = try SecretBytes(copying: [UInt8](repeating: 1, count: count))
        #expect(throws: SealingError.malformed) { try self.slot(Self.credentialKind, credential) }
        let slot = try slot(Self.credentialKind, Fixture.key("credential"))
        #expect(throws: SealingError.malformed) { try slot.open(with: credential, vault: Fixture.vault) }
    }

    @Test func `a slot of a credential opens in its own place and with its own salt only`() throws {
        let credential = try Fixture.key("credential")
        let slot = try slot(Self.credentialKind, credential)
        let others = [
            changed(slot, id: Fixture.otherID), changed(slot, kind: .credential(salt: Self.salt.flippingBit(0))),
            changed(slot, kind: Self.passphraseKind),
        ]
        for other in others {
            #expect(throws: SealingError.tampered) { try other.open(with: credential, vault: Fixture.vault) }
        }
        #expect(throws: SealingError.tampered) { try slot.open(with: credential, vault: Fixture.otherVault) }
    }

    @Test func `every flipped bit and every missing byte is refused`() throws {
        let credential = try Fixture.key("credential")
        let slot = try slot(Self.credentialKind, credential)
        for bit in 0..<73 * 8 {
            let other = changed(slot, wrapped: slot.wrapped.flippingBit(bit))
            let expected = bit < 8 ? SealingError.unknownFormat(other.wrapped[0]) : .tampered
            #expect(throws: expected, "bit \(bit)") { try other.open(with: credential, vault: Fixture.vault) }
        }
        for count in 0..<73 {
            let expected = count < 1 + AEAD.overhead ? SealingError.malformed : .tampered
            #expect(throws: expected, "\(count) bytes") {
                try changed(slot, wrapped: Array(slot.wrapped.prefix(count)))
                    .open(with: credential, vault: Fixture.vault)
            }
        }
    }

    @Test func `another format number is said to be unknown, before a passphrase is hashed`() throws {
        let slot = try slot(Self.credentialKind, Fixture.key("credential"))
        // A cost that would be refused, if anybody came to look at it.
        let impossible = KeySlot.Kind.passphrase(salt: Self.salt, passes: 0, memoryBytes: 0)
        for format in UInt8.min ... .max where format != 1 {
            let wrapped = [format] + slot.wrapped.dropFirst()
            for kind in [Self.credentialKind, impossible] {
                #expect(throws: SealingError.unknownFormat(format)) {
                    try changed(slot, kind: kind, wrapped: wrapped)
                        .open(with: Fixture.key("credential"), vault: Fixture.vault)
                }
            }
        }
    }

    @Test func `the bytes of a credential's slot are those of the document`() throws {
        let credential = try Fixture.key("credential")
        let slot = try slot(Self.credentialKind, credential)
        let fixed = Array("warder credential hash version 1".utf8)
        #expect(fixed.count == 32)
        let first = KeyedHash.hash(
            credential,
            key: try KeyedHashKey(SecretBytes(copying: fixed)),
            label: "credential"
        )
        let key = try KeyDerivation.subkey(
            of: DerivationKey(SecretBytes(copying: first)),
            label: "key slot",
            context: Fixture.vault.bytes + Self.salt
        )
        let root = try AEAD.open(
            slot.wrapped.dropFirst(),
            key: AEADKey(key),
            associatedData: Place.credentialSlot(Fixture.id, salt: Self.salt).bytes
        )
        #expect(root.isEqual(to: try self.root().bytes))
    }

    @Test(arguments: [0, 15, 17])
    func `the salt of a credential has sixteen bytes`(count: Int) throws {
        let kind = KeySlot.Kind.credential(salt: [UInt8](repeating: 0, count: count))
        let credential = try Fixture.key("credential")
        #expect(throws: SealingError.malformed) { try self.slot(kind, credential) }
        let slot = changed(try slot(Self.credentialKind, credential), kind: kind)
        #expect(throws: SealingError.malformed) { try slot.open(with: credential, vault: Fixture.vault) }
    }

    @Test(arguments: [0, 31, 33])
    func `a root key of another length is malformed, though it was wrapped by the right key`(count: Int) throws {
        let passphrase = try secret("correct horse battery staple")
        let key = try PasswordHash.deriveKey(
            passphrase: passphrase,
            salt: Self.salt,
            cost: .init(passes: 2, memoryBytes: 19 << 20)
        )
        let place = Place.passphraseSlot(Fixture.id, salt: Self.salt, passes: 2, memoryBytes: 19 << 20)
        let plain = [UInt8](repeating: 7, count: count)
        let slot = KeySlot(
            id: Fixture.id,
            kind: Self.passphraseKind,
            created: Fixture.time,
            wrapped: [1] + AEAD.seal(plain, key: key, associatedData: place.bytes)
        )
        #expect(throws: SealingError.malformed) { try slot.open(with: passphrase, vault: Fixture.vault) }
    }

    @Test func `the date of a slot is a note: nothing binds it`() throws {
        let credential = try Fixture.key("credential")
        let slot = changed(try slot(Self.credentialKind, credential), created: Timestamp(milliseconds: 0))
        _ = try slot.open(with: credential, vault: Fixture.vault)
    }

    @Test func `slots stand side by side: each opens with its own secret`() throws {
        let credential = try Fixture.key("credential")
        let passphrase = try secret("correct horse battery staple")
        let slots = [try slot(Self.credentialKind, credential), try slot(Self.passphraseKind, passphrase)]
        #expect(try slots[0].open(with: credential, vault: Fixture.vault).bytes.isEqual(to: root().bytes))
        #expect(try slots[1].open(with: passphrase, vault: Fixture.vault).bytes.isEqual(to: root().bytes))
        #expect(throws: SealingError.tampered) { try slots[1].open(with: credential, vault: Fixture.vault) }
    }
}
