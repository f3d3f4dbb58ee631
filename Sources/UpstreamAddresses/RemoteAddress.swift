/// Where an MCP server is reached by HTTP, as a configuration has it: `https://[USER[:PASSWORD]@]HOST[:PORT]/PATH[?QUERY]`, or
/// the same with `http` for this machine's loopback. Behind and before the host `{NAME}` stands for a variable.
package struct RemoteAddress: Hashable, Sendable {
    /// Why a text is none. Quotes nothing.
    package enum Invalid: Error, Hashable, Sendable {
        case notAnAddress
        /// `http://` to another machine would show the credential to the network.
        case notEncrypted
        /// A brace that belongs to no variable's name.
        case badVariable
        /// A path that leads elsewhere, or bytes that no address has.
        case badTarget
    }

    /// The address with its secrets.
    package struct Filled: Sendable {
        package let origin: UpstreamOrigin
        /// Path and query.
        package let target: String
        /// `USER:PASSWORD`, as the address spells it; `nil` where it names none.
        package let user: String?
    }

    /// Scheme, host and port, without a path.
    package let origin: UpstreamOrigin
    private let user: VariableText?
    private let target: VariableText

    /// - Throws: ``Invalid``.
    package init(_ text: String) throws(Invalid) {
        guard let mark = text.firstRange(of: "://") else { throw .notAnAddress }
        let rest = text[mark.upperBound...]
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let authority = rest[..<end]
        var user: String?
        var host = authority
        if let at = authority.lastIndex(of: "@") {
            user = String(authority[..<at])
            host = authority[authority.index(after: at)...]
        }
        do throws(UpstreamOrigin.Invalid) {
            origin = try UpstreamOrigin(String(text[..<mark.upperBound]) + host)
        } catch {
            throw error == .notEncrypted ? .notEncrypted : .notAnAddress
        }
        // An empty path is written as the root.
        let target = (rest[end...].first == "/" ? "" : "/") + String(rest[end...])
        do throws(VariableText.Invalid) {
            self.user = try user.map { text throws(VariableText.Invalid) in try VariableText(text) }
            self.target = try VariableText(target)
        } catch {
            throw .badVariable
        }
        // Whatever the values are, the rest has to be an address.
        let example: Filled
        do throws(VariableText.Unfilled) { example = try filled { _ in "x" } } catch { throw .badTarget }
        guard Self.isTarget(example.target), example.user?.utf8.allSatisfy(Self.isOfUser) ?? true else {
            throw .badTarget
        }
    }

    /// Names of the variables in it.
    package var variables: [String] { (user?.variables ?? []) + target.variables }

    /// The address with the values of its variables, which stand there as addresses spell them: what a URL has to escape
    /// is escaped in the value already.
    ///
    /// - Throws: `VariableText.Unfilled`.
    package func filled(_ value: (String) -> String?) throws(VariableText.Unfilled) -> Filled {
        let filled = Filled(
            origin: origin,
            target: try target.filled(where: Self.isOfTarget, value),
            user: try user?.filled(where: Self.isOfUser, value)
        )
        // A value of dots and slashes would lead to another path.
        guard Self.isTarget(filled.target) else { throw .unfit(target.variables.first ?? "") }
        return filled
    }

    /// Whether it can be asked for: a path that means the same to everybody, and maybe a query.
    package static func isTarget(_ text: String) -> Bool {
        let path = text.prefix { $0 != "?" }
        return RequestPath.isSafe(path) && text.utf8.count <= 8192
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"#\"<>\\^`{|}".utf8.contains($0) }
    }

    private static func isOfTarget(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !"#?&\"<>\\^`{|}".utf8.contains(byte)
    }

    private static func isOfUser(_ byte: UInt8) -> Bool { isOfTarget(byte) && !"/@[]".utf8.contains(byte) }
}
