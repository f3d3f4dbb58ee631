/// The members of an object, as a type with keys asks for them.
///
/// Keys are compared byte for byte, unlike `String` equality.
struct KeyedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let decoder: StrictDecoder
    private let node: JSONNode

    init(decoder: StrictDecoder) throws {
        self.decoder = decoder
        node = decoder.open()
        guard node.kind == .object else { throw decoder.error(expecting: "an object") }
        if node.entry.flags.contains(.hasUnusualKeys) { try refuseEquivalentKeys() }
    }

    /// A `Dictionary` would keep one of two keys that differ only in their Unicode spelling, and lose the other.
    private func refuseEquivalentKeys() throws {
        var seen: Set<String> = []
        for (key, _) in node.members {
            guard seen.insert(try key.string(allowingNUL: true)).inserted else {
                throw decoder.error(expecting: "keys that differ as text (key at byte \(key.offset))")
            }
        }
    }

    var codingPath: [any CodingKey] { decoder.codingPath }

    /// Every key that `Key` can stand for; a type that asks for the list knows them all.
    var allKeys: [Key] {
        var keys: [Key] = []
        for (key, _) in node.members {
            guard let name = try? key.string(), let known = Key(stringValue: name) else { continue }
            decoder.session.markAsked(key.index)
            keys.append(known)
        }
        return keys
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }

    /// The value of a member, noting that the type asked for it.
    private func find(_ key: Key) -> JSONNode? {
        guard let found = node.keyNode(key.stringValue) else { return nil }
        decoder.session.markAsked(found.index)
        return JSONNode(document: node.document, index: found.index + 1)
    }

    private func require(_ key: Key) throws -> JSONNode {
        guard let found = find(key) else { throw decoder.error(at: key, expecting: "a value (the key is missing)") }
        return found
    }

    private func present(_ key: Key) -> JSONNode? {
        guard let found = find(key), !found.isNull else { return nil }
        return found
    }

    func decodeNil(forKey key: Key) throws -> Bool { try require(key).isNull }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try decoder.child(try require(key), .key(key)).value(type)
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try present(key).map { try decoder.child($0, .key(key)).value(type) }
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder.visitedChild(try require(key), .key(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder.visitedChild(try require(key), .key(key)).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        guard let found = node.keyNode("super") else { throw decoder.error(expecting: "a member named super") }
        decoder.session.markAsked(found.index)
        return decoder.visitedChild(JSONNode(document: node.document, index: found.index + 1), .key(SuperKey.super))
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        decoder.visitedChild(try require(key), .key(key))
    }

    // MARK: Scalars, without a decoder for each

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
        try decoder.decodeBool(try require(key), .key(key))
    }

    func decode(_ type: String.Type, forKey key: Key) throws -> String {
        try decoder.decodeString(try require(key), .key(key))
    }

    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        try decoder.decodeDouble(try require(key), .key(key))
    }

    func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        try decoder.decodeFloat(try require(key), .key(key))
    }

    func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
        try decoder.decodeInteger(type, try require(key), .key(key))
    }

    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 {
        try decoder.decodeInteger(type, try require(key), .key(key))
    }

    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 {
        try decoder.decodeInteger(type, try require(key), .key(key))
    }

    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 {
        try decoder.decodeInteger(type, try require(key), .key(key))
    }

    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
        try decoder.decodeInteger(type, try require(key), .key(key))
    }

    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt {
        try decoder.decodeInteger(type, try require(key), .key(key))
    }

    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 {
        try decoder.decodeInteger(type, try require(key), .key(key))
    }

    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
        try decoder.decodeInteger(type, try require(key), .key(key))
    }

    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
        try decoder.decodeInteger(type, try require(key), .key(key))
    }

    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
        try decoder.decodeInteger(type, try require(key), .key(key))
    }

    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        try present(key).map { try decoder.decodeBool($0, .key(key)) }
    }

    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try present(key).map { try decoder.decodeString($0, .key(key)) }
    }

    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try present(key).map { try decoder.decodeInteger(type, $0, .key(key)) }
    }
}

/// The key under which a class hierarchy puts the members of its superclass.
enum SuperKey: String, CodingKey {
    case `super`
}
