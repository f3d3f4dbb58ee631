/// What the vault looks out for. The raw value stands in records, events and commands.
package enum AlertRule: String, Sendable, Codable, CaseIterable {
    /// Somebody used a secret that nothing uses.
    case honeytoken
    /// A server asks for far more tokens than it ever did.
    case spike
    /// A server reads many different secrets in a short time.
    case manySecrets = "many_secrets"
    /// Somebody is refused again and again.
    case refusals
    /// Processes that match no registered server ask again and again.
    case unknownPeers = "unknown_peers"
    /// A server's processes run as they never did, or somebody asks in the name of a server that they are not.
    case unexpectedPeer = "unexpected_peer"
    /// Tokens are issued, or values shown, outside of the hours in which that is usual.
    case offHours = "off_hours"
}

/// What can be set about a rule.
package struct AlertSettings: Sendable, Codable, Equatable {
    package var isOn: Bool
    /// How many it takes; of `spike`, how many times the most that was usual. Means nothing to rules without a count.
    package var threshold: UInt32
    /// Within so many seconds. Means nothing to rules without a count.
    package var seconds: UInt32
    /// The hours in which things are usual, such as `07:00-20:00 Europe/Berlin`; `off_hours` looks at nothing without.
    package var hours: String?
    /// Whether the server that it is about is quarantined at once, where it is about one.
    package var quarantines: Bool

    package init(
        isOn: Bool = true,
        threshold: UInt32 = 1,
        seconds: UInt32 = 60,
        hours: String? = nil,
        quarantines: Bool = false
    ) {
        self.isOn = isOn
        self.threshold = threshold
        self.seconds = seconds
        self.hours = hours
        self.quarantines = quarantines
    }

    /// What a threshold can be.
    package static let thresholds: ClosedRange<UInt32> = 1...1_000_000
    /// How long a count can go on: a minute to a day. Shorter ones would be noise, longer ones habits.
    package static let windows: ClosedRange<UInt32> = 10...86_400

    /// Of a vault in which nobody set anything.
    package static func usual(_ rule: AlertRule) -> AlertSettings {
        switch rule {
        case .honeytoken, .unexpectedPeer, .offHours: AlertSettings()
        case .spike: AlertSettings(threshold: 3, seconds: 600)
        case .manySecrets: AlertSettings(threshold: 10, seconds: 60)
        case .refusals: AlertSettings(threshold: 10, seconds: 300)
        case .unknownPeers: AlertSettings(threshold: 20, seconds: 600)
        }
    }
}

extension AlertRule {
    /// Whether threshold and seconds mean something.
    package var counts: Bool {
        switch self {
        case .spike, .manySecrets, .refusals, .unknownPeers: true
        case .honeytoken, .unexpectedPeer, .offHours: false
        }
    }
}
