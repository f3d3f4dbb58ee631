package import SecretMemory
package import WarderModel

/// What an import would do: a value that nothing has happened for yet, and that holds no secret to print.
package struct ImportPlan: Sendable {
    /// Servers to register. The conditions that the kernel confirms are the caller's to add.
    package var servers: [PlannedServer] = []
    /// Values to put into the vault, each once.
    package var secrets: [PlannedSecret] = []
    /// What each server may have for its start.
    package var grants: [PlannedGrant] = []
    /// What becomes of each file, in the order in which they were given.
    package var files: [PlannedFile] = []
    /// Secrets that stay where they are.
    package var left: [Left] = []
    /// Further secrets outside of servers that are not listed: a file with a history may hold thousands.
    package var leftUnlisted = 0
    /// Values that are none, though they are called so.
    package var passedOver: [PassedOver] = []

    package init() {}

    /// Whether there is nothing to do.
    package var changesNothing: Bool { files.allSatisfy { $0.rewritten == nil } }
}

package struct PlannedServer: Hashable, Sendable {
    package let name: ServerName
    /// Where the entries are that start it, each with the number of its file.
    package var places: [FilePlace]
}

/// A place in one of several files.
package struct FilePlace: Hashable, Sendable {
    package let file: Int
    package let place: Place
    package let position: SourcePosition
}

/// A value to put into the vault.
package struct PlannedSecret: Sendable {
    package let name: SecretName
    package let field: FieldName
    /// Where the value stands; in each of these places the same one.
    package var sources: [FilePlace]
    /// Which parts of the value are secret, in bytes, and why: of an address it is the password.
    package let spans: [(range: Range<Int>, evidence: Evidence)]
    /// Why it has to be rotated soon: whoever read the file has it.
    package var exposures: Set<ConfigurationFile.Exposure>
    /// Whether a program gets it as an argument: then every user of the machine can read it while that program runs.
    package var isArgument: Bool
    private let box: ValueBox

    init(name: SecretName, source: FilePlace, move: EntryDecision.Move, exposures: Set<ConfigurationFile.Exposure>) {
        self.name = name
        field = .value
        sources = [source]
        spans = move.spans
        isArgument = move.candidate.isArgument
        self.exposures = exposures
        box = ValueBox(move.bytes)
    }

    /// The value, in locked memory.
    ///
    /// - Throws: `SecretMemoryError` when there is none left.
    package func value() throws(SecretMemoryError) -> SecretBytes {
        try SecretBytes(copying: box.bytes)
    }

    func isValue(_ bytes: [UInt8]) -> Bool { box.bytes == bytes }
    var bytes: [UInt8] { box.bytes }
}

/// Bytes that printing and dumping do not show.
///
/// They lay in plain text in a file, and lie in the memory of this process for as long as one command takes; what is
/// kept goes to the vault through locked memory.
final class ValueBox: Sendable, CustomReflectable, CustomStringConvertible {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var description: String { "a secret" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// A server may have a field of a secret when it is started.
package struct PlannedGrant: Hashable, Sendable {
    package let tool: ToolID
    package let secret: SecretName
    package let field: FieldName
}

/// What becomes of a file.
package struct PlannedFile: Sendable, CustomReflectable {
    package let path: String
    package let format: ClientFormat
    package let exposures: Set<ConfigurationFile.Exposure>
    package let original: [UInt8]
    /// The new content; `nil` where nothing changes.
    package let rewritten: [UInt8]?
    /// Servers that its entries start through the vault after the import, where it changes them.
    package let servers: [ServerName]
    /// Values that leave it, and what it was before, put together from them.
    package let moved: [MovedValue]
    package let pieces: [OriginalPiece]
    /// The entries that changed, as they stand in the new content.
    package let entries: [RewrittenEntry]

    package var customMirror: Mirror { Mirror(self, children: ["path": path, "changes": rewritten != nil]) }

    init(
        _ file: ConfigurationFile,
        rewritten: [UInt8]?,
        servers: [ServerName] = [],
        moved: [MovedValue] = [],
        pieces: [OriginalPiece] = [],
        entries: [RewrittenEntry] = []
    ) {
        path = file.path
        format = file.format
        exposures = file.exposures
        original = file.tree.source
        self.rewritten = rewritten
        self.servers = servers
        self.moved = moved
        self.pieces = pieces
        self.entries = entries
    }
}

extension SyntaxTree: CustomReflectable {
    package var customMirror: Mirror { Mirror(self, children: []) }
}
