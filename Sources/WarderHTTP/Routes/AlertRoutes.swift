import Alerting
import NIOHTTP1
import Scheduling
import WarderCore
import WarderModel
import WarderWire

/// What the vault's rules found, for operators.
extension RouteTable {
    static let alerts: [Route] = [
        Route(.GET, "/v1/alerts", action: .alertList) { exchange in
            exchange.ask(Alerts.list(by: exchange.caller)) { .json(AlertList(alerts: $0.map(AlertSummary.init))) }
        },
        Route(.POST, "/v1/alerts/{id}/ack", action: .alertAck, body: .small) { exchange throws(Problem) in
            guard let id = Hex.decode(exchange.parameters["id"] ?? "").flatMap({ RecordID(bytes: $0) }) else {
                throw .invalid("The alert's id is 32 hexadecimal digits.")
            }
            let request = try exchange.decode(AlertAckRequest.self)
            return exchange.ask(
                Alerts.acknowledge(id, reason: try exchange.reason(request.reason), by: exchange.caller)
            ) { .json(AlertSummary($0)) }
        },
        Route(.POST, "/v1/alert-mutes", action: .alertMute, body: .small) { exchange throws(Problem) in
            let request = try exchange.decode(AlertMuteRequest.self)
            guard let subject = AlertSubject(request.subject) else {
                throw .invalid("The subject is server:NAME, uid:NUMBER, uid:several or secret:NAME.")
            }
            guard (0...AlertPolicy.longestMute).contains(request.seconds) else {
                throw .invalid("Nobody is told for 30 days at most.")
            }
            let key = Alert.Key(rule: try exchange.rule(request.rule), subject: subject)
            return exchange.ask(
                Alerts.mute(
                    key,
                    seconds: request.seconds,
                    reason: try exchange.reason(request.reason),
                    by: exchange.caller
                )
            ) { .json(AlertRuleSummary($0)) }
        },
        Route(.GET, "/v1/alert-rules", action: .alertList) { exchange in
            exchange.ask(Alerts.rules(by: exchange.caller)) {
                .json(AlertRuleList(rules: $0.map(AlertRuleSummary.init)))
            }
        },
        Route(.PUT, "/v1/alert-rules/{rule}", action: .alertSet, body: .small) { exchange throws(Problem) in
            let rule = try exchange.rule(exchange.parameters["rule"] ?? "")
            let request = try exchange.decode(AlertRuleRequest.self)
            return exchange.ask(try Alerts.set(rule, request, by: exchange.caller)) { .json(AlertRuleSummary($0)) }
        },
    ]
}

extension Exchange {
    fileprivate func rule(_ text: String) throws(Problem) -> AlertRule { try Self.rule(text) }

    static func rule(_ text: String) throws(Problem) -> AlertRule {
        guard let rule = AlertRule(rawValue: text) else {
            throw .invalid("The rule is one of: \(AlertRule.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return rule
    }

    fileprivate func reason(_ text: String) throws(Problem) -> PlainText {
        guard let reason = try Exchange.text(text, what: "The reason") else { throw .invalid("Say why.") }
        return reason
    }
}

/// What somebody wants to be otherwise about a rule.
struct AlertChange: Sendable {
    private let on: Bool?
    private let threshold: UInt32?
    private let seconds: UInt32?
    private let hours: String??
    private let quarantine: Bool?

    init(_ request: AlertRuleRequest, of rule: AlertRule) throws(Problem) {
        on = request.on
        quarantine = request.quarantine
        guard rule.counts || (request.threshold == nil && request.seconds == nil) else {
            throw .invalid("This rule counts nothing: it has no threshold and no seconds.")
        }
        threshold = try Self.number(
            request.threshold,
            AlertSettings.thresholds,
            "The threshold is a number of 1 to 1000000."
        )
        seconds = try Self.number(request.seconds, AlertSettings.windows, "The seconds are a number of 10 to 86400.")
        switch request.hours {
        case nil: hours = nil
        case "": hours = .some(nil)
        case .some(let text):
            guard rule == .offHours else { throw .invalid("Only off_hours has hours.") }
            do { hours = .some(try DailyWindow(text).description) } catch {
                throw .invalid("The hours are two times and a time zone, such as 07:00-20:00 Europe/Berlin.")
            }
        }
    }

    private static func number(
        _ number: Int64?,
        _ range: ClosedRange<UInt32>,
        _ words: String
    ) throws(Problem) -> UInt32? {
        guard let number else { return nil }
        guard let fitting = UInt32(exactly: number), range.contains(fitting) else { throw .invalid(words) }
        return fitting
    }

    @Sendable func apply(to settings: inout AlertSettings) {
        if let on { settings.isOn = on }
        if let threshold { settings.threshold = threshold }
        if let seconds { settings.seconds = seconds }
        if let hours { settings.hours = hours }
        if let quarantine { settings.quarantines = quarantine }
    }
}

extension AlertSummary {
    init(_ alert: Alert) {
        self.init(
            id: alert.id.description,
            rule: alert.rule.rawValue,
            subject: alert.subject.description,
            state: alert.isOpen ? "open" : "acknowledged",
            first: alert.first.description,
            last: alert.last.description,
            count: alert.count,
            text: alert.text?.text,
            facts: alert.facts,
            firstEvents: alert.firstEvents,
            lastEvents: alert.lastEvents,
            muted: alert.isMuted,
            told: alert.told != nil,
            quarantined: alert.quarantined?.description,
            acknowledged: alert.acknowledged.map {
                Acknowledgement(by: $0.by.text, time: $0.time.description, reason: $0.reason.text)
            }
        )
    }
}

extension AlertRuleSummary {
    init(_ standing: Alerts.RuleStanding) {
        let settings = standing.settings
        self.init(
            rule: standing.rule.rawValue,
            on: settings.isOn,
            threshold: standing.rule.counts ? Int(settings.threshold) : nil,
            seconds: standing.rule.counts ? Int(settings.seconds) : nil,
            hours: settings.hours,
            quarantine: settings.quarantines,
            mutes: standing.mutes.map {
                Mute(
                    subject: $0.subject.description,
                    until: $0.until.description,
                    by: $0.by.text,
                    reason: $0.reason.text
                )
            }
        )
    }
}
