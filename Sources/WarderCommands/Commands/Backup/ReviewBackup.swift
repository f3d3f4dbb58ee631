import ArgumentParser
import WarderWire

/// `warder backup review`
struct ReviewBackup: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "Show what in a restored vault may be older than its upstream.",
        discussion: """
            Most probably outdated first: what expired at its upstream, then what changed often from 90 days before \
            the gap on. Put in what has changed since, with `warder secret put`.

            EXAMPLE
              warder backup review
              warder backup review --offset 100
              warder backup review --limit 1000 --output json
            """
    )

    /// Most secrets that one answer holds.
    private static let maximumLimit = 1000

    @Option(help: ArgumentHelp("At most so many secrets, 1 to 1000.", valueName: "number"))
    var limit = 100

    @Option(help: ArgumentHelp("Leave out so many, the most probably outdated ones.", valueName: "number"))
    var offset = 0

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (1...Self.maximumLimit).contains(limit) else {
            throw ValidationError("--limit takes 1 to \(Self.maximumLimit); for the next ones: --offset")
        }
        guard (0...Int(Int32.max)).contains(offset) else { throw ValidationError("--offset takes 0 and more") }
    }

    func run(in session: Session) throws(CommandFailure) {
        let query = [("limit", String(limit)), ("offset", String(offset))]
        let answer: Answer<BackupReview> = try session.vault().ask(
            VaultRequest("GET", "/v1/backup/review", query: query, timeoutSeconds: 600)
        )
        try session.output.show(answer) { review throws(CommandFailure) in try show(review, session) }
        tellPlace(answer.value, session.console)
    }

    /// Says which part of all secrets this was, where it was a part.
    private func tellPlace(_ review: BackupReview, _ console: Console) {
        let (shown, all) = (review.secrets.count, review.counts.all)
        guard shown < all else { return }
        let next = offset + shown
        console.message(
            shown == 0
                ? "there are \(all) secrets, and \(offset) were left out"
                : "these are secrets \(offset + 1) to \(next) of \(all), the most probably outdated first",
            hints: shown > 0 && next < all ? ["The next ones: warder backup review --offset \(next)"] : []
        )
    }

    private func show(_ review: BackupReview, _ session: Session) throws(CommandFailure) {
        var details = Details()
        let moment = session.moment
        details.add("Backup", moment.long(review.backup))
        details.add("Restored", moment.long(review.restored))
        let gap = review.gapSeconds.map(Self.span) ?? "unknown, the clock was behind"
        details.add(
            "Gap",
            "\(gap): what changed since \(moment.long(review.gapSince) ?? review.gapSince) is not in this vault"
        )
        details.add("Newest event", String(review.newestEvent))
        details.add("Released", review.released.flatMap { moment.long($0) } ?? "no: servers get nothing", nil)
        details.add("Tokens", "void, all of them: clients ask for new ones")
        for server in review.servers {
            details.add("Had tokens", "\(server.name): \(server.tokens) from an hour before the gap on")
        }
        details.add("Not known", "what was rotated, granted or revoked after the backup: see each secret's upstream")
        if review.unreadable > 0 {
            details.add("Unreadable", "\(review.unreadable) events of these days: more may have changed", .caution)
        }
        try session.output.print(details)
        var table = Table([
            .init("SECRET", canShrink: false), .init("OUTDATED"), .init("VERSION", isNumber: true),
            .init("MADE", canShrink: false), .init("LAST SERVED", canShrink: false),
            .init("CHANGES", isNumber: true), .init("EXPIRED", canShrink: false),
        ])
        for secret in review.secrets {
            table.add([
                .init(secret.name), .init(secret.outdated, secret.outdated == "likely" ? .bad : nil),
                .init(secret.version.map { "v\($0)" }), .init(secret.made.flatMap { moment.long($0) }),
                .init(secret.served.flatMap { moment.long($0) }), .init(String(secret.changes)),
                .init(secret.expired.flatMap { moment.long($0) }),
            ])
        }
        try session.output.print(table, ifEmpty: review.counts.all == 0 ? "there are no secrets" : "there are no more")
    }

    /// `3d 4h`, `12m`.
    static func span(_ seconds: Int64) -> String {
        let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3600, seconds % 3600 / 60)
        if days > 0 { return "\(days)d \(hours)h" }
        return hours > 0 ? "\(hours)h \(minutes)m" : "\(minutes)m"
    }
}

/// `warder backup release`
struct ReleaseBackup: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Let servers into a restored vault again.",
        discussion: """
            EXAMPLE
              warder backup release
            """
    )

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let vault = try session.vault()
        if !global.yes {
            let review: BackupReview = try vault.ask(
                VaultRequest("GET", "/v1/backup/review", query: [("limit", "1")], timeoutSeconds: 600)
            ).value
            let counts = review.counts
            session.console.message(
                "outdated secrets: \(counts.likely) likely, \(counts.possible) possible, \(counts.unlikely) unlikely"
            )
            try session.confirm("From now on servers get these secrets.", byTyping: "release")
        }
        let answer: Answer<VaultStatus> = try vault.ask(VaultRequest("POST", "/v1/backup/release"))
        try session.output.show(answer) { _ throws(CommandFailure) in
            try session.console.print("the vault is released")
        }
    }
}

extension BackupReview.Counts {
    fileprivate var all: Int { likely + possible + unlikely }
}
