import HashTreeCollections
import Reviewing
import Rotating
import Scheduling
import Sealing
import SecretShares
import WarderModel

extension ToolFacts {
    init(_ tool: Tool, in state: VaultState, at now: Timestamp) {
        let grants = state.grants(of: tool.name).filter { grant in grant.expires.map { $0 > now } ?? true }
        let accepted = state.definition(of: tool)?.accepted
        // Also of a tool that was removed, and that somebody registered anew by hand.
        let read = state.definitions[tool.name]?.accepted
        self.init(
            name: tool.name.text,
            description: tool.text?.text,
            risk: tool.risk,
            category: tool.category,
            reasons: Self.reasons(for: tool, accepted),
            read: .known(read.map { ToolClass($0.proposal.risk, $0.proposal.category) }),
            reasoned: Self.isReasoned(tool, read),
            // A server's owner answers for its tools.
            owner: .known(tool.owner?.text ?? state.servers[tool.name.server]?.owner?.text),
            permissions: .known(tool.permissions?.map(\.text) ?? Self.scopes(accepted)),
            undemanding: tool.permissions.map(\.isEmpty),
            outputs: .known(tool.expectedOutputs?.text ?? accepted.flatMap(Accepted.outputs)),
            definition: Self.definition(of: tool),
            accepted: accepted.map(Accepted.init),
            approval: .known(Self.approval(of: tool, grants, in: state)),
            recorded: .known(!grants.isEmpty),
            used: .known(tool.lastUse.map(Instant.init))
        )
    }

    /// Why it is in its class: who said so, or what the rules read in its definition.
    private static func reasons(for tool: Tool, _ accepted: WarderModel.Definition.Form?) -> [String] {
        guard let decision = tool.decision else { return (accepted?.proposal.reasons ?? []).map(\.text) }
        let reason: String = decision.reason.map { ": \($0.text)" } ?? "."
        let day = decision.at.description.prefix(10)
        return ["\(decision.by) said so on \(day)\(reason)"]
    }

    /// Whether somebody gave a reason for its class who could know the definition that holds. What was said of an earlier
    /// one says nothing of this, and neither does what was said before anybody had read one: of a tool that was registered
    /// with a digest, nobody accepted the definition, which came later.
    private static func isReasoned(_ tool: Tool, _ read: WarderModel.Definition.Form?) -> Bool {
        guard let decision = tool.decision, decision.reason != nil else { return false }
        return (tool.acceptance?.at ?? read?.seen).map { $0 <= decision.at } ?? true
    }

    /// Any one of the lists suffices: the shortest.
    private static func scopes(_ definition: WarderModel.Definition.Form?) -> [String] {
        (definition?.scopes ?? []).min { $0.count < $1.count }?.map(\.text) ?? []
    }

    private static func definition(of tool: Tool) -> Fact<Definition> {
        if tool.name.tool == .launch { return .notEvaluated("What a server needs just to run has no definition.") }
        if tool.offer != nil { return .known(.changed) }
        if tool.gone != nil { return .known(.gone) }
        guard tool.definitionDigest != nil else { return .known(.unpinned) }
        return .known(tool.pin == .whenPresented ? .unpresented : .accepted)
    }

    /// What the vault does when the tool is called now: by the rules that hold, and not by its class alone.
    private static func approval(of tool: Tool, _ grants: [Grant], in state: VaultState) -> Approval {
        guard !state.approvalTerms(of: tool).isEmpty else {
            return state.standardTerms(of: tool).isEmpty ? .unneeded : .overruled
        }
        guard !grants.isEmpty else { return .ungranted }
        return grants.contains { $0.approval == .none } ? .waived : .required
    }
}

extension ServerFacts {
    init(_ server: Server, in state: VaultState) {
        let others = state.servers.values.filter {
            $0.name != server.name && $0.selectors.couldMatch(sameProcessAs: server.selectors)
        }
        self.init(
            name: server.name.text,
            owner: server.owner?.text,
            selectors: server.selectors,
            quarantined: server.quarantine != nil,
            overlaps: others.map(\.name.text).sorted(),
            operators: state.operators.values.filter { server.selectors.couldMatch(uid: $0.uid) }.map(\.name.text)
                .sorted()
        )
    }
}

extension GrantFacts {
    init(_ grant: Grant, in state: VaultState) {
        // Nobody wrote down which tool got which secret, but it cannot have been after the tool's last use, nor after the
        // last time that its server got the secret.
        let bounds = (state.consumers[grant.secret]?[grant.tool.server]?.lastSeen, state.tools[grant.tool]?.lastUse)
        let used: Timestamp? = if let got = bounds.0, let called = bounds.1 { min(got, called) } else { nil }
        self.init(
            tool: grant.tool.text,
            secret: grant.secret.text,
            fields: grant.fields.map(\.text),
            lifetime: Int(grant.lifetime),
            uses: grant.uses.map { Int($0) },
            waived: grant.approval == .none,
            maxStale: grant.maxStale.map { Int($0) },
            attestation: grant.minimumAttestation,
            expires: grant.expires.map(Instant.init),
            created: Instant(grant.created),
            author: grant.createdBy.text,
            used: .known(used.map(Instant.init))
        )
    }
}

extension SecretFacts {
    init(_ secret: Secret, in state: VaultState) {
        let rotation = state.rotations[secret.name]
        let timing = rotation?.pausedSince == nil ? rotation?.timing : nil
        self.init(
            name: secret.name.text,
            owner: secret.owner?.text,
            created: Instant(secret.created),
            changed: secret.current.map { Instant($0.created) },
            versions: Int(secret.nextNumber) - 1,
            schedule: timing.map { $0.schedule.map { "\($0)" } ?? "by its age" },
            paused: rotation?.pausedSince != nil && rotation?.timing != nil,
            expires: secret.expires.map(Instant.init),
            honeytoken: .known(secret.isDecoy),
            used: state.consumers[secret.name]?.values.map(\.lastSeen).max().map(Instant.init)
        )
    }
}

extension OperatorFacts {
    init(_ person: Operator, in state: VaultState) {
        self.init(
            name: person.name.text,
            uid: person.uid,
            roles: person.roles.sorted(),
            groups: person.groups.sorted(),
            presence: person.presence != nil,
            needed: state.profile == .singleUser || state.sharesUserWithServer(person.uid)
        )
    }
}

extension SlotFacts {
    init(_ slot: KeySlot) {
        var threshold: Int?
        if case .shares(_, let set) = slot.kind { threshold = Int(set.threshold) }
        self.init(kind: slot.kindName, created: Instant(slot.created), threshold: threshold)
    }
}
