import SecretMemory
import WarderCrypto
import WarderModel

/// A backup put together by hand, as docs/formats/backup.md describes it, by somebody who has the root key and means no
/// good: authentic throughout, and wrong where the test wants it. Written a second time, because tests must not ask the
/// code under test.
struct ForgedBackup {
    /// How chunks are marked.
    enum Marks {
        case right, noneLast
    }

    var database: [UInt8] = Array("a database".utf8)
    var format: UInt8 = 1
    var slotCount: UInt8 = 1
    var slots: [UInt8] = Self.slot("credential")
    /// What the header says, where it is not the truth.
    var contentBytes: UInt64?
    var databaseBytes: UInt64?
    var program: [UInt8] = Array("1".utf8)
    var digest: [UInt8]?
    var bindsHeader = true
    var marks = Marks.right
    var headerTail: [UInt8] = []

    static func slot(_ kind: String, parameters: [UInt8] = []) -> [UInt8] {
        Fixture.id.bytes + [UInt8](repeating: 0, count: 8) + [UInt8(kind.utf8.count)] + Array(kind.utf8)
            + [UInt8](repeating: 1, count: 16) + parameters + [UInt8](repeating: 1, count: 73)
    }

    func bytes(vault: RecordID = Fixture.vault, root: AEADKey? = nil) throws -> [UInt8] {
        let key = try SecretStreamKey.random()
        var sealer = try SecretStreamSealer(key: key)
        let manifest =
            big(databaseBytes ?? UInt64(database.count)) + big(UInt32(1)) + [UInt8](repeating: 0, count: 32)
            + [UInt8(program.count)] + program
        let content = manifest + database + (digest ?? SHA256Digest.hash(database))
        let sealedKey = AEAD.seal(
            key.bytes,
            key: try root ?? BackupSample.root(),
            associatedData: Place(purpose: "backup", vault: vault, rest: [1]).bytes
        )
        let rest =
            vault.bytes + big(UInt64(5)) + big(contentBytes ?? UInt64(content.count)) + [slotCount] + slots + sealedKey
            + sealer.header + headerTail
        var file = Array("warder backup\0".utf8) + [format] + big(UInt32(rest.count)) + rest
        let binding = bindsHeader ? SHA256Digest.hash(file) : []
        let first = content.prefix(65_536)
        if content.count > first.count || marks == .noneLast {
            file += try sealer.seal(Array(first), associatedData: binding)
            let others = content.dropFirst(first.count)
            if !others.isEmpty { file += try sealer.sealLast(Array(others)) }
        } else {
            file += try sealer.sealLast(content, associatedData: binding)
        }
        return file
    }

    private func big(_ number: some FixedWidthInteger) -> [UInt8] {
        (1...number.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * ($0 - 1))) }
    }
}
