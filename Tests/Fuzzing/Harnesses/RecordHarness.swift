import WarderModel

@testable import WarderCore

extension Harness {
    /// Nouns as they are sealed, written by this version or another; the first byte says which noun.
    static let record = Harness("record") { input in
        var rest = Input(input)
        let kind = rest.byte()
        let bytes = Array(rest.rest)
        switch kind {
        case UInt8(ascii: "s"): try roundTrip(Secret.self, bytes)
        case UInt8(ascii: "v"): try roundTrip(Server.self, bytes)
        case UInt8(ascii: "t"): try roundTrip(Tool.self, bytes)
        case UInt8(ascii: "g"): try roundTrip(Grant.self, bytes)
        case UInt8(ascii: "o"): try roundTrip(Operator.self, bytes)
        default: return
        }
    }

    private static func roundTrip<Noun: Codable>(_ type: Noun.Type, _ bytes: [UInt8]) throws {
        guard let noun = try? RecordCoding.decode(type, from: bytes) else { return }
        let written = try RecordCoding.encode(noun)
        let again = try RecordCoding.decode(type, from: written)
        try hold(try RecordCoding.encode(again) == written, "a record is read as it was written")
    }
}
