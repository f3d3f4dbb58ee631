import WarderTesting

/// What a disk does to a file, and a person who knows nothing but bytes.
enum FileDamage: String, CaseIterable, Sendable {
    case flippedBits, overwrittenBytes, flippedRecords, truncation, zeroedPage, swappedPages, copiedPage, pagePutBack

    static let pageBytes = 4096

    /// Damages the file in one place. `false` when that came to nothing.
    func strike(_ file: inout [UInt8], earlier: [[UInt8]], _ numbers: inout SeededNumbers) -> Bool {
        let before = file
        switch self {
        case .flippedBits:
            for _ in 0..<Int.random(in: 1...3, using: &numbers) {
                file[.random(in: file.indices, using: &numbers)] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
            }
        case .overwrittenBytes:
            let start = Int.random(in: file.indices, using: &numbers)
            for place in start..<min(file.count, start + .random(in: 1...64, using: &numbers)) {
                file[place] = .random(in: 0...255, using: &numbers)
            }
        case .flippedRecords:
            guard let place = RecordPlace.all(in: file).randomElement(using: &numbers) else { return false }
            file[.random(in: place - RecordPlace.header..<place + 16, using: &numbers)] ^=
                1 << UInt8.random(in: 0..<8, using: &numbers)
        case .truncation:
            let count = Int.random(in: 0..<file.count, using: &numbers)
            file.removeSubrange((Bool.random(using: &numbers) ? count / Self.pageBytes * Self.pageBytes : count)...)
        case .zeroedPage: Self.replace(Self.page(of: file, &numbers), with: Self.zeroes, in: &file)
        case .swappedPages:
            let (one, other) = (Self.page(of: file, &numbers), Self.page(of: file, &numbers))
            let (first, second) = (Array(file[one]), Array(file[other]))
            Self.replace(one, with: second, in: &file)
            Self.replace(other, with: first, in: &file)
        case .copiedPage:
            let from = Self.page(of: file, &numbers)
            Self.replace(Self.page(of: file, &numbers), with: Array(file[from]), in: &file)
        case .pagePutBack:
            guard let old = earlier.randomElement(using: &numbers) else { return false }
            let page = Self.page(of: file, &numbers)
            guard page.upperBound <= old.count else { return false }
            Self.replace(page, with: Array(old[page]), in: &file)
        }
        return file != before
    }

    private static let zeroes = [UInt8](repeating: 0, count: pageBytes)

    private static func page(of file: [UInt8], _ numbers: inout SeededNumbers) -> Range<Int> {
        let number = Int.random(in: 0..<file.count / pageBytes, using: &numbers)
        return number * pageBytes..<(number + 1) * pageBytes
    }

    private static func replace(_ page: Range<Int>, with bytes: [UInt8], in file: inout [UInt8]) {
        file.replaceSubrange(page, with: bytes)
    }
}
