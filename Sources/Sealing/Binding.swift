import WarderModel

/// Associated data: what a sealed thing is bound to, so that it opens in its own place only.
/// docs/formats/sealed-record.md.
///
/// Every field has a fixed length or a length before it, so that two different places never give the same bytes.
struct Binding {
    private(set) var bytes: [UInt8]

    /// `purpose`: separates the kinds of sealed things from each other.
    init(_ purpose: StaticString, vault: RecordID) {
        bytes = Array("warder/".utf8)
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: purpose.utf8Start, count: purpose.utf8CodeUnitCount))
        bytes.append(0)
        bytes.append(contentsOf: vault.bytes)
    }

    func adding(_ word: UInt32) -> Binding { adding(fixed: bigEndianBytes(word)) }
    func adding(_ word: UInt64) -> Binding { adding(fixed: bigEndianBytes(word)) }
    func adding(_ id: RecordID) -> Binding { adding(fixed: id.bytes) }

    /// - Precondition: at most 255 bytes. Two texts cut to the same bytes would be one place.
    func adding(_ text: String) -> Binding {
        precondition(text.utf8.count <= 255)
        return adding(fixed: [UInt8(text.utf8.count)] + Array(text.utf8))
    }

    func adding(fixed more: [UInt8]) -> Binding {
        var copy = self
        copy.bytes.append(contentsOf: more)
        return copy
    }
}

func bigEndianBytes<Word: FixedWidthInteger>(_ word: Word) -> [UInt8] {
    (0..<Word.bitWidth / 8).map { UInt8(truncatingIfNeeded: word >> (Word.bitWidth - 8 - 8 * $0)) }
}
