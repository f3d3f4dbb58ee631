import Sealing
import StrictJSON
import TransparencyLog
import WarderModel

/// What the log's events say that the store must hold: the newest revision of every record, the versions of every
/// secret, the key slots, the epochs of the keys.
///
/// Grows with the records that there are, not with the events.
struct LogLedger {
    struct Trace: Equatable {
        var kind: RecordKind
        /// `nil` once it was removed.
        var revision: UInt64?
        var name: String?
    }

    struct Versions: Equatable {
        /// Greatest number that was stored.
        var newest: UInt32 = 0
        var destroyed = RangeSet<UInt64>()
    }

    private(set) var records: [RecordID: Trace] = [:]
    private(set) var versions: [RecordID: Versions] = [:]
    /// Whether a slot is there, or was taken away.
    private(set) var slots: [RecordID: Bool] = [:]
    private(set) var epochs: [KeyRing.Purpose: UInt32] = [:]
    /// The signed notes in which the log's key was changed, by the epoch of the new one.
    private(set) var logKeyChanges: [UInt32: [UInt8]] = [:]
    /// The restores.
    private(set) var restores: [LogOrigin] = []
    /// Number of the last event that changed what the vault's contents are sealed under.
    private(set) var newestKeyChange: UInt64?
    /// Restores that do not begin where the log before them ended.
    private(set) var misplacedOrigins: [UInt64] = []
    /// Number of the last event in which somebody said what holds of a kind, in place of all that could not be read.
    private(set) var settled: [RecordKind: UInt64] = [:]
    /// Grows with every event that changes something here.
    private(set) var generation = 0
    /// Records that lay in the store before the log was read. Of the others it is not worth remembering that they were
    /// removed.
    let present: Set<RecordID>

    init(present: Set<RecordID>) { self.present = present }

    // MARK: What is known already

    mutating func set(_ id: RecordID, _ trace: Trace) { records[id] = trace }
    mutating func set(_ secret: RecordID, _ versions: Versions) { self.versions[secret] = versions }
    mutating func set(slot id: RecordID) { slots[id] = true }
    mutating func set(_ purpose: KeyRing.Purpose, _ epoch: UInt32) { epochs[purpose] = epoch }
    mutating func set(newestKeyChange number: UInt64?) { newestKeyChange = number }
    mutating func set(settled kind: RecordKind, at sequence: UInt64) { settled[kind] = sequence }
    mutating func set(_ note: [UInt8], ofLogKey epoch: UInt32) { logKeyChanges[epoch] = note }
    mutating func set(restores: [LogOrigin]) { self.restores = restores }

    // MARK: Reading

    /// An event that changed something begins with one of these: most of a log is read past without parsing.
    private static let openings = ["create", "update", "delete"].map { Array("{\"action\":\"\($0)\"".utf8) }
    /// A read changes something only where a server received another version, or came after a while, or a tool was used
    /// after a while.
    private static let reading = Array("{\"action\":\"read\"".utf8)
    private static let visits = ["\"consumer/", "\"tool/"].map { Array($0.utf8) }
    private static let versionMakers: [Action] = [.secretPut, .rotationStep, .rotationAnswer]
    private static let keyChanges: [Action] = [.keyRotate, .keyRewrap, .keyRotateRoot, .keyRotateLog]
    private static let settling: [(Action, RecordKind)] = [
        (.backupRelease, .origin), (.approvalRuleSet, .approvalRule),
    ]
    /// The vault wrote these bytes itself: no length of theirs may leave an event out.
    private static let ownBytes = JSONLimits(maxBytes: .max, maxMembers: .max, maxTokens: .max)

    /// Takes over what one event says. `false` for bytes that are no event.
    ///
    /// Events of a start, a stop or an unsealing change no noun, and are passed over for another reason too: they can
    /// come from the inbox, where whoever can write the database can put one.
    mutating func take(_ canonical: [UInt8], sequence: UInt64) -> Bool {
        guard Self.openings.contains(where: { canonical.starts(with: $0) }) || Self.isVisit(canonical) else {
            return true
        }
        guard let document = try? JSONDocument(copying: canonical.span, limits: Self.ownBytes) else { return false }
        let event = document.root
        let isAllowed = event.member("decision")?.isText("allowed") == true
        // A refused end of a rotation says that damaged rows are left; keys that nothing lies under went all the same.
        let isRewrap = event.member("type")?.isText(Action.keyRewrap.rawValue) == true
        if isAllowed || isRewrap,
            Self.keyChanges.contains(where: { event.member("type")?.isText($0.rawValue) == true })
        {
            newestKeyChange = sequence
        }
        guard isAllowed else { return true }
        guard let changes = event.member("changes") else {
            return true
        }
        let texts = changes.elements.compactMap { try? $0.string() }
        if event.member("type")?.isText(Action.backupRestore.rawValue) == true {
            if !texts.contains("size=\(sequence - 1)") { misplacedOrigins.append(sequence) }
            if let origin = LogOrigin(event, texts, after: restores) { restores.append(origin) }
        }
        for (action, kind) in Self.settling where event.member("type")?.isText(action.rawValue) == true {
            if texts.contains(kind.settledText) { settled[kind] = sequence }
        }
        if event.member("type")?.isText(Action.keyRotateRoot.rawValue) == true {
            // It names every slot that there was: of others it had the last word.
            slots = slots.mapValues { _ in false }
        }
        let facts = texts.compactMap(LogFact.init)
        if event.member("type")?.isText(Action.keyRotateLog.rawValue) == true { takeKeyChange(texts, facts) }
        var secret: RecordID?
        for fact in facts {
            if case .record(.secret, let id, _) = fact { secret = id }
        }
        for fact in facts { take(fact, of: event, secret: secret) }
        if let secret, Self.versionMakers.contains(where: { event.member("type")?.isText($0.rawValue) == true }),
            let number = Self.word(event.member("version"))
        {
            versions[secret, default: Versions()].newest = max(versions[secret]?.newest ?? 0, number)
        }
        return true
    }

    private mutating func takeKeyChange(_ texts: [String], _ facts: [LogFact]) {
        let note = texts.lazy.compactMap { $0.hasPrefix("change=") ? Base64.decode($0.dropFirst(7)) : nil }.first
        for case .epoch(.signing, let epoch) in facts { logKeyChanges[epoch] = note }
    }

    private static func isVisit(_ canonical: [UInt8]) -> Bool {
        canonical.starts(with: reading) && visits.contains(where: canonical.holds)
    }

    private mutating func take(_ fact: LogFact, of event: JSONNode, secret: RecordID?) {
        generation += 1
        switch fact {
        case .record(let kind, let id, let revision):
            if revision == nil, !present.contains(id) {
                records[id] = nil
            } else {
                let name = Self.name(of: kind, in: event) ?? records[id]?.name
                records[id] = Trace(kind: kind, revision: revision, name: name)
            }
        case .destroyed(let version):
            guard let secret else { return }
            versions[secret, default: Versions()].destroyed.insert(contentsOf: UInt64(version)..<UInt64(version) + 1)
        case .slot(let id, let isThere):
            slots[id] = isThere
        case .epoch(let purpose, let number):
            guard
                [.keyRotate, .keyRotateLog].contains(where: { (action: Action) in
                    event.member("type")?.isText(action.rawValue) == true
                })
            else { return }
            epochs[purpose] = max(epochs[purpose] ?? 0, number)
        }
    }

    private static func word(_ node: JSONNode?) -> UInt32? {
        node.flatMap { try? $0.int() }.flatMap { UInt32(exactly: $0) }
    }

    /// The name of what an event of a noun is about.
    private static func name(of kind: RecordKind, in event: JSONNode) -> String? {
        func text(_ key: String) -> String? { event.member(key).flatMap { try? $0.string() } }
        switch kind {
        case .secret: return text("secret")
        case .server: return text("server")
        case .tool, .definition: return tool(text("server"), text("tool"))?.text
        case .grant:
            guard let tool = tool(text("server"), text("tool")),
                let secret = text("secret").flatMap({ try? SecretName($0) })
            else { return nil }
            return Noun.name(of: GrantKey(tool: tool, secret: secret))
        case .retention: return Noun.nameOfRetention
        case .approval, .standingApproval: return text("approval")
        case .approvalRule:
            let facts = event.member("changes")?.elements.compactMap { try? $0.string() } ?? []
            return facts.first { $0.hasPrefix("scope=") }.map { String($0.dropFirst(6)) }
        case .alert, .watch, .habit: return nil
        case .limit:
            let facts = event.member("changes")?.elements.compactMap { try? $0.string() } ?? []
            let risk = facts.first { $0.hasPrefix("risk=") }.flatMap { Tool.Risk(rawValue: String($0.dropFirst(5))) }
            let server = text("server").flatMap { try? ServerName($0) }
            return risk.map { Noun.name(of: RateLimit.Scope(server: server, risk: $0)) }
        case .operator:
            let facts = event.member("changes")?.elements.compactMap { try? $0.string() } ?? []
            return facts.first { $0.hasPrefix("name=") }.map { String($0.dropFirst(5)) }
        case .origin:
            return nil
        case .rotation: return text("secret")
        case .consumer:
            guard let secret = text("secret").flatMap({ try? SecretName($0) }),
                let server = text("server").flatMap({ try? ServerName($0) })
            else { return nil }
            return Noun.name(of: ConsumerKey(secret: secret, server: server))
        }
    }

    private static func tool(_ server: String?, _ tool: String?) -> ToolID? {
        guard let server, let tool, let server = try? ServerName(server), let tool = try? ToolName(tool) else {
            return nil
        }
        return ToolID(server: server, tool: tool)
    }
}

/// One entry of an event's `changes` that says what the store must hold. docs/formats/event.md.
enum LogFact: Equatable {
    /// Written with this revision, or removed.
    case record(RecordKind, RecordID, revision: UInt64?)
    case destroyed(version: UInt32)
    case slot(RecordID, isThere: Bool)
    /// The newest key of a purpose.
    case epoch(KeyRing.Purpose, UInt32)

    /// `nil` for an entry that says something else.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        switch parts.count {
        case 1:
            guard let (word, number) = Self.split(parts[0]), let epoch = UInt32(number),
                let purpose = KeyRing.Purpose.allCases.first(where: { $0.name == word })
            else { return nil }
            self = .epoch(purpose, epoch)
        case 2 where parts[0] == "destroyed":
            guard parts[1].first == "v", let version = UInt32(parts[1].dropFirst()) else { return nil }
            self = .destroyed(version: version)
        case 2:
            guard let kind = RecordKind(rawValue: String(parts[0])), let (id, end) = Self.split(parts[1]),
                let id = Self.id(id)
            else { return nil }
            if end == "removed" {
                self = .record(kind, id, revision: nil)
            } else if let revision = UInt64(end) {
                self = .record(kind, id, revision: revision)
            } else {
                return nil
            }
        case 3 where parts[0] == "slot":
            guard let id = Self.id(parts[1]) else { return nil }
            self = .slot(id, isThere: !parts[2].hasSuffix("@removed"))
        default:
            return nil
        }
    }

    private static func split(_ text: Substring) -> (Substring, Substring)? {
        guard let at = text.firstIndex(of: "@") else { return nil }
        return (text[..<at], text[text.index(after: at)...])
    }

    private static func id(_ text: Substring) -> RecordID? {
        Hex.decode(String(text)).flatMap { RecordID(bytes: $0) }
    }
}

extension RecordKind {
    /// Entry of the event in which somebody said what holds, in place of what neither records nor log can say.
    var settledText: String { "settled=\(rawValue)" }
}

extension [UInt8] {
    /// Whether the bytes stand in here, one after the other. What the standard library has for this takes a hundred times as
    /// long, and most of a log goes through here.
    fileprivate func holds(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, count >= bytes.count else { return false }
        return (0...count - bytes.count).contains { start in
            self[start] == first && self[start..<start + bytes.count].elementsEqual(bytes)
        }
    }
}
