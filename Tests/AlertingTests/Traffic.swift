import Alerting
import WarderModel
import WarderTesting

/// A company's day, made up from a seed: servers at work and at night, deploys, restarts, rotations, mistakes.
struct Traffic {
    static let minute: Int64 = 60_000
    static let day: Int64 = 86_400_000
    /// A Monday, 2026-11-02T00:00:00Z.
    static let monday: Int64 = 1_793_577_600_000

    struct Site {
        let name: ServerName
        var peer: Peer
        /// Requests an hour while people work.
        let busy: Int
        let secrets: [SecretName]
    }

    /// The host is looked after between three and four in the night, and nobody works then.
    static let hours = "04:00-03:00 UTC"
    private static let quietHour: Int64 = 3

    /// What happens at a moment.
    enum Happening {
        case call(Site)
        case issue(Site)
        /// A typing error in a grant, an expired one.
        case mistake(Site)
        /// Requests of processes that match no server, by user; of several users where none is named.
        case strangers(uid: UInt32?, requests: Int)
        /// An operator gives a decoy a new value.
        case decoyPut
        case decoyResolve(Site)
    }

    var numbers: SeededNumbers
    /// What is set about rules; a vault that starts again reads it again.
    var settings: [AlertRule: AlertSettings] = [:] {
        didSet { lookout.configure(settings) }
    }
    var lookout = Lookout([:], at: 0)
    /// What the rules found, with when.
    var found: [(uptime: Int64, finding: Finding)] = []
    private(set) var sequence: UInt64 = 0
    private(set) var sites: [Site]

    init(_ numbers: SeededNumbers = SeededNumbers()) throws {
        var numbers = numbers
        sites = try (1...6).map { index in
            Site(
                name: try ServerName("server-\(index)"),
                peer: .synthetic(uid: 2000 + UInt32(index), pid: Int32(index), unit: "mcp-\(index).service"),
                busy: [5, 20, 40, 120, 300, 700][index - 1],
                secrets: try (1...Int.random(in: 1...8, using: &numbers)).map { try SecretName("app/\(index)/s\($0)") }
            )
        }
        self.numbers = numbers
    }

    /// One event at a moment.
    mutating func see(
        _ action: Action,
        at uptime: Int64,
        _ site: Site? = nil,
        peer: Peer? = nil,
        secret: SecretName? = nil,
        refused reason: Refusal? = nil,
        standing: Observation.Standing = .own,
        isDecoy: Bool = false,
        changes: [String] = []
    ) {
        sequence += 1
        let who = peer ?? site?.peer
        var event = Event(
            action: action,
            time: Timestamp(milliseconds: Self.monday + uptime),
            actor: who.map { .process($0) } ?? .vault
        )
        event.server = site?.name
        event.secret = secret
        event.reason = reason
        event.decision = reason == nil ? .allowed : .refused
        event.changes = changes
        let seen = Observation(
            event,
            sequence: sequence,
            uptime: uptime,
            standing: site == nil ? .none : standing,
            isDecoy: isDecoy
        )
        for finding in lookout.see(seen) { found.append((uptime, finding)) }
    }

    /// A call: a token, and what it is for.
    mutating func call(_ site: Site, at uptime: Int64, all: Bool = false) {
        see(.tokenIssue, at: uptime, site)
        let secrets = all ? site.secrets : [site.secrets[Int.random(in: 0..<site.secrets.count, using: &numbers)]]
        for (index, secret) in secrets.enumerated() {
            see(.secretResolve, at: uptime + Int64(index), site, secret: secret)
        }
    }

    private mutating func happen(_ happening: Happening, at uptime: Int64) throws {
        let decoy = try SecretName("decoy/aws")
        switch happening {
        case .call(let site): call(site, at: uptime)
        case .issue(let site): see(.tokenIssue, at: uptime, site)
        case .mistake(let site): see(.tokenIssue, at: uptime, site, refused: .grantMissing)
        case .strangers(let uid, let requests):
            see(.peerUnknown, at: uptime, changes: (uid.map { ["uid=\($0)"] } ?? []) + ["requests=\(requests)"])
        case .decoyPut: see(.secretPut, at: uptime, peer: .synthetic(uid: 1000), secret: decoy, isDecoy: true)
        case .decoyResolve(let site): see(.secretResolve, at: uptime, site, secret: decoy, isDecoy: true)
        }
    }

    /// Days of ordinary use, from one day on, and what else happens in them.
    mutating func normal(days: Range<Int64>, and others: [(at: Int64, what: Happening)] = []) throws {
        for day in days {
            let isWorkday = day % 7 < 5
            // One of them runs in a login of its owner's, which is another one every day.
            sites[5].peer.unit = "session-\(3 * day + 2).scope"
            let today = day * Self.day..<(day + 1) * Self.day
            var moments = others.filter { today.contains($0.at) }
            for site in sites {
                for hour in 0..<24 as Range<Int64> where hour != Self.quietHour {
                    let isWork = isWorkday && (7..<19).contains(hour)
                    // Agents never quite sleep.
                    let mean = isWork ? site.busy : max(1, site.busy / 20)
                    let calls = Int.random(in: 0...(2 * mean), using: &numbers)
                    for _ in 0..<calls {
                        let at = day * Self.day + hour * 3_600_000 + Int64.random(in: 0..<3_600_000, using: &numbers)
                        moments.append((at, .call(site)))
                    }
                }
                // A mistake now and then, by day and by night.
                for _ in 0..<Int.random(in: 0...3, using: &numbers) where isWorkday {
                    moments.append((Int64.random(in: today, using: &numbers), .mistake(site)))
                }
            }
            // People try things out who are no server, and never so often in a day that ten minutes of it are too much.
            for uid in [4000, 4001, nil] as [UInt32?] {
                for _ in 0..<Int.random(in: 0...3, using: &numbers) where isWorkday {
                    let at = day * Self.day + Int64.random(in: 21_600_000..<72_000_000, using: &numbers)
                    moments.append((at, .strangers(uid: uid, requests: Int.random(in: 1...6, using: &numbers))))
                }
            }
            if day % 7 == 1 { moments.append((day * Self.day + 36_000_000, .decoyPut)) }
            moments.sort { $0.at < $1.at }
            for moment in moments { try happen(moment.what, at: moment.at) }
            let evening = (day + 1) * Self.day - 3_600_000
            if isWorkday, Int.random(in: 0..<3, using: &numbers) == 0 { deploy(at: evening) }
            if Int.random(in: 0..<7, using: &numbers) == 0 { restart(at: evening + 600_000) }
            if day % 30 == 29 { rotate(at: evening + 1_200_000) }
        }
    }

    /// Every server begins anew: a token for each of its workers, and every secret once.
    private mutating func deploy(at uptime: Int64) {
        for site in sites {
            for worker in 0..<4 as Range<Int64> { call(site, at: uptime + worker * 5000, all: true) }
        }
    }

    /// The vault was restarted: nobody's token is known any more.
    private mutating func restart(at uptime: Int64) {
        let habits = lookout.takeHabits(at: uptime)
        kept.merge(habits) { $1 }
        lookout = Lookout(kept, at: uptime)
        lookout.configure(settings)
        for site in sites {
            for client in 0..<15 as Range<Int64> {
                see(.secretResolve, at: uptime + client * 100, peer: site.peer, refused: .tokenUnknown)
                call(site, at: uptime + client * 100 + 1)
            }
        }
    }

    private var kept: [ServerName: ServerHabit] = [:]

    /// Secrets change, and everybody who is told fetches them.
    private mutating func rotate(at uptime: Int64) {
        for site in sites { call(site, at: uptime, all: true) }
    }
}
