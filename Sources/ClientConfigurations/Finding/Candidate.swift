/// A value of a server's entry in which a secret was found, or should have been.
struct Candidate {
    /// What carries the value, which decides whether it can come from the vault.
    enum Carrier: Hashable {
        /// A member of `env`, with its number.
        case variable(Int)
        /// An argument `NAME=value` that a container is given as a variable; how much of it stands before the value.
        case containerVariable(argument: Int, head: Int)
        case argument(Int)
        case header
        case address
        /// A member that is no part of how the server is started or called, as far as is known.
        case other
    }

    let carrier: Carrier
    let place: Place
    let node: SyntaxNode
    /// Of the variable, option or header.
    let name: String?
    /// What the server would get: of `-e NAME=value` the value alone.
    let value: String
    /// Parts of the value that are secret.
    let spans: [SecretSpan]
    let innocence: Innocence?
    /// Whether it is what a shell is told.
    let isShellText: Bool

    init(_ carrier: Carrier, place: Place, node: SyntaxNode, name: String?, value: String) {
        let reader = ValueReader(name: name, value: value)
        self.init(carrier, place: place, node: node, name: name, value: value, reader.spans, reader.innocence)
    }

    /// A value that somebody else has looked at.
    init(
        _ carrier: Carrier,
        place: Place,
        node: SyntaxNode,
        name: String?,
        value: String,
        _ spans: [SecretSpan],
        _ innocence: Innocence? = nil,
        isShellText: Bool = false
    ) {
        self.carrier = carrier
        self.place = place
        self.node = node
        self.name = name
        self.value = value
        self.spans = spans
        self.innocence = innocence
        self.isShellText = isShellText
    }

    /// A value that is no secret itself.
    init(_ carrier: Carrier, place: Place, node: SyntaxNode, name: String?, innocence: Innocence) {
        self.init(carrier, place: place, node: node, name: name, value: "", [], innocence)
    }

    /// The same value, which is moved from another place.
    func asCopy() -> Candidate {
        let whole = SecretSpan(range: 0..<value.utf8.count, evidence: .copy)
        return Candidate(carrier, place: place, node: node, name: name, value: value, [whole])
    }

    /// What the secret can be called by: its variable, option or header, or what it is the address of. Never by a part of
    /// the value itself, which would be seen wherever the secret's name is.
    var label: String {
        if let name, SecretNames.meaning(of: name) != nil { return name }
        let bytes = Array(value.utf8)[...]
        if let header = Credentials.header(bytes), SecretNames.meaning(of: header.name) != nil,
            ["--header", "--headers", "-H"].contains(name) || SecretNames.isKnown(header.name)
        {
            return header.name
        }
        if evidence == .userPassword || evidence == .attached { return "password" }
        guard let mark = bytes.firstRange(of: Array("://".utf8)) else {
            // A letter says nothing.
            return name.flatMap { $0.hasPrefix("-") && $0.utf8.count == 2 ? nil : $0 } ?? "argument"
        }
        let scheme = bytes[..<mark.lowerBound].ending { $0.isAlphanumeric }.lowercased
        return Self.schemes.contains(scheme) ? scheme + "-url" : "url"
    }

    private static let schemes: Set<String> = [
        "postgres", "postgresql", "mysql", "mariadb", "redis", "rediss", "mongodb", "srv", "amqp", "amqps", "http",
        "https", "ws", "wss", "clickhouse", "sqlserver", "mssql", "oracle", "neo4j", "bolt", "nats", "ftp", "sftp",
        "smtp", "imap", "kafka", "cassandra", "elasticsearch", "snowflake", "trino", "libsql", "turso", "ldap", "ldaps",
    ]

    /// The best reason of all.
    var evidence: Evidence? { spans.map(\.evidence).max { $0.certainty < $1.certainty } }
    var isDoubtful: Bool { evidence?.certainty == .doubtful }
    var isArgument: Bool { if case .argument = carrier { true } else { false } }
    var isSecret: Bool { !spans.isEmpty }
}
