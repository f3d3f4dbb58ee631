import WarderCrypto

/// One hash of a Merkle tree: 32 bytes that lie inline, so that hashing an event allocates nothing.
package struct TreeHash: Hashable, Sendable {
    /// Length in bytes.
    package static let byteCount = 32

    /// Root of the tree without a leaf: SHA-256 of nothing (RFC 6962, section 2.1).
    package static let empty = TreeHash(digest: SHA256Digest.hash([UInt8]()))

    private static let leafPrefix: UInt8 = 0
    private static let nodePrefix: UInt8 = 1

    private var words = InlineArray<4, UInt64>(repeating: 0)

    private init() {}

    /// The hash that has these bytes; `nil` unless there are 32.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(digest: bytes)
    }

    private init(digest: some Collection<UInt8>) {
        var words = words.mutableSpan
        var bytes = unsafe words.mutableBytes
        for (at, byte) in digest.enumerated() { bytes.storeBytes(of: byte, toByteOffset: at, as: UInt8.self) }
    }

    /// Hash of a leaf: SHA-256(`00` ‖ `content`).
    package static func leaf(_ content: RawSpan) -> TreeHash {
        var hash = TreeHash()
        var words = hash.words.mutableSpan
        var bytes = unsafe words.mutableBytes
        SHA256Digest.hash(prefix: leafPrefix, content, into: &bytes)
        return hash
    }

    /// Hash of a leaf: SHA-256(`00` ‖ `content`).
    package static func leaf(_ content: [UInt8]) -> TreeHash { unsafe leaf(content.span.bytes) }

    /// Hash of a node above two others: SHA-256(`01` ‖ `left` ‖ `right`).
    package static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        var hash = TreeHash()
        var words = hash.words.mutableSpan
        var bytes = unsafe words.mutableBytes
        unsafe SHA256Digest.hash(prefix: nodePrefix, left.words.span.bytes, right.words.span.bytes, into: &bytes)
        return hash
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        let span = unsafe words.span.bytes
        return span.byteOffsets.map { span.unsafeLoadOctet($0) }
    }

    package static func == (left: TreeHash, right: TreeHash) -> Bool {
        left.words[0] == right.words[0] && left.words[1] == right.words[1] && left.words[2] == right.words[2]
            && left.words[3] == right.words[3]
    }

    package func hash(into hasher: inout Hasher) {
        for at in words.indices { hasher.combine(words[at]) }
    }
}

extension RawSpan {
    /// The byte at `offset`, which lies in the span.
    fileprivate func unsafeLoadOctet(_ offset: Int) -> UInt8 {
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }
}
