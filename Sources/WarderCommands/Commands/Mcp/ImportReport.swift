import ClientConfigurations
import WarderModel

/// What an import found and does, for people and programs; without a value.
struct ImportReport: Encodable {
    let dryRun: Bool
    let files: [File]
    let servers: [String]
    let moved: [Moved]
    let left: [Stays]
    /// Further secrets outside of servers that are not listed.
    let leftUnlisted: Int
    let passedOver: [Innocent]
    let rotate: [Rotation]

    struct File: Encodable {
        let path: String
        let client: String
        let changes: Bool
    }

    struct Spot: Encodable {
        let file: String
        let line: Int
        let column: Int
        /// RFC 6901; nothing in a comment, and where a name on the way would show a secret.
        let place: String?
        /// As a person reads it.
        let shown: String
    }

    struct Moved: Encodable {
        let secret: String
        let field: String
        /// The version of an earlier import that is current until then.
        let replaces: UInt32?
        /// What moving it does not mend.
        let remains: String?
        let servers: [String]
        let from: [Spot]
        let why: [String]
    }

    struct Stays: Encodable {
        let at: Spot
        let found: String
        let why: String
        let remedy: String
    }

    struct Innocent: Encodable {
        let at: Spot
        let why: String
    }

    struct Rotation: Encodable {
        /// Nothing where the secret stays in the file.
        let secret: String?
        let at: Spot?
        let why: [String]
    }

    init(_ plan: ImportPlan, replacing: [SecretName: UInt32], isDryRun: Bool) {
        dryRun = isDryRun
        files = plan.files.map { File(path: $0.path, client: $0.format.name, changes: $0.rewritten != nil) }
        servers = plan.servers.map(\.name.text)
        func spot(_ file: Int, _ position: SourcePosition, _ place: Place?) -> Spot {
            Spot(
                file: plan.files[file].path,
                line: position.line,
                column: position.column,
                place: place.flatMap { $0.steps.isEmpty ? nil : $0.pointer },
                shown: place.map { $0.steps.isEmpty ? "elsewhere in the file" : $0.description } ?? "a comment"
            )
        }
        moved = plan.secrets.map { secret in
            Moved(
                secret: secret.name.text,
                field: secret.field.text,
                replaces: replacing[secret.name],
                remains: secret.isArgument ? "stays in the list of processes while its server runs" : nil,
                servers: plan.grants.filter { $0.secret == secret.name }.map(\.tool.server.text),
                from: secret.sources.map { spot($0.file, $0.position, $0.place) },
                why: secret.spans.map(\.evidence.sentence).uniqued
            )
        }
        left = plan.left.map { left in
            Stays(
                at: spot(left.file, left.position, left.place),
                found: left.evidence?.sentence ?? "it is the same value",
                why: left.reason.sentence,
                remedy: left.reason.remedy
            )
        }
        leftUnlisted = plan.leftUnlisted
        passedOver = plan.passedOver.map { Innocent(at: spot($0.file, $0.position, $0.place), why: $0.why.sentence) }
        rotate = plan.rotations.map { advice in
            let why = advice.exposures.map(\.sentence)
            return switch advice.subject {
            case .moved(let name, _): Rotation(secret: name.text, at: nil, why: why)
            case .left(let left):
                Rotation(secret: nil, at: spot(left.file, left.position, left.place), why: why)
            }
        }
    }
}

extension ImportReport.Spot {
    /// `mcp.json:5 mcpServers › github › env › GITHUB_TOKEN`.
    var text: String { "\(file.split(separator: "/").last ?? "?"):\(line) \(shown)" }
}

extension Array where Element: Hashable {
    /// Each element once, in the order in which it came first.
    fileprivate var uniqued: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
