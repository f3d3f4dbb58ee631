import WarderCrypto

/// An entry as an import wrote it: by this it is found again in a file that was changed elsewhere.
///
/// Clients write their files whenever they run; what they change is mostly not the entry of a server.
package struct RewrittenEntry: Hashable, Sendable {
    package let place: Place
    /// Where it stands in what the import wrote, and thereby which pieces of the original are its own.
    let range: Range<Int>
    /// Of what the import wrote there, 64 lowercase hexadecimal digits; no moved value is in it.
    let sha256: String
    /// Length of what was there.
    let originalBytes: Int

    /// - Returns: `nil` where the place cannot be found in both files, or a name on the way has a NUL, which no record has.
    init?(at place: Place, before: SyntaxTree, after: SyntaxTree) {
        guard !place.pointer.utf8.contains(0), let old = place.node(in: before), let new = place.node(in: after) else {
            return nil
        }
        self.init(
            place: place,
            range: new.range,
            sha256: ImportRecord.Content(Array(after.source[new.range])).sha256,
            originalBytes: old.range.count
        )
    }

    init(place: Place, range: Range<Int>, sha256: String, originalBytes: Int) {
        self.place = place
        self.range = range
        self.sha256 = sha256
        self.originalBytes = originalBytes
    }

    /// Where it stands in a file, at the same place and with the same bytes; `nil` where it does not.
    func range(in tree: SyntaxTree) -> Range<Int>? {
        guard let range = place.node(in: tree)?.range, range.count == self.range.count,
            ImportRecord.Content(Array(tree.source[range])).sha256 == sha256
        else { return nil }
        return range
    }
}

extension Place {
    /// What stands there; no object has a name twice.
    func node(in tree: SyntaxTree) -> SyntaxNode? {
        var node = tree.root
        for step in steps {
            switch step {
            case .member(let name):
                guard let value = node[name] else { return nil }
                node = value
            case .element(let index):
                let elements = node.elements
                guard elements.indices.contains(index) else { return nil }
                node = elements[index]
            }
        }
        return node
    }
}

extension OriginalPiece {
    /// The pieces of one part of what an import wrote, counted from where that part begins.
    ///
    /// - Returns: `nil` where its first and its last byte are not among those that the import left.
    static func within(_ part: Range<Int>, of pieces: [OriginalPiece]) -> [OriginalPiece]? {
        guard let last = part.last else { return nil }
        var inside: [OriginalPiece]?
        for piece in pieces {
            guard case .kept(let kept) = piece else {
                inside?.append(piece)
                continue
            }
            if kept.contains(part.lowerBound) { inside = inside ?? [] }
            let shared = kept.clamped(to: part)
            if !shared.isEmpty {
                inside?.append(.kept(shared.lowerBound - part.lowerBound..<shared.upperBound - part.lowerBound))
            }
            if kept.contains(last) { return inside }
        }
        return nil
    }
}
