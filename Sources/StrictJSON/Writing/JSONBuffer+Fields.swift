extension JSONBuffer {
    /// Writes a key and a string.
    package mutating func field(_ name: StaticString, _ value: String) {
        key(name)
        string(value)
    }

    /// Writes a key and an integer.
    package mutating func field(_ name: StaticString, _ value: Int) {
        key(name)
        int(value)
    }

    /// Writes a key and an integer.
    package mutating func field(_ name: StaticString, _ value: Int64) {
        key(name)
        int(value)
    }

    /// Writes a key and an integer.
    package mutating func field(_ name: StaticString, _ value: UInt64) {
        key(name)
        int(value)
    }

    /// Writes a key and an integer.
    package mutating func field(_ name: StaticString, _ value: Int32) {
        key(name)
        int(value)
    }

    /// Writes a key and an integer.
    package mutating func field(_ name: StaticString, _ value: UInt32) {
        key(name)
        int(value)
    }

    /// Writes a key and a boolean.
    package mutating func field(_ name: StaticString, _ value: Bool) {
        key(name)
        bool(value)
    }

    /// Writes a key and an array of strings.
    package mutating func field(_ name: StaticString, _ texts: [String]) {
        key(name)
        beginArray()
        for text in texts { string(text) }
        endArray()
    }

    /// Whether the bytes are well-formed UTF-8, so that `string(utf8:)` can write them.
    package static func isPlainText(_ bytes: UnsafeRawBufferPointer) -> Bool {
        firstIllFormed(in: unsafe Span(_unsafeElements: bytes.bindMemory(to: UInt8.self))) == nil
    }

    /// The offset of the first sequence that is not well-formed UTF-8.
    static func firstIllFormed(in text: Span<UInt8>) -> Int? {
        var at = 0
        while true {
            at = PlainBytes.end(from: at, in: text)
            guard at < text.count else { return nil }
            guard let length = UTF8Sequence.length(at: at, in: text) else { return at }
            at += length
        }
    }
}
