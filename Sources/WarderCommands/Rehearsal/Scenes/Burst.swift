import WarderModel
import WarderWire

extension Scene {
    static var burst: Scene {
        Scene("burst", "a server asks for more than its limit") { stage throws(CommandFailure) in
            try stage.arrange("PUT", "/v1/limits", #"{"server":"stage","risk":"side-effect","limit":"2/min"}"#)
            var last: Reply?
            // The limit grows again meanwhile, on a slow machine too: one of so many is beyond it.
            for _ in 0..<20 where last?.failure == nil {
                last = try stage.ask(.post("/v1/tokens", #"{"tool":"\#(Stage.writing)"}"#))
                if let text = last?.text("token") { stage.keepFromSight("a token for \(Stage.writing)", text) }
            }
            return .attempts(
                [last].compactMap(\.self).map { reply in
                    .refused(
                        "tokens, one after the other, with a limit of 2 a minute",
                        reply,
                        429,
                        .rateLimited,
                        EventPattern(.tokenIssue, .rateLimited, tool: Stage.writing)
                    )
                }
            )
        }
    }
}
