import Foundation
import Glibc
import SecretMemory
import Sealing
import WarderCrypto
import WarderModel

@testable import ClientConfigurations
@testable import WarderDaemon
@testable import WarderWorker

extension Harness {
    /// Small files that programs of the vault keep, and what they hand each other in secret: `i`, the record of an
    /// import; `p`, how far a sink has come; `w`, a webhook's key; `b`, what opens a backup.
    static let kept = Harness("kept") { input in
        var rest = Input(input)
        let kind = rest.byte()
        let bytes = Array(rest.rest)
        switch kind {
        case UInt8(ascii: "i"): try importRecord(bytes)
        case UInt8(ascii: "p"):
            guard let place = SinkPosition.Place(bytes) else { return }
            try hold(place.bytes == bytes, "no position has two texts")
        case UInt8(ascii: "w"): try webhookKey(bytes)
        case UInt8(ascii: "b"): try backupSecret(bytes)
        default: return
        }
    }

    private static func importRecord(_ bytes: [UInt8]) throws {
        guard let record = try? ImportRecord(stored: bytes) else { return }
        try hold(try ImportRecord(stored: record.stored) == record, "a record is read as it was written")
        let current = Array("what an import wrote".utf8)
        for layer in record.layers {
            let values = layer.moved.map { Array($0.field.text.utf8) }
            if let original = try? layer.original(current: current, values: values) {
                try hold(original.count == layer.originalBytes, "what was there has its length")
            }
            // The same without the hash, which nobody finds by chance.
            _ = OriginalPiece.assemble(layer.pieces, kept: current, values: values)
        }
    }

    private static func webhookKey(_ bytes: [UInt8]) throws {
        let file = try handedOver(bytes)
        defer { close(file) }
        guard let key = try? WebhookKey.key(from: file) else { return }
        let text = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
        try hold(text.starts(with: "whsec_".utf8), "a key says that it is one")
        guard let plain = Data(base64Encoded: Data(text.dropFirst(6))) else {
            throw Broken(property: "another reader takes it as well")
        }
        try hold((24...64).contains(plain.count), "a key has a length")
        let same = try HMACSHA256Key(SecretBytes(copying: Array(plain)))
        try hold(HMACSHA256.code(of: [1], key: key) == HMACSHA256.code(of: [1], key: same), "and reads the same")
    }

    private static func backupSecret(_ bytes: [UInt8]) throws {
        let file = try handedOver(bytes)
        defer { close(file) }
        guard let secret = try? BackupSecret.read(from: file), let opened = try? secret.opened() else { return }
        let ways = [secret.passphrase != nil, secret.credentialBase64 != nil, secret.shares != nil]
        try hold(ways.count { $0 } == 1, "a backup is opened in one way")
        try hold(opened.secret.count <= bytes.count, "nothing opens it that was not said")
    }

    /// The bytes behind a descriptor that ends after them.
    private static func handedOver(_ bytes: [UInt8]) throws -> Int32 {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw Broken(property: "there is a pipe") }
        defer { close(ends[1]) }
        // Nobody reads meanwhile: a pipe has room for so much.
        let bytes = bytes.prefix(65_536)
        let sent = unsafe write(ends[1], Array(bytes), bytes.count)
        guard sent == bytes.count else {
            close(ends[0])
            throw Broken(property: "a pipe takes an input")
        }
        return ends[0]
    }
}
