import WarderModel

extension Comparison {
    mutating func tools(_ old: ReviewFacts, _ new: ReviewFacts) {
        let granted = new.liveGrants.value.map { Set($0.map(\.tool)) }
        for (before, tool) in Self.pairs(old.tools, new.tools, \.name) {
            guard let before else {
                add("new-tool", tool.name, tool.severity, "\(tool.name) (\(tool.classWords)) is new.")
                continue
            }
            classes(before, tool)
            if let (was, isNow) = both("owners of tools", of: tool.name, before.owner, tool.owner), was != nil,
                isNow == nil
            {
                add("owner-lost", tool.name, .low, "\(tool.name) has no owner any more.")
            }
            if let (was, isNow) = both("permissions of tools", of: tool.name, before.permissions, tool.permissions) {
                let more = Set(isNow).subtracting(was).sorted()
                if !more.isEmpty {
                    add(
                        "permission-added",
                        tool.name,
                        .high,
                        "\(tool.name) must be allowed more than before: \(Words.list(more))."
                    )
                }
            }
            if let (was, isNow) = both("definitions of tools", of: tool.name, before.definition, tool.definition),
                was != isNow
            {
                switch isNow {
                case .unpinned: add("pin-dropped", tool.name, .high, "\(tool.name) is not pinned any more.")
                case .changed: add("definition-changed", tool.name, .high, "\(tool.name) is not what was accepted.")
                case .unpresented where was == .accepted:
                    add(
                        "pin-loosened",
                        tool.name,
                        .medium,
                        "\(tool.name) gets its credential as well where its server does not present its definition."
                    )
                case .accepted, .gone, .unpresented: break
                }
            }
            if let was = before.accepted, let isNow = tool.accepted, was.digest != isNow.digest {
                let more = isNow.arguments(beyond: was)
                if more == [] {
                    renew(tool.name)
                } else {
                    let what =
                        more.map { "takes what it did not take before: \(Words.list($0))" }
                        ?? "nobody can tell whether it takes more: one of its schemas cannot be read"
                    add(
                        "definition-widened",
                        tool.name,
                        tool.severity,
                        "\(tool.name) was accepted anew, and \(what)."
                    )
                }
            } else if tool.accepted != nil, before.accepted == nil, before.definition.value != .unpinned {
                leaveOut("accepted definitions")
            }
            if let (was, isNow) = both("approvals of tools", of: tool.name, before.approval, tool.approval),
                was.holds, !isNow.holds
            {
                add("approval-removed", tool.name, tool.severity, "\(tool.name) needs nobody's approval any more.")
            }
            // What nothing is granted to gets nothing, of which there would have to be an event.
            if let (was, isNow) = both("recording of tools", of: tool.name, before.recorded, tool.recorded), was,
                !isNow, tool.approval.value != .ungranted, granted?.contains(tool.name) ?? true
            {
                add("recording-lost", tool.name, tool.severity, "Calls of \(tool.name) leave no event any more.")
            }
        }
    }

    /// A class that got worse, and one that is lower than it was, with a reason or without.
    private mutating func classes(_ before: ToolFacts, _ tool: ToolFacts) {
        let read = both("classes read of tools", of: tool.name, before.read, tool.read)
        if let (was, isNow) = read, was != nil, isNow == nil {
            add(
                "reading-lost",
                tool.name,
                tool.severity,
                "That \(tool.name) is \(tool.stated.words) was read in its definition, and is somebody's word now."
            )
        }
        // What only one of the two knows is no difference between the tools.
        let (was, isNow) = read == nil ? (before.stated, tool.stated) : (before.judged, tool.judged)
        if isNow.severity < was.severity {
            add(
                "risk-raised",
                tool.name,
                isNow.severity,
                "\(tool.name) was \(before.classWords) and is \(tool.classWords)."
            )
        } else if isNow.isBelow(was) || tool.stated.isBelow(before.stated) {
            // It asks for less of whoever calls it, though it may do what it did.
            let why = tool.isOnWord ? tool.reasons.first.map { " \($0)" } ?? "" : ""
            add(
                "risk-lowered",
                tool.name,
                min(before.severity, tool.severity),
                "\(tool.name) was \(before.classWords) and is taken to be \(tool.stated.words) now.\(why)"
            )
        }
    }

    mutating func grants(_ old: ReviewFacts, _ new: ReviewFacts) {
        guard let (before, after) = both("grants", old.grants, new.grants) else { return }
        let tools = Dictionary(new.tools.map { ($0.name, $0.severity) }) { one, _ in one }
        for (was, grant) in Self.pairs(before, after, ExposureChecks.subject) {
            let subject = ExposureChecks.subject(grant)
            let severity = tools[grant.tool] ?? .medium
            guard let was else {
                add("new-grant", subject, severity, "\(grant.tool) may use \(grant.secret), and might not before.")
                continue
            }
            let ways = Self.broadened(from: was, to: grant)
            if !ways.isEmpty {
                add(
                    "grant-broadened",
                    subject,
                    severity,
                    "\(grant.tool) may use \(grant.secret) more widely than before: \(Words.list(ways, atMost: 6))."
                )
            }
        }
    }

    private static func broadened(from old: GrantFacts, to new: GrantFacts) -> [String] {
        var ways: [String] = []
        let fields = Set(new.fields).subtracting(old.fields).sorted()
        if !fields.isEmpty { ways.append("also \(Words.list(fields))") }
        if new.lifetime > old.lifetime { ways.append("for \(new.lifetime) s instead of \(old.lifetime) s") }
        if (new.uses ?? .max) > (old.uses ?? .max) {
            ways.append(new.uses.map { "\($0) times a token" } ?? "as often as it likes")
        }
        if new.waived, !old.waived { ways.append("without approval") }
        if (new.maxStale ?? 0) > (old.maxStale ?? 0) { ways.append("with values up to \(new.maxStale ?? 0) s old") }
        if new.attestation < old.attestation { ways.append("confirmed only by \(new.attestation.rawValue)") }
        if let before = old.expires, new.expires.map({ $0 > before }) ?? true {
            ways.append(new.expires.map { "until \($0.day)" } ?? "without an end")
        }
        return ways
    }

    mutating func servers(_ old: Fact<[ServerFacts]>, _ new: Fact<[ServerFacts]>) {
        guard let (before, after) = both("servers", old, new) else { return }
        for (was, server) in Self.pairs(before, after, \.name) {
            guard let was else {
                add("new-server", server.name, .medium, "The server \(server.name) is new.")
                continue
            }
            let lost = server.conditionsLost(since: was)
            if !lost.isEmpty {
                add(
                    "selector-weakened",
                    server.name,
                    .high,
                    "\(server.name) is recognised by less than before, or by something else: \(Words.list(lost))."
                )
            }
            if was.owner != nil, server.owner == nil {
                add("owner-lost", server.name, .low, "The server \(server.name) has no owner any more.")
            }
            if was.quarantined, !server.quarantined {
                add("quarantine-ended", server.name, .high, "\(server.name) is no longer in quarantine.")
            }
            let shared = Set(server.operators).subtracting(was.operators).sorted()
            if !shared.isEmpty {
                add("uid-shared", server.name, .high, "\(server.name) can run under the user of \(Words.list(shared)).")
            }
        }
    }

    mutating func secrets(_ old: Fact<[SecretFacts]>, _ new: Fact<[SecretFacts]>) {
        guard let (before, after) = both("secrets", old, new) else { return }
        for (was, secret) in Self.pairs(before, after, \.name) {
            guard let was else { continue }
            if was.owner != nil, secret.owner == nil {
                add("owner-lost", secret.name, .low, "The secret \(secret.name) has no owner any more.")
            }
            if was.schedule != nil, secret.schedule == nil {
                add("schedule-removed", secret.name, .medium, "\(secret.name) does not change by itself any more.")
            }
            guard let (had, has) = both("decoys", of: secret.name, was.honeytoken, secret.honeytoken) else { continue }
            if had, !has {
                add("decoy-removed", secret.name, .medium, "\(secret.name) is no decoy any more.")
            } else if !had, has {
                add(
                    "became-decoy",
                    secret.name,
                    .medium,
                    "\(secret.name) is called a decoy now: nobody asks any more how old it is, nor who answers for it."
                )
            }
        }
    }

    mutating func operators(_ old: Fact<[OperatorFacts]>, _ new: Fact<[OperatorFacts]>) {
        guard let (before, after) = both("operators", old, new) else { return }
        for (was, person) in Self.pairs(before, after, \.name) {
            let roles = Set(person.roles).subtracting(was?.roles ?? []).map(\.rawValue).sorted()
            if !roles.isEmpty {
                let kind = was == nil ? "new-operator" : "role-added"
                add(kind, person.name, .high, "\(person.name) may act as \(Words.list(roles, atMost: 5)).")
            }
            let groups = Set(person.groups).subtracting(was?.groups ?? []).sorted()
            if was != nil, !groups.isEmpty {
                add("group-added", person.name, .high, "\(person.name) counts as one of \(Words.list(groups)) now.")
            }
            if was?.presence == true, !person.presence {
                add("presence-lost", person.name, .high, "\(person.name) has no passphrase any more.")
            }
        }
    }
}

extension ServerFacts {
    /// Conditions that an older set had and this one does not have as they were.
    fileprivate func conditionsLost(since old: ServerFacts) -> [String] {
        var lost: [String] = []
        func compare<Value: Equatable>(_ name: String, _ before: Value?, _ now: Value?) {
            if before != nil, before != now { lost.append(name) }
        }
        compare("uid", old.uid, uid)
        compare("gid", old.gid, gid)
        compare("group", old.group, group)
        compare("unit", old.unit, unit)
        compare("executable", old.executable, executable)
        compare("digest", old.sha256, sha256)
        return lost
    }
}
