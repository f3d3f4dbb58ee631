/// The elements of an array, as a type asks for them one after another.
struct UnkeyedContainer: UnkeyedDecodingContainer {
    private let decoder: StrictDecoder
    private var rest: JSONElements
    private(set) var currentIndex = 0
    let count: Int?

    init(decoder: StrictDecoder) throws {
        self.decoder = decoder
        let node = decoder.open()
        guard node.kind == .array else { throw decoder.error(expecting: "an array") }
        rest = node.elements
        count = node.elements.reduce(0) { count, _ in count + 1 }
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var isAtEnd: Bool { rest.position >= rest.end }

    /// Reads the next element; a failed read leaves the position as it was, as the protocol demands.
    private mutating func advance<Value>(
        _ read: (StrictDecoder, JSONNode, StrictDecoder.Step) throws -> Value
    ) throws -> Value {
        var ahead = rest
        let step = StrictDecoder.Step.index(currentIndex)
        guard let element = ahead.next() else {
            throw decoder.error(expecting: "more than \(currentIndex) elements")
        }
        decoder.session.markAsked(element.index)
        let value = try read(decoder, element, step)
        rest = ahead
        currentIndex += 1
        return value
    }

    mutating func decodeNil() throws -> Bool {
        var ahead = rest
        guard let element = ahead.next() else {
            throw decoder.error(expecting: "more than \(currentIndex) elements")
        }
        guard element.isNull else { return false }
        decoder.session.markAsked(element.index)
        rest = ahead
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try advance { try $0.child($1, $2).value(type) }
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try advance { try $0.visitedChild($1, $2).container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try advance { try $0.visitedChild($1, $2).unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder {
        try advance { $0.visitedChild($1, $2) }
    }

    // MARK: Scalars, without a decoder for each

    mutating func decode(_ type: Bool.Type) throws -> Bool {
        try advance { try $0.decodeBool($1, $2) }
    }

    mutating func decode(_ type: String.Type) throws -> String {
        try advance { try $0.decodeString($1, $2) }
    }

    mutating func decode(_ type: Double.Type) throws -> Double {
        try advance { try $0.decodeDouble($1, $2) }
    }

    mutating func decode(_ type: Float.Type) throws -> Float {
        try advance { try $0.decodeFloat($1, $2) }
    }

    mutating func decode(_ type: Int.Type) throws -> Int {
        try advance { try $0.decodeInteger(type, $1, $2) }
    }

    mutating func decode(_ type: Int8.Type) throws -> Int8 {
        try advance { try $0.decodeInteger(type, $1, $2) }
    }

    mutating func decode(_ type: Int16.Type) throws -> Int16 {
        try advance { try $0.decodeInteger(type, $1, $2) }
    }

    mutating func decode(_ type: Int32.Type) throws -> Int32 {
        try advance { try $0.decodeInteger(type, $1, $2) }
    }

    mutating func decode(_ type: Int64.Type) throws -> Int64 {
        try advance { try $0.decodeInteger(type, $1, $2) }
    }

    mutating func decode(_ type: UInt.Type) throws -> UInt {
        try advance { try $0.decodeInteger(type, $1, $2) }
    }

    mutating func decode(_ type: UInt8.Type) throws -> UInt8 {
        try advance { try $0.decodeInteger(type, $1, $2) }
    }

    mutating func decode(_ type: UInt16.Type) throws -> UInt16 {
        try advance { try $0.decodeInteger(type, $1, $2) }
    }

    mutating func decode(_ type: UInt32.Type) throws -> UInt32 {
        try advance { try $0.decodeInteger(type, $1, $2) }
    }

    mutating func decode(_ type: UInt64.Type) throws -> UInt64 {
        try advance { try $0.decodeInteger(type, $1, $2) }
    }
}
