import WarderTesting

/// What a disk, a bad copy or a person does to a backup.
enum BackupDamage: String, CaseIterable, Sendable {
    case flippedBits, overwrittenBytes, truncation, longer, removedMiddle, swappedBlocks, swappedChunks, splicedChunk,
        splicedTail, otherHeader

    /// Bytes of a sealed chunk; the last one is shorter.
    static let chunkBytes = 65_553

    /// Damages the file in one place. `false` when that came to nothing.
    ///
    /// `header`: length of the header. `other`: another backup of the same vault, with the same slots.
    func strike(_ file: inout [UInt8], header: Int, other: [UInt8], _ numbers: inout SeededNumbers) -> Bool {
        let before = file
        switch self {
        case .flippedBits:
            for _ in 0..<Int.random(in: 1...3, using: &numbers) {
                file[place(header, file, &numbers)] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
            }
        case .overwrittenBytes:
            let start = place(header, file, &numbers)
            for place in start..<min(file.count, start + .random(in: 1...4096, using: &numbers)) {
                file[place] = .random(in: 0...255, using: &numbers)
            }
        case .truncation: file.removeSubrange(place(header, file, &numbers)...)
        case .longer: file += (0..<Int.random(in: 1...70_000, using: &numbers)).map { UInt8(truncatingIfNeeded: $0) }
        case .removedMiddle:
            let start = place(header, file, &numbers)
            file.removeSubrange(start..<min(file.count, start + .random(in: 1...70_000, using: &numbers)))
        case .swappedBlocks:
            let length = Int.random(in: 1...4096, using: &numbers)
            let (one, two) = (place(header, file, &numbers), place(header, file, &numbers))
            for offset in 0..<length where max(one, two) + offset < file.count {
                file.swapAt(one + offset, two + offset)
            }
        case .swappedChunks:
            guard let (one, two) = Self.wholeChunks(file, header, &numbers) else { return false }
            let (first, second) = (Array(file[one]), Array(file[two]))
            file.replaceSubrange(one, with: second)
            file.replaceSubrange(two, with: first)
        case .splicedChunk:
            guard let (one, two) = Self.wholeChunks(other, header, &numbers), one.upperBound <= file.count else {
                return false
            }
            file.replaceSubrange(one, with: other[Bool.random(using: &numbers) ? one : two])
        case .splicedTail:
            let start = place(header, file, &numbers)
            guard start < other.count else { return false }
            file = Array(file[..<start]) + Array(other[start...])
        case .otherHeader:
            // As far as some byte of it: the other's key, length, slots or nonce.
            file.replaceSubrange(0..<Int.random(in: 1...header, using: &numbers), with: [])
            file = other.prefix(before.count - file.count) + file
        }
        return file != before
    }

    /// One time in four in the header, which is a thousandth of the file.
    private func place(_ header: Int, _ file: [UInt8], _ numbers: inout SeededNumbers) -> Int {
        Int.random(in: 0..<4, using: &numbers) == 0
            ? .random(in: 0..<header, using: &numbers) : .random(in: file.indices, using: &numbers)
    }

    /// Places of two whole chunks.
    private static func wholeChunks(
        _ file: [UInt8],
        _ header: Int,
        _ numbers: inout SeededNumbers
    ) -> (Range<Int>, Range<Int>)? {
        let count = (file.count - header) / chunkBytes
        guard count > 1 else { return nil }
        func place(_ number: Int) -> Range<Int> {
            header + number * chunkBytes..<header + (number + 1) * chunkBytes
        }
        return (place(.random(in: 0..<count, using: &numbers)), place(.random(in: 0..<count, using: &numbers)))
    }
}
