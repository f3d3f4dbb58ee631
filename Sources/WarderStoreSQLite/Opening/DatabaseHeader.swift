/// The first page of a database's file, with what every database of Warder has there put right.
///
/// The engine believes that page before it looks at any other: one damaged byte of it, and a file whose rows are all
/// whole gives nothing. Most of these bytes are the same in every database, or can be told from others, so that a copy can
/// be read without them. Only for a private copy that values are saved from: a database that is served is to be whole.
///
/// Format: https://www.sqlite.org/fileformat2.html, 1.3 and 1.6.
package struct DatabaseHeader {
    package static let pageBytes = 4096

    private static let schemaOffset = 60
    private static let rootOffset = 100
    /// Of the cells that lead to the other pages with definitions; there is room for more.
    private static let mostCells = 32

    private static let constants: [(offset: Int, bytes: [UInt8])] = [
        (0, Array("SQLite format 3\0".utf8)),
        // How long a page is; that there is a write-ahead log; nothing reserved; shares of a page.
        (16, [0x10, 0, 2, 2, 0, 64, 32, 32]),
        // The format of definitions, the usual cache, no vacuum, UTF-8.
        (44, [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        (64, [0, 0, 0, 0]),
        (68, bytes(UInt32(Schema.applicationID))),
        // The definitions take more than one page.
        (rootOffset, [5]),
    ]

    /// The page as it should be.
    package private(set) var page: [UInt8]
    /// Whether something in it was not as every database has it.
    package private(set) var isDamaged = false
    /// How many pages it says that the file has.
    package let pageCount: Int

    /// - Parameters:
    ///   - bytes: What the file begins with. What is missing to a page counts as zeroes.
    ///   - newest: The newest schema that there can be.
    ///   - trustsSchema: Whether a schema is believed that is newer by a little.
    package init(_ bytes: [UInt8], newest: Int, trustsSchema: Bool = true) {
        page = Array(bytes.prefix(Self.pageBytes))
        page += [UInt8](repeating: 0, count: Self.pageBytes - page.count)
        pageCount = Int(Self.word(page, 28))
        // Nothing was written back to it yet: it has no definitions, and a write-ahead log has them all.
        guard Self.word(page, 44) > 0 || Self.word(page, 68) > 0 || page[Self.rootOffset] != 13 else { return }
        for (offset, constant) in Self.constants { put(constant, at: offset) }
        let schema = Int(Self.word(page, Self.schemaOffset))
        let limit = trustsSchema ? newest + Schema.greatestLead : newest
        if schema == 0 || schema > limit { put(Self.bytes(UInt32(newest)), at: Self.schemaOffset) }
        countCells()
        // As many as there are: the engine asks the file, or the log that belongs to it.
        page.replaceSubrange(28..<32, with: [0, 0, 0, 0])
    }

    /// A number of cells that cannot be is as many as there are places of cells.
    private mutating func countCells() {
        let places = Self.rootOffset + 12
        let inside = places + 2 * Self.mostCells..<Self.pageBytes
        let found = (0..<Self.mostCells).prefix { inside.contains(Self.half(page, places + 2 * $0)) }.count
        let said = Self.half(page, Self.rootOffset + 3)
        if found > 0, !(1...found).contains(said) { put([0, UInt8(found)], at: Self.rootOffset + 3) }
    }

    private mutating func put(_ bytes: [UInt8], at offset: Int) {
        let place = offset..<offset + bytes.count
        guard !page[place].elementsEqual(bytes) else { return }
        page.replaceSubrange(place, with: bytes)
        isDamaged = true
    }

    private static func bytes(_ word: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) }
    }

    private static func half(_ bytes: [UInt8], _ at: Int) -> Int { Int(bytes[at]) << 8 | Int(bytes[at + 1]) }

    private static func word(_ bytes: [UInt8], _ at: Int) -> UInt32 {
        bytes[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
