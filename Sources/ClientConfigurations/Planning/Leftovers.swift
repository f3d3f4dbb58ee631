/// Secrets that lie in a file besides those in its servers: copies of what is moved, and tokens in comments or
/// elsewhere.
struct Leftovers {
    /// How many secrets of each kind are listed for one file.
    static let listed = 20

    /// What has been looked at of a file.
    struct Seen {
        let tree: SyntaxTree
        /// Numbers of nodes whose values leave the file.
        var moved: Set<Int> = []
        /// Names that stay beside moved values, with the numbers of their nodes.
        var names: [(node: Int, name: String)] = []
        /// Numbers of nodes that are listed as staying.
        var left: Set<Int> = []
        /// Where servers stand.
        var entries: [Range<Int>] = []
    }

    private(set) var left: [Left] = []
    private(set) var unlisted = 0
    private var counts: [Left.Reason: Int] = [:]
    private let file: Int
    private let tree: SyntaxTree
    private let needles: [[UInt8]]

    /// Looks through a file; needles are what leaves this file or another one of the import.
    init(_ seen: Seen, file: Int, needles: [[UInt8]]) {
        self.file = file
        tree = seen.tree
        self.needles = needles
        for comment in tree.comments { read(comment) }
        for (index, name) in seen.names where !Self.isHarmless(name, needles) {
            add(.copy, at: SyntaxNode(tree: tree, index: index).range.lowerBound, nil, in: index)
        }
        let known = seen.moved.union(seen.left)
        for index in tree.nodes.indices where tree.nodes[index].kind == .text && !known.contains(index) {
            let node = SyntaxNode(tree: tree, index: index)
            let range = node.range
            guard range.count > 6 else { continue }
            // Half a character somewhere does not hide the rest.
            let text = (node.textBytes ?? Array(tree.source[range]))[...]
            if needles.contains(where: { text.firstRange(of: $0) != nil }) {
                add(.copy, at: range.lowerBound, nil, in: index)
            } else if !seen.entries.contains(where: { $0.overlaps(range) }), let span = KnownTokens.find(in: text).first
            {
                add(.outsideServers, at: range.lowerBound, span.evidence, in: index)
            }
        }
    }

    private mutating func read(_ comment: Range<Int>) {
        let text = tree.source[comment]
        if let copy = needles.lazy.compactMap({ text.firstRange(of: $0) }).first {
            add(.copy, at: copy.lowerBound, nil)
            return
        }
        let found = (KnownTokens.find(in: text) + Addresses.find(in: text)).first { span in
            !Placeholders.isPlaceholder(text[span.range]) && !Placeholders.isReference(text[span.range])
        }
        if let found { add(.comment, at: found.range.lowerBound, found.evidence) }
    }

    /// `node`: the number of the text; `nil` in a comment.
    private mutating func add(_ reason: Left.Reason, at offset: Int, _ evidence: Evidence?, in node: Int? = nil) {
        counts[reason, default: 0] += 1
        guard counts[reason, default: 0] <= Self.listed else {
            unlisted += 1
            return
        }
        let place = node.map { self.place(of: $0) }
        left.append(
            Left(file: file, place: place, position: tree.position(of: offset), evidence: evidence, reason: reason)
        )
    }

    /// The names on the way to a text, or to the member whose name it is; none where one of them holds a secret itself.
    private func place(of wanted: Int) -> Place {
        var node = tree.root
        var place = Place()
        while node.index != wanted {
            if let member = node.members.first(where: { $0.value.index <= wanted && wanted < $0.value.next }) {
                guard let name = member.name, Self.isHarmless(name, needles) else { return Place() }
                (node, place) = (member.value, place.member(name))
            } else if let found = node.elements.enumerated().first(where: { wanted < $0.element.next }) {
                (node, place) = (found.element, place.element(found.offset))
            } else {
                return place
            }
        }
        return place
    }

    /// Whether a name can be said: no needle, no token, and no address with a credential is in it.
    static func isHarmless(_ name: String, _ needles: some Sequence<[UInt8]>) -> Bool {
        let bytes = Array(name.utf8)[...]
        return !needles.contains { bytes.firstRange(of: $0) != nil } && KnownTokens.find(in: bytes).isEmpty
            && Addresses.find(in: bytes).isEmpty
    }

    /// What is searched for: values, and the secret parts of them. A single word or a few letters would be found
    /// everywhere.
    static func needles(_ moves: [EntryDecision.Move]) -> [[UInt8]] {
        let parts = moves.flatMap { move in
            let value = move.bytes
            return [value] + move.spans.map { Array(value[$0.range]) }
        }
        return Set(parts).filter { $0.count >= 6 && !$0.allSatisfy(\.isLetter) }.sorted { $0.count > $1.count }
    }
}
