/// One value or key, in document order.
///
/// A container is followed by its contents; an object's contents alternate between key and value. The offsets are 32
/// bits wide so that a typical request body's tape fits in a few cache lines.
struct JSONTapeEntry {
    /// What a reader has to know about the bytes of an entry before it touches them.
    struct Flags: OptionSet {
        let rawValue: UInt8

        /// The boolean is `true`.
        static let isTrue = Flags(rawValue: 1 << 0)
        /// The string holds at least one backslash.
        static let hasEscapes = Flags(rawValue: 1 << 1)
        /// The string holds bytes above 0x7F.
        static let hasNonASCII = Flags(rawValue: 1 << 2)
        /// The number has a fraction or an exponent.
        static let isFraction = Flags(rawValue: 1 << 3)
        /// At least one key of the object is not plain ASCII.
        static let hasUnusualKeys = Flags(rawValue: 1 << 4)
    }

    /// Offset of the first byte, for strings the opening quote.
    var start: UInt32
    /// Offset after the last byte; the number of members or elements so far while a container is open.
    var end: UInt32
    /// Tape index after the entry and all its contents; the index of the parent while a container is open.
    var next: UInt32
    var kind: JSONKind
    var flags: Flags

    /// The bytes between the quotes of a string.
    var content: Range<Int> { Int(start) + 1..<Int(end) - 1 }
}
