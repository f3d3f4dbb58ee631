/// Changes of a file, each of which replaces a part of it; everything else stays as it is.
struct Edits {
    private struct Edit {
        let range: Range<Int>
        let bytes: [UInt8]
    }

    private var edits: [Edit] = []

    var isEmpty: Bool { edits.isEmpty }

    mutating func replace(_ range: Range<Int>, with bytes: [UInt8]) {
        edits.append(Edit(range: range, bytes: bytes))
    }

    mutating func remove(_ range: Range<Int>) { replace(range, with: []) }
    mutating func insert(_ bytes: [UInt8], at offset: Int) { replace(offset..<offset, with: bytes) }

    mutating func add(_ other: Edits) { edits += other.edits }

    /// What each change replaces, in the order of the file, and how many bytes it puts there.
    var ordered: [(range: Range<Int>, count: Int)] { sorted.map { ($0.range, $0.bytes.count) } }

    /// Of two changes at one place the first one made stands first.
    private var sorted: [Edit] {
        edits.enumerated().sorted {
            ($0.element.range.lowerBound, $0.element.range.upperBound, $0.offset)
                < ($1.element.range.lowerBound, $1.element.range.upperBound, $1.offset)
        }.map(\.element)
    }

    /// The changed file; `nil` when two changes touch the same bytes, or one lies outside of the file.
    func applied(to source: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var done = 0
        for edit in sorted {
            guard edit.range.lowerBound >= done, edit.range.upperBound <= source.count else { return nil }
            result += source[done..<edit.range.lowerBound]
            result += edit.bytes
            done = edit.range.upperBound
        }
        return result + source[done...]
    }
}
