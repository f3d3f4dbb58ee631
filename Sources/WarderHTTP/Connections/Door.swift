import WarderCore
import WarderModel

/// One listening socket: which routes lie behind it and how many may stand in front.
final class Door: Sendable {
    let kind: Caller.Door
    let table: RouteTable
    let gate: ConnectionGate

    init(_ kind: Caller.Door, limits: ServerLimits) {
        self.kind = kind
        switch kind {
        case .operator:
            table = .operator
            gate = ConnectionGate(
                maximum: 4 * (limits.operatorConnections + limits.longPolls) + limits.operatorNewcomers,
                reserve: limits.operatorNewcomers,
                perUser: limits.operatorConnections,
                unknown: 0,
                longPolls: limits.longPolls
            )
        case .worker:
            table = .worker
            gate = ConnectionGate(
                maximum: limits.workerConnections,
                perUser: limits.workerConnections,
                unknown: 0,
                longPolls: limits.workerConnections
            )
        case .client, .inside:
            table = .client
            gate = ConnectionGate(
                maximum: limits.clientConnections,
                perUser: limits.connectionsPerUser,
                unknown: limits.unknownConnections,
                longPolls: limits.clientLongPolls
            )
        }
    }

    /// What a refused caller gets to see; `action` is what was refused, where it is known.
    func problem(_ refusal: Refusal, about action: Action? = nil) -> Problem {
        switch kind {
        case .operator: .forOperator(refusal, about: action)
        case .client, .worker, .inside: .forServer(refusal)
        }
    }
}
