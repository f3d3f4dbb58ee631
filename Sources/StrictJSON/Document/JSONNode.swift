/// A position in a document: one value, or the key of a member.
///
/// A node keeps its document alive. Reading checks the kind; the structure was checked when the document was parsed.
package struct JSONNode {
    let document: JSONDocument
    let index: Int

    var entry: JSONTapeEntry { document.tape[index] }

    /// The kind of value; keys are strings.
    package var kind: JSONKind { entry.kind }

    /// Offset of the first byte in the document, for error messages.
    package var offset: Int { Int(entry.start) }

    /// How many bytes of the document the value takes, quotes, escapes and spaces included.
    package var byteCount: Int { Int(entry.end) - Int(entry.start) }

    /// Whether the value is `null`.
    package var isNull: Bool { entry.kind == .null }

    /// A copy of the bytes of the value as they stand in the document, quotes, escapes and spaces included.
    ///
    /// Zeros after the document was wiped.
    package var rawBytes: [UInt8] {
        let entry = entry
        return document.withBytes { bytes in
            unsafe bytes.extracting(Int(entry.start)..<Int(entry.end)).withUnsafeBufferPointer { unsafe Array($0) }
        }
    }

    /// The boolean.
    ///
    /// - Throws: `JSONError.unexpectedKind` for any other kind.
    package func bool() throws(JSONError) -> Bool {
        try expect(.bool).flags.contains(.isTrue)
    }

    /// The entry, if it is of this kind and the document is not wiped.
    func expect(_ kind: JSONKind) throws(JSONError) -> JSONTapeEntry {
        let entry = entry
        guard entry.kind == kind else { throw .unexpectedKind(expected: kind, at: Int(entry.start)) }
        guard !document.isWiped else { throw .wiped }
        return entry
    }
}
