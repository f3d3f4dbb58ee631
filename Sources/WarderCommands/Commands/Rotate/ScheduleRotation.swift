import ArgumentParser
import WarderModel
import WarderWire

/// `warder rotate schedule`
struct ScheduleRotation: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Say how a secret is rotated, and when.",
        discussion: """
            Replaces what was said before. Rotators: `random` (the vault makes the value), `exec:NAME` and \
            `postgres:NAME` (entries of the configuration, run by warder-worker). Settings are the rotator's own: \
            length, alphabet, require, exclude and words for a value that the vault makes, field for where it goes, \
            strategy and roles for postgres.

            EXAMPLE
              warder rotate schedule app/key --rotator random --every 30d
              warder rotate schedule app/db --rotator postgres:main --at P1M
              warder rotate schedule github/pat --rotator exec:gh --before-expiry 7d
              warder rotate schedule app/db --rotator postgres:main --by-hand
            """
    )

    @Argument(help: "Name of the secret, such as app/db.", transform: NameArgument.secret)
    var name: SecretName

    @Option(help: ArgumentHelp("random, exec:NAME or postgres:NAME.", valueName: "rotator"))
    var rotator: String

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("A setting of the rotator; repeat it for several.", valueName: "key=value"),
        transform: KeyValue.parse
    )
    var settings: [KeyValue] = []

    @Option(
        help: ArgumentHelp("The secret with which the rotator logs in, if not with this one.", valueName: "secret"),
        transform: NameArgument.secret
    )
    var helper: SecretName?

    @Option(
        help: ArgumentHelp("How often, counted from the last time: 12h, 30d.", valueName: "duration"),
        transform: DurationText.parse
    )
    var every: Int64?

    @Option(help: ArgumentHelp("rate(12 hours), cron(0 3 * * 1 Europe/Berlin) or P30D.", valueName: "schedule"))
    var at: String?

    @Flag(help: "Only when somebody asks: warder rotate now.")
    var byHand = false

    @Option(help: ArgumentHelp("Begins by itself only within: '22:00-04:00 Europe/Berlin'.", valueName: "window"))
    var window: String?

    @Option(
        help: ArgumentHelp("Begins up to so much later, by chance.", valueName: "duration"),
        transform: DurationText.parse
    )
    var jitter: Int64?

    @Option(
        help: ArgumentHelp("No version gets older than this, whatever schedule and window say.", valueName: "duration"),
        transform: DurationText.parse
    )
    var maxAge: Int64?

    @Option(
        help: ArgumentHelp("So long before the upstream's expiry date. (default: 1d)", valueName: "duration"),
        transform: DurationText.parse
    )
    var beforeExpiry: Int64?

    @Option(
        help: ArgumentHelp(
            "For how long both values are valid at most. (default: the longer of 1h and twice a token's life)",
            valueName: "duration"
        ),
        transform: DurationText.parse
    )
    var overlap: Int64?

    @Option(
        help: ArgumentHelp("New values that are tried before a person must look. (default: 5)", valueName: "number")
    )
    var attempts: Int?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        let ways = [every != nil, at != nil, byHand].count { $0 }
        guard ways == 1 || (ways == 0 && (maxAge != nil || beforeExpiry != nil)) else {
            throw ValidationError("say when: --every DURATION, --at SCHEDULE, --max-age, --before-expiry, or --by-hand")
        }
        if byHand, window != nil || jitter != nil || maxAge != nil || beforeExpiry != nil {
            throw ValidationError("--by-hand does not go with --window, --jitter, --max-age or --before-expiry")
        }
        if let every, every < 60 { throw ValidationError("--every is at least 1m") }
    }

    func run(in session: Session) throws(CommandFailure) {
        var request = RotationRequest(rotator: rotator)
        request.settings = settings.isEmpty ? nil : try KeyValue.dictionary(settings)
        request.helper = helper?.text
        request.schedule = at ?? every.map { "rate(\($0 / 60) minutes)" }
        request.window = window
        request.jitter = jitter
        request.maximumAge = maxAge
        request.expiryLead = beforeExpiry
        request.overlap = overlap
        request.attempts = attempts
        let answer: Answer<RotationSummary> = try session.vault().ask(
            VaultRequest("PUT", "/v1/rotations/\(name.text)", body: JSONBody.encode(request))
        )
        try session.output.show(answer) { summary throws(CommandFailure) in
            let next = summary.next.map { "next \(session.moment.short($0))" } ?? "when somebody asks"
            try session.console.print(
                "\(name.text) is rotated by \(TerminalText.escaped(summary.plan.rotator)), \(next)"
            )
            if let makes = summary.makes { try session.console.print("the vault makes \(TerminalText.escaped(makes))") }
        }
        session.console.message("try whether it can work, without a change: warder rotate test \(name.text)")
    }
}
