/// Finds strings in a text that is read byte by byte, where each byte of a string may be escaped in whatever manner, and
/// the escapes themselves once more, as by JSON that holds HTML.
///
/// An escape is a way from the position before it to the one behind it, for one byte that is not in the text; so is each
/// byte that is. At every position stands what can be reached there on all ways. What a byte of the text costs depends on
/// how often a string begins within itself and on how many escapes have begun in the last ``longest`` bytes, which hostile
/// text makes many, and not on how long the text or a string is.
struct SpellingSearch {
    /// Bytes of the longest escape, those of its own escapes included.
    static let longest = 64
    /// Escapes of escapes.
    private static let mostLevels: UInt8 = 2

    /// A string that has been read in part.
    private struct Part {
        var place: SpellingTable.Place
        /// Where in the text it began.
        var start: Int
    }

    /// An escape that has been read in part.
    private struct Escape {
        var reader: EscapeReader
        /// Where in the text it began.
        var start: Int
        /// How deep the escapes lie of which it is made; 0 for bytes of the text.
        var level: UInt8
    }

    /// What has been read in part where the text has been read up to some byte.
    private struct Position {
        var parts: [Part] = []
        var escapes: [Escape] = []

        var isEmpty: Bool { parts.isEmpty && escapes.isEmpty }

        mutating func clear() {
            parts.removeAll(keepingCapacity: true)
            escapes.removeAll(keepingCapacity: true)
        }
    }

    private let table: SpellingTable
    /// How many bytes have been read.
    private(set) var count: Int
    private var here = Position()
    private var next = Position()
    /// Positions before which something was read in part, and at which an escape began, the oldest first.
    private var behind: [(count: Int, position: Position)] = []
    /// Where the longest string began that ends with the byte that is being read.
    private var found: Int?

    /// `count`: how many bytes of the text lie before those that it reads.
    init(_ table: SpellingTable, count: Int = 0) {
        self.table = table
        self.count = count
    }

    /// Reads a byte; `second`, which is read next, spares it from beginning what ends at once.
    ///
    /// - Returns: Where in the text the longest string began that ends with it.
    @inline(__always)
    mutating func read(_ byte: UInt8, before second: UInt8?) -> Int? {
        guard !here.isEmpty || table.begins(with: byte, before: second) else {
            count += 1
            return nil
        }
        return step(byte)
    }

    /// From where on the text may still become part of a string.
    var firstOpen: Int { first(of: here, level: 0) ?? count }

    /// `level`: how deep the escapes lie, at least, by which it may be gone on from there.
    private func first(of position: Position, level: UInt8) -> Int? {
        var first = position.parts.lazy.map(\.start).min()
        guard level < Self.mostLevels else { return first }
        for escape in position.escapes where isNear(escape.start) {
            let reached = self.first(of: self.position(at: escape.start), level: max(escape.level, level) + 1)
            first = min(first ?? escape.start, reached ?? escape.start, escape.start)
        }
        return first
    }

    private func isNear(_ start: Int) -> Bool { count - start < Self.longest }

    private func position(at count: Int) -> Position {
        behind.last { $0.count == count }?.position ?? Position()
    }

    @inline(never)
    private mutating func step(_ byte: UInt8) -> Int? {
        found = nil
        while let oldest = behind.first, !isNear(oldest.count) { behind.removeFirst() }
        if !here.isEmpty, EscapeReader(byte) != nil { behind.append((count, here)) }
        go(from: here, at: count, by: byte, level: 0)
        swap(&here, &next)
        next.clear()
        count += 1
        return found
    }

    /// Goes one byte on from a position, to the one behind the byte that is being read.
    private mutating func go(from position: Position, at start: Int, by byte: UInt8, level: UInt8) {
        for part in position.parts where table.accepts(byte, at: part.place) {
            reach(Part(place: part.place + 1, start: part.start))
        }
        for place in table.starts[Int(byte)] { reach(Part(place: place, start: start)) }
        guard level < Self.mostLevels else { return }
        for escape in position.escapes where isNear(escape.start) {
            var escape = escape
            escape.level = max(escape.level, level)
            switch escape.reader.next(byte) {
            case .none: break
            case .goesOn: reach(escape)
            case .byte(let meant):
                go(from: self.position(at: escape.start), at: escape.start, by: meant, level: escape.level + 1)
            case .character(let meant):
                go(from: self.position(at: escape.start), at: escape.start, by: meant)
            }
        }
        if let reader = EscapeReader(byte) { reach(Escape(reader: reader, start: start, level: level)) }
    }

    /// The same by a character of several bytes, which begins no escape.
    private mutating func go(from position: Position, at start: Int, by character: [UInt8]) {
        let begun = table.starts[Int(character[0])].map { (Part(place: $0, start: start), 1) }
        for (part, read) in position.parts.map({ ($0, 0) }) + begun {
            var part = part
            var goesOn = true
            for byte in character[read...] where goesOn {
                goesOn = table.accepts(byte, at: part.place)
                if goesOn { part.place += 1 }
            }
            if goesOn { reach(part) }
        }
    }

    private mutating func reach(_ part: Part) {
        guard !table.isEnd(part.place) else {
            found = min(found ?? part.start, part.start)
            return
        }
        if let known = next.parts.firstIndex(where: { $0.place == part.place }) {
            next.parts[known].start = min(next.parts[known].start, part.start)
        } else {
            next.parts.append(part)
        }
    }

    private mutating func reach(_ escape: Escape) {
        if let known = next.escapes.firstIndex(where: { $0.start == escape.start && $0.reader == escape.reader }) {
            next.escapes[known].level = min(next.escapes[known].level, escape.level)
        } else {
            next.escapes.append(escape)
        }
    }
}
