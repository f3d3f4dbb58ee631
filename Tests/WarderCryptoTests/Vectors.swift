import FoundationEssentials

/// Published test vectors. A missing or short file is an error, never a skipped test.
enum Vectors {
    static func wycheproof<File: Decodable>(_ name: String) throws -> File {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: "../shared/data/vectors/wycheproof/\(name)_test.json").standardized
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: file))
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
