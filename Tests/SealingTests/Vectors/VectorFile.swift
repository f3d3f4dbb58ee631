import Foundation
import Sealing
import WarderModel

/// What must come of opening a vector.
enum Expectation: String, Codable, CaseIterable {
    case opens
    /// Sealed under another key. For the opener the same as `tampered`: nobody can tell the two apart.
    case wrongKey
    case tampered
    case malformed
    case unknownFormat
    case unknownEpoch
}

/// Bytes, in lowercase hexadecimal.
struct HexBytes: Codable, Equatable {
    var bytes: [UInt8]

    struct NotHexadecimal: Error {}

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    init(from decoder: any Decoder) throws {
        guard let bytes = Hex.decode(try String(from: decoder)) else { throw NotHexadecimal() }
        self.bytes = bytes
    }

    func encode(to encoder: any Encoder) throws { try Hex.encode(bytes).encode(to: encoder) }
}

protocol VectorCase: Codable {
    /// File name without `.json`; the document of this name says how to open it.
    static var fileName: String { get }
    var name: String { get }
    var expect: Expectation { get }
}

struct RecordCase: VectorCase {
    static let fileName = "sealed-record"
    var name: String
    var expect: Expectation
    var ring: String
    var kind: String
    var id: RecordID
    var revision: UInt64
    var epoch: UInt32
    var sealed: HexBytes
    /// Without padding, for what opens.
    var content: HexBytes?
}

struct ValueCase: VectorCase {
    static let fileName = "sealed-value"
    var name: String
    var expect: Expectation
    var ring: String
    var secret: RecordID
    var version: UInt32
    var epoch: UInt32
    var wrappedKey: HexBytes
    var sealed: HexBytes
    var fields: [String: HexBytes]?
}

struct EventCase: VectorCase {
    static let fileName = "event"
    var name: String
    var expect: Expectation
    var ring: String
    var sequence: UInt64
    var time: Int64
    var leaf: HexBytes
    var epoch: UInt32
    var sealed: HexBytes
    var canonical: HexBytes?
}

struct KeyRingCase: VectorCase {
    static let fileName = "keyring"
    var name: String
    var expect: Expectation
    var vault: RecordID
    var root: HexBytes
    var sealed: HexBytes
    var keys: [KeyEntry]?
}

struct SlotCase: VectorCase {
    static let fileName = "key-slot"
    var name: String
    var expect: Expectation
    var vault: RecordID
    var secret: HexBytes
    var id: RecordID
    var kind: String
    var salt: HexBytes
    var passes: Int?
    var memoryBytes: Int?
    var set: RecordID?
    var threshold: Int?
    var shares: Int?
    var wrapped: HexBytes
    var root: HexBytes?
}

/// A vault in small: a secret opens the slot, the slot the keyring, the keyring the rest.
struct VaultCase: VectorCase {
    static let fileName = "vault"
    var name: String
    var expect: Expectation
    var slot: SlotCase
    var keyRing: HexBytes
    var record: RecordCase
    var value: ValueCase
    var event: EventCase
}

struct KeyEntry: Codable, Equatable {
    var purpose: UInt8
    var epoch: UInt32
    var created: Int64
    var key: HexBytes
}

struct StoredRing: Codable {
    var vault: RecordID
    var keys: [KeyEntry]
}

/// The folder of the vectors: one file for each format, and the rings that they name.
struct VectorFolder {
    let url: URL

    static let golden = VectorFolder(
        url: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Vectors/sealing-v1")
    )

    struct Content<Case: VectorCase>: Codable {
        var document: String
        var cases: [Case]
    }

    func cases<Case: VectorCase>(_ type: Case.Type) throws -> [Case] {
        let data = try Data(contentsOf: url.appending(path: "\(Case.fileName).json"))
        return try JSONDecoder().decode(Content<Case>.self, from: data).cases
    }

    func rings() throws -> [String: StoredRing] {
        let data = try Data(contentsOf: url.appending(path: "rings.json"))
        return try JSONDecoder().decode([String: StoredRing].self, from: data)
    }

    func write<Case: VectorCase>(_ cases: [Case]) throws {
        let document = Case.fileName == "vault" ? "README" : Case.fileName
        try write(Content(document: "docs/formats/\(document).md", cases: cases), as: Case.fileName)
    }

    /// Never over a file that is there.
    func write(_ content: some Encodable, as name: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(content) + Data("\n".utf8)
        try data.write(to: url.appending(path: "\(name).json"), options: .withoutOverwriting)
    }
}
