import NIOHTTP1
import WarderCore
import WarderLinux
import WarderModel
import WarderWire

/// What is decided about a request before its body is read.
struct Admission {
    let door: Door
    let server: ServerContext

    /// The route that is meant, if there is a share of requests left, and the peer may use it.
    func admit(
        _ peer: Peer,
        _ standing: PeerCheck.Standing,
        in share: ConnectionGate.Share,
        _ method: HTTPMethod,
        _ target: RequestTarget,
        at now: ContinuousClock.Instant
    ) throws(Problem) -> RouteMatch {
        // A sealed vault knows nobody, and the operator socket asks the vault: everybody has the share of their user
        // there.
        let phase = server.vault.phase
        let isStranger = door.kind == .client && phase == .unsealed && standing == .stranger
        let usage = door.kind == .client ? server.clientUsage : server.operatorUsage
        guard isStranger ? server.unknownUsage.take(at: now) : usage.take(peer.uid, at: now) else {
            server.unknownUsage.add(.limited, uid: peer.uid)
            var problem = Problem(.tooManyRequests, .rateLimited, "Too many requests; wait and try again.")
            problem.retryAfter = 1
            problem.closes = isStranger
            throw problem
        }
        guard door.kind == .client else { return try door.table.find(method, target) }
        let match = Result { () throws(Problem) in try door.table.find(method, target) }
        if case .success(let match) = match {
            switch match.route.audience {
            case .anybody: return match
            case .registeredOrSealed where phase != .unsealed: return match
            case .launchers where standing != .stranger: return match
            case .registered, .launchers, .registeredOrSealed: break
            }
        }
        guard phase == .unsealed else { throw door.problem(phase == .sealed ? .sealed : .notInitialised) }
        guard standing == .known else {
            server.unknownUsage.add(.unknown, uid: peer.uid)
            var problem = door.problem(peer.refusalOfStranger)
            // Whoever came in as a user of a server, and is none any more, gives the place back.
            problem.closes = share != .unknown && standing == .stranger
            throw problem
        }
        return try match.get()
    }

    /// Whether the route takes a body of this size and kind.
    func checkBody(of route: Route, _ fields: RequestFields) throws(Problem) {
        let limit =
            switch route.body {
            case .none: 0
            case .small: server.limits.bodyBytes
            case .values: server.limits.secretBodyBytes
            case .definitions: server.limits.definitionBodyBytes
            }
        guard fields.contentLength <= limit else {
            throw .fatal(
                "The body is larger than the \(limit) bytes that this route takes.",
                .contentTooLarge,
                .tooLarge
            )
        }
        guard !fields.hasBody || fields.isJSON else {
            throw .fatal("Send the body as application/json.", .unsupportedMediaType, .unsupportedMediaType)
        }
    }
}
