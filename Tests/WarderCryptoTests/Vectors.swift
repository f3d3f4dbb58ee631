import FoundationEssentials
import Testing

/// Published test vectors, which are no part of a checkout: they lie in a folder beside it. Where that folder is there,
/// a missing or short file is an error; where it is not, the tests are skipped and say so. Continuous integration takes
/// no skipped test.
enum Vectors {
    static let areThere = FileManager.default.fileExists(atPath: folder.path)
    static let missing: Comment = "Wycheproof's vectors are not at ../shared/data/vectors/wycheproof"

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "../shared/data/vectors/wycheproof").standardized

    static func wycheproof<File: Decodable>(_ name: String) throws -> File {
        try JSONDecoder().decode(
            File.self,
            from: Data(contentsOf: folder.appending(path: "\(name)_test.json"))
        )
    }
}

/// Bytes written in hexadecimal in a vector file or a test.
struct Hex: Decodable, ExpressibleByStringLiteral {
    let bytes: [UInt8]

    struct NotHexadecimal: Error {}

    init(_ text: String) throws {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == text.count, digits.count.isMultiple(of: 2) else { throw NotHexadecimal() }
        bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }

    init(stringLiteral value: String) {
        guard let hex = try? Hex(value) else { preconditionFailure("a literal that is not hexadecimal") }
        self = hex
    }

    init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }
}

extension [UInt8] {
    var hex: String { map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() }

    func flippingBit(_ bit: Int) -> [UInt8] {
        var copy = self
        copy[bit / 8] ^= 1 << UInt8(bit % 8)
        return copy
    }
}
