import Alerting
import Rotating
import Sealing
import WarderModel

/// What a record can hold.
enum Noun: Sendable {
    case secret(Secret)
    case server(Server)
    case tool(Tool)
    case grant(Grant)
    case person(Operator)
    case origin(LogOrigin)
    case rotation(Rotation)
    case consumer(Consumer)
    case retention(LogMark)
    case approval(Approval)
    case approvalRule(ApprovalRule)
    case standingApproval(StandingApproval)
    case limit(RateLimit)
    case definition(Definition)
    case alert(Alert)
    case watch(AlertPolicy)
    case habit(KeptHabit)

    /// - Throws: `DecodingError` for content that is not of this kind.
    init(_ content: [UInt8], kind: RecordKind) throws {
        switch kind {
        case .secret: self = .secret(try RecordCoding.decode(Secret.self, from: content))
        case .server: self = .server(try RecordCoding.decode(Server.self, from: content))
        case .tool: self = .tool(try RecordCoding.decode(Tool.self, from: content))
        case .grant: self = .grant(try RecordCoding.decode(Grant.self, from: content))
        case .operator: self = .person(try RecordCoding.decode(Operator.self, from: content))
        case .origin: self = .origin(try RecordCoding.decode(LogOrigin.self, from: content))
        case .rotation: self = .rotation(try RecordCoding.decode(Rotation.self, from: content))
        case .consumer: self = .consumer(try RecordCoding.decode(Consumer.self, from: content))
        case .retention: self = .retention(try RecordCoding.decode(LogMark.self, from: content))
        case .approval: self = .approval(try RecordCoding.decode(Approval.self, from: content))
        case .approvalRule: self = .approvalRule(try RecordCoding.decode(ApprovalRule.self, from: content))
        case .standingApproval:
            self = .standingApproval(try RecordCoding.decode(StandingApproval.self, from: content))
        case .limit: self = .limit(try RecordCoding.decode(RateLimit.self, from: content))
        case .definition: self = .definition(try RecordCoding.decode(Definition.self, from: content))
        case .alert: self = .alert(try RecordCoding.decode(Alert.self, from: content))
        case .watch: self = .watch(try RecordCoding.decode(AlertPolicy.self, from: content))
        case .habit: self = .habit(try RecordCoding.decode(KeptHabit.self, from: content))
        }
    }

    var id: RecordID {
        switch self {
        case .secret(let secret): secret.id
        case .server(let server): server.id
        case .tool(let tool): tool.id
        case .grant(let grant): grant.id
        case .person(let person): person.id
        case .origin(let origin): origin.id
        case .rotation(let rotation): rotation.id
        case .consumer(let consumer): consumer.id
        case .retention(let mark): mark.id
        case .approval(let approval): approval.id
        case .approvalRule(let rule): rule.id
        case .standingApproval(let standing): standing.id
        case .limit(let limit): limit.id
        case .definition(let definition): definition.id
        case .alert(let alert): alert.id
        case .watch(let policy): policy.id
        case .habit(let habit): habit.id
        }
    }

    var kind: RecordKind {
        switch self {
        case .secret: .secret
        case .server: .server
        case .tool: .tool
        case .grant: .grant
        case .person: .operator
        case .origin: .origin
        case .rotation: .rotation
        case .consumer: .consumer
        case .retention: .retention
        case .approval: .approval
        case .approvalRule: .approvalRule
        case .standingApproval: .standingApproval
        case .limit: .limit
        case .definition: .definition
        case .alert: .alert
        case .watch: .watch
        case .habit: .habit
        }
    }

    /// As people know it.
    var name: String {
        switch self {
        case .secret(let secret): secret.name.text
        case .server(let server): server.name.text
        case .tool(let tool): tool.name.text
        case .grant(let grant): Self.name(of: GrantKey(tool: grant.tool, secret: grant.secret))
        case .person(let person): person.name.text
        case .origin(let origin): "restore \(origin.number - 1)"
        case .rotation(let rotation): rotation.secret.text
        case .consumer(let consumer): Self.name(of: ConsumerKey(secret: consumer.secret, server: consumer.server))
        case .retention: Self.nameOfRetention
        case .approval(let approval): approval.name.text
        case .approvalRule(let rule): rule.scope.text
        case .standingApproval(let standing): standing.name.text
        case .limit(let limit): Self.name(of: limit.scope)
        case .definition(let definition): definition.tool.text
        case .alert(let alert): "\(alert.rule.rawValue) of \(alert.subject)"
        case .watch(let policy): policy.rule.rawValue
        case .habit(let habit): habit.server.text
        }
    }

    /// There is one.
    static let nameOfRetention = "of the log"

    static func name(of limit: RateLimit.Scope) -> String {
        "\(limit.risk.rawValue) of \(limit.server?.text ?? "all servers")"
    }

    static func name(of consumer: ConsumerKey) -> String { "\(consumer.secret) at \(consumer.server)" }
    static func name(of grant: GrantKey) -> String { "\(grant.tool) → \(grant.secret)" }

    /// Whether it is something that the vault can have written: what holds between a secret's versions.
    var isCoherent: Bool {
        if case .origin(let origin) = self { return origin.isCoherent }
        if case .retention(let mark) = self { return mark.through > 0 }
        if case .limit(let limit) = self { return limit.perMinute.map(RateLimit.range.contains) ?? true }
        guard case .secret(let secret) = self else { return true }
        let versions = secret.versions
        return secret.nextNumber > 0
            && zip(versions, versions.dropFirst()).allSatisfy { $0.number < $1.number }
            && versions.allSatisfy { version in
                version.number > 0 && version.number < secret.nextNumber && !version.fields.isEmpty
                    && (version.state == .destroyed) == (version.destroyed != nil)
            }
            && versions.count { $0.state == .current } <= 1 && versions.count { $0.state == .previous } <= 1
    }
}

/// What no two records of a kind may have in common.
enum NounKey: Hashable, Sendable {
    case secret(SecretName)
    case server(ServerName)
    case tool(ToolID)
    case grant(GrantKey)
    case person(OperatorName)
    case user(UInt32)
    case origin(UInt32)
    case rotation(SecretName)
    case consumer(ConsumerKey)
    case retention
    case approval(ApprovalID)
    case approvalRule(ApprovalRule.Scope)
    case standingApproval(StandingApprovalID)
    case limit(RateLimit.Scope)
    case definition(ToolID)
    case openAlert(Alert.Key)
    case alert(RecordID)
    case watch(AlertRule)
    case habit(ServerName)
}

extension Noun {
    /// An operator is known by name and by user.
    var keys: [NounKey] {
        switch self {
        case .secret(let secret): [.secret(secret.name)]
        case .server(let server): [.server(server.name)]
        case .tool(let tool): [.tool(tool.name)]
        case .grant(let grant): [.grant(GrantKey(tool: grant.tool, secret: grant.secret))]
        case .person(let person): [.person(person.name), .user(person.uid)]
        case .origin(let origin): [.origin(origin.number)]
        case .rotation(let rotation): [.rotation(rotation.secret)]
        case .consumer(let consumer): [.consumer(ConsumerKey(secret: consumer.secret, server: consumer.server))]
        case .retention: [.retention]
        case .approval(let approval): [.approval(approval.name)]
        case .approvalRule(let rule): [.approvalRule(rule.scope)]
        case .standingApproval(let standing): [.standingApproval(standing.name)]
        case .limit(let limit): [.limit(limit.scope)]
        case .definition(let definition): [.definition(definition.tool)]
        case .alert(let alert): [alert.isOpen ? .openAlert(alert.key) : .alert(alert.id)]
        case .watch(let policy): [.watch(policy.rule)]
        case .habit(let habit): [.habit(habit.server)]
        }
    }

    /// What must be there for it to mean anything.
    var references: [NounKey] {
        switch self {
        // What was asked for stays what it was when its tool is gone.
        case .secret, .server, .person, .origin, .retention, .approval, .alert, .watch: []
        case .tool(let tool): [.server(tool.name.server)]
        // What was read of a tool stays when the tool is gone.
        case .definition(let definition): [.server(definition.tool.server)]
        case .grant(let grant): [.tool(grant.tool), .secret(grant.secret)]
        case .rotation(let rotation): [.secret(rotation.secret)] + (rotation.helper.map { [.secret($0)] } ?? [])
        case .consumer(let consumer): [.secret(consumer.secret), .server(consumer.server)]
        case .approvalRule(let rule): rule.scope.server.map { [.server($0)] } ?? []
        case .standingApproval(let standing): [.server(standing.server)]
        case .limit(let limit): limit.server.map { [.server($0)] } ?? []
        case .habit(let habit): [.server(habit.server)]
        }
    }
}
