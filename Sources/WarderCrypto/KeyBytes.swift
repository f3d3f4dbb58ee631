import SecretMemory

/// Sizes are checked where bytes become a key, and nowhere else.
extension SecretBytes {
    func requiring(count expected: Int) throws(CryptoError) -> SecretBytes {
        guard count == expected else { throw .wrongKeySize(expected: expected, actual: count) }
        return self
    }

    /// ``SecretBytes/random(count:)`` with this module's error.
    static func randomKey(count: Int) throws(CryptoError) -> SecretBytes {
        do throws(SecretMemoryError) { return try random(count: count) } catch { throw .secretMemory(error) }
    }

    /// New secret bytes written by `body`, with this module's error.
    static func make(
        count: Int,
        filling body: (UnsafeMutableRawBufferPointer) -> Void
    ) throws(CryptoError) -> SecretBytes {
        do throws(SecretMemoryError) {
            return try unsafe SecretBytes(count: count, filling: body)
        } catch {
            throw .secretMemory(error)
        }
    }
}
