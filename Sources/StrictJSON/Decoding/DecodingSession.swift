/// What one call of `decode` remembers across all its decoders: which keys and elements were asked for.
final class DecodingSession {
    let document: JSONDocument
    let refusesUnknownKeys: Bool
    /// One bit for each tape entry: keys and elements that a type asked for.
    private var asked: [UInt64]
    /// Decoders of the objects and arrays that a type was decoded from.
    private var visited: [StrictDecoder] = []

    init(document: JSONDocument, unknownKeys: UnknownKeys) {
        self.document = document
        refusesUnknownKeys = unknownKeys == .refuse
        asked = refusesUnknownKeys ? Array(repeating: 0, count: document.tape.count / 64 + 1) : []
        if refusesUnknownKeys { visited.reserveCapacity(8) }
    }

    /// Notes that a type knows the key or element at this index of the tape.
    func markAsked(_ index: Int) {
        guard refusesUnknownKeys else { return }
        asked[index / 64] |= 1 << UInt64(index % 64)
    }

    /// Notes that a type knows everything directly inside an object or array.
    func markAllAsked(in node: JSONNode) {
        guard refusesUnknownKeys else { return }
        for (key, _) in node.members { markAsked(key.index) }
        for element in node.elements { markAsked(element.index) }
    }

    /// Notes that the object or array of this decoder must be asked for completely by the end.
    func visit(_ decoder: StrictDecoder) {
        guard refusesUnknownKeys else { return }
        visited.append(decoder)
    }

    /// - Throws: `JSONDecodingError` for the first key or element that no type asked for.
    func checkAllAsked() throws(JSONDecodingError) {
        for decoder in visited {
            for (key, _) in decoder.node.members where !wasAsked(key.index) {
                throw decoder.error(expecting: "known keys only (unknown key at byte \(key.offset))")
            }
            for element in decoder.node.elements where !wasAsked(element.index) {
                throw decoder.error(expecting: "fewer elements (surplus element at byte \(element.offset))")
            }
        }
    }

    /// Lets go of the decoders, which hold the session and, through their nodes, the document.
    func end() {
        visited = []
    }

    private func wasAsked(_ index: Int) -> Bool {
        asked[index / 64] & 1 << UInt64(index % 64) != 0
    }
}
