package import WarderModel

/// What of an import can be taken back from a file as it is now: all of it where nobody wrote to the file since, and
/// otherwise the entries that are as the import wrote them. Everything else of the file stays as it is now.
package struct Reversal: Sendable {
    private struct Part {
        /// In the file as it is now.
        let range: Range<Int>
        let pieces: [OriginalPiece]
        let originalBytes: Int
    }

    /// Number of the import among the record's.
    package let layer: Int
    package let servers: [ServerName]
    /// Values that it puts back, each once.
    package let values: [MovedValue]
    /// Entries that it puts back; none where it is the whole file.
    package let places: [Place]
    /// Entries of the import that somebody changed, and that stay.
    package let differing: [DifferingEntry]
    private let current: ImportRecord.Content
    private let parts: [Part]

    fileprivate init(of layer: ImportLayer, number: Int, whole content: [UInt8]) {
        self.layer = number
        servers = layer.servers
        values = layer.moved
        places = []
        differing = []
        current = ImportRecord.Content(content)
        parts = [Part(range: content.indices, pieces: layer.pieces, originalBytes: layer.originalBytes)]
    }

    /// - Returns: `nil` where no entry is as the import wrote it.
    fileprivate init?(of layer: ImportLayer, number: Int, in tree: SyntaxTree, differing: [DifferingEntry]) {
        var numbers: [Int] = []
        var parts: [Part] = []
        var places: [Place] = []
        for entry in layer.entries {
            guard let range = entry.range(in: tree),
                let pieces = OriginalPiece.within(entry.range, of: layer.pieces)
            else { continue }
            let renumbered = pieces.map { piece in
                guard case .value(let number, let spelling) = piece else { return piece }
                if !numbers.contains(number) { numbers.append(number) }
                return .value(numbers.firstIndex(of: number) ?? 0, spelling)
            }
            places.append(entry.place)
            parts.append(Part(range: range, pieces: renumbered, originalBytes: entry.originalBytes))
        }
        guard !parts.isEmpty else { return nil }
        self.layer = number
        servers = layer.servers
        values = numbers.map { layer.moved[$0] }
        self.places = places
        self.differing = differing
        current = ImportRecord.Content(tree.source)
        self.parts = parts.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    /// The file with what was there before the import in its place.
    ///
    /// - Parameters:
    ///   - content: of the file, the same that the reversal was found in.
    ///   - values: of ``values``, in their order.
    /// - Returns: what to write.
    /// - Throws: ``UndoRefusal``; nothing is to be written then.
    package func original(current content: [UInt8], values: [[UInt8]]) throws(UndoRefusal) -> [UInt8] {
        guard ImportRecord.Content(content) == current else { throw .editedSince }
        guard values.count == self.values.count else { throw .otherValues }
        var result: [UInt8] = []
        var done = 0
        for part in parts {
            guard part.range.lowerBound >= done,
                let original = OriginalPiece.assemble(part.pieces, kept: Array(content[part.range]), values: values),
                original.count == part.originalBytes
            else { throw .otherValues }
            result += content[done..<part.range.lowerBound] + original
            done = part.range.upperBound
        }
        result += content[done...]
        // A record that somebody else wrote must not break the file.
        guard SyntaxTree.reading(result) != nil else { throw .otherValues }
        return result
    }
}

/// An entry that an import rewrote and somebody changed since, and what to write into it by hand.
package struct DifferingEntry: Hashable, Sendable {
    package let place: Place
    /// Secrets by the variables that they are given as.
    package let secrets: [String: SecretName]
    /// Whether it reaches a remote server.
    package let isRemote: Bool

    /// What to do, without a value.
    package var remedy: String {
        let values = secrets.sorted { $0.key < $1.key }.map { variable, secret in
            "\(variable) is what warder secret get \(secret.text) prints"
        }
        let target =
            isRemote
            ? "the address behind connect goes into url, and what stands behind --header into headers, without braces"
            : "what stands behind -- goes into command and args, and the values into env"
        return "by hand: \(target): \(values.joined(separator: ", "))"
    }
}

extension DifferingEntry {
    /// - Returns: `nil` where the entry is as the import wrote it, or does not start its server through the vault any more.
    fileprivate init?(_ entry: RewrittenEntry, in tree: SyntaxTree) {
        guard entry.range(in: tree) == nil, let node = entry.place.node(in: tree),
            case .program(let program) = ServerEntry(key: "", place: entry.place, node: node).kind,
            case .managed(let launch) = ManagedLaunch.read(program, warder: program.commandText),
            !launch.sources.isEmpty
        else { return nil }
        let words = program.arguments.dropFirst(launch.program + 1).prefix(2).map(\.text)
        self.init(place: entry.place, secrets: launch.sources, isRemote: words == ["mcp", "connect"])
    }
}

extension ImportLayer {
    fileprivate func stands(in tree: SyntaxTree) -> Bool { entries.contains { $0.range(in: tree) != nil } }
}

extension ImportRecord {
    /// The last import of which anything can be taken back; `nil` where there is none.
    package func reversal(of content: [UInt8]) -> Reversal? {
        let exact = layers(leadingTo: content)
        if let layer = exact.last { return Reversal(of: layer, number: exact.count - 1, whole: content) }
        guard let tree = SyntaxTree.reading(content) else { return nil }
        let differing = differing(in: content)
        return layers.indices.reversed().lazy.compactMap { number in
            Reversal(of: layers[number], number: number, in: tree, differing: differing)
        }.first
    }

    /// Entries that still start their server through the vault, and not as any import wrote them.
    package func differing(in content: [UInt8]) -> [DifferingEntry] {
        guard let tree = SyntaxTree.reading(content) else { return [] }
        let entries = layers.reversed().flatMap(\.entries)
        // Where the last import of an entry was taken back, it is as the one before wrote it.
        var seen = Set(entries.filter { $0.range(in: tree) != nil }.map(\.place))
        return entries.filter { seen.insert($0.place).inserted }
            .compactMap { DifferingEntry($0, in: tree) }
    }

    /// The imports that the file still shows, the last one first to be undone: those that led to this content, or else
    /// all, where an entry is as one of them wrote it: below an import of an entry lies what the one before made of it.
    package func layers(shownIn content: [UInt8]) -> [ImportLayer] {
        let exact = layers(leadingTo: content)
        guard exact.isEmpty, let tree = SyntaxTree.reading(content) else { return exact }
        return layers.contains { $0.stands(in: tree) } ? layers : []
    }

    /// Forgets the entries that were put back; those that differ stay in mind.
    package mutating func forget(_ reversal: Reversal) {
        guard layers.indices.contains(reversal.layer) else { return }
        layers[reversal.layer].entries.removeAll { reversal.places.contains($0.place) }
    }
}

extension SyntaxTree {
    /// - Returns: `nil` where it cannot be read.
    fileprivate static func reading(_ content: [UInt8]) -> SyntaxTree? {
        do throws(SyntaxError) {
            return try SyntaxTree(content)
        } catch {
            return nil
        }
    }
}
