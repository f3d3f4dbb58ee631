import WarderModel

/// Goes through bytes that may say anything, and never over their end.
struct ByteCursor {
    private let bytes: [UInt8]
    private(set) var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    /// - Throws: ``BackupError/malformed`` when there are fewer.
    mutating func take(_ count: Int) throws(BackupError) -> [UInt8] {
        guard count <= bytes.count - offset else { throw .malformed }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    /// A big-endian number.
    mutating func number<Word: FixedWidthInteger & UnsignedInteger>() throws(BackupError) -> Word {
        try take(Word.bitWidth / 8).reduce(0) { $0 << 8 | Word($1) }
    }

    mutating func time() throws(BackupError) -> Timestamp {
        let milliseconds: UInt64 = try number()
        return Timestamp(milliseconds: Int64(bitPattern: milliseconds))
    }

    mutating func id() throws(BackupError) -> RecordID {
        guard let id = RecordID(bytes: try take(RecordID.byteCount)) else { throw .malformed }
        return id
    }

    /// ASCII behind a byte with its length.
    mutating func text() throws(BackupError) -> String {
        let count: UInt8 = try number()
        let bytes = try take(Int(count))
        guard bytes.allSatisfy({ $0 < 0x80 }) else { throw .malformed }
        return String(decoding: bytes, as: UTF8.self)
    }
}
