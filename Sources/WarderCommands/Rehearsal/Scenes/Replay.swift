import WarderModel
import WarderWire

extension Scene {
    static var replay: Scene {
        Scene("replay", "a token is used that was used up, revoked or is too old") { stage throws(CommandFailure) in
            let short = try stage.token(Stage.reading, #","ttl":1"#)
            let given = ContinuousClock.now
            let once = try stage.token(Stage.writing)
            let first = try stage.ask(.get("/v1/secrets/\(Stage.writing)", token: once.text))
            let second = try stage.ask(.get("/v1/secrets/\(Stage.writing)", token: once.text))
            let revoked = try stage.token(Stage.reading)
            try stage.arrange("DELETE", "/v1/tokens/\(revoked.accessor)")
            let afterwards = try stage.ask(.get("/v1/secrets/\(Stage.reading)", token: revoked.text))
            // By the vault's clock it began no later than when it was here.
            while ContinuousClock.now < given + .milliseconds(1100) { stage.context.pause(50) }
            let late = try stage.ask(.get("/v1/secrets/\(Stage.reading)", token: short.text))
            return .attempts([
                .served(
                    "a token of one use, once",
                    first,
                    value: stage.decoys[Stage.writing] ?? "",
                    EventPattern(.secretResolve, tool: Stage.writing, secret: Stage.writing, token: once.accessor)
                ),
                .refused(
                    "the same token again",
                    second,
                    401,
                    .tokenInvalid,
                    EventPattern(
                        .secretResolve,
                        .tokenExhausted,
                        tool: Stage.writing,
                        secret: Stage.writing,
                        token: once.accessor
                    )
                ),
                .refused(
                    "a token that was revoked",
                    afterwards,
                    401,
                    .tokenInvalid,
                    EventPattern(.secretResolve, .tokenUnknown, secret: Stage.reading)
                ),
                .refused(
                    "a token of one second, after that",
                    late,
                    401,
                    .tokenInvalid,
                    EventPattern(
                        .secretResolve,
                        .tokenExpired,
                        tool: Stage.reading,
                        secret: Stage.reading,
                        token: short.accessor
                    )
                ),
            ])
        }
    }
}
