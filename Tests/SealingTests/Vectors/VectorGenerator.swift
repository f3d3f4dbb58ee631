import Foundation
import SecretMemory
import WarderCrypto
import WarderModel

@testable import Sealing

/// Makes a set of vectors. What is well formed comes from the module itself, what is not is built by hand from the
/// documents.
///
/// Nonces are random, so that two sets differ in every ciphertext. A set that was published is never made again: it
/// stands for what lies in people's databases.
struct VectorGenerator {
    struct FolderExists: Error {}

    let main: KeyRing
    /// The first epoch of `main` alone.
    let earlier: KeyRing
    let other: KeyRing
    let elsewhere: KeyRing
    let twins: KeyRing

    init() throws {
        main = try Self.ring("main", vault: Fixture.vault)
        earlier = try KeyRing(vault: Fixture.vault, entries: main.entries.filter { $0.epoch == 1 })
        other = try Self.ring("other", vault: Fixture.vault)
        elsewhere = try Self.ring("main", vault: Fixture.otherVault)
        twins = try Fixture.ring("twins", epochs: [1, 2], sharesKeys: true)
    }

    /// Three keys have a second epoch, as after a rotation of keys.
    private static func ring(_ name: String, vault: RecordID) throws -> KeyRing {
        let second: [KeyRing.Purpose] = [.keyEncryption, .metadata, .log]
        return try KeyRing(
            vault: vault,
            entries: KeyRing.Purpose.allCases.map {
                try Fixture.entry($0, epoch: 1, "vector \(name) \($0.rawValue) 1")
            } + second.map { try Fixture.entry($0, epoch: 2, "vector \(name) \($0.rawValue) 2") }
        )
    }

    /// Writes a whole set into a folder that does not exist.
    func write(to url: URL) throws {
        guard !FileManager.default.fileExists(atPath: url.path) else { throw FolderExists() }
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        let folder = VectorFolder(url: url)
        try folder.write(
            ["main": main, "other": other, "elsewhere": elsewhere, "twins": twins].mapValues(StoredRing.init),
            as: "rings"
        )
        try folder.write(records())
        try folder.write(values())
        try folder.write(events())
        try folder.write(keyRings())
        try folder.write(slots())
        try folder.write(vaults())
    }

    func aeadKey(_ purpose: KeyRing.Purpose, epoch: UInt32, of ring: KeyRing) throws -> AEADKey {
        try AEADKey(ring.key(purpose, epoch: epoch))
    }

    /// Plaintexts that the right key sealed, and whose padding is wrong.
    static let badPaddings: [(String, [UInt8])] = [
        ("no plaintext at all", []), ("nothing but zeros", [UInt8](repeating: 0, count: 64)),
        ("no end mark", [UInt8](repeating: 0x41, count: 64)),
        ("another end mark", [UInt8](repeating: 0x41, count: 62) + [0x81, 0]),
        ("63 bytes", [UInt8](repeating: 0x41, count: 62) + [0x80]),
        ("65 bytes", [UInt8](repeating: 0x41, count: 64) + [0x80]),
        ("a block more than there must be", [0x41, 0x80] + [UInt8](repeating: 0, count: 126)),
    ]

    /// Damages to a sealed thing, and what comes of them.
    static func damages(_ sealed: [UInt8], from first: Int) -> [(String, [UInt8])] {
        [
            ("a flipped bit in the nonce", sealed.flippingBit(first * 8 + 3)),
            ("a flipped bit in the ciphertext", sealed.flippingBit((first + 24) * 8)),
            ("a flipped bit in the tag", sealed.flippingBit(sealed.count * 8 - 1)),
            ("a byte less", sealed.dropLast()), ("a byte more", sealed + [0]),
        ]
    }
}

extension StoredRing {
    init(_ ring: KeyRing) {
        vault = ring.vault
        keys = ring.entries.map(KeyEntry.init)
    }

    func ring() throws -> KeyRing {
        var entries: [KeyRing.Entry] = []
        for key in keys {
            guard let purpose = KeyRing.Purpose(rawValue: key.purpose) else { throw SealingError.malformed }
            entries.append(
                KeyRing.Entry(
                    purpose: purpose,
                    epoch: key.epoch,
                    created: Timestamp(milliseconds: key.created),
                    key: try SecretBytes(copying: key.key.bytes)
                )
            )
        }
        return try KeyRing(vault: vault, entries: entries)
    }
}

extension KeyEntry {
    init(_ entry: KeyRing.Entry) {
        self.init(
            purpose: entry.purpose.rawValue,
            epoch: entry.epoch,
            created: entry.created.milliseconds,
            key: HexBytes(entry.key.plain)
        )
    }
}
