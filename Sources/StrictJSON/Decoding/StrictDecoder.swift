/// Decodes one node of a document through a type's `Decodable` conformance.
///
/// Decoders form a chain from the value back to the root, which becomes a path only when an error needs one. Every
/// error leaves as `JSONDecodingError`: the standard library's own errors quote values and keys, so they are replaced
/// at the node they arose at, and nothing of them is kept.
package final class StrictDecoder: Decoder {
    /// How a decoder was reached from its parent.
    enum Step {
        case root
        /// The same node again, for a wrapper type.
        case same
        case key(any CodingKey)
        case index(Int)
    }

    let session: DecodingSession
    let node: JSONNode
    private let parent: StrictDecoder?
    private let step: Step
    /// Whether the type looked at the node at all.
    private var wasOpened = false

    init(session: DecodingSession, node: JSONNode, parent: StrictDecoder?, step: Step) {
        self.session = session
        self.node = node
        self.parent = parent
        self.step = step
    }

    /// Always empty.
    package var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// The keys from the root, with `*` in place of names that the document chose.
    package var codingPath: [any CodingKey] {
        guard let parent else { return [] }
        switch step {
        case .root, .same: return parent.codingPath
        case .key(let key): return parent.codingPath + [PathKey(stringValue: StrictDecoder.safeName(of: key))]
        case .index(let index): return parent.codingPath + [PathKey(intValue: index)]
        }
    }

    /// Opens the node as an object.
    package func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(try KeyedContainer<Key>(decoder: self))
    }

    /// Opens the node as an array.
    package func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try UnkeyedContainer(decoder: self)
    }

    /// Opens the node as whatever the type asks for next.
    package func singleValueContainer() throws -> any SingleValueDecodingContainer {
        _ = open()
        return SingleValueContainer(decoder: self)
    }

    /// The node, noting that the type looked at it.
    func open() -> JSONNode {
        wasOpened = true
        return node
    }

    /// A decoder for a node inside this one.
    func child(_ node: JSONNode, _ step: Step) -> StrictDecoder {
        StrictDecoder(session: session, node: node, parent: self, step: step)
    }

    /// A decoder for an object or array inside this one that is read without a `value(_:)` of its own.
    func visitedChild(_ node: JSONNode, _ step: Step) -> StrictDecoder {
        let child = child(node, step)
        session.visit(child)
        return child
    }

    /// Runs the type's own decoding on this node.
    func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if node.kind == .object || node.kind == .array { session.visit(self) }
        let value: Value
        do {
            value = try Value(from: self)
        } catch let error as JSONDecodingError {
            throw error
        } catch {
            throw self.error(expecting: "a valid \(type)")
        }
        // A type without members opens nothing; only an object can be one.
        guard wasOpened || node.kind == .object else { throw error(expecting: "an object") }
        return value
    }

    /// An error at this node.
    func error(expecting expectation: String) -> JSONDecodingError {
        JSONDecodingError(path: path, expectation: expectation)
    }

    /// An error at a member of this node that may be missing.
    func error(at key: any CodingKey, expecting expectation: String) -> JSONDecodingError {
        JSONDecodingError(path: path + "." + Self.safeName(of: key), expectation: expectation)
    }

    private var path: String {
        guard let parent else { return "$" }
        switch step {
        case .root, .same: return parent.path
        case .key(let key): return parent.path + "." + Self.safeName(of: key)
        case .index(let index): return parent.path + "[\(index)]"
        }
    }

    /// The name of a key if it can only be one of ours.
    ///
    /// The cases of an enumeration without payload are written in our source; any other key may carry text from the
    /// document.
    static func safeName(of key: any CodingKey) -> String {
        let mirror = Mirror(reflecting: key)
        return mirror.displayStyle == .enum && mirror.children.isEmpty ? key.stringValue : "*"
    }
}

/// A step of a coding path that is safe to show.
struct PathKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }
}
