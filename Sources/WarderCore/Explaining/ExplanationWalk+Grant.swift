import HashTreeCollections
import WarderModel

/// What is asked about the grant and the secret.
extension ExplanationWalk {
    /// Seconds for which a grant that has ended is renewed by the remedy.
    private static let renewal: Int64 = 7 * 86_400

    /// The narrowest grant that lets the request through: what it asks for, and one use of a token.
    func smallestGrant(for fields: [FieldName]) -> Grant {
        let tool = state.tools[question.tool]
        let asksPeople = tool.map(state.needsApproval) ?? false
        return Grant(
            id: RecordID(high: 0, low: 0),
            tool: question.tool,
            secret: question.secret,
            fields: fields.sorted(),
            lifetime: Token.defaultLifetime,
            uses: 1,
            // What a server needs just to run cannot wait for anybody.
            approval: question.tool.tool == .launch && asksPeople ? .none : .byClass,
            minimumAttestation: .uid,
            expires: nil,
            created: now.wall,
            createdBy: Self.nobody
        )
    }

    /// A grant with everything in it that the request needs, and with nothing less than it had.
    func mended(_ grant: Grant, for fields: [FieldName]) -> Grant {
        var mended = grant
        if let expires = grant.expires, expires <= now.wall { mended.expires = now.wall.adding(seconds: Self.renewal) }
        mended.fields = Set(grant.fields).union(fields).sorted()
        mended.minimumAttestation = min(grant.minimumAttestation, peer.attestation)
        if question.tool.tool == .launch, state.tools[question.tool].map(state.needsApproval) ?? false {
            mended.approval = .none
        }
        return mended
    }

    private static let nobody: OperatorName = {
        do { return try OperatorName("nobody") } catch { preconditionFailure("a person's name that is none") }
    }()

    func check(_ grant: Grant?, _ fields: [FieldName], _ steps: inout [Step]) {
        let key = GrantKey(tool: question.tool, secret: question.secret)
        _ = ask(.grant, &steps) { () throws(Refusal) in
            try Tokens.grant(key, in: state)
        } passes: { grant in
            .yes("made by \(grant.createdBy) on \(grant.created)")
        } fails: { _ in
            if state.lost.contains(.grant(key)) { return unreadable("grant of \(key.secret) to \(key.tool)") }
            return Fault(
                fact: "no grant gives \(key.secret) to \(key.tool)",
                remedy: smallestGrant(for: fields).command
            )
        }
    }

    func expiry(of grant: Grant?, _ fields: [FieldName], _ steps: inout [Step]) {
        guard let grant else { return skip(.expiry, "goes by the grant", &steps) }
        _ = ask(.expiry, &steps) { () throws(Refusal) in
            try Tokens.checkEnd(of: grant, at: now.wall)
        } passes: { _ in
            .yes(grant.expires.map { "it ends on \($0)" } ?? "it has no end")
        } fails: { _ in
            Fault(
                fact: "it ended on \(grant.expires ?? now.wall)",
                remedy: grant.replaced(by: mended(grant, for: fields))
            )
        }
    }

    func attestation(under grant: Grant?, _ fields: [FieldName], _ steps: inout [Step]) {
        guard let grant else { return skip(.attestation, "goes by the grant", &steps) }
        let minimum = grant.minimumAttestation
        _ = ask(.attestation, &steps) { () throws(Refusal) in
            try Tokens.checkAttestation(of: peer, under: grant)
        } passes: { _ in
            minimum == .uid ? .yes("the user alone will do") : .provided("the kernel must confirm \(minimum.rawValue)")
        } fails: { _ in
            Fault(
                fact: "no kernel confirms \(minimum.rawValue)",
                remedy: grant.replaced(by: mended(grant, for: fields))
            )
        }
    }

    func check(_ fields: [FieldName], under grant: Grant?, _ steps: inout [Step]) {
        guard let grant else { return skip(.fields, "goes by the grant", &steps) }
        _ = ask(.fields, &steps) { () throws(Refusal) in
            try Tokens.check(fields, areGivenBy: grant)
        } passes: { _ in
            .yes("it gives \(Self.words(grant.fields))")
        } fails: { _ in
            Fault(
                fact: "it gives \(Self.words(grant.fields)), and not "
                    + Self.words(fields.filter { !grant.fields.contains($0) }),
                remedy: grant.replaced(by: mended(grant, for: fields))
            )
        }
    }

    func secret(_ steps: inout [Step], _ fields: [FieldName]) -> Secret? {
        let name = question.secret
        return ask(.secret, &steps) { () throws(Refusal) in
            try Secrets.live(name, in: state)
        } passes: { _ in
            .yes("\(name) is there")
        } fails: { refusal in
            switch refusal {
            case .secretDeleted:
                let since = state.secrets[name]?.deleted.map { " on \($0)" } ?? ""
                return Fault(fact: "\(name) was deleted\(since)", remedy: "warder secret undelete \(name)")
            case .valueDamaged: return unreadable("secret \(name)")
            default:
                return missing("secret \(name)", meant: meantSecret?.text, remedy: Self.put(name, fields))
            }
        }
    }

    func version(of secret: Secret?, _ steps: inout [Step], _ fields: [FieldName]) -> SecretVersion? {
        guard let secret else {
            skip(.version, "goes by the secret", &steps)
            return nil
        }
        return ask(.version, &steps) { () throws(Refusal) in
            try Tokens.current(of: secret)
        } passes: { version in
            .yes("version \(version.number) is current")
        } fails: { _ in
            let name = secret.name
            if secret.previous != nil {
                return Fault(fact: "\(name) has no current version", remedy: "warder secret rollback \(name)")
            }
            guard let pending = secret.versions.last(where: { $0.state == .pending }) else {
                return Fault(fact: "\(name) has no version that could be given", remedy: Self.put(name, fields))
            }
            return Fault(
                fact: "version \(pending.number) of \(name) waits to be promoted",
                remedy: "warder secret promote \(name) --version \(pending.number)"
            )
        }
    }

    func content(of version: SecretVersion?, _ fields: [FieldName], _ steps: inout [Step]) {
        guard let version else { return skip(.content, "goes by the version", &steps) }
        _ = ask(.content, &steps) { () throws(Refusal) in
            try Secrets.check(fields, areIn: version)
        } passes: { _ in
            .yes("version \(version.number) has \(Self.words(fields))")
        } fails: { _ in
            let missing = fields.filter { !version.fields.contains($0) }
            return Fault(
                fact: "version \(version.number) has \(Self.words(version.fields)), and not \(Self.words(missing))",
                remedy: Self.put(question.secret, Set(version.fields).union(missing).sorted())
            )
        }
    }

    /// The command that stores a version with these fields.
    private static func put(_ name: SecretName, _ fields: [FieldName]) -> String {
        let options = fields == [.value] ? [] : fields.map { "--field \($0)" }
        return (["warder secret put \(name)"] + options).joined(separator: " ")
    }

    private static func words(_ fields: [FieldName]) -> String {
        fields.map(\.text).joined(separator: ", ")
    }
}
