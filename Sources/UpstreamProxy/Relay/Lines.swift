/// Cuts a stream of bytes into lines, up to a limit.
struct Lines {
    /// A piece of the stream; all pieces together are the stream.
    enum Piece: Equatable {
        /// A whole line with its end, or what stood after the last one.
        case line([UInt8])
        /// Part of a line that is too long to be looked at; `isLast` with its end.
        case part([UInt8], isLast: Bool)
    }

    private let limit: Int
    private var held: [UInt8] = []
    private var isInLongLine = false

    /// - Parameter limit: Length of a line in bytes, its end included, up to which it is kept together.
    init(limit: Int) { self.limit = limit }

    /// The pieces that are complete with `bytes`.
    mutating func next(_ bytes: ArraySlice<UInt8>) -> [Piece] {
        var pieces: [Piece] = []
        var rest = bytes
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
            let run = rest[..<(end ?? rest.endIndex)]
            rest = rest[run.endIndex...]
            if isInLongLine {
                pieces.append(.part(Array(run), isLast: end != nil))
                isInLongLine = end == nil
            } else if held.count + run.count > limit {
                pieces.append(.part(held + run, isLast: end != nil))
                held = []
                isInLongLine = end == nil
            } else if end != nil {
                pieces.append(.line(held + run))
                held = []
            } else {
                held += run
            }
        }
        return pieces
    }

    /// What is left at the end of the stream.
    mutating func end() -> Piece? {
        defer {
            held = []
            isInLongLine = false
        }
        if isInLongLine { return .part([], isLast: true) }
        return held.isEmpty ? nil : .line(held)
    }
}
