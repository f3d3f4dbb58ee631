import Sealing
package import SecretMemory
package import WarderCore
package import WarderModel

/// What stories begin with. Everything here throws where it cannot be done, by the vault's own refusal.
extension TestVault {
    /// Stores text in the field `value`, or in the fields that are given.
    @discardableResult
    package func mustPut(
        _ name: String,
        _ value: String = "s3cr3t",
        fields: [String: String]? = nil,
        check: UInt32? = nil,
        pending: Bool = false,
        expires: Timestamp? = nil,
        owner: String? = nil,
        by caller: Caller? = nil
    ) async throws -> Secrets.Change {
        let draft = try draft(
            fields ?? ["value": value],
            check: check,
            pending: pending,
            expires: expires,
            owner: owner
        )
        return try await vault.perform(Secrets.put(try SecretName(name), draft, by: caller ?? admin))
    }

    /// A new version's content.
    package func draft(
        _ fields: [String: String],
        check: UInt32? = nil,
        pending: Bool = false,
        expires: Timestamp? = nil,
        owner: String? = nil
    ) throws -> Secrets.Draft {
        var values: [FieldName: SecretBytes] = [:]
        for (name, value) in fields { values[try FieldName(name)] = try Self.secret(value) }
        return Secrets.Draft(
            fields: try SecretFields(values),
            checkVersion: check,
            properties: Secrets.Properties(
                owner: try owner.map { .some(try PlainText($0)) },
                expires: expires.map { .some($0) }
            ),
            pending: pending
        )
    }

    /// Registers a server, by default one that is known by its uid alone.
    @discardableResult
    package func mustAddServer(
        _ name: String,
        _ selectors: Selectors = Selectors(uid: 2000)
    ) async throws -> Servers.Overview {
        try await vault.perform(Servers.add(try ServerName(name), owner: nil, selectors: selectors, by: admin))
    }

    /// Adds a tool, by default one that needs no approval.
    @discardableResult
    package func mustAddTool(
        _ name: String,
        risk: Tool.Risk = .readOnly,
        category: Tool.Category = .standard,
        digest: String? = nil
    ) async throws -> Tools.Overview {
        let description = Tools.Description(
            text: nil,
            risk: risk,
            category: category,
            owner: nil,
            expectedOutputs: nil,
            definitionDigest: digest
        )
        return try await vault.perform(Tools.add(try ToolID(name), description, by: admin))
    }

    /// Lets a tool use a secret.
    @discardableResult
    package func mustGrant(
        _ tool: String,
        _ secret: String,
        fields: [String] = ["value"],
        lifetime: Int64 = 300,
        uses: Int64? = nil,
        approval: Grant.Approval = .byClass,
        maxStale: Int64? = nil,
        attestation: Peer.Attestation = .uid,
        expires: Timestamp? = nil
    ) async throws -> Grant {
        let terms = Grants.Terms(
            fields: try fields.map { try FieldName($0) },
            lifetime: lifetime,
            uses: uses,
            approval: approval,
            maxStale: maxStale,
            minimumAttestation: attestation,
            expires: expires
        )
        return try await vault.perform(Grants.add(try key(tool, secret), terms, by: admin)).grant
    }

    /// Takes a grant back.
    package func mustRevokeGrant(_ tool: String, _ secret: String) async throws {
        try await vault.perform(Grants.remove(try key(tool, secret), by: admin))
    }

    /// Names a grant.
    package func key(_ tool: String, _ secret: String) throws -> GrantKey {
        GrantKey(tool: try ToolID(tool), secret: try SecretName(secret))
    }

    /// The server `notes` under uid 2000 with the tool `notes/search`, which may use `notes/api`. Most stories need no
    /// more.
    package func mustSetUpNotes(
        risk: Tool.Risk = .readOnly,
        lifetime: Int64 = 300,
        uses: Int64? = nil,
        approval: Grant.Approval = .byClass
    ) async throws {
        try await mustPut("notes/api")
        try await mustAddServer("notes")
        try await mustAddTool("notes/search", risk: risk)
        try await mustGrant("notes/search", "notes/api", lifetime: lifetime, uses: uses, approval: approval)
    }

    /// Registers a person, who sets a passphrase of their own at once.
    /// - Returns: them as the kernel describes them.
    @discardableResult
    package func mustAddOperator(
        _ name: String,
        uid: UInt32,
        roles: Set<Role>,
        groups: [String] = [],
        withPresence: Bool = true
    ) async throws -> Peer {
        _ = try await vault.perform(
            Operators.add(try OperatorName(name), uid: uid, roles: roles, groups: groups, by: admin)
        )
        let peer = Peer.synthetic(uid: uid, pid: Int32(uid))
        if withPresence {
            try await mustEnrol(name, peer)
        }
        return peer
    }

    /// An admin makes a code, and the person sets a passphrase with it.
    package func mustEnrol(_ name: String, _ peer: Peer) async throws {
        let made = try await vault.perform(Enrolments.make(for: try OperatorName(name), by: admin))
        guard let code = EnrolmentCode(made.code) else { throw TestFailure("the vault made a code that is none") }
        _ = try await vault.perform(
            Enrolments.use(code, toSet: try Self.verifier(), by: caller(peer, .operator))
        )
    }

    // MARK: Tokens

    /// A demand for a token.
    package func demand(
        _ tool: String = "notes/search",
        digest: String? = nil,
        arguments: String? = nil,
        lifetime: Int64? = nil,
        claims: Claims = Claims()
    ) throws -> Tokens.Demand {
        Tokens.Demand(
            tool: tool.contains("/") ? .whole(try ToolID(tool)) : .bare(try ToolName(tool)),
            toolDigest: digest,
            arguments: arguments.map { Array($0.utf8) },
            claims: claims,
            lifetime: lifetime
        )
    }

    /// A token for a process.
    package func mustIssue(
        _ tool: String = "notes/search",
        to peer: Peer = .synthetic(),
        digest: String? = nil,
        lifetime: Int64? = nil
    ) async throws -> HeldToken {
        HeldToken(
            try await vault.perform(
                Tokens.issue(try demand(tool, digest: digest, lifetime: lifetime), by: server(peer))
            ).get()
        )
    }

    /// Uses a token, as the process that it was given to unless another is named.
    package func resolve(
        _ secret: String = "notes/api",
        field: String = "value",
        with token: HeldToken,
        known: UInt32? = nil,
        by peer: Peer = .synthetic()
    ) throws -> Command<Tokens.Resolved> {
        Tokens.resolve(
            try SecretName(secret),
            fields: [try FieldName(field)],
            with: token.presented,
            known: known,
            by: server(peer)
        )
    }

    /// The text of a value that a token opens.
    package func mustResolve(
        _ secret: String = "notes/api",
        field: String = "value",
        with token: HeldToken,
        by peer: Peer = .synthetic()
    ) async throws -> String {
        guard case .value(let opened) = try await vault.perform(resolve(secret, field: field, with: token, by: peer))
        else { throw TestFailure("no value") }
        return opened.value.text
    }

    // MARK: What came of it

    /// Why a command was refused; `nil` when it was not.
    package func refusal<Answer>(of command: Command<Answer>) async -> Refusal? {
        do throws(Refusal) {
            _ = try await vault.perform(command)
            return nil
        } catch { return error }
    }

    /// Why a request for a credential got none; `approvalPending` where people are asked first.
    package func refusal<Answer>(ofRequest command: Command<Requested<Answer>>) async -> Refusal? {
        do throws(Refusal) {
            _ = try await vault.perform(command).get()
            return nil
        } catch { return error }
    }

    /// All events so far, in order.
    package func events() throws -> [LoggedEvent] {
        try vault.events(matching: EventFilter(), after: 0, limit: .max, budget: .max).events.compactMap(\.canonical)
            .map {
                try LoggedEvent($0)
            }
    }

    /// The newest event.
    package func lastEvent() throws -> LoggedEvent {
        guard let last = try events().last else { throw TestFailure("the log is empty") }
        return last
    }
}

/// A token as the process has it that asked for one.
package struct HeldToken: Sendable {
    package let issued: Tokens.Issued
    /// What the process shows.
    package let presented: PresentedToken?

    package init(_ issued: Tokens.Issued) {
        self.issued = issued
        presented = issued.text.flatMap { PresentedToken(text: $0.text) }
    }
}

extension SecretBytes {
    /// The bytes as text: for comparing in tests, where no value is secret.
    package var text: String { unsafe withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) } }
}
