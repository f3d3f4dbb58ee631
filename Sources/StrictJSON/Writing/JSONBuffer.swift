import SecretMemory

/// Writes JSON into a growing array of bytes.
///
/// Commas and colons are placed by the buffer; that containers are closed in order, and that every key has a value, is
/// the caller's duty. There are no spaces. The same calls give the same bytes for ever, because stored records are
/// hashed over them:
///
/// - integers in decimal without leading zeros;
/// - strings with `\"`, `\\`, `\b`, `\t`, `\n`, `\f`, `\r`; as `\u` and four lower-case digits: the other characters
///   below U+0020, U+007F to U+009F, U+061C, U+200E, U+200F, U+2028 to U+202E and U+2066 to U+2069; all else is
///   literal UTF-8.
///
/// The longer list than RFC 8785's is there because exported records are read in terminals, where such characters move
/// the cursor or turn text around.
package struct JSONBuffer {
    /// What has been written so far.
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// An empty buffer with room for `capacity` bytes.
    package init(capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    /// Opens an object.
    package mutating func beginObject() {
        beginValue()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
    }

    /// Closes the innermost object.
    package mutating func endObject() {
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// Opens an array.
    package mutating func beginArray() {
        beginValue()
        bytes.append(UInt8(ascii: "["))
        needsComma = false
    }

    /// Ends a document; another one can follow on its own line.
    package mutating func newLine() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    /// Closes the innermost array.
    package mutating func endArray() {
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// Writes a key of our own, which must need no escapes.
    package mutating func key(_ name: StaticString) {
        beginValue()
        bytes.append(UInt8(ascii: "\""))
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a key that is known only at run time.
    package mutating func key(text name: String) {
        string(name)
        endKey()
    }

    /// Writes a string.
    package mutating func string(_ text: String) { text.withBytes { self.text($0) } }

    /// Writes a string whose bytes are known to be well formed.
    mutating func text(_ text: Span<UInt8>) {
        beginValue()
        appendQuoted(text)
        needsComma = true
    }

    /// Makes a key of the string that was just written.
    mutating func endKey() {
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a string straight from UTF-8 bytes, so that a secret never becomes a `String`; see also `wipe()`.
    ///
    /// - Throws: `JSONError.invalidUTF8` with the offset in `text`; the buffer is then as it was before.
    package mutating func string(utf8 text: UnsafeRawBufferPointer) throws(JSONError) {
        let text = unsafe Span(_unsafeElements: text.bindMemory(to: UInt8.self))
        // Checked first, so that a refused secret does not lie in the buffer's spare room.
        if let offset = Self.firstIllFormed(in: text) { throw .invalidUTF8(at: offset) }
        beginValue()
        appendQuoted(text)
        needsComma = true
    }

    // One form for each width and no generic one: across modules a generic form looks up every operation at run time.

    /// Writes an integer.
    package mutating func int(_ value: Int) {
        integer(magnitude: UInt64(value.magnitude), isNegative: value < 0)
    }

    /// Writes an integer.
    package mutating func int(_ value: Int64) {
        integer(magnitude: value.magnitude, isNegative: value < 0)
    }

    /// Writes an integer.
    package mutating func int(_ value: Int32) {
        integer(magnitude: UInt64(value.magnitude), isNegative: value < 0)
    }

    /// Writes an integer.
    package mutating func int(_ value: UInt64) {
        integer(magnitude: value, isNegative: false)
    }

    /// Writes an integer.
    package mutating func int(_ value: UInt32) {
        integer(magnitude: UInt64(value), isNegative: false)
    }

    /// Writes `true` or `false`.
    package mutating func bool(_ value: Bool) {
        literal(value ? "true" : "false")
    }

    /// Writes `null`.
    package mutating func null() {
        literal("null")
    }

    /// Writes one value that is JSON already; nothing is checked.
    package mutating func raw(_ value: [UInt8]) {
        beginValue()
        bytes.append(contentsOf: value)
        needsComma = true
    }

    /// Writes one value that is JSON already; nothing is checked.
    package mutating func raw(_ value: some Sequence<UInt8>) {
        raw(Array(value))
    }

    /// Ends a line of JSON Lines.
    package mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    /// Empties the buffer and keeps its memory for the next record.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    /// Overwrites the written bytes with zeros and empties the buffer.
    ///
    /// A buffer that had to grow has left copies behind: give `init(capacity:)` enough room for a secret.
    package mutating func wipe() {
        zero(&bytes)
        removeAll()
    }

    private mutating func integer(magnitude: UInt64, isNegative: Bool) {
        beginValue()
        if isNegative { bytes.append(UInt8(ascii: "-")) }
        var digits = 1
        var rest = magnitude / 10
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: digits))
        rest = magnitude
        for offset in 1...digits {
            bytes[bytes.count - offset] &+= UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        needsComma = true
    }

    private mutating func literal(_ text: StaticString) {
        beginValue()
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        needsComma = true
    }

    @inline(__always)
    private mutating func beginValue() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    /// Appends a string with its quotes; `text` must be well formed.
    private mutating func appendQuoted(_ text: Span<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        var done = 0
        while true {
            let end = PlainBytes.end(from: done, in: text)
            appendCopy(text, done..<end)
            guard end < text.count else { break }
            let byte = text[end]
            if byte < 0x7F {
                JSONEscape.append(UInt32(byte), to: &bytes)
                done = end &+ 1
                continue
            }
            let length = UTF8Sequence.length(at: end, in: text) ?? 1
            done = end &+ length
            if let hazard = JSONEscape.terminalHazard(at: end, length: length, in: text) {
                JSONEscape.append(hazard, to: &bytes)
            } else {
                appendCopy(text, end..<done)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    @inline(__always)
    private mutating func appendCopy(_ text: Span<UInt8>, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        unsafe text.extracting(range).withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }
}
