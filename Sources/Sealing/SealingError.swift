package import WarderCrypto

/// Why something sealed could not be made or opened.
package enum SealingError: Error, Equatable, Sendable {
    /// Not a format that this version knows, or not the shape that the format says.
    case malformed
    /// Written by a later version of Warder.
    case unknownFormat(UInt8)
    /// No key of that epoch: the bytes belong to another vault, or the keyring is older than they are.
    case unknownEpoch(UInt32)
    /// Altered, moved to another place, or sealed by another key.
    case tampered
    /// Secret memory or working memory ran out.
    case exhausted
    /// The library refused; see the case.
    case crypto(CryptoError)

    package init(_ error: CryptoError) {
        switch error {
        case .tampered: self = .tampered
        case .malformed: self = .malformed
        case .outOfMemory, .secretMemory: self = .exhausted
        default: self = .crypto(error)
        }
    }
}

/// Runs cryptography and turns its errors into this module's.
func sealing<Result>(_ body: () throws(CryptoError) -> Result) throws(SealingError) -> Result {
    do { return try body() } catch { throw SealingError(error) }
}
