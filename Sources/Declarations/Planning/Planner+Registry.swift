import WarderModel
import WarderWire

/// Servers, tools and grants.
extension Planner {
    // MARK: Servers

    mutating func compare(_ name: ServerName, _ terms: ServerTerms) {
        let subject = Declaration.Subject.server(name)
        var notes = ChangeNotes()
        guard let old = present.servers[name] else {
            guard let selectors = terms.selectors else {
                return fault(
                    subject,
                    "it is new, and nothing says how the kernel recognises it",
                    "add the user that it runs as: uid: 1001"
                )
            }
            notes.note("owner", terms.owner)
            notes.details += selectors.words
            notes.widen("any program of a launch is the server", if: selectors.isLaunched)
            return add(subject, .add, notes) {
                $0.serverAdd = ServerRequest(
                    name: name.text,
                    owner: terms.owner?.text,
                    selectors: SelectorFields(selectors)
                )
            }
        }
        let before = old.selectors ?? Selectors()
        let selectors = terms.selectors ?? before
        guard selectors != before || terms.owner != old.owner else { return }
        notes.note("owner", old.owner, terms.owner)
        // A server's owner does not decide about its calls.
        notes.widen("who owned it may approve", if: old.owner != nil && terms.owner != old.owner)
        let lost = Set(before.words).subtracting(selectors.words).sorted()
        notes.details += lost.map { "no longer \($0)" }
        notes.details += selectors.words.filter { !before.words.contains($0) }
        notes.widen("recognised by less, or by something else", if: !lost.isEmpty)
        notes.widen("any program of a launch is the server", if: selectors.isLaunched && !before.isLaunched)
        let owner = terms.owner == old.owner ? nil : terms.owner?.text ?? ""
        add(subject, .change, notes) {
            $0.serverUpdate = InventoryChange.Server(
                name: name.text,
                update: ServerUpdate(selectors: SelectorFields(selectors), owner: owner)
            )
        }
    }

    // MARK: Tools

    mutating func compare(_ name: ToolID, _ terms: ToolTerms) {
        if let old = present.tools[name] { return change(name, old, terms) }
        let subject = Declaration.Subject.tool(name)
        if terms.pin != nil, terms.definition == nil { return requireDefinition(subject) }
        var notes = ChangeNotes()
        notes.note("risk", terms.risk.rawValue)
        notes.note("category", terms.category == .standard ? nil : terms.category.rawValue)
        notes.note("reason", terms.reason)
        notes.note("owner", terms.owner)
        notes.note("description", terms.text)
        notes.note("expected outputs", terms.expectedOutputs)
        notes.note("permissions", terms.permissions)
        notes.note("definition", terms.definition)
        notes.note("pin", terms.pin?.rawValue)
        notes.widen("works without presenting its definition", if: terms.pin == .whenPresented)
        var update = ToolUpdate()
        if let reason = terms.reason {
            (update.risk, update.category) = (terms.risk.rawValue, terms.category.rawValue)
            update.reason = reason.text
        }
        update.permissions = terms.permissions?.map(\.text)
        update.pin = terms.pin == .whenPresented ? terms.pin?.rawValue : nil
        let saysMore = update.risk != nil || update.permissions != nil || update.pin != nil
        add(subject, .add, notes) {
            $0.toolAdd = ToolRequest(
                name: name.text,
                description: terms.text?.text,
                risk: terms.risk.rawValue,
                category: terms.category.rawValue,
                owner: terms.owner?.text,
                expectedOutputs: terms.expectedOutputs?.text,
                definitionDigest: terms.definition
            )
            if saysMore { $0.toolSet = InventoryChange.Tool(name: name.text, update: update) }
        }
    }

    private mutating func requireDefinition(_ subject: Declaration.Subject) {
        fault(
            subject,
            "a pin needs a definition",
            "add its digest: definition: …, or take its server's tools over: warder tool import"
        )
    }

    private mutating func change(_ name: ToolID, _ old: ToolTerms, _ terms: ToolTerms) {
        let subject = Declaration.Subject.tool(name)
        var notes = ChangeNotes()
        var update = ToolUpdate()
        var accepts: ToolAcceptRequest?
        // A reason is for one change: what the vault has already is of an earlier one.
        let isStale = terms.reason.map { [old.reason, standing.acceptedReasons[name]].contains($0) } ?? false
        if let digest = terms.definition, digest != old.definition {
            // The class may still be what it is for the reason that the file says.
            let why = isStale ? reason : terms.reason ?? reason
            if old.definition == nil, standing.offers[name] == nil {
                update.definitionDigest = digest
                update.reason = why?.text
                notes.note("because", why)
            } else if digest == standing.offers[name] {
                guard let why else {
                    return requireReason(subject, "another definition is to be accepted", isStale: isStale)
                }
                accepts = ToolAcceptRequest(tools: [.init(name: name.text, digest: digest)], reason: why.text)
                notes.note("because", why)
                notes.widen("another definition is accepted")
            } else {
                return fault(
                    subject,
                    "the vault has accepted another definition, and none with this digest waits",
                    "take its server's tools over first: warder tool import; see: warder tool show \(name)"
                )
            }
            notes.note("definition", old.definition, digest)
        }
        noteClass(name, old, terms, &notes)
        let changesClass = old.risk != terms.risk || old.category != terms.category
        let changesReason = terms.reason != nil && terms.reason != old.reason
        // A definition that is accepted may raise the class by itself. A file that says what it said before leaves it at
        // that, with its reason; the next plan shows that the file has less.
        let setsClass = changesClass || (changesReason && accepts == nil)
        let mayUndo = terms.risk < .critical || old.category == .standard
        notes.widen(
            "taken for what the file says, whatever its definition says",
            if: accepts != nil && changesClass && mayUndo
        )
        if setsClass {
            guard !(changesClass && isStale), let why = terms.reason ?? reason else {
                return requireReason(subject, "its class changes", isStale: isStale)
            }
            (update.risk, update.category) = (terms.risk.rawValue, terms.category.rawValue)
            update.reason = why.text
        }
        if setsClass, changesReason || terms.reason == nil { notes.note("reason", old.reason, terms.reason ?? reason) }
        noteWords(old, terms, &notes, &update)
        if let pin = terms.pin {
            guard old.definition ?? terms.definition != nil else { return requireDefinition(subject) }
            let before = old.pin ?? .always
            if pin != before {
                update.pin = pin.rawValue
                notes.note("pin", before.rawValue, pin.rawValue)
                notes.widen("works without presenting its definition", if: pin == .whenPresented)
            }
        }
        guard !notes.details.isEmpty else { return }
        let saysMore =
            setsClass || update.definitionDigest != nil || update.pin != nil || update.owner != nil
            || update.description != nil || update.expectedOutputs != nil || update.permissions != nil
            || update.forgetPermissions != nil
        add(subject, .change, notes) {
            $0.toolAccept = accepts
            if saysMore { $0.toolSet = InventoryChange.Tool(name: name.text, update: update) }
        }
    }

    private mutating func requireReason(_ subject: Declaration.Subject, _ what: String, isStale: Bool) {
        guard isStale else {
            return fault(subject, "\(what), and nothing says why", "add a line `reason: …`, or use --reason")
        }
        fault(
            subject,
            "\(what), and its reason is the one of before",
            "say in `reason: …` why it changes now, or take the line out and use --reason"
        )
    }

    private func noteClass(_ name: ToolID, _ old: ToolTerms, _ terms: ToolTerms, _ notes: inout ChangeNotes) {
        notes.note("risk", old.risk.rawValue, terms.risk.rawValue)
        notes.note("category", old.category.rawValue, terms.category.rawValue)
        notes.widen("taken to be less harmful", if: terms.risk < old.risk)
        notes.widen(
            "no longer \(old.category.rawValue)",
            if: old.category != terms.category && old.category != .standard
        )
        // Another class asks other people. What the file does to their rules themselves is a change of its own.
        let (before, after) = (
            ApprovalRule.Scope(server: name.server, risk: old.risk, category: old.category),
            ApprovalRule.Scope(server: name.server, risk: terms.risk, category: terms.category)
        )
        noteFewer(holding(before, in: present), holding(after, in: present), &notes)
    }

    private func noteWords(
        _ old: ToolTerms,
        _ terms: ToolTerms,
        _ notes: inout ChangeNotes,
        _ update: inout ToolUpdate
    ) {
        notes.note("owner", old.owner, terms.owner)
        notes.widen("another owner may approve", if: old.owner != terms.owner)
        if old.owner != terms.owner { update.owner = terms.owner?.text ?? "" }
        notes.note("description", old.text, terms.text)
        if old.text != terms.text { update.description = terms.text?.text ?? "" }
        notes.note("expected outputs", old.expectedOutputs, terms.expectedOutputs)
        if old.expectedOutputs != terms.expectedOutputs { update.expectedOutputs = terms.expectedOutputs?.text ?? "" }
        guard old.permissions != terms.permissions else { return }
        notes.note("permissions", old.permissions, terms.permissions, ChangeNotes.list)
        let more = Set(terms.permissions ?? []).subtracting(old.permissions ?? [])
        notes.widen("must be allowed more", if: !more.isEmpty)
        update.permissions = terms.permissions?.map(\.text)
        update.forgetPermissions = terms.permissions == nil ? true : nil
    }

    // MARK: Grants

    mutating func compare(_ place: GrantPlace, _ terms: GrantTerms) {
        let subject = Declaration.Subject.grant(place)
        let old = present.grants[place]
        guard old != terms else { return }
        requireSecret(place.secret, for: subject)
        var notes = ChangeNotes()
        if let old {
            note(old, terms, &notes)
        } else {
            notes.widen("a secret that it was not given")
            notes.note("fields", terms.fields.map(\.text).joined(separator: ", "))
            notes.note("ttl", DurationText.text(terms.lifetime))
            notes.note("uses", terms.uses.map(String.init))
            notes.note("approval", terms.approval == .none ? terms.approval.rawValue : nil)
            notes.note("max_stale", terms.maxStale.map(DurationText.text))
            notes.note("attestation", terms.attestation == .uid ? nil : terms.attestation.rawValue)
            notes.note("expires", terms.expires?.description)
            notes.widen("nobody is asked", if: terms.approval == .none)
        }
        add(subject, old == nil ? .add : .change, notes) {
            if old != nil {
                $0.grantRemove = InventoryChange.Grant(tool: place.tool.text, secret: place.secret.text)
            }
            $0.grantAdd = GrantRequest(
                tool: place.tool.text,
                secret: place.secret.text,
                fields: terms.fields.map(\.text),
                ttl: terms.lifetime,
                uses: terms.uses,
                approval: terms.approval.rawValue,
                maxStale: terms.maxStale,
                attestation: terms.attestation.rawValue,
                expires: terms.expires?.description
            )
        }
    }

    private func note(_ old: GrantTerms, _ terms: GrantTerms, _ notes: inout ChangeNotes) {
        notes.note("fields", old.fields, terms.fields) { $0.map(\.text).joined(separator: ", ") }
        notes.note("ttl", old.lifetime, terms.lifetime, DurationText.text)
        notes.note("uses", old.uses, terms.uses)
        notes.note("approval", old.approval.rawValue, terms.approval.rawValue)
        notes.note("max_stale", old.maxStale, terms.maxStale, DurationText.text)
        notes.note("attestation", old.attestation.rawValue, terms.attestation.rawValue)
        notes.note("expires", old.expires, terms.expires)
        notes.widen("more fields", if: !Set(terms.fields).isSubset(of: old.fields))
        notes.widen("for longer", if: terms.lifetime > old.lifetime)
        notes.widen("more often", if: (terms.uses ?? .max) > (old.uses ?? .max))
        notes.widen("nobody is asked", if: terms.approval == .none && old.approval != .none)
        notes.widen("older values will do", if: (terms.maxStale ?? 0) > (old.maxStale ?? 0))
        notes.widen("the kernel confirms less", if: terms.attestation < old.attestation)
        notes.widen("ends later", if: old.expires.map { before in terms.expires.map { $0 > before } ?? true } ?? false)
    }
}

extension Selectors {
    /// As a command line or a file spells them, whole.
    fileprivate var words: [String] {
        [
            uid.map { "uid: \($0)" }, gid.map { "gid: \($0)" }, group.map { "group: \($0)" },
            unit.map { "unit: \(YAMLPage.scalar($0))" }, executable.map { "executable: \(YAMLPage.scalar($0))" },
            executableSHA256.map { "executable_sha256: \($0)" }, isLaunched ? "launch" : nil,
        ].compactMap(\.self)
    }
}

extension SelectorFields {
    fileprivate init(_ selectors: Selectors) {
        self.init(
            uid: selectors.uid,
            gid: selectors.gid,
            group: selectors.group,
            unit: selectors.unit,
            executable: selectors.executable,
            executableSHA256: selectors.executableSHA256,
            launch: selectors.isLaunched ? true : nil
        )
    }
}
