import StrictJSON
import WarderModel

/// A version that held the value that was looked for.
package struct LeakMatch: Sendable, Equatable {
    package let secret: String
    package let version: UInt32
    /// All fields of the version, and those of them that held the value.
    package let fields: [String]
    package let matched: [String]
    /// Whether one of the two has a line break at its end that the other has not.
    package let differsByLineBreak: Bool
    /// The event that stored it: its number, its time, who did it.
    package let sequence: UInt64
    package let stored: String
    package let storedBy: String
    /// As it is now: `pending`, `current`, `previous`, `retired`, `destroyed`; `unknown` where the secret is lost.
    package internal(set) var state = "unknown"
    /// Whether the secret is deleted, so that it resolves for nobody.
    package internal(set) var isDeleted = false
    /// Whether the values were destroyed, as far as the log has been read.
    var isDestroyed = false
}

/// Who got such a version, together with everything of the same kind.
package struct LeakUse: Sendable, Equatable {
    /// What a use has in common with others that it is counted with.
    package struct Kind: Sendable, Hashable {
        package let secret: String
        package let version: UInt32
        /// `secret.resolve`, `secret.reveal`, `secret.salvage`; `rotation.step` where a worker got it.
        package let type: String
        package let server: String?
        package let tool: String?
        package let actor: String
        package let onBehalfOf: String?
    }

    package let kind: Kind
    package internal(set) var count: UInt64
    /// Times of the first and the last.
    package let first: String
    package internal(set) var last: String
}

/// What the log's events say of a value, gathered as they go by in their order: a version is stored before it is
/// served, so that one walk is enough.
///
/// Bounded, however long the log is.
struct LeakTrail {
    /// Versions that are remembered; of more, the newest.
    static let maximumMatches = 100
    /// Groups of uses that are remembered; of more, the first.
    static let maximumUses = 1000

    private(set) var matches: [LeakMatch] = []
    private(set) var uses: [LeakUse] = []
    private(set) var matchesAreCut = false
    private(set) var usesAreCut = false
    private let fingerprints: LeakFingerprints
    private var places: [LeakUse.Kind: Int] = [:]

    init(_ fingerprints: LeakFingerprints) { self.fingerprints = fingerprints }

    /// The vault wrote these bytes itself: no length of theirs may leave an event out.
    private static let ownBytes = JSONLimits(maxBytes: .max, maxMembers: .max, maxTokens: .max)
    /// Only events of these kinds say anything here, and until something matched only the first: most of a log is read
    /// past without parsing.
    private static let creating = ["create", "update"].map { Array("{\"action\":\"\($0)\"".utf8) }
    private static let others = ["read", "delete"].map { Array("{\"action\":\"\($0)\"".utf8) }

    /// Takes in what one event says. `false` for bytes that are no event.
    mutating func take(_ canonical: [UInt8], sequence: UInt64) -> Bool {
        let isOfInterest =
            Self.creating.contains { canonical.starts(with: $0) }
            || !matches.isEmpty && Self.others.contains { canonical.starts(with: $0) }
        guard isOfInterest else { return true }
        guard let document = try? JSONDocument(copying: canonical.span, limits: Self.ownBytes) else { return false }
        let event = document.root
        guard event.member("decision")?.isText("allowed") == true, let type = Self.text(event, "type") else {
            return true
        }
        switch Action(rawValue: type) {
        case .secretPut, .rotationStep, .rotationAnswer:
            noteDestroyed(event)
            noteMatch(event, sequence)
            noteHandedOut(event, type)
        case .secretDestroy: noteDestroyed(event)
        case .secretResolve, .secretReveal: noteUse(event, type)
        case .secretSalvage:
            // All that is not destroyed is handed over at once.
            for match in matches where !match.isDestroyed { count(event, type, match) }
        default: break
        }
        return true
    }

    private mutating func noteMatch(_ event: JSONNode, _ sequence: UInt64) {
        var matched: [String] = []
        var differs = true
        for change in Self.texts(event, "changes") where change.hasPrefix("fingerprint/") {
            let parts = change.dropFirst("fingerprint/".count).split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let difference = fingerprints[parts[1]] else { continue }
            matched.append(String(parts[0]))
            if difference == .none { differs = false }
        }
        guard !matched.isEmpty, let secret = Self.text(event, "secret"), let version = Self.version(event) else {
            return
        }
        matches.append(
            LeakMatch(
                secret: secret,
                version: version,
                fields: Self.texts(event, "fields"),
                matched: matched,
                differsByLineBreak: differs,
                sequence: sequence,
                stored: Self.text(event, "time") ?? "",
                storedBy: Self.text(event, "actor") ?? ""
            )
        )
        guard matches.count > Self.maximumMatches else { return }
        matchesAreCut = true
        let dropped = matches.removeFirst()
        uses.removeAll { $0.kind.secret == dropped.secret && $0.kind.version == dropped.version }
        places = Dictionary(uniqueKeysWithValues: uses.enumerated().map { ($1.kind, $0) })
    }

    private mutating func noteDestroyed(_ event: JSONNode) {
        guard !matches.isEmpty, let secret = Self.text(event, "secret") else { return }
        for change in Self.texts(event, "changes") where change.hasPrefix("destroyed/v") {
            let number = UInt32(change.dropFirst("destroyed/v".count))
            for index in matches.indices where matches[index].secret == secret && matches[index].version == number {
                matches[index].isDestroyed = true
            }
        }
    }

    private mutating func noteUse(_ event: JSONNode, _ type: String) {
        guard let secret = Self.text(event, "secret"), let version = Self.version(event),
            let match = matches.last(where: { $0.secret == secret && $0.version == version }),
            !Set(Self.texts(event, "fields")).isDisjoint(with: match.matched)
        else { return }
        count(event, type, match)
    }

    /// What a worker was handed for a step of a rotation: `handed/vN/field+field` of the secret that is rotated, and
    /// `handed/helper/NAME/vN/field+field` of the one that the rotator logs in with.
    private mutating func noteHandedOut(_ event: JSONNode, _ type: String) {
        guard !matches.isEmpty, let rotated = Self.text(event, "secret") else { return }
        for change in Self.texts(event, "changes") where change.hasPrefix("handed/") {
            var parts = change.split(separator: "/").dropFirst()
            guard let fields = parts.popLast()?.split(separator: "+").map(String.init), let last = parts.popLast(),
                last.hasPrefix("v"), let version = UInt32(last.dropFirst())
            else { continue }
            let secret = parts.first == "helper" ? parts.dropFirst().joined(separator: "/") : rotated
            for match in matches where match.secret == secret && match.version == version {
                if !Set(fields).isDisjoint(with: match.matched) { count(event, type, match) }
            }
        }
    }

    private mutating func count(_ event: JSONNode, _ type: String, _ match: LeakMatch) {
        let kind = LeakUse.Kind(
            secret: match.secret,
            version: match.version,
            type: type,
            server: Self.text(event, "server"),
            tool: Self.text(event, "tool"),
            actor: Self.text(event, "actor") ?? "",
            onBehalfOf: Self.text(event, "on_behalf_of")
        )
        let time = Self.text(event, "time") ?? ""
        if let place = places[kind] {
            uses[place].count += 1
            uses[place].last = time
        } else if uses.count < Self.maximumUses {
            places[kind] = uses.count
            uses.append(LeakUse(kind: kind, count: 1, first: time, last: time))
        } else {
            usesAreCut = true
        }
    }

    private static func text(_ event: JSONNode, _ name: String) -> String? {
        event.member(name).flatMap { try? $0.string(allowingNUL: true) }
    }

    private static func texts(_ event: JSONNode, _ name: String) -> [String] {
        event.member(name)?.elements.compactMap { try? $0.string(allowingNUL: true) } ?? []
    }

    private static func version(_ event: JSONNode) -> UInt32? {
        event.member("version").flatMap { try? $0.int() }.flatMap { UInt32(exactly: $0) }
    }
}
