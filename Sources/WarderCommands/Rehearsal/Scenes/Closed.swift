import WarderModel
import WarderWire

extension Scene {
    static var quarantined: Scene {
        Scene("quarantined", "a server goes on after it was quarantined") { stage throws(CommandFailure) in
            let token = try stage.token(Stage.reading)
            try stage.arrange("POST", "/v1/servers/stage/quarantine", #"{"reason":"a rehearsal"}"#)
            let held = try stage.ask(.get("/v1/secrets/\(Stage.reading)", token: token.text))
            let new = try stage.ask(.post("/v1/tokens", #"{"tool":"\#(Stage.reading)"}"#))
            try stage.arrange("POST", "/v1/servers/stage/release")
            return .attempts([
                .refused(
                    "a token from before",
                    held,
                    401,
                    .tokenInvalid,
                    EventPattern(.secretResolve, .tokenUnknown, secret: Stage.reading)
                ),
                .refused(
                    "a new token",
                    new,
                    403,
                    .denied,
                    EventPattern(.tokenIssue, .serverQuarantined, tool: Stage.reading)
                ),
            ])
        }
    }

    /// The last one: it ends the daemon and starts it anew.
    static var sealed: Scene {
        Scene("sealed", "a sealed vault is asked, and a token from before it was sealed") {
            stage throws(CommandFailure) in
            let token = try stage.token(Stage.reading)
            try stage.arrange("POST", "/v1/sys/seal")
            let replies = [
                try stage.ask(.get("/v1/secrets/\(Stage.reading)", token: token.text)),
                try stage.ask(.post("/v1/tokens", #"{"tool":"\#(Stage.reading)"}"#)),
            ]
            try stage.restart()
            try stage.unseal()
            let old = try stage.ask(.get("/v1/secrets/\(Stage.reading)", token: token.text))
            return .attempts([
                Attempt(
                    tried: "a value and a token, while nobody has opened it",
                    replies: replies,
                    answer: .refused(503, .sealed),
                    record: .counted(.peerSealed, uid: Accounts.ownUID, atLeast: 2)
                ),
                .refused(
                    "the token, once it is open again",
                    old,
                    401,
                    .tokenInvalid,
                    EventPattern(.secretResolve, .tokenUnknown, secret: Stage.reading)
                ),
            ])
        }
    }
}
