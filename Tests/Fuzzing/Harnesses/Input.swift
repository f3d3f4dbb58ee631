/// Takes an input apart where a harness needs several values.
struct Input {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// The next byte; 0 behind the end.
    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// The next two bytes as a number, big-endian.
    mutating func word() -> Int { Int(byte()) << 8 | Int(byte()) }

    /// Everything before the next line feed, which is dropped.
    mutating func line() -> [UInt8] {
        let line = rest.prefix { $0 != UInt8(ascii: "\n") }
        rest = rest.dropFirst(line.count + 1)
        return Array(line)
    }

    /// All lines that are left, those without a byte too.
    var lines: [[UInt8]] {
        rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }
    }
}

extension String {
    /// Text of bytes that are UTF-8.
    init?(exactly bytes: some Sequence<UInt8>) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        self = text
    }
}
