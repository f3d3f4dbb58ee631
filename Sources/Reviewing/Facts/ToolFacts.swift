package import WarderModel

/// One tool, as far as a review wants to know it.
package struct ToolFacts: Codable, Hashable, Sendable {
    /// What stands between a call of the tool and its credential.
    package enum Approval: String, Codable, Sendable {
        /// Its class asks for none.
        case unneeded
        /// Nothing is released before somebody said yes.
        case required
        /// Its class asks for one, and nothing is granted to it: no call gets as far as being asked about.
        case ungranted
        /// An operator let it go without.
        case waived
        /// Its class asks for one, and a rule of the vault asks nobody.
        case overruled
        /// Nobody is asked: it is not in a vault.
        case absent

        /// Whether no call of it gets anything without somebody's yes.
        var holds: Bool { self == .required || self == .ungranted }
    }

    /// How its definition stands to the one that somebody accepted.
    package enum Definition: String, Codable, Sendable {
        case unpinned, accepted
        /// Another one was seen, and nobody has accepted it.
        case changed
        /// Accepted, and only held against the server's own where that presents it.
        case unpresented
        /// Its server does not have it any more.
        case gone
    }

    /// The definition that somebody accepted, as far as two of them are told apart.
    package struct Accepted: Codable, Hashable, Sendable {
        /// SHA-256, lowercase hex.
        package var digest: String
        /// What it takes: docs/formats/report.md. `nil` where its schema cannot be read.
        package var arguments: [String]?

        package init(digest: String, arguments: [String]?) {
            self.digest = digest
            self.arguments = arguments
        }

        /// What it takes that another one does not; `nil` where that cannot be told. Where the other takes any value of
        /// an argument, it takes each.
        func arguments(beyond other: Accepted) -> [String]? {
            guard let arguments, let others = other.arguments.map(Set.init) else { return nil }
            return arguments.filter { argument in
                !others.contains(argument) && !others.contains(String(argument.prefix { $0 != "=" }))
            }
        }
    }

    /// `server/tool`.
    package var name: String
    package var description: String?
    package var risk: Tool.Risk
    package var category: Tool.Category
    /// Why it is in that class, a sentence each.
    package var reasons: [String]
    /// What the rules read in the definition that somebody accepted; `nil` where the vault has none.
    package var read: Fact<ToolClass?>
    /// Whether a person gave a reason for the class since that definition was accepted; `nil` where an earlier version
    /// wrote the facts.
    package var reasoned: Bool?
    package var owner: Fact<String?>
    /// What its upstream demands, such as OAuth scopes; empty where nobody said.
    package var permissions: Fact<[String]>
    /// Whether somebody said that its upstream demands nothing.
    package var undemanding: Bool?
    package var outputs: Fact<String?>
    package var definition: Fact<Definition>
    /// `nil` where nobody accepted one, and where an earlier version wrote the facts.
    package var accepted: Accepted?
    package var approval: Fact<Approval>
    /// Whether using its credential leaves an event.
    package var recorded: Fact<Bool>
    /// When a token was last issued for it; `nil` is never.
    package var used: Fact<Instant?>

    package init(
        name: String,
        description: String?,
        risk: Tool.Risk,
        category: Tool.Category,
        reasons: [String] = [],
        read: Fact<ToolClass?>,
        reasoned: Bool?,
        owner: Fact<String?>,
        permissions: Fact<[String]>,
        undemanding: Bool? = nil,
        outputs: Fact<String?>,
        definition: Fact<Definition>,
        accepted: Accepted? = nil,
        approval: Fact<Approval>,
        recorded: Fact<Bool>,
        used: Fact<Instant?>
    ) {
        self.name = name
        self.description = description
        self.risk = risk
        self.category = category
        self.reasons = reasons
        self.read = read
        self.reasoned = reasoned
        self.owner = owner
        self.permissions = permissions
        self.undemanding = undemanding
        self.outputs = outputs
        self.definition = definition
        self.accepted = accepted
        self.approval = approval
        self.recorded = recorded
        self.used = used
    }
}

extension ToolFacts {
    /// What stands before the slash.
    package var server: String { String(name.prefix { $0 != "/" }) }
    /// What stands behind it.
    package var shortName: String { String(name.drop { $0 != "/" }.dropFirst()) }
    /// What the vault takes it for.
    package var stated: ToolClass { ToolClass(risk, category) }
    /// What was read; `nil` where nothing was, and where nobody knows.
    var reading: ToolClass? { read.value.flatMap(\.self) }
    /// What a review takes it for: the more harmful of what was stated and what was read.
    package var judged: ToolClass { reading.map(stated.joined) ?? stated }
    /// Whether less is stated than was read.
    package var isLowered: Bool { judged != stated }
    /// Whether a person answers for that, with a reason.
    package var isOnWord: Bool { isLowered && reasoned == true }

    /// Whether calls change something.
    package var changes: Bool { judged.changes }
    /// `critical, financial`; `read-only, but reads as critical, financial`.
    package var classWords: String {
        guard isLowered, let reading else { return stated.words }
        return "\(stated.words), but reads as \(reading.words)"
    }

    /// Whether nobody wrote down what it must be allowed.
    var lacksPermissions: Bool { permissions.value?.isEmpty == true && undemanding != true }

    /// How much a fault of the tool weighs.
    var severity: Severity { judged.severity }
}

extension ReviewFacts {
    /// Tools that a person takes for less than their definitions read as, and says why.
    package var onWord: [ToolFacts] { tools.filter(\.isOnWord) }
}
