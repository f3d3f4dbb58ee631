import ArgumentParser
import WarderWire

/// `warder backup review`
struct ReviewBackup: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "Show what in a restored vault may be older than its upstream.",
        discussion: """
            Most probably outdated first: what expired at its upstream, then what changed often in the 90 days before \
            the backup. Put in what has changed since, with `warder secret put`.

            EXAMPLE
              warder backup review
              warder backup review --output json
            """
    )

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<BackupReview> = try session.vault().ask(
            VaultRequest("GET", "/v1/backup/review", timeoutSeconds: 600)
        )
        try session.output.show(answer) { review throws(CommandFailure) in try Self.show(review, session) }
    }

    private static func show(_ review: BackupReview, _ session: Session) throws(CommandFailure) {
        var details = Details()
        let moment = session.moment
        details.add("Backup", moment.long(review.backup))
        details.add("Restored", moment.long(review.restored))
        details.add("Gap", "\(span(review.gapSeconds)): what changed then is not in this vault")
        details.add("Newest event", String(review.newestEvent))
        details.add("Released", review.released.flatMap { moment.long($0) } ?? "no: servers get nothing", nil)
        details.add("Tokens", "void, all of them: clients ask for new ones")
        for server in review.servers {
            details.add("Had tokens", "\(server.name): \(server.tokens) in the hour before the backup")
        }
        details.add("Not known", "what was rotated, granted or revoked after the backup: see each secret's upstream")
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
        try session.output.print(table, ifEmpty: "there are no secrets")
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
                VaultRequest("GET", "/v1/backup/review", timeoutSeconds: 600)
            ).value
            let counts = ["likely", "possible", "unlikely"].map { word in
                "\(review.secrets.count { $0.outdated == word }) \(word)"
            }
            session.console.message("outdated secrets: \(counts.joined(separator: ", "))")
            try session.confirm("From now on servers get these secrets.", byTyping: "release")
        }
        let answer: Answer<VaultStatus> = try vault.ask(VaultRequest("POST", "/v1/backup/release"))
        try session.output.show(answer) { _ throws(CommandFailure) in
            try session.console.print("the vault is released")
        }
    }
}
