import WarderModel
import WarderWire

extension Scene {
    static var wrongTool: Scene {
        Scene("wrong-tool", "a token for one tool is used for another's secret") { stage throws(CommandFailure) in
            let token = try stage.token(Stage.reading)
            let other = try stage.ask(.get("/v1/secrets/\(Stage.writing)", token: token.text))
            let field = try stage.ask(.get("/v1/secrets/\(Stage.reading)?field=other", token: token.text))
            let foreign = try stage.ask(.post("/v1/tokens", #"{"tool":"\#(Stage.foreign)"}"#))
            let missing = try stage.ask(.post("/v1/tokens", #"{"tool":"nowhere/read"}"#))
            return .attempts([
                .refused(
                    "the secret of \(Stage.writing) with a token for \(Stage.reading)",
                    other,
                    403,
                    .denied,
                    EventPattern(
                        .secretResolve,
                        .grantMissing,
                        tool: Stage.reading,
                        secret: Stage.writing,
                        token: token.accessor
                    )
                ),
                .refused(
                    "a field that was not granted",
                    field,
                    403,
                    .denied,
                    EventPattern(
                        .secretResolve,
                        .fieldNotGranted,
                        tool: Stage.reading,
                        secret: Stage.reading,
                        token: token.accessor
                    )
                ),
                .refused(
                    "a token for another server's tool",
                    foreign,
                    403,
                    .denied,
                    EventPattern(.tokenIssue, .toolOfAnotherServer, tool: Stage.foreign)
                ),
                .refused(
                    "a token for a tool of an unknown server",
                    missing,
                    403,
                    .denied,
                    EventPattern(.tokenIssue, .toolMissing, tool: "nowhere/read")
                ),
            ])
        }
    }
}
