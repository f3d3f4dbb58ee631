import WarderModel

/// Who may get the values of one secret, and why others who look as if they could may not.
struct Access: Encodable {
    /// A tool that a grant names, or an operator who may reveal.
    struct Row: Encodable {
        /// `tool` or `operator`.
        var kind: String
        var name: String
        /// How the kernel recognises the tool's server.
        var server: String?
        var fields: [String]?
        var can: Bool
        /// Why not: `server_quarantined`, `grant_expired`, `approval_required`, `tool_missing`, `secret_deleted`,
        /// `version_missing`.
        var because: [String]
        var grantedBy: String?
        var granted: String?
        var expires: String?
    }

    var secret: String
    /// The moment, RFC 3339.
    var at: String
    var rows: [Row]
    /// Operators who can give access to others and to themselves.
    var admins: [String]
    /// Events of the past that could not be read, and may have changed this; none where the vault's own lists answered.
    var unreadable: Int

    init(to name: SecretName, in picture: AccessPicture, at moment: Timestamp) {
        secret = name.text
        at = moment.description
        let common: [Refusal] =
            picture.secret.map { secret in
                (secret.isDeleted ? [.secretDeleted] : []) + (secret.hasValue ? [] : [.versionMissing])
            } ?? [.secretMissing]
        let tools = picture.grants.values.sorted { $0.tool < $1.tool }.map { grant in
            Self.row(grant, in: picture, at: moment, common)
        }
        let people = picture.operators.filter { $0.value.contains(Role.reader.rawValue) }.keys.sorted().map { name in
            Row(kind: "operator", name: name, can: common.isEmpty, because: common.map(\.rawValue))
        }
        rows = tools + people
        unreadable = picture.unreadable.count
        admins = picture.operators.filter { $0.value.contains(Role.admin.rawValue) }.keys.sorted()
    }

    private static func row(
        _ grant: AccessPicture.GrantState,
        in picture: AccessPicture,
        at moment: Timestamp,
        _ common: [Refusal]
    ) -> Row {
        let serverName = String(grant.tool.prefix { $0 != "/" })
        let server = picture.servers[serverName]
        var because = common
        if let expires = grant.expires.flatMap(Timestamp.init(rfc3339:)), expires <= moment {
            because.append(.grantExpired)
        }
        if server == nil { because.append(.unknownPeer) }
        if server?.isQuarantined == true { because.append(.serverQuarantined) }
        switch picture.tools[grant.tool] {
        case nil: because.append(.toolMissing)
        case true?: if grant.approvalByClass { because.append(.approvalRequired) }
        case false?: break
        }
        return Row(
            kind: "tool",
            name: grant.tool,
            server: server?.selectors,
            fields: grant.fields,
            can: because.isEmpty,
            because: because.map(\.rawValue),
            grantedBy: grant.author,
            granted: grant.created,
            expires: grant.expires
        )
    }
}

extension Access {
    var table: Table {
        var table = Table([
            .init("WHO", canShrink: false), .init("CAN", canShrink: false), .init("FIELDS"), .init("RUNS AS"),
            .init("SINCE"), .init("BY"), .init("ENDS"),
        ])
        for row in rows {
            let state = row.can ? "yes" : "no: " + row.because.joined(separator: ", ")
            table.add([
                .init(row.kind == "tool" ? row.name : "operator \(row.name)"), .init(state, row.can ? nil : .caution),
                .init(row.fields.map { $0.joined(separator: ", ") } ?? "all"), .init(row.server),
                .init(row.granted.map { String($0.prefix(10)) }), .init(row.grantedBy),
                .init(row.expires.map { String($0.prefix(10)) }),
            ])
        }
        return table
    }
}
