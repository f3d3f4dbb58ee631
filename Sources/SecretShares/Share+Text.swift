package import SecretMemory
import WarderModel

/// docs/formats/share.md, "Bytes" and "Text".
extension Share {
    /// Format, set id, threshold, number of shares, index.
    private static let headByteCount = 1 + RecordID.byteCount + 3

    /// Reads the text of one share: the grouped spelling, or the same without dashes; nothing before or behind it.
    ///
    /// The time depends on the length, on whether there are dashes, and on the outcome; not on the digits. `position`
    /// is the share's place in what was entered, for errors.
    ///
    /// - Throws: ``ShareError``, in this order: `malformed` for the spelling, `mistyped`, `unsupportedFormat`,
    ///   `malformed` for the contents. ``ShareError/exhausted``.
    package init(text: SecretBytes, position: Int = 1) throws(ShareError) {
        let encoded: SecretBytes?
        do throws(SecretMemoryError) { encoded = try ShareText.decode(text) } catch { throw .exhausted }
        guard let encoded else { throw .malformed(share: position) }
        guard let body = try ShareChecksum.body(of: encoded) else { throw .mistyped(share: position) }
        guard body.count > Self.headByteCount else { throw .malformed(share: position) }
        // No secret: everybody who has another share of the set knows it.
        let head = unsafe body.withUnsafeBytes { unsafe Array($0[..<Self.headByteCount]) }
        guard head[0] == Self.format else { throw .unsupportedFormat(head[0], share: position) }
        let bytes: SecretBytes
        do throws(SecretMemoryError) {
            bytes = try body.slice(Self.headByteCount..<body.count)
        } catch { throw .exhausted }
        guard let id = RecordID(bytes: head[1..<17]) else { throw .malformed(share: position) }
        do throws(ShareError) {
            let set = try ShareSet(id: id, threshold: Int(head[17]), count: Int(head[18]))
            try self.init(set: set, index: Int(head[19]), bytes: bytes)
        } catch { throw .malformed(share: position) }
    }

    /// Reads the texts of several shares; positions in errors are places in `texts`, counted from 1.
    ///
    /// - Throws: as ``init(text:position:)``, for the first that is not a share.
    package static func parse(_ texts: [SecretBytes]) throws(ShareError) -> [Share] {
        var shares: [Share] = []
        for text in texts { shares.append(try Share(text: text, position: shares.count + 1)) }
        return shares
    }

    /// The one grouped spelling, ASCII: 125 characters for a secret of 32 bytes. As secret as the share.
    ///
    /// - Throws: ``ShareError/exhausted``.
    package func text() throws(ShareError) -> SecretBytes {
        do {
            return try ShareText.encode(ShareChecksum.appended(to: encodedBody()))
        } catch { throw .exhausted }
    }

    private func encodedBody() throws(SecretMemoryError) -> SecretBytes {
        let head = [Self.format] + set.id.bytes + [UInt8(set.threshold), UInt8(set.count), UInt8(index)]
        return try unsafe SecretBytes(count: head.count + bytes.count) { output in
            unsafe output.copyBytes(from: head)
            unsafe bytes.withUnsafeBytes { bytes in
                unsafe UnsafeMutableRawBufferPointer(rebasing: output[head.count...]).copyMemory(from: bytes)
            }
        }
    }
}
