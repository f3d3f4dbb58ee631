import HashTreeCollections
package import SecretMemory
package import Sealing
package import WarderModel

/// What operators ask about secrets.
package enum Secrets {
    /// What a change came to.
    package struct Change: Sendable {
        package let name: SecretName
        package let version: SecretVersion?
        /// Whether the secret itself is new.
        package let isNew: Bool
        /// Versions whose values are gone now.
        package let destroyed: [UInt32]
        package let state: String
        /// Fields of the version that was current which a new one does not have.
        package var dropped: [FieldName] = []
        /// Tools whose grants name such a field.
        package var affected: [ToolID] = []
    }

    /// A new version and what goes with it.
    package struct Draft: Sendable {
        package var fields: SecretFields
        /// Store only if the current version has this number; 0: only if there is no such secret.
        package var checkVersion: UInt32?
        package var properties: Properties
        package var pending: Bool

        package init(
            fields: SecretFields,
            checkVersion: UInt32? = nil,
            properties: Properties = Properties(),
            pending: Bool = false
        ) {
            self.fields = fields
            self.checkVersion = checkVersion
            self.properties = properties
            self.pending = pending
        }
    }

    /// Stores a new version. Requires `admin` or `rotator`.
    ///
    /// - Throws: `checkFailed` when the current version is not the expected one, `alreadyExists` when there should be
    ///   no secret yet, `secretDeleted` for a deleted secret.
    package static func put(_ name: SecretName, _ draft: Draft, by caller: Caller) -> Command<Change> {
        Command(.secretPut, by: caller, describe: { $0.secret = name }) {
            transaction,
            event throws(Refusal) in
            let existing = transaction.state.secrets[name]
            event.fields = draft.fields.values.keys.sorted()
            if let check = draft.checkVersion {
                if check == 0, existing != nil { throw .alreadyExists }
                guard check == existing?.current?.number ?? 0 else { throw .checkFailed }
            }
            if existing?.deleted != nil { throw .secretDeleted }
            let now = transaction.now.wall
            var secret = existing ?? Secret(id: transaction.keys.newRecordID(), name: name, created: now)
            guard case .person(let author, _) = event.actor else { throw .notAnOperator }
            var properties = draft.properties
            // The date of a pending version is not the current one's.
            let expires = draft.pending ? properties.expires ?? nil : nil
            if draft.pending {
                properties.expires = nil
                event.changes += expires.map { ["expires=\($0)"] } ?? []
            }
            let (added, destroyed) = secret.addVersion(
                fields: Array(draft.fields.values.keys),
                pending: draft.pending,
                at: now,
                by: .person(author),
                expires: expires
            )
            event.changes += properties.apply(to: &secret)
            event.version = added.number
            try transaction.store(draft.fields, of: secret.id, version: added.number)
            for number in destroyed { transaction.destroyValue(of: secret.id, version: number) }
            event.changes += draft.fields.values.sorted { $0.key < $1.key }.map { field, value in
                "fingerprint/\(field)=\(transaction.keys.fingerprint(value))"
            }
            event.changes += destroyed.map { "destroyed/v\($0)" }
            try transaction.put(secret, &event)
            let dropped = Set(existing?.current?.fields ?? []).subtracting(draft.fields.values.keys)
            return Change(
                name: name,
                version: added,
                isNew: existing == nil,
                destroyed: destroyed,
                state: added.state.rawValue,
                dropped: dropped.sorted(),
                affected: transaction.state.grants(for: name).filter { !dropped.isDisjoint(with: $0.fields) }.map(
                    \.tool
                )
            )
        }
    }

    /// Changes what describes a secret, and no value. Requires `admin` or `rotator`.
    ///
    /// - Throws: `secretDeleted` for a deleted secret.
    package static func set(_ name: SecretName, _ properties: Properties, by caller: Caller) -> Command<Secret> {
        Command(.secretSet, by: caller, describe: { $0.secret = name }) { transaction, event throws(Refusal) in
            var secret = try live(name, in: transaction.state)
            event.changes += properties.apply(to: &secret)
            try transaction.put(secret, &event)
            return secret
        }
    }

    /// Opens a value for a person. Requires `reader`, and their presence where a server may run as them.
    ///
    /// `version`: the current one where it is `nil`; any that is not destroyed can be asked for.
    package static func reveal(
        _ name: SecretName,
        field: FieldName,
        version: UInt32?,
        by caller: Caller
    ) -> Command<Opened> {
        Command(
            .secretReveal,
            by: caller,
            describe: {
                $0.secret = name
                $0.fields = [field]
                $0.version = version
            }
        ) { transaction, event throws(Refusal) in
            let secret = try live(name, in: transaction.state)
            guard let found = version.map(secret.version) ?? secret.current else { throw .versionMissing }
            event.version = found.number
            return try open([field], of: found, of: secret, in: transaction)
        }
    }

    /// All secrets by name, deleted ones too. No values. Requires `admin`, `rotator`, `reader` or `auditor`.
    package static func list(by caller: Caller) -> Command<[Secret]> {
        Command(.secretList, by: caller) { transaction, event throws(Refusal) in
            let secrets = transaction.state.secrets.values.sorted { $0.name < $1.name }
            event.changes = ["count=\(secrets.count)"]
            return secrets
        }
    }

    /// One secret and the tools that may use it. No values. Requires as for `list`.
    package static func show(_ name: SecretName, by caller: Caller) -> Command<(secret: Secret, tools: [ToolID])> {
        Command(.secretShow, by: caller, describe: { $0.secret = name }) { transaction, _ throws(Refusal) in
            guard let secret = transaction.state.secrets[name] else { throw .secretMissing }
            return (secret, transaction.state.grants(for: name).map(\.tool))
        }
    }

    /// Makes a version the current one. Requires `admin` or `rotator`.
    ///
    /// - Throws: `rotationBusy` for a version that a rotation under way is about: it would make the current one invalid.
    package static func promote(_ name: SecretName, version: UInt32, by caller: Caller) -> Command<Change> {
        Command(
            .secretPromote,
            by: caller,
            describe: {
                $0.secret = name
                $0.version = version
            }
        ) { transaction, event throws(Refusal) in
            var secret = try live(name, in: transaction.state)
            guard secret.version(version) != nil else { throw .versionMissing }
            try transaction.state.requireFree(version, of: name)
            guard secret.promote(version) else { throw .versionDestroyed }
            try transaction.put(secret, &event)
            return change(of: secret, version)
        }
    }

    /// Makes the previous version the current one again. Requires `admin` or `rotator`.
    ///
    /// - Throws: `rotationBusy` for a version that a rotation under way is about; `Rotations.rollback` goes back with it.
    package static func rollback(_ name: SecretName, by caller: Caller) -> Command<Change> {
        Command(.secretRollback, by: caller, describe: { $0.secret = name }) { transaction, event throws(Refusal) in
            var secret = try live(name, in: transaction.state)
            guard let previous = secret.previous else { throw .nothingToUndo }
            try transaction.state.requireFree(previous.number, of: name)
            guard secret.promote(previous.number) else { throw .nothingToUndo }
            event.version = previous.number
            try transaction.put(secret, &event)
            return change(of: secret, previous.number)
        }
    }

    /// Hides a secret: it resolves for nobody until it is undeleted. Requires `admin`.
    package static func delete(_ name: SecretName, by caller: Caller) -> Command<Change> {
        Command(.secretDelete, by: caller, describe: { $0.secret = name }) { transaction, event throws(Refusal) in
            var secret = try live(name, in: transaction.state)
            secret.deleted = transaction.now.wall
            try transaction.put(secret, &event)
            return Change(name: name, version: nil, isNew: false, destroyed: [], state: "deleted")
        }
    }

    /// Brings a deleted secret back. Requires `admin`.
    package static func undelete(_ name: SecretName, by caller: Caller) -> Command<Change> {
        Command(.secretUndelete, by: caller, describe: { $0.secret = name }) { transaction, event throws(Refusal) in
            guard var secret = transaction.state.secrets[name] else { throw .secretMissing }
            guard secret.deleted != nil else { throw .nothingToUndo }
            secret.deleted = nil
            try transaction.put(secret, &event)
            return Change(name: name, version: secret.current, isNew: false, destroyed: [], state: "active")
        }
    }

    /// Erases the values of one version, or of all, for good; numbers and dates stay. Requires `admin`, and
    /// presence.
    package static func destroy(_ name: SecretName, version: UInt32?, by caller: Caller) -> Command<Change> {
        Command(
            .secretDestroy,
            by: caller,
            describe: {
                $0.secret = name
                $0.version = version
            }
        ) { transaction, event throws(Refusal) in
            guard var secret = transaction.state.secrets[name] else { throw .secretMissing }
            if let version, secret.version(version) == nil { throw .versionMissing }
            let numbers = version.map { [$0] } ?? secret.versions.map(\.number)
            let destroyed = numbers.filter { secret.markDestroyed($0, at: transaction.now.wall) }
            guard !destroyed.isEmpty else { throw .versionDestroyed }
            for number in destroyed { transaction.destroyValue(of: secret.id, version: number) }
            event.changes += destroyed.map { "destroyed/v\($0)" }
            try transaction.put(secret, &event)
            return Change(name: name, version: nil, isNew: false, destroyed: destroyed, state: "destroyed")
        }
    }

    // MARK: Shared

    private static func change(of secret: Secret, _ number: UInt32) -> Change {
        let version = secret.version(number)
        return Change(
            name: secret.name,
            version: version,
            isNew: false,
            destroyed: [],
            state: version?.state.rawValue ?? ""
        )
    }

    static func live(_ name: SecretName, in state: VaultState) throws(Refusal) -> Secret {
        guard let secret = state.secrets[name] else {
            throw state.lost.contains(.secret(name)) ? .valueDamaged : .secretMissing
        }
        guard secret.deleted == nil else { throw .secretDeleted }
        return secret
    }

    /// Whether a version has fields, as far as that can be said without opening it.
    static func check(_ fields: [FieldName], areIn version: SecretVersion) throws(Refusal) {
        guard version.state != .destroyed else { throw .versionDestroyed }
        guard fields.allSatisfy(version.fields.contains) else { throw .fieldMissing }
    }

    /// Opens fields of one version, all or none.
    static func open(
        _ fields: [FieldName],
        of version: SecretVersion,
        of secret: Secret,
        in transaction: borrowing Transaction
    ) throws(Refusal) -> Opened {
        try check(fields, areIn: version)
        let values = try transaction.fields(of: secret, version: version.number).values
        let parts = fields.compactMap { field in values[field].map { Opened.Part(field: field, value: $0) } }
        guard parts.count == fields.count else { throw .valueDamaged }
        return Opened(name: secret.name, version: version.number, state: version.state, parts: parts)
    }
}

/// Values of one version that may leave the vault, because their event is on disk when somebody gets to see this.
package struct Opened: Sendable {
    package struct Part: Sendable {
        package let field: FieldName
        package let value: SecretBytes
    }

    package let name: SecretName
    package let version: UInt32
    package let state: SecretVersion.State
    /// What was asked for, in that order; at least one.
    package let parts: [Part]
    /// How old it may get in the hands of a server that cannot ask the vault, in seconds; `nil` where no server got it
    /// under a token. 0 is never.
    package var maxStale: Int64?

    /// The value of the first field, for those who asked for one.
    package var value: SecretBytes { parts[0].value }
}
