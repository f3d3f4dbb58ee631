import Alerting
import Rotating
import Scheduling
import SecretRecipes
import WarderModel
import Yams

/// Rotations, limits, and rules.
extension DeclarationReader {
    private static let rotationKeys = [
        "rotator", "settings", "helper", "schedule", "window", "jitter", "max_age", "before_expiry", "overlap",
        "attempts",
    ]
    private static let alertKeys = ["enabled", "threshold", "within", "hours", "quarantine"]

    // MARK: Rotations

    mutating func readRotations(_ section: Entry) {
        for entry in entries(of: section.value, of: "rotations", known: nil) {
            guard let secret = key(entry, as: SecretName.self, like: "github/pat") else { continue }
            note(.rotation(secret), at: entry)
            if let terms = rotation(entry) { take { $0.rotations[secret] = terms } }
        }
    }

    private mutating func rotation(_ rotation: Entry) -> RotationTerms? {
        var terms: RotationTerms?
        var saysRotator = false
        let entries = entries(of: rotation.value, of: "a rotation", known: Self.rotationKeys)
        for entry in entries where entry.name == "rotator" {
            saysRotator = true
            guard let text = text(entry) else { continue }
            do { terms = RotationTerms(rotator: try Rotator(text)) } catch {
                fault(entry.value, "a rotator is random, exec:NAME or postgres:NAME", "write one of the three")
            }
        }
        if !saysRotator { fault(rotation.key, "the rotator is not said", "add a line: rotator: random") }
        var timing = TimingParts()
        for entry in entries {
            switch entry.name {
            case "rotator": continue
            case "settings": terms?.settings = settings(entry)
            case "helper": terms?.helper = name(entry, like: "github/admin")
            case "overlap": terms?.overlap = duration(entry, in: 0...Schedule.longestSeconds)
            case "attempts": terms?.attempts = number(entry, in: 1...100).map { Int($0) } ?? Rotation.defaultAttempts
            default: read(entry, &timing)
            }
        }
        terms?.timing = make(timing, rotation)
        if let terms { check(terms, rotation) }
        return terms
    }

    private struct TimingParts {
        var schedule: Schedule?
        var window: DailyWindow?
        var jitter: Int64?
        var maximumAge: Int64?
        var expiryLead: Int64?
        /// A schedule that cannot be read is no reason to miss one.
        var isBroken = false
    }

    private mutating func read(_ entry: Entry, _ timing: inout TimingParts) {
        let longest = Schedule.longestSeconds
        do throws(ScheduleError) {
            switch entry.name {
            case "schedule":
                if let text = text(entry) { timing.schedule = try Schedule(text) } else { timing.isBroken = true }
            case "window":
                if let text = text(entry) { timing.window = try DailyWindow(text) }
            case "jitter": timing.jitter = duration(entry, in: 0...RotationTiming.longestJitterSeconds)
            case "max_age":
                timing.maximumAge = duration(entry, in: Schedule.leastSeconds...longest)
                timing.isBroken = timing.isBroken || timing.maximumAge == nil
            default:
                timing.expiryLead = duration(entry, in: 0...longest)
                timing.isBroken = timing.isBroken || timing.expiryLead == nil
            }
        } catch {
            timing.isBroken = true
            fault(entry.value, "this is no \(entry.name)", error.description)
        }
    }

    /// As the vault makes it of a request.
    private mutating func make(_ parts: TimingParts, _ rotation: Entry) -> RotationTiming? {
        if parts.isBroken { return nil }
        guard parts.schedule != nil || parts.maximumAge != nil || parts.expiryLead != nil else {
            if parts.window != nil || parts.jitter != nil {
                fault(
                    rotation.key,
                    "a window and a jitter mean nothing by themselves",
                    "add a schedule, a max_age or a before_expiry"
                )
            }
            return nil
        }
        do {
            return try RotationTiming(
                schedule: parts.schedule,
                window: parts.window,
                jitterSeconds: parts.jitter ?? 0,
                maximumAgeSeconds: parts.maximumAge,
                expiryLeadSeconds: parts.expiryLead ?? RotationTiming.standardExpiryLeadSeconds
            )
        } catch {
            fault(rotation.key, "this cannot be a schedule: \(error)", "correct it")
            return nil
        }
    }

    private mutating func settings(_ section: Entry) -> [RotatorSetting: PlainText] {
        var settings: [RotatorSetting: PlainText] = [:]
        for entry in entries(of: section.value, of: "settings", known: nil) {
            guard let name = key(entry, as: RotatorSetting.self, like: "length"), let value = words(entry) else {
                continue
            }
            settings[name] = value
        }
        return settings
    }

    /// What the vault would refuse of a value that it makes by itself.
    private mutating func check(_ terms: RotationTerms, _ rotation: Entry) {
        let known = ValueRecipe.settings
        let recipe = terms.settings.filter { known.contains($0.key.text) }
        do {
            _ = try ValueRecipe(
                settings: Dictionary(uniqueKeysWithValues: recipe.map { ($0.key.text, $0.value.text) })
            )
        } catch {
            fault(rotation.key, "no value can be made as the settings say: \(error)", "correct the settings")
        }
    }

    // MARK: Limits

    mutating func readLimits(_ section: Entry, of server: ServerName?) {
        for entry in entries(of: section.value, of: "limits", known: Tool.Risk.allCases.map(\.rawValue)) {
            guard let risk = Tool.Risk(rawValue: entry.name), let text = text(entry) else { continue }
            let scope = RateLimit.Scope(server: server, risk: risk)
            note(.limit(scope), at: entry)
            guard let setting = RateSetting(text), setting != .inherit else {
                fault(
                    entry.value,
                    "a limit is a number of 1 to 1000000 with /min, or off",
                    text == "inherit" ? "take the line out: what is more general holds" : "write 20/min"
                )
                continue
            }
            take { $0.limits[scope] = setting }
        }
    }

    // MARK: Approvals

    mutating func readApprovals(_ section: Entry, of server: ServerName?) {
        let known = Tool.Risk.allCases.flatMap { risk in
            Tool.Category.allCases.map { "\(risk.rawValue)/\($0.rawValue)" }
        }
        for entry in entries(of: section.value, of: "approvals", known: known) {
            let halves = entry.name.split(separator: "/").map(String.init)
            guard halves.count == 2, let risk = Tool.Risk(rawValue: halves[0]),
                let category = Tool.Category(rawValue: halves[1])
            else { continue }
            let scope = ApprovalRule.Scope(server: server, risk: risk, category: category)
            note(.approval(scope), at: entry)
            if let terms = votes(entry) { take { $0.approvals[scope] = terms } }
        }
    }

    private mutating func votes(_ entry: Entry) -> ApprovalTerms? {
        guard let elements = list(entry) else { return nil }
        guard elements.count <= ApprovalTerms.maximumSeats else {
            fault(entry.key, "a rule asks for at most \(ApprovalTerms.maximumSeats) votes", "take some out")
            return nil
        }
        var seats: [ApprovalTerms.Seat] = []
        for element in elements {
            guard let text = text(element) else { continue }
            do { seats.append(try ApprovalTerms.Seat(text)) } catch {
                fault(
                    element.value,
                    "a vote is asked of a group, owner or operator: \(error.words)",
                    "write a group such as security"
                )
            }
        }
        return ApprovalTerms(seats)
    }

    // MARK: Alerts

    mutating func readAlerts(_ section: Entry) {
        for entry in entries(of: section.value, of: "alerts", known: AlertRule.allCases.map(\.rawValue)) {
            guard let rule = AlertRule(rawValue: entry.name) else { continue }
            note(.alert(rule), at: entry)
            let settings = alert(rule, entry)
            take { $0.alerts[rule] = settings }
        }
    }

    private mutating func alert(_ rule: AlertRule, _ section: Entry) -> AlertSettings {
        var settings = AlertSettings.usual(rule)
        for entry in entries(of: section.value, of: "an alert", known: Self.alertKeys) {
            switch entry.name {
            case "enabled": settings.isOn = truth(entry) ?? settings.isOn
            case "quarantine": settings.quarantines = truth(entry) ?? settings.quarantines
            case "threshold", "within":
                guard rule.counts else {
                    fault(entry.key, "this rule counts nothing", "take the line out")
                    continue
                }
                readCount(entry, &settings)
            default:
                guard rule == .offHours else {
                    fault(entry.key, "only off_hours has hours", "take the line out")
                    continue
                }
                guard let text = text(entry) else { continue }
                do { settings.hours = try DailyWindow(text).description } catch {
                    fault(
                        entry.value,
                        "these are no hours",
                        "write two times and a time zone: 07:00-20:00 Europe/Berlin"
                    )
                }
            }
        }
        return settings
    }

    private mutating func readCount(_ entry: Entry, _ settings: inout AlertSettings) {
        if entry.name == "threshold" {
            let range = Int64(AlertSettings.thresholds.lowerBound)...Int64(AlertSettings.thresholds.upperBound)
            settings.threshold = number(entry, in: range).map { UInt32(truncatingIfNeeded: $0) } ?? settings.threshold
        } else {
            let range = Int64(AlertSettings.windows.lowerBound)...Int64(AlertSettings.windows.upperBound)
            settings.seconds = duration(entry, in: range).map { UInt32(truncatingIfNeeded: $0) } ?? settings.seconds
        }
    }
}
