/// What header fields may be made of (RFC 9110, section 5).
enum FieldText {
    /// Whether `text` is a name: letters, digits and a few signs, at least one and at most 256.
    static func isToken(_ text: some StringProtocol) -> Bool {
        (1...256).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }

    /// Whether bytes are visible ASCII without spaces, which a credential in a header must be.
    static func isVisible(_ bytes: some Sequence<UInt8>) -> Bool { bytes.allSatisfy { (0x21...0x7E).contains($0) } }
}
