/// Finds secrets that a client's settings hold for its servers, and not in the entry of one.
struct BesideServers {
    private(set) var secrets: [(candidate: Candidate, reason: Left.Reason)] = []
    private(set) var innocents: [Candidate] = []

    /// Looks beside the entries of servers: a server may be called `env` as well.
    init(_ root: SyntaxNode, format: ClientFormat, entries: [ServerEntry]) {
        let ranges = entries.map(\.node.range)
        func isFree(_ node: SyntaxNode) -> Bool { !ranges.contains { $0.overlaps(node.range) } }
        for path in format.environments {
            for (place, node) in ServerEntries.find(path[...], from: root, at: Place()) where isFree(node) {
                for member in node.members {
                    guard let name = member.name, let value = member.value.text else { continue }
                    let candidate = Candidate(
                        .other,
                        place: place.member(name),
                        node: member.value,
                        name: name,
                        value: value
                    )
                    add(candidate, .clientEnvironment)
                }
            }
        }
        for path in format.inputs {
            for (place, node) in ServerEntries.find(path[...], from: root, at: Place()) {
                for (index, input) in node.elements.enumerated() { read(input, at: place.element(index)) }
            }
        }
    }

    private mutating func read(_ input: SyntaxNode, at place: Place) {
        guard let node = input["default"], let value = node.text else { return }
        let isPassword = input["password"].map { Array(node.tree.source[$0.range]) == Array("true".utf8) } ?? false
        let name = isPassword ? "password" : input["id"]?.text
        let candidate = Candidate(.other, place: place.member("default"), node: node, name: name, value: value)
        add(candidate, .inputDefault)
    }

    private mutating func add(_ candidate: Candidate, _ reason: Left.Reason) {
        if candidate.isSecret {
            secrets.append((candidate, reason))
        } else if candidate.innocence != nil {
            innocents.append(candidate)
        }
    }
}
