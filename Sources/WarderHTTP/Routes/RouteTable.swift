import NIOHTTP1
import WarderModel
import WarderWire

/// A route: a method, a pattern of segments, and what to do. Patterns: `/v1/servers/{server}/release`; `{name...}`
/// takes all that is left.
struct Route: Sendable {
    /// How large a body may be.
    enum BodyLimit: Sendable {
        case none
        case small
        /// Values of secrets.
        case values
        /// Definitions of all tools of a server.
        case definitions
    }

    /// Whom the route is for, before the vault is asked anything.
    enum Audience: Sendable {
        /// Whoever the socket admits.
        case anybody
        /// Peers that match a registered server; on the operator socket the same as anybody, because the vault decides
        /// by role.
        case registered
        /// As `registered`; and peers that may start a server.
        case launchers
        /// As `registered`; and everybody while the vault is not unsealed, when it knows nobody.
        case registeredOrSealed
    }

    let method: HTTPMethod
    let pattern: String
    /// What the route asks of the vault, on the operator socket: so that whoever may not is refused before the vault
    /// works for them. A test holds it against the document. `nil` where nothing is decided.
    let action: Action?
    /// Whether work on a passphrase or on keys comes before the decision.
    let isSlow: Bool
    let body: BodyLimit
    /// Parameters that the query may have; any other is refused, as an unknown key of a body is.
    let query: Set<String>
    let audience: Audience
    let work: @Sendable (Exchange) throws(Problem) -> Work
    fileprivate let parts: [Part]

    fileprivate enum Part: Sendable {
        case literal(String)
        case one(String)
        case rest(String)
    }

    /// `slow`: an action before whose decision there is slow work.
    init(
        _ method: HTTPMethod,
        _ pattern: String,
        action: Action? = nil,
        slow: Action? = nil,
        body: BodyLimit = .none,
        query: Set<String> = [],
        for audience: Audience = .registered,
        _ work: @escaping @Sendable (Exchange) throws(Problem) -> Work
    ) {
        self.method = method
        self.pattern = pattern
        self.action = action ?? slow
        isSlow = slow != nil
        self.body = body
        self.query = query
        self.audience = audience
        self.work = work
        parts = pattern.split(separator: "/").map { part in
            guard part.hasPrefix("{") else { return .literal(String(part)) }
            let name = part.dropFirst().dropLast()
            return name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .one(String(name))
        }
    }

    /// The parameters, if the path has the pattern's shape.
    fileprivate func match(_ segments: [Substring]) -> [String: String]? {
        var parameters: [String: String] = [:]
        var index = 0
        for part in parts {
            guard index < segments.count else { return nil }
            switch part {
            case .literal(let text):
                guard segments[index] == text else { return nil }
            case .one(let name):
                parameters[name] = String(segments[index])
            case .rest(let name):
                parameters[name] = segments[index...].joined(separator: "/")
                index = segments.count - 1
            }
            index += 1
        }
        return index == segments.count ? parameters : nil
    }
}

/// A route that was found, with the parts of the path that it names.
struct RouteMatch: Sendable {
    let route: Route
    let parameters: [String: String]
}

/// All routes of one socket. Each socket has its own table: what is not in it cannot be reached there.
struct RouteTable: Sendable {
    let routes: [Route]
    /// Routes without parameters by method and path.
    private let exact: [String: [Route]]
    private let patterns: [Route]

    init(_ routes: [Route]) {
        self.routes = routes
        exact = Dictionary(grouping: routes.filter { !$0.pattern.contains("{") }, by: \.pattern)
        patterns = routes.filter { $0.pattern.contains("{") }
    }

    /// - Throws: 404 for a path that no route has, 405 for one that has it with other methods, 400 for a parameter in
    ///   the query that
    ///   the route does not know.
    func find(_ method: HTTPMethod, _ target: RequestTarget) throws(Problem) -> RouteMatch {
        let match = try findPath(method, target)
        guard target.query.allSatisfy({ match.route.query.contains($0.name) }) else {
            throw .invalid("The query has a parameter that this route does not know.")
        }
        return match
    }

    private func findPath(_ method: HTTPMethod, _ target: RequestTarget) throws(Problem) -> RouteMatch {
        var allowed: [HTTPMethod] = []
        for route in exact[String(target.path)] ?? [] {
            if route.method == method { return RouteMatch(route: route, parameters: [:]) }
            allowed.append(route.method)
        }
        for route in patterns {
            guard let parameters = route.match(target.segments) else { continue }
            if route.method == method { return RouteMatch(route: route, parameters: parameters) }
            allowed.append(route.method)
        }
        guard !allowed.isEmpty else { throw Problem(.notFound, .notFound, "There is no such route on this socket.") }
        var problem = Problem(.methodNotAllowed, .methodNotAllowed, "The route does not know this method.")
        problem.allow = Set(allowed.map(\.rawValue)).sorted().joined(separator: ", ")
        throw problem
    }
}
