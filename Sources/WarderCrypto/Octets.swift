// libsodium takes pointers to unsigned characters, and wants most of them not to be null.

extension UnsafeRawBufferPointer {
    /// Start of a buffer that may be empty.
    var octetsIfAny: UnsafePointer<UInt8>? { unsafe assumingMemoryBound(to: UInt8.self).baseAddress }

    /// Start of a key, nonce or other buffer that has bytes by construction.
    var octets: UnsafePointer<UInt8> {
        guard let start = unsafe octetsIfAny else { preconditionFailure("an empty buffer where a key has to be") }
        return unsafe start
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Start of a buffer that may be empty.
    var octetsIfAny: UnsafeMutablePointer<UInt8>? { unsafe assumingMemoryBound(to: UInt8.self).baseAddress }

    /// Start of an output that has bytes by construction.
    var octets: UnsafeMutablePointer<UInt8> {
        guard let start = unsafe octetsIfAny else { preconditionFailure("an empty buffer where output has to go") }
        return unsafe start
    }
}
