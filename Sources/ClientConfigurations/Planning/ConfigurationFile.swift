/// A client's configuration that was read and understood.
package struct ConfigurationFile: Sendable {
    /// As the caller named it.
    package let path: String
    package let format: ClientFormat
    package let tree: SyntaxTree
    /// Who could have read it besides its owner.
    package let exposures: Set<Exposure>

    /// How a secret in a file may have become known.
    package enum Exposure: String, Hashable, Comparable, CaseIterable, Sendable {
        case plainText = "plain-text"
        /// The mode of the file lets other users read it.
        case readableByOthers = "readable-by-others"
        /// The file, or what it was, lies in version control, and in every clone of it.
        case versionControl = "version-control"

        /// What it means for the secret.
        package var sentence: String {
            switch self {
            case .plainText: "it lay in plain text"
            case .readableByOthers: "other users of the machine could read the file"
            case .versionControl: "every clone of the repository has it, whatever becomes of the file"
            }
        }

        package static func < (left: Exposure, right: Exposure) -> Bool {
            let order = allCases
            return (order.firstIndex(of: left) ?? 0) < (order.firstIndex(of: right) ?? 0)
        }
    }

    /// Reads a file's content.
    ///
    /// - Parameters:
    ///   - path: tells the client, unless `format` does.
    ///   - content: of the file.
    ///   - format: the client that the file belongs to, where its path does not tell.
    ///   - exposures: what the caller knows of the file; plain text it always is.
    ///   - limits: how much is read before the file is refused.
    /// - Throws: ``ImportRefusal``.
    package init(
        path: String,
        content: [UInt8],
        format: ClientFormat? = nil,
        exposures: Set<Exposure> = [],
        limits: SyntaxLimits = .default
    ) throws(ImportRefusal) {
        self.path = path
        self.exposures = exposures.union([.plainText])
        if let format { self.format = format } else { self.format = try Self.format(of: path) }
        do throws(SyntaxError) {
            tree = try SyntaxTree(content, limits: limits)
        } catch {
            throw .syntax(error)
        }
        guard tree.root.kind == .object else { throw .misplaced(Place(), tree.root.position) }
        let servers = ServerEntries(of: tree.root, format: self.format)
        if let first = servers.misplaced.first { throw .misplaced(first.place, first.node.position) }
    }

    private static func format(of path: String) throws(ImportRefusal) -> ClientFormat {
        switch Recognition(path: path) {
        case .known(let format): format
        case .foreign(let foreign): throw .foreign(foreign)
        case .otherLanguage(let language): throw .otherLanguage(language)
        case .unknown: throw .unknownFormat
        }
    }
}

/// Why a file is not imported. Carries no part of it but names of its members.
package enum ImportRefusal: Error, Hashable, Sendable {
    case foreign(ForeignFormat)
    case otherLanguage(String)
    case unknownFormat
    case syntax(SyntaxError)
    /// Something else stands where an object should.
    case misplaced(Place, SourcePosition)
    /// What was planned does not hold when it is looked at again: a fault of the program. Nothing is changed.
    case unsound
}

extension ImportRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .foreign(let format): "this is a configuration of \(format.name), which import does not rewrite"
        case .otherLanguage(let language): "this is \(language), and import reads JSON"
        case .unknownFormat: "neither the name nor the folder of the file tells which client it belongs to"
        case .syntax(let error): error.description
        case .misplaced(let place, let position):
            "\(position): \(place.steps.isEmpty ? "the file" : "\(place)") is no object"
        case .unsound: "what would be written does not hold when it is read again"
        }
    }

    /// What to do.
    package var remedy: String {
        switch self {
        case .foreign(let format): format.remedy
        case .otherLanguage:
            "store the secret, and let the client start: "
                + "warder run --server NAME --env VARIABLE=SECRET#FIELD -- COMMAND"
        case .unknownFormat:
            "say it with --format: " + ClientFormat.allCases.map(\.rawValue).joined(separator: ", ")
        case .syntax: "mend the file there; it was not changed"
        case .misplaced: "mend the file there; it was not changed"
        case .unsound: "the file was not changed; report this, without the file"
        }
    }
}
