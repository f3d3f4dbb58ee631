import WarderModel
import WarderWire

extension Scene {
    static var wrongProcess: Scene {
        Scene("wrong-process", "a token is used by another process of the same user") { stage throws(CommandFailure) in
            let token = try stage.token(Stage.reading)
            let stolen = try stage.ask(.get("/v1/secrets/\(Stage.reading)", token: token.text), as: stage.sibling)
            let renewed = try stage.ask(
                Question(method: "POST", target: "/v1/tokens/renew", token: token.text),
                as: stage.sibling
            )
            let rightful = try stage.ask(.get("/v1/secrets/\(Stage.reading)", token: token.text))
            return .attempts([
                .refused(
                    "the value, with a sibling's token",
                    stolen,
                    401,
                    .tokenInvalid,
                    EventPattern(
                        .secretResolve,
                        .tokenOfAnotherProcess,
                        tool: Stage.reading,
                        secret: Stage.reading,
                        token: token.accessor
                    )
                ),
                .refused(
                    "a longer life for a sibling's token",
                    renewed,
                    401,
                    .tokenInvalid,
                    EventPattern(
                        .tokenRenew,
                        .tokenOfAnotherProcess,
                        tool: Stage.reading,
                        token: token.accessor
                    )
                ),
                .served(
                    "the same by the process that it was given to",
                    rightful,
                    value: stage.decoys[Stage.reading] ?? "",
                    EventPattern(.secretResolve, tool: Stage.reading, secret: Stage.reading, token: token.accessor)
                ),
            ])
        }
    }
}
