import WarderModel

extension Scene {
    /// Where everything is refused, a rehearsal shows nothing.
    static var honestCall: Scene {
        Scene("honest-call", "an honest call gets its value") { stage throws(CommandFailure) in
            let token = try stage.token(Stage.reading)
            let reply = try stage.ask(.get("/v1/secrets/\(Stage.reading)", token: token.text))
            return .attempts([
                .served(
                    "the tool's own secret, with its token",
                    reply,
                    value: stage.decoys[Stage.reading] ?? "",
                    EventPattern(.secretResolve, tool: Stage.reading, secret: Stage.reading, token: token.accessor)
                )
            ])
        }
    }
}
