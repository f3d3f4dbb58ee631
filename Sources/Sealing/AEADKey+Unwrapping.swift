import WarderCrypto

extension AEADKey {
    /// A key that another key sealed.
    ///
    /// - Throws: `tampered`; `malformed` when what opens has not the length of a key.
    init(unwrapping sealed: ArraySlice<UInt8>, under key: AEADKey, associatedData: [UInt8]) throws(SealingError) {
        do throws(CryptoError) {
            self = try AEADKey(AEAD.open(sealed, key: key, associatedData: associatedData))
        } catch .wrongKeySize {
            throw .malformed
        } catch { throw SealingError(error) }
    }
}
