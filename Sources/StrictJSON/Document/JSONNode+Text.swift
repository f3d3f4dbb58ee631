package import SecretMemory

extension JSONNode {
    /// The text with its escapes resolved.
    ///
    /// U+0000 is refused unless `allowingNUL` is set, because text often ends up where a NUL ends it.
    ///
    /// - Throws: `JSONError.unexpectedKind` for any other kind, `.nulInText`.
    package func string(allowingNUL: Bool = false) throws(JSONError) -> String {
        let entry = try expect(.string)
        return try document.withBytes { bytes throws(JSONError) in
            guard entry.flags.contains(.hasEscapes) else {
                // NUL cannot stand in a string without an escape.
                return unsafe bytes.extracting(entry.content).withUnsafeBufferPointer { text in
                    unsafe String(decoding: text, as: UTF8.self)
                }
            }
            var text: [UInt8] = []
            text.reserveCapacity(entry.content.count)
            var cursor = UnescapingCursor(entry.content)
            while let byte = cursor.next(in: bytes) {
                guard byte != 0 || allowingNUL else { throw .nulInText(at: offset) }
                text.append(byte)
            }
            return String(decoding: text, as: UTF8.self)
        }
    }

    /// The text with its escapes resolved, written straight into locked memory; U+0000 is allowed.
    ///
    /// - Throws: `JSONError.unexpectedKind` for any other kind, `.noSecretMemory`.
    package func secret() throws(JSONError) -> SecretBytes {
        let entry = try expect(.string)
        do {
            return try document.withBytes { bytes in
                guard entry.flags.contains(.hasEscapes) else {
                    return try unsafe bytes.extracting(entry.content).withUnsafeBytes { text in
                        try unsafe SecretBytes(copying: text)
                    }
                }
                // Counting first, so that the secret never lies in a buffer that would have to grow.
                var counter = UnescapingCursor(entry.content)
                var count = 0
                while counter.next(in: bytes) != nil { count += 1 }
                return try unsafe SecretBytes(count: count) { destination in
                    var cursor = UnescapingCursor(entry.content)
                    var offset = 0
                    while let byte = cursor.next(in: bytes) {
                        unsafe destination[offset] = byte
                        offset += 1
                    }
                }
            }
        } catch {
            throw .noSecretMemory(at: offset)
        }
    }

    /// Whether the node is a string of exactly these UTF-8 bytes; `String` equality would also accept other Unicode
    /// spellings of the same text.
    package func isText(_ text: String) -> Bool {
        let entry = entry
        guard entry.kind == .string, entry.flags.contains(.hasEscapes) || entry.content.count == text.utf8.count
        else { return false }
        return text.withBytes { wanted in
            document.withBytes { bytes in entry.isText(wanted, in: bytes) }
        }
    }
}

extension JSONTapeEntry {
    /// Whether the string is exactly `wanted` once its escapes are resolved.
    func isText(_ wanted: Span<UInt8>, in bytes: Span<UInt8>) -> Bool {
        guard flags.contains(.hasEscapes) else {
            guard content.count == wanted.count else { return false }
            for offset in 0..<wanted.count where bytes[content.lowerBound &+ offset] != wanted[offset] {
                return false
            }
            return true
        }
        var cursor = UnescapingCursor(content)
        for offset in 0..<wanted.count where cursor.next(in: bytes) != wanted[offset] {
            return false
        }
        return cursor.next(in: bytes) == nil
    }
}
