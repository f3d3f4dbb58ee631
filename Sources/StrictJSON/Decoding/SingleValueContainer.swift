/// The node itself, for types that wrap one value.
struct SingleValueContainer: SingleValueDecodingContainer {
    let decoder: StrictDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.node.isNull }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try decoder.child(decoder.node, .same).value(type)
    }

    func decode(_ type: Bool.Type) throws -> Bool {
        try decoder.decodeBool(decoder.node, .same)
    }

    func decode(_ type: String.Type) throws -> String {
        try decoder.decodeString(decoder.node, .same)
    }

    func decode(_ type: Double.Type) throws -> Double {
        try decoder.decodeDouble(decoder.node, .same)
    }

    func decode(_ type: Float.Type) throws -> Float {
        try decoder.decodeFloat(decoder.node, .same)
    }

    func decode(_ type: Int.Type) throws -> Int {
        try decoder.decodeInteger(type, decoder.node, .same)
    }

    func decode(_ type: Int8.Type) throws -> Int8 {
        try decoder.decodeInteger(type, decoder.node, .same)
    }

    func decode(_ type: Int16.Type) throws -> Int16 {
        try decoder.decodeInteger(type, decoder.node, .same)
    }

    func decode(_ type: Int32.Type) throws -> Int32 {
        try decoder.decodeInteger(type, decoder.node, .same)
    }

    func decode(_ type: Int64.Type) throws -> Int64 {
        try decoder.decodeInteger(type, decoder.node, .same)
    }

    func decode(_ type: UInt.Type) throws -> UInt {
        try decoder.decodeInteger(type, decoder.node, .same)
    }

    func decode(_ type: UInt8.Type) throws -> UInt8 {
        try decoder.decodeInteger(type, decoder.node, .same)
    }

    func decode(_ type: UInt16.Type) throws -> UInt16 {
        try decoder.decodeInteger(type, decoder.node, .same)
    }

    func decode(_ type: UInt32.Type) throws -> UInt32 {
        try decoder.decodeInteger(type, decoder.node, .same)
    }

    func decode(_ type: UInt64.Type) throws -> UInt64 {
        try decoder.decodeInteger(type, decoder.node, .same)
    }
}
