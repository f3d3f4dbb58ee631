import UnixHTTP

/// Bytes that arrive in pieces of a fixed size.
final class Pieces: ByteSource {
    private var rest: ArraySlice<UInt8>
    private let size: Int

    init(_ bytes: [UInt8], size: Int) {
        rest = bytes[...]
        self.size = size
    }

    func read(into buffer: inout [UInt8]) throws(ConnectionFault) -> Int {
        let piece = rest.prefix(min(size, buffer.count))
        buffer.replaceSubrange(0..<piece.count, with: piece)
        rest = rest.dropFirst(piece.count)
        return piece.count
    }
}
