import CWarderSodium
package import SecretMemory

/// A 32-byte key for one ``SecretStream`` and for nothing else.
package struct SecretStreamKey: Sendable {
    /// Length in bytes.
    package static let byteCount = crypto_secretstream_xchacha20poly1305_keybytes()

    /// The key itself, for wrapping it with another key.
    package let bytes: SecretBytes

    /// - Throws: ``CryptoError/wrongKeySize(expected:actual:)`` unless there are 32 bytes.
    package init(_ bytes: SecretBytes) throws(CryptoError) {
        self.bytes = try bytes.requiring(count: Self.byteCount)
    }

    /// A new random key.
    package static func random() throws(CryptoError) -> SecretStreamKey {
        try SecretStreamKey(.randomKey(count: byteCount))
    }
}

/// Authenticated encryption of a sequence of messages (libsodium's `crypto_secretstream_xchacha20poly1305`).
///
/// Messages open in the order of their sealing alone: none can be left out, repeated, moved or taken from another
/// stream. The last one is marked, so that a stream that was cut off is not taken for a whole one. Lengths are not
/// hidden, and whoever opens has to know them.
package enum SecretStream {
    /// Bytes that a stream begins with: random, needed for opening, no secret.
    package static let headerByteCount = crypto_secretstream_xchacha20poly1305_headerbytes()
    /// What sealing adds to the length of each message: mark (1) and tag (16).
    package static let overhead = crypto_secretstream_xchacha20poly1305_abytes()

    fileprivate static let plainMark = crypto_secretstream_xchacha20poly1305_tag_message()
    fileprivate static let lastMark = crypto_secretstream_xchacha20poly1305_tag_final()
}

/// Seals the messages of one stream. It cannot be copied: two copies would seal two messages under one nonce.
package struct SecretStreamSealer: ~Copyable, Sendable {
    /// What the stream begins with, ``SecretStream/headerByteCount`` bytes.
    package let header: [UInt8]
    private var state: StreamState

    /// Starts a stream under a random header.
    ///
    /// - Throws: ``CryptoError/secretMemory(_:)``.
    package init(key: SecretStreamKey) throws(CryptoError) {
        // The header comes from libsodium's generator, which has to be ready.
        Sodium.start()
        var header = [UInt8](repeating: 0, count: SecretStream.headerByteCount)
        state = try unsafe StreamState { state in
            unsafe key.bytes.withUnsafeBytes { key in
                _ = unsafe crypto_secretstream_xchacha20poly1305_init_push(state, &header, key.octets)
            }
        }
        self.header = header
    }

    /// The next message, sealed, which is not the last one.
    ///
    /// - Throws: ``CryptoError/secretMemory(_:)``; nothing was sealed then.
    package mutating func seal(
        _ plaintext: [UInt8],
        associatedData: [UInt8] = []
    ) throws(CryptoError) -> [UInt8] {
        try push(plaintext, associatedData, SecretStream.plainMark)
    }

    /// The last message, sealed; none can follow.
    ///
    /// - Throws: ``CryptoError/secretMemory(_:)``.
    package consuming func sealLast(
        _ plaintext: [UInt8],
        associatedData: [UInt8] = []
    ) throws(CryptoError) -> [UInt8] {
        try push(plaintext, associatedData, SecretStream.lastMark)
    }

    private mutating func push(
        _ plaintext: [UInt8],
        _ associatedData: [UInt8],
        _ mark: UInt8
    ) throws(CryptoError) -> [UInt8] {
        var sealed = [UInt8](repeating: 0, count: plaintext.count + SecretStream.overhead)
        try unsafe state.advance { state in
            _ = unsafe crypto_secretstream_xchacha20poly1305_push(
                state,
                &sealed,
                nil,
                plaintext,
                UInt64(plaintext.count),
                associatedData,
                UInt64(associatedData.count),
                mark
            )
            return true
        }
        return sealed
    }
}

/// Opens the messages of one stream, into ordinary memory: it is for what is confidential but no secret.
package struct SecretStreamOpener: ~Copyable, Sendable {
    /// Whether the last message was opened.
    package private(set) var isOver = false
    private var state: StreamState

    /// - Throws: ``CryptoError/malformed`` for a header of another length; ``CryptoError/secretMemory(_:)``.
    package init(key: SecretStreamKey, header: [UInt8]) throws(CryptoError) {
        guard header.count == SecretStream.headerByteCount else { throw .malformed }
        state = try unsafe StreamState { state in
            unsafe key.bytes.withUnsafeBytes { key in
                _ = unsafe crypto_secretstream_xchacha20poly1305_init_pull(state, header, key.octets)
            }
        }
    }

    /// The next message; ``isOver`` says whether it was the last one. One that is not authentic changes nothing: the
    /// right one opens after it.
    ///
    /// - Throws: ``CryptoError/tampered`` when the bytes, the key, the header or the associated data are not those of
    ///   the
    ///   sealing, or another message comes next; ``CryptoError/malformed`` for fewer bytes than the overhead, for a
    ///   mark that is not written here, and for anything behind the last message; ``CryptoError/secretMemory(_:)``.
    package mutating func open(
        _ sealed: ArraySlice<UInt8>,
        associatedData: [UInt8] = []
    ) throws(CryptoError) -> [UInt8] {
        guard !isOver, sealed.count >= SecretStream.overhead else { throw .malformed }
        var plaintext = [UInt8](repeating: 0, count: sealed.count - SecretStream.overhead)
        var mark = SecretStream.plainMark
        let isAuthentic = try unsafe state.advance { state in
            unsafe sealed.withUnsafeBytes { sealed in
                unsafe crypto_secretstream_xchacha20poly1305_pull(
                    state,
                    &plaintext,
                    nil,
                    &mark,
                    sealed.octets,
                    UInt64(sealed.count),
                    associatedData,
                    UInt64(associatedData.count)
                ) == 0
            }
        }
        guard isAuthentic else { throw .tampered }
        guard mark == SecretStream.plainMark || mark == SecretStream.lastMark else { throw .malformed }
        isOver = mark == SecretStream.lastMark
        return plaintext
    }
}

/// libsodium's state of a stream: a key that changes with the messages, and a nonce.
///
/// Secret bytes never change, so each message makes the next state out of a copy, and the one before is wiped.
private struct StreamState: Sendable {
    private typealias Native = crypto_secretstream_xchacha20poly1305_state
    typealias Pointer = UnsafeMutablePointer<crypto_secretstream_xchacha20poly1305_state>

    private var bytes: SecretBytes

    init(_ start: (Pointer) -> Void) throws(CryptoError) {
        bytes = try unsafe SecretBytes.make(count: MemoryLayout<Native>.size) { room in
            guard let state = unsafe room.bindMemory(to: Native.self).baseAddress else { return }
            unsafe start(state)
        }
    }

    /// Runs a step of the stream, which counts if it returns `true`.
    @discardableResult
    mutating func advance(_ step: (Pointer) -> Bool) throws(CryptoError) -> Bool {
        var counts = false
        let next = try unsafe SecretBytes.make(count: bytes.count) { room in
            unsafe bytes.withUnsafeBytes { unsafe room.copyMemory(from: $0) }
            guard let state = unsafe room.bindMemory(to: Native.self).baseAddress else { return }
            counts = unsafe step(state)
        }
        if counts { bytes = next }
        return counts
    }
}
