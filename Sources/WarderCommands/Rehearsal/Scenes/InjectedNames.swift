import WarderModel
import WarderWire

extension Scene {
    static var injectedNames: Scene {
        Scene("injected-names", "names are more than names") { stage throws(CommandFailure) in
            let token = try stage.token(Stage.reading)
            var attempts: [Attempt] = []
            for trick in tricks {
                let name = stage.marker()
                var replies: [Reply] = []
                for text in trick.bodies {
                    let hostile = text.replacing("NAME", with: name)
                    replies.append(
                        try stage.ask(.post("/v1/resolve", #"{"tool":"stage/read","secret":"\#(hostile)"}"#))
                    )
                    replies.append(try stage.ask(.post("/v1/tokens", #"{"tool":"\#(hostile)"}"#)))
                }
                for text in trick.paths {
                    let target = "/v1/secrets/" + text.replacing("NAME", with: name)
                    replies.append(try stage.ask(.get(target, token: token.text)))
                }
                attempts.append(
                    Attempt(
                        tried: trick.title,
                        replies: replies,
                        answer: .misspelt(name),
                        record: .malformed(uid: Accounts.ownUID, unquoted: name)
                    )
                )
            }
            let launch = try stage.ask(.post("/v1/tokens", #"{"tool":"stage/@launch"}"#))
            attempts.append(
                .refused(
                    "the name that is kept for launches",
                    launch,
                    403,
                    .denied,
                    EventPattern(.tokenIssue, .toolMissing, tool: "stage/@launch")
                )
            )
            return .attempts(attempts)
        }
    }

    /// Spellings in the text of a JSON body and in a path, with `NAME` for a word that must not be repeated.
    private static let tricks: [(title: String, bodies: [String], paths: [String])] = [
        ("../ on the way", ["stage/../NAME", "../NAME/read"], ["stage/../NAME", "../NAME"]),
        ("percent escapes", ["stage%2fNAME", "stage/%2e%2e/NAME"], ["stage%2fNAME", "stage/%2e%2e/NAME", "NAME%00"]),
        ("a NUL at the end", [#"stage/NAME\u0000"#], ["stage/NAME\u{0}"]),
        ("a line break", [#"stage/NAME\nstage/read"#, #"stage/NAME\r\nX-Injected: 1"#], []),
        (
            "escape sequences of a terminal", [#"stage/\u001b[31mNAME"#, #"stage/\u001b]0;NAME\u0007"#],
            ["stage/\u{1B}[31mNAME"]
        ),
        ("text that is turned around", [#"stage/\u202eNAME"#], []),
        ("letters that look alike", [#"stage/\u0430NAME"#], ["stage/\u{430}NAME"]),
        ("empty parts", ["stage//NAME", "/NAME/read"], ["/NAME", "stage//NAME"]),
        ("300 letters", ["stage/NAME" + long], ["stage/NAME" + long]),
    ]

    private static let long = String(repeating: "a", count: 300)
}
