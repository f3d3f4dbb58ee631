/// What to do with members that the decoded type did not ask for.
package enum UnknownKeys: Sendable, Hashable {
    /// They are an error, and so are array elements that nobody read.
    case refuse
    /// They are skipped.
    case ignore
}

extension JSONDocument {
    /// Decodes the whole document; see `JSONNode.decode(_:unknownKeys:)`.
    package func decode<Value: Decodable>(
        _ type: Value.Type,
        unknownKeys: UnknownKeys = .refuse
    ) throws(JSONDecodingError) -> Value {
        try root.decode(type, unknownKeys: unknownKeys)
    }
}

extension JSONNode {
    /// Decodes the value through the type's own `Decodable` conformance.
    ///
    /// What the type asks for is what it knows: with `.refuse`, a member that it neither read nor looked for, at any
    /// depth, is an error. A type that lists the keys of an object, as dictionaries do, knows them all.
    /// Integers of every width are read from the range of `Int64`; text must not hold U+0000 (`SecretField` may).
    ///
    /// - Throws: `JSONDecodingError`, whatever the type itself threw.
    package func decode<Value: Decodable>(
        _ type: Value.Type,
        unknownKeys: UnknownKeys = .refuse
    ) throws(JSONDecodingError) -> Value {
        let session = DecodingSession(document: document, unknownKeys: unknownKeys)
        defer { session.end() }
        let decoder = StrictDecoder(session: session, node: self, parent: nil, step: .root)
        do {
            let value = try decoder.value(type)
            try session.checkAllAsked()
            return value
        } catch let error as JSONDecodingError {
            throw error
        } catch {
            throw decoder.error(expecting: "a valid \(type)")
        }
    }
}
