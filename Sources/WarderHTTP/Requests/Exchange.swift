import Locking
import SecretMemory
import StrictJSON
import WarderCore
import WarderModel
import WarderWire

/// One request on its way to an answer: what was asked, by whom, and of which vault.
struct Exchange: Sendable {
    let caller: Caller
    let parameters: [String: String]
    let target: RequestTarget
    let fields: Presented
    let vault: Vault
    let context: ServerContext
    /// Tells this connection from all others.
    let connection: JobBoard.Line
    /// What launches hang on; on the client socket.
    let launchLine: LaunchLine?
    private let body: BodyBytes

    /// What came in header fields.
    struct Presented: Sendable {
        var token: PresentedToken?
        var knownVersion: UInt32?
    }

    init(
        caller: Caller,
        match: RouteMatch,
        target: RequestTarget,
        fields: RequestFields,
        body: [UInt8],
        connection: JobBoard.Line,
        launchLine: LaunchLine?,
        context: ServerContext
    ) {
        self.caller = caller
        parameters = match.parameters
        self.target = target
        self.fields = Presented(token: fields.token, knownVersion: fields.knownVersion)
        self.body = BodyBytes(body)
        self.connection = connection
        self.launchLine = launchLine
        self.context = context
        vault = context.vault
    }

    // MARK: Parameters

    /// A part of the path, parsed. The route has it, or the table is wrong; a name that does not parse is the caller's
    /// mistake.
    func name<Name: ParsedName>(_ key: String, as type: Name.Type = Name.self) throws(Problem) -> Name {
        try Exchange.parse(parameters[key] ?? "", as: type, what: key)
    }

    static func parse<Name: ParsedName>(
        _ text: String,
        as type: Name.Type = Name.self,
        what: String
    ) throws(Problem) -> Name {
        do { return try Name(text) } catch { throw .invalid("\(what) is not a valid name: \(error.words)") }
    }

    // MARK: Body

    /// The body as JSON, strictly: no unknown keys, no duplicates, no surprises.
    func decode<Body: Decodable>(_ type: Body.Type) throws(Problem) -> Body {
        let document = try document(within: context.jsonLimits)
        defer { document.wipe() }
        do { return try document.decode(type, unknownKeys: .refuse) } catch {
            throw .invalid("The body does not fit: \(error).")
        }
    }

    /// The body as JSON of any shape.
    func document(within limits: JSONLimits) throws(Problem) -> JSONDocument {
        var bytes = body.take()
        if bytes.isEmpty { bytes = Array("{}".utf8) }
        do { return try JSONDocument(parsing: consume bytes, limits: limits) } catch {
            switch error {
            case .tooLarge, .tooDeep, .tooManyMembers, .tooManyTokens:
                throw .overLimit(
                    "The body holds more than the vault takes: it is too long, too deep or of too many parts."
                )
            default: throw .invalid("The body is not valid JSON.")
            }
        }
    }

    /// Refuses a body on routes that take none.
    func expectNoBody() throws(Problem) {
        _ = try decode(NoBody.self)
    }

    private struct NoBody: Decodable {}
}

/// A body that can be looked at once: whoever looks owns the only copy, and wipes it.
private final class BodyBytes: Sendable {
    private let bytes: Locked<[UInt8]>

    init(_ bytes: [UInt8]) { self.bytes = Locked(bytes) }

    /// Also when the request was refused before anybody looked at its body.
    deinit { bytes.withLock { zero(&$0) } }

    func take() -> [UInt8] {
        bytes.withLock { bytes in
            defer { bytes = [] }
            return bytes
        }
    }
}

extension NameError {
    /// What is wrong with a name, in words that can follow a colon.
    var words: String {
        switch self {
        case .empty: "it is empty"
        case .tooLong(let limit): "it is longer than \(limit) bytes"
        case .badCharacter: "it has a character that it cannot have, such as a line break"
        case .badSegment: "each part must begin with a lowercase letter or a digit"
        case .tooManySegments(let limit): "it has more than \(limit) parts"
        case .missingPart: "write it as server/tool"
        }
    }
}
