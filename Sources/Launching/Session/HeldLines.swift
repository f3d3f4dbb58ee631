/// What a client says while there is no server to say it to.
struct HeldLines {
    /// With more than that nothing more is read of the client: lines, and bytes.
    private static let maximumCount = 64
    private static let maximumBytes = 16 << 20

    private var pieces: [LineBuffer.Piece] = []
    private var bytes = 0

    var isEmpty: Bool { pieces.isEmpty }
    var isFull: Bool { pieces.count >= Self.maximumCount || bytes >= Self.maximumBytes }

    mutating func append(_ piece: LineBuffer.Piece) {
        pieces.append(piece)
        switch piece {
        case .line(let line): bytes += line.count
        case .raw(let raw): bytes += raw.count
        }
    }

    /// All of them, in their order.
    mutating func takeAll() -> [LineBuffer.Piece] {
        defer { (pieces, bytes) = ([], 0) }
        return pieces
    }
}
