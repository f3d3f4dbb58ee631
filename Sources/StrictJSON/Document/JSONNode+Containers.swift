extension JSONNode {
    /// The members of an object in document order; empty for any other kind.
    package var members: JSONMembers {
        let entry = entry
        guard entry.kind == .object else { return JSONMembers(document: document, position: 0, end: 0) }
        return JSONMembers(document: document, position: index + 1, end: Int(entry.next))
    }

    /// The elements of an array in order; empty for any other kind.
    package var elements: JSONElements {
        let entry = entry
        guard entry.kind == .array else { return JSONElements(document: document, position: 0, end: 0) }
        return JSONElements(document: document, position: index + 1, end: Int(entry.next))
    }

    /// The value of the member with this key, compared byte for byte; `nil` if there is none or this is no object.
    package func member(_ name: String) -> JSONNode? {
        keyNode(name).map { JSONNode(document: document, index: $0.index + 1) }
    }

    /// The key itself of the member with this name.
    func keyNode(_ name: String) -> JSONNode? {
        guard entry.kind == .object else { return nil }
        let end = Int(entry.next)
        let found = name.withBytes { wanted in
            document.withBytes { bytes -> Int? in
                var at = index + 1
                while at < end, !document.tape[at].isText(wanted, in: bytes) {
                    at = Int(document.tape[at + 1].next)
                }
                return at < end ? at : nil
            }
        }
        return found.map { JSONNode(document: document, index: $0) }
    }
}

/// The members of an object, in document order.
package struct JSONMembers: Sequence, IteratorProtocol {
    let document: JSONDocument
    fileprivate(set) var position: Int
    let end: Int

    /// The next member; its key is a node of kind `.string`.
    package mutating func next() -> (key: JSONNode, value: JSONNode)? {
        guard position < end else { return nil }
        let key = position
        position = Int(document.tape[key + 1].next)
        return (JSONNode(document: document, index: key), JSONNode(document: document, index: key + 1))
    }
}

/// The elements of an array, in order.
package struct JSONElements: Sequence, IteratorProtocol {
    let document: JSONDocument
    fileprivate(set) var position: Int
    let end: Int

    /// The next element.
    package mutating func next() -> JSONNode? {
        guard position < end else { return nil }
        defer { position = Int(document.tape[position].next) }
        return JSONNode(document: document, index: position)
    }
}
