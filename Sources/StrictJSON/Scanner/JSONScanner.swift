/// Turns bytes into a tape, or refuses them.
///
/// The scanner keeps its stack of open containers inside the tape (`JSONTapeEntry.next` and `.end` while open), so a
/// document costs one allocation and its depth costs no machine stack.
struct JSONScanner {
    private enum Expectation {
        case value
        case elementOrEnd
        case keyOrEnd
        case key
        case commaOrEnd
    }

    private static let none = UInt32.max

    let limits: JSONLimits
    var tape: [JSONTapeEntry] = []
    /// Tape index of the innermost open container.
    private var open = JSONScanner.none
    private var depth = 0

    init(limits: JSONLimits) {
        self.limits = limits
    }

    /// Scans a whole document; afterwards `tape` describes it.
    mutating func scan(_ bytes: Span<UInt8>) throws(JSONError) {
        guard bytes.count <= limits.maxBytes else { throw .tooLarge(limit: limits.maxBytes) }
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { throw .byteOrderMark }
        // Request bodies have about one token in eight bytes; a hostile body must not make us reserve more than that.
        tape.reserveCapacity(min(bytes.count / 8, limits.maxTokens) + 4)

        var at = 0
        var expected = Expectation.value
        while true {
            while at < bytes.count, Self.isSpace(bytes[at]) { at &+= 1 }
            guard at < bytes.count else {
                if expected == .commaOrEnd, open == Self.none { return }
                throw .unexpectedEnd(at: at)
            }
            let byte = bytes[at]
            switch expected {
            case .commaOrEnd:
                guard open != Self.none else { throw .unexpectedByte(at: at) }
                let isObject = tape[Int(open)].kind == .object
                if byte == UInt8(ascii: ",") {
                    expected = isObject ? .key : .value
                } else if byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    try close(at: at, in: bytes)
                } else {
                    throw .unexpectedByte(at: at)
                }
                at &+= 1
            case .keyOrEnd where byte == UInt8(ascii: "}"), .elementOrEnd where byte == UInt8(ascii: "]"):
                try close(at: at, in: bytes)
                expected = .commaOrEnd
                at &+= 1
            case .keyOrEnd, .key:
                guard byte == UInt8(ascii: "\"") else { throw .unexpectedByte(at: at) }
                at = try scanKey(at, in: bytes)
                expected = .value
            case .value, .elementOrEnd:
                expected = try scanValue(&at, byte, in: bytes)
            }
        }
    }

    private mutating func scanValue(
        _ at: inout Int,
        _ byte: UInt8,
        in bytes: Span<UInt8>
    ) throws(JSONError) -> Expectation {
        if open != Self.none, tape[Int(open)].kind == .array { tape[Int(open)].end &+= 1 }
        switch byte {
        case UInt8(ascii: "\""):
            at = try appendString(at, in: bytes)
        case UInt8(ascii: "{"):
            try begin(.object, at: at)
            at &+= 1
            return .keyOrEnd
        case UInt8(ascii: "["):
            try begin(.array, at: at)
            at &+= 1
            return .elementOrEnd
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let (end, isFraction) = try JSONTokens.number(at, in: bytes)
            try append(.number, at..<end, isFraction ? .isFraction : [])
            at = end
        case UInt8(ascii: "t"):
            at = try appendLiteral(at, "true", .bool, .isTrue, in: bytes)
        case UInt8(ascii: "f"):
            at = try appendLiteral(at, "false", .bool, [], in: bytes)
        case UInt8(ascii: "n"):
            at = try appendLiteral(at, "null", .null, [], in: bytes)
        default:
            throw .unexpectedByte(at: at)
        }
        return .commaOrEnd
    }

    /// Scans a key and its colon.
    private mutating func scanKey(_ start: Int, in bytes: Span<UInt8>) throws(JSONError) -> Int {
        tape[Int(open)].end &+= 1
        guard tape[Int(open)].end <= limits.maxMembers else { throw .tooManyMembers(at: start) }
        var at = try appendString(start, in: bytes)
        while at < bytes.count, Self.isSpace(bytes[at]) { at &+= 1 }
        guard at < bytes.count else { throw .unexpectedEnd(at: at) }
        guard bytes[at] == UInt8(ascii: ":") else { throw .unexpectedByte(at: at) }
        return at &+ 1
    }

    private mutating func begin(_ kind: JSONKind, at: Int) throws(JSONError) {
        depth &+= 1
        guard depth <= limits.maxDepth else { throw .tooDeep(at: at) }
        let index = UInt32(truncatingIfNeeded: tape.count)
        try append(kind, at..<at, [])
        tape[Int(index)].end = 0
        tape[Int(index)].next = open
        open = index
    }

    private mutating func close(at: Int, in bytes: Span<UInt8>) throws(JSONError) {
        let index = Int(open)
        let count = Int(tape[index].end)
        open = tape[index].next
        depth &-= 1
        tape[index].end = UInt32(truncatingIfNeeded: at &+ 1)
        tape[index].next = UInt32(truncatingIfNeeded: tape.count)
        if tape[index].kind == .object, count > 0 { try checkKeys(ofObject: index, count: count, in: bytes) }
    }

    private mutating func appendString(_ start: Int, in bytes: Span<UInt8>) throws(JSONError) -> Int {
        let (end, flags) = try JSONTokens.string(start, in: bytes)
        try append(.string, start..<end, flags)
        return end
    }

    private mutating func appendLiteral(
        _ start: Int,
        _ text: StaticString,
        _ kind: JSONKind,
        _ flags: JSONTapeEntry.Flags,
        in bytes: Span<UInt8>
    ) throws(JSONError) -> Int {
        let end = start &+ text.utf8CodeUnitCount
        guard end <= bytes.count else { throw .unexpectedEnd(at: bytes.count) }
        for offset in 0..<text.utf8CodeUnitCount {
            guard unsafe bytes[start &+ offset] == text.utf8Start[offset] else {
                throw .unexpectedByte(at: start &+ offset)
            }
        }
        try append(kind, start..<end, flags)
        return end
    }

    @inline(__always)
    private mutating func append(
        _ kind: JSONKind,
        _ range: Range<Int>,
        _ flags: JSONTapeEntry.Flags
    ) throws(JSONError) {
        guard tape.count < limits.maxTokens else { throw .tooManyTokens(at: range.lowerBound) }
        tape.append(
            JSONTapeEntry(
                start: UInt32(truncatingIfNeeded: range.lowerBound),
                end: UInt32(truncatingIfNeeded: range.upperBound),
                next: UInt32(truncatingIfNeeded: tape.count &+ 1),
                kind: kind,
                flags: flags
            )
        )
    }

    @inline(__always)
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
