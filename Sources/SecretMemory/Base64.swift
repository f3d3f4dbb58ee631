import CWarderSodium

/// Base64 (RFC 4648 §4, padded) from secret memory to secret memory, in constant time for a given length.
extension SecretBytes {
    /// The bytes that a base64 text stands for.
    ///
    /// - Throws: `SecretMemoryError.outOfBounds` for anything that is not padded base64.
    package convenience init(base64 text: SecretBytes) throws(SecretMemoryError) {
        guard text.count.isMultiple(of: 4) else { throw .outOfBounds }
        var count = 0
        var isValid = text.count == 0
        let room = try unsafe SecretBytes(
            count: text.count / 4 * 3,
            filling: { buffer in
                guard let bytes = unsafe buffer.bindMemory(to: UInt8.self).baseAddress else { return }
                isValid = unsafe text.withUnsafeBytes { text in
                    // The library takes every byte beyond ASCII for a digit. All are looked at, whichever is the first.
                    guard unsafe text.reduce(0, |) & 0x80 == 0 else { return false }
                    let characters = unsafe text.assumingMemoryBound(to: CChar.self).baseAddress
                    return unsafe sodium_base642bin(
                        bytes,
                        buffer.count,
                        characters,
                        text.count,
                        nil,
                        &count,
                        nil,
                        sodium_base64_VARIANT_ORIGINAL
                    ) == 0
                }
            }
        )
        guard isValid else { throw .outOfBounds }
        try unsafe self.init(
            count: count,
            filling: { buffer in
                unsafe room.withUnsafeBytes { room in
                    unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: room[..<count]))
                }
            }
        )
    }

    /// The bytes as base64 text.
    package func base64() throws(SecretMemoryError) -> SecretBytes {
        let length = (count + 2) / 3 * 4
        let text = try unsafe SecretBytes(
            // The library wants room for a closing zero.
            count: length + 1,
            filling: { buffer in
                guard let characters = unsafe buffer.bindMemory(to: CChar.self).baseAddress else { return }
                unsafe withUnsafeBytes { bytes in
                    _ = unsafe sodium_bin2base64(
                        characters,
                        buffer.count,
                        bytes.assumingMemoryBound(to: UInt8.self).baseAddress,
                        bytes.count,
                        sodium_base64_VARIANT_ORIGINAL
                    )
                }
            }
        )
        return try text.slice(0..<length)
    }
}
