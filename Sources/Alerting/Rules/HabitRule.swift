import WarderModel

/// How a server's processes look to the kernel.
package struct Look: Hashable, Sendable, Codable {
    package let uid: UInt32
    /// Of a scope its kind alone, such as `session-#.scope`: each login is a new one.
    package let unit: String?
    /// `nil` where the vault had no reason to ask.
    package private(set) var executable: String?

    package init(uid: UInt32, unit: String?, executable: String?) {
        self.uid = uid
        self.unit = unit
        self.executable = executable
    }

    init(of peer: Peer) {
        self.init(uid: peer.uid, unit: peer.unit.map(Self.kind), executable: peer.executable?.path)
    }

    /// The name of a unit without what differs from one start to the next. Services keep their names: people gave them.
    private static func kind(_ unit: String) -> String {
        let suffix = ".scope"
        guard unit.hasSuffix(suffix) else { return unit }
        var parts: [String] = []
        var part = ""
        func close() {
            parts.append(part.utf8.contains { (0x30...0x39).contains($0) } ? "#" : part)
            part = ""
        }
        for scalar in unit.dropLast(suffix.count).unicodeScalars {
            if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                part.unicodeScalars.append(scalar)
            } else {
                close()
                parts.append(String(scalar))
            }
        }
        close()
        return parts.joined() + suffix
    }

    /// Whether a process could have this look; where only one of the two has an executable, nothing says otherwise.
    func fits(_ other: Look) -> Bool {
        uid == other.uid && unit == other.unit
            && (executable == nil || other.executable == nil || executable == other.executable)
    }

    /// Takes an executable over where there was none, so that another one is noticed from then on.
    mutating func learn(_ other: Look) { executable = executable ?? other.executable }
}

/// What is usual for a server, as far as it was seen.
///
/// How much it asks for: the most token requests and values in ten minutes (`spike`'s seconds), of each of the last
/// fourteen days. What is more than three times (`spike`'s threshold) the greatest of them, and 120 at least, is a spike.
/// Values count as tokens do, because one token can open many, and a value can be asked for without. A maximum
/// knows nights and weekends without being told of them, needs no assumption of how requests are distributed, and can
/// be explained. Today's own requests do not count into what they are held against, so that nobody can raise it within
/// a day; who is patient can treble it each day, and meets the server's limit.
package struct ServerHabit: Sendable, Codable, Equatable {
    /// Of each day the most in one window; today first, fifteen at most.
    package var days: [UInt32] = [0]
    /// How its processes looked.
    package var looks: [Look] = []
    /// Milliseconds of today that have passed.
    package var today: Int64 = 0

    package init() {}

    static let remembered = 14
    /// Full days after which it is known what is usual: a week has days of every kind.
    package static let learning = 7
    static let maximumLooks = 32

    package var isLearned: Bool { days.count > Self.learning }
    /// The most on any earlier day.
    var most: UInt32 { days.dropFirst().max() ?? 0 }
}

/// Spikes and unexpected looks: what is held against a server's own habits.
///
/// Days are those of the time since boot, in which nobody can set the clock; while the vault is sealed none pass.
struct HabitRule: Sendable {
    /// Fewer in a window are no spike, whatever is usual: sixty calls of one value each.
    static let floor: UInt32 = 120
    private static let day: Int64 = 86_400_000

    struct Live: Sendable {
        var habit: ServerHabit
        /// When today began, in milliseconds since boot.
        var began: Int64
        var asked: SlidingCount?
        /// When a spike was found last, in milliseconds since boot.
        var spiked: Int64?
        var isChanged = false
    }

    private var servers: [ServerName: Live] = [:]

    init(_ habits: [ServerName: ServerHabit], at uptime: Int64) {
        servers = habits.mapValues { Live(habit: $0, began: uptime - max(0, min($0.today, Self.day - 1))) }
    }

    var count: Int { servers.count }

    /// A server asked for a credential, and is who it says.
    mutating func see(
        _ server: ServerName,
        _ seen: Observation,
        spike: AlertSettings,
        unexpected: AlertSettings
    ) -> [Finding] {
        // Registered servers alone, so that there are no more than those.
        var live = servers[server] ?? Live(habit: ServerHabit(), began: seen.uptime, isChanged: true)
        servers[server] = nil
        defer { servers[server] = live }
        turn(&live, to: seen.uptime)
        var findings: [Finding] = []
        // A value that was refused is counted by the rule of refusals.
        if seen.action == .tokenIssue || seen.reason == nil, spike.isOn, let finding = count(server, seen, spike, &live)
        {
            findings.append(finding)
        }
        if seen.reason == nil, unexpected.isOn, let finding = look(server, seen, &live) { findings.append(finding) }
        return findings
    }

    private func turn(_ live: inout Live, to uptime: Int64) {
        guard uptime >= live.began else { return live.began = uptime }
        let days = (uptime - live.began) / Self.day
        guard days > 0 else { return }
        live.began += days * Self.day
        for _ in 0..<min(days, Int64(ServerHabit.remembered) + 1) { live.habit.days.insert(0, at: 0) }
        live.habit.days = Array(live.habit.days.prefix(ServerHabit.remembered + 1))
        live.isChanged = true
    }

    private func count(
        _ server: ServerName,
        _ seen: Observation,
        _ settings: AlertSettings,
        _ live: inout Live
    ) -> Finding? {
        let window = Int64(settings.seconds) * 1000
        var asked = live.asked ?? SlidingCount(at: seen.uptime)
        let count = UInt32(clamping: asked.add(1, window: window, at: seen.uptime))
        live.asked = asked
        let usual = live.habit.most
        let (product, overflow) = usual.multipliedReportingOverflow(by: settings.threshold)
        let limit = max(Self.floor, overflow ? .max : product)
        // What is beyond is not usual from tomorrow on either.
        if live.habit.days[0] < min(count, limit) {
            live.habit.days[0] = min(count, limit)
            live.isChanged = true
        }
        let isOver = live.spiked.map { !(0..<window).contains(seen.uptime - $0) } ?? true
        guard live.habit.isLearned, count > limit, isOver else { return nil }
        live.spiked = seen.uptime
        return Finding(
            rule: .spike,
            subject: .server(server),
            sequence: seen.sequence,
            time: seen.time,
            text: "The server \(server) asked for more than \(limit) tokens and values within \(settings.seconds) s; "
                + "the most of \(live.habit.days.count - 1) days was \(usual).",
            facts: ["limit": String(limit), "usual": String(usual), "seconds": String(settings.seconds)]
        )
    }

    private func look(_ server: ServerName, _ seen: Observation, _ live: inout Live) -> Finding? {
        guard let peer = seen.peer else { return nil }
        let look = Look(of: peer)
        if let index = live.habit.looks.firstIndex(where: { $0 == look })
            ?? live.habit.looks.firstIndex(where: { $0.fits(look) })
        {
            var known = live.habit.looks.remove(at: index)
            if known.executable == nil, look.executable != nil {
                known.learn(look)
                live.isChanged = true
            }
            // The last one is the one that was seen last: what has not been seen for longest goes first.
            live.habit.looks.append(known)
            return nil
        }
        // The first after somebody said anew how the server is recognised.
        let isFirst = live.habit.looks.isEmpty
        if live.habit.looks.count >= ServerHabit.maximumLooks { live.habit.looks.removeFirst() }
        live.habit.looks.append(look)
        live.isChanged = true
        guard live.habit.isLearned, !isFirst else { return nil }
        return Finding(
            rule: .unexpectedPeer,
            subject: .server(server),
            sequence: seen.sequence,
            time: seen.time,
            text: "A process of the server \(server) has a user, unit or executable that none had before.",
            facts: facts(of: peer)
        )
    }

    /// Names of units and files are whoever's who made them.
    private func facts(of peer: Peer) -> [String: String] {
        var facts = ["uid": String(peer.uid), "pid": String(peer.pid)]
        facts["unit"] = peer.unit.flatMap { PlainText(taming: $0)?.text }
        facts["executable"] = (peer.executable?.path).flatMap { PlainText(taming: $0)?.text }
        return facts
    }

    /// What has changed since the last call, to be kept.
    mutating func takeChanged(at uptime: Int64) -> [ServerName: ServerHabit] {
        var changed: [ServerName: ServerHabit] = [:]
        for (server, var live) in servers where live.isChanged {
            live.isChanged = false
            servers[server] = live
            var habit = live.habit
            habit.today = max(0, uptime - live.began)
            changed[server] = habit
        }
        return changed
    }

    /// What could not be kept is to be kept later.
    mutating func putBack(_ server: ServerName) { servers[server]?.isChanged = true }

    /// Somebody said anew how a server is recognised.
    mutating func clearLooks(of server: ServerName) {
        guard servers[server] != nil else { return }
        servers[server]?.habit.looks = []
        servers[server]?.isChanged = true
    }

    mutating func forget(where isGone: (ServerName) -> Bool) { servers = servers.filter { !isGone($0.key) } }
}
