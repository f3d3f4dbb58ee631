/// The byte strings that a search looks for, each of whose bytes may stand escaped, and where each begins.
///
/// What is looked for lies in it in ordinary memory.
final class SpellingTable: Sendable {
    /// A place within one of the strings, of which everything before it has been read.
    typealias Place = Int32

    private static let end: UInt16 = 256

    /// What comes next at each place; ``end`` behind the last byte of a string.
    private let expected: [UInt16]
    /// The places after a first byte.
    let starts: [[Place]]
    /// Bytes that can begin something.
    private let begins: [Bool]
    /// Whether something that a first byte has begun can go on with a second one; by both.
    private let goesOn: [Bool]

    /// Bytes that the longest spelling of any of them can have, what may begin right before it included.
    let mostBytes: Int
    /// Whether one of them goes on over the end of a line.
    let hasLineEnds: Bool

    /// Each of `strings` has at least two bytes.
    init(_ strings: [[UInt8]]) {
        mostBytes = ((strings.map(\.count).max() ?? 0) + 1) * SpellingSearch.longest
        hasLineEnds = strings.contains { $0.contains(UInt8(ascii: "\n")) }
        var expected: [UInt16] = []
        expected.reserveCapacity(strings.reduce(0) { $0 + $1.count + 1 })
        var starts = [[Place]](repeating: [], count: 256)
        for string in Set(strings) {
            for byte in Self.spelled(string[0]) { starts[Int(byte)].append(Place(expected.count + 1)) }
            expected += string.map { UInt16($0) }
            expected.append(Self.end)
        }
        self.expected = expected
        self.starts = starts
        let all = UInt8.min...UInt8.max
        begins = all.map { !starts[Int($0)].isEmpty || EscapeReader($0) != nil }
        var goesOn = [Bool](repeating: false, count: 65_536)
        for first in all where begins[Int(first)] {
            for second in all {
                var reader = EscapeReader(first)
                // Most escapes mean a byte that begins nothing, such as the end of a line in JSON.
                let escapes =
                    switch reader?.next(second) {
                    case nil, .some(.none): false
                    case .goesOn, .character: true
                    case .byte(let meant): begins[Int(meant)]
                    }
                goesOn[Int(first) << 8 | Int(second)] =
                    escapes || EscapeReader(second) != nil
                    || starts[Int(first)].contains { Self.isTaken(second, for: expected[Int($0)]) }
            }
        }
        self.goesOn = goesOn
    }

    /// Whether a byte can begin something that goes on with the one behind it; `nil` where that is not known yet.
    @inline(__always)
    func begins(with byte: UInt8, before second: UInt8?) -> Bool {
        guard begins[Int(byte)] else { return false }
        return second.map { goesOn[Int(byte) << 8 | Int($0)] } ?? true
    }

    /// Whether a byte is what comes next: in a form a space is written as `+`.
    func accepts(_ byte: UInt8, at place: Place) -> Bool {
        Self.isTaken(byte, for: expected[Int(place)])
    }

    private static func isTaken(_ byte: UInt8, for wanted: UInt16) -> Bool {
        wanted == UInt16(byte) || (byte == UInt8(ascii: "+") && wanted == 0x20)
    }

    /// Whether a string ends before this place.
    func isEnd(_ place: Place) -> Bool { expected[Int(place)] == Self.end }

    private static func spelled(_ byte: UInt8) -> [UInt8] { byte == 0x20 ? [byte, UInt8(ascii: "+")] : [byte] }

    /// How many places of `string` can be reached at once by reading nothing but itself: how often it begins anew within
    /// itself, at most (the links of Knuth, Morris and Pratt).
    static func overlaps(of string: [UInt8]) -> Int {
        var borders = [0, 0]
        var depths = [0, 1]
        for index in string.indices.dropFirst() {
            var border = borders[index]
            while border > 0, string[border] != string[index] { border = borders[border] }
            if string[border] == string[index] { border += 1 }
            borders.append(border)
            depths.append(depths[border] + 1)
        }
        return depths.max() ?? 0
    }
}
