/// The servers that a file names.
struct ServerEntries {
    let entries: [ServerEntry]
    /// Places where servers should stand, and something else does.
    let misplaced: [(place: Place, node: SyntaxNode)]

    init(of root: SyntaxNode, format: ClientFormat) {
        var entries: [ServerEntry] = []
        var misplaced: [(place: Place, node: SyntaxNode)] = []
        for path in format.containers {
            for (place, node) in Self.find(path[...], from: root, at: Place()) {
                guard node.kind == .object else {
                    misplaced.append((place, node))
                    continue
                }
                entries += Self.entries(in: node, at: place)
            }
        }
        if format == .claudeCode, entries.isEmpty, misplaced.isEmpty, Self.isFlat(root) {
            entries = Self.entries(in: root, at: Place())
        }
        self.entries = entries
        self.misplaced = misplaced
    }

    /// What stands at a path of names, in which `*` is any name, with its place.
    static func find(
        _ path: ArraySlice<String>,
        from node: SyntaxNode,
        at place: Place
    ) -> [(Place, SyntaxNode)] {
        guard let step = path.first else { return [(place, node)] }
        return node.members.filter { step == "*" || $0.name == step }.flatMap { member in
            find(path.dropFirst(), from: member.value, at: place.member(member.name ?? "?"))
        }
    }

    private static func entries(in node: SyntaxNode, at place: Place) -> [ServerEntry] {
        node.members.map { member in
            guard let key = member.name else {
                return ServerEntry(key: "?", place: place.member("?"), node: member.value, kind: .unclear(.badText))
            }
            return ServerEntry(key: key, place: place.member(key), node: member.value)
        }
    }

    /// A plugin's `.mcp.json` may name its servers without anything around them.
    private static func isFlat(_ root: SyntaxNode) -> Bool {
        let members = root.members
        return !members.isEmpty
            && members.allSatisfy { member in
                member.value.kind == .object
                    && (["command"] + ServerEntry.addressNames).contains { member.value[$0]?.kind == .text }
            }
    }
}
