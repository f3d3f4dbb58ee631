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

    init(_ carrier: Carrier, place: Place, node: SyntaxNode, name: String?, value: String) {
        let reader = ValueReader(name: name, value: value)
        self.carrier = carrier
        self.place = place
        self.node = node
        self.name = name
        self.value = value
        spans = reader.spans
        innocence = reader.innocence
    }

    /// A value that is no secret itself.
    init(_ carrier: Carrier, place: Place, node: SyntaxNode, name: String?, innocence: Innocence) {
        self.carrier = carrier
        self.place = place
        self.node = node
        self.name = name
        value = ""
        spans = []
        self.innocence = innocence
    }

    /// What the secret can be called by: its variable, option or header, or what it is the address of.
    var label: String {
        if let name, !SecretNames.words(of: name).isEmpty, SecretNames.meaning(of: name) != nil { return name }
        let bytes = Array(value.utf8)[...]
        if let header = Credentials.header(bytes), SecretNames.meaning(of: header.name) != nil { return header.name }
        guard let mark = bytes.firstRange(of: Array("://".utf8)) else { return name ?? "argument" }
        let scheme = bytes[..<mark.lowerBound].ending { $0.isAlphanumeric }
        return String(decoding: scheme, as: UTF8.self) + "-url"
    }

    /// The best reason of all.
    var evidence: Evidence? { spans.map(\.evidence).max { $0.certainty < $1.certainty } }
    var isArgument: Bool { if case .argument = carrier { true } else { false } }
    var isSecret: Bool { !spans.isEmpty }
}
