package import UpstreamAddresses
import WarderModel

/// What a command line declares of upstreams: texts of the form `NAME=VALUE`, of several kinds, that belong together by
/// their name.
package struct ProxyDeclarations: Sendable {
    /// Why they declare nothing.
    package enum Fault: Error, Hashable, Sendable {
        /// A text without `=`, or with nothing on one side of it.
        case notAPair(Kind)
        /// A name that is not letters, digits, `-` and `_`.
        case badName(Kind)
        /// The same name declares this twice, where it can only once.
        case twice(Kind)
        /// Something is declared for a name that has no upstream.
        case noUpstream(Kind)
        /// An upstream has no secret, or nothing in the environment would hold its address or its placeholder.
        case missing(Kind)
        /// The upstream's address declares none.
        case badOrigin(UpstreamOrigin.Invalid)
        /// Not `NAME` or `NAME#FIELD` of a secret.
        case badSecret
        /// Not `bearer`, `basic`, `header:NAME` or `query:NAME`.
        case badPlace
        /// No name of a variable, or one that two things would be put into.
        case badVariable
        /// One of the vault's own variables, which clients in the server go by.
        case reservedVariable
    }

    /// What one text is about.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case upstream, secret, place, urlVariable, tokenVariable, authorities
    }

    /// An upstream, and the variables that the server learns of it from.
    package struct Declared: Sendable {
        /// The upstream.
        package let upstream: ProxiedUpstream
        /// Variables that get the proxy's address.
        package let urlVariables: [String]
        /// Variables that get the placeholder.
        package let tokenVariables: [String]

        /// What goes into the server's environment once the proxy listens at `baseURL`.
        package func environment(baseURL: String) -> [String: String] {
            var variables = Dictionary(uniqueKeysWithValues: urlVariables.map { ($0, baseURL) })
            for name in tokenVariables { variables[name] = upstream.placeholder.text }
            return variables
        }
    }

    /// The upstreams, in the order in which they were declared.
    package let all: [Declared]

    /// Reads what was written for each kind.
    ///
    /// - Throws: ``Fault``.
    package init(_ texts: [Kind: [String]]) throws(Fault) {
        var values: [Kind: [String: [String]]] = [:]
        var names: [String] = []
        for kind in Kind.allCases {
            for text in texts[kind] ?? [] {
                let (name, value) = try Self.pair(text, kind)
                if kind == .upstream { names.append(name) }
                guard names.contains(name) else { throw .noUpstream(kind) }
                let isRepeated = [.place, .urlVariable, .tokenVariable].contains(kind)
                guard isRepeated || values[kind]?[name] == nil else { throw .twice(kind) }
                values[kind, default: [:]][name, default: []].append(value)
            }
        }
        var all: [Declared] = []
        for name in names { all.append(try Self.declared(name) { kind in values[kind]?[name] ?? [] }) }
        let variables = all.flatMap { $0.urlVariables + $0.tokenVariables }
        guard Set(variables).count == variables.count else { throw .badVariable }
        self.all = all
    }

    private static func declared(_ name: String, _ values: (Kind) -> [String]) throws(Fault) -> Declared {
        for kind in [Kind.secret, .urlVariable, .tokenVariable] where values(kind).isEmpty { throw .missing(kind) }
        guard let address = values(.upstream).first, let reference = values(.secret).first else {
            throw .missing(.upstream)
        }
        let (secret, field) = try Self.secret(reference)
        var places: Set<PlaceholderPlace> = []
        for text in values(.place) {
            guard let place = PlaceholderPlace(text) else { throw .badPlace }
            places.insert(place)
        }
        let variables = values(.urlVariable) + values(.tokenVariable)
        guard variables.allSatisfy(isVariable) else { throw .badVariable }
        guard !variables.contains(where: { $0.hasPrefix("WARDER_") }) else { throw .reservedVariable }
        let upstream = ProxiedUpstream(
            name: name,
            origin: try origin(address),
            secret: secret,
            field: field,
            places: places.isEmpty ? PlaceholderPlace.usual : places,
            authorities: values(.authorities).first
        )
        return Declared(
            upstream: upstream,
            urlVariables: values(.urlVariable),
            tokenVariables: values(.tokenVariable)
        )
    }

    private static func pair(_ text: String, _ kind: Kind) throws(Fault) -> (String, String) {
        guard let equals = text.firstIndex(of: "=") else { throw .notAPair(kind) }
        let name = text[..<equals]
        let value = text[text.index(after: equals)...]
        guard !name.isEmpty, !value.isEmpty else { throw .notAPair(kind) }
        guard name.utf8.count <= 63, name.utf8.allSatisfy({ isWord($0) || $0 == UInt8(ascii: "-") }) else {
            throw .badName(kind)
        }
        return (String(name), String(value))
    }

    private static func origin(_ text: String) throws(Fault) -> UpstreamOrigin {
        do throws(UpstreamOrigin.Invalid) { return try UpstreamOrigin(text) } catch { throw .badOrigin(error) }
    }

    private static func secret(_ text: String) throws(Fault) -> (SecretName, FieldName) {
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        do throws(NameError) {
            return (try SecretName(parts[0]), parts.count > 1 ? try FieldName(parts[1]) : .value)
        } catch {
            throw .badSecret
        }
    }

    private static func isVariable(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy(isWord)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (0x30...0x39).contains(byte)
            || byte == UInt8(ascii: "_")
    }
}
