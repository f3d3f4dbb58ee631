import WarderLinux
import WarderModel
import WarderWire

extension Scene {
    /// Before any server is registered.
    static var unregistered: Scene {
        Scene("unregistered", "a process asks that is no registered server") { stage throws(CommandFailure) in
            let reply = try stage.ask(
                .post("/v1/resolve", #"{"tool":"\#(Stage.reading)","secret":"\#(Stage.reading)"}"#)
            )
            return .attempts([
                Attempt(
                    tried: "a value, before there is any server",
                    replies: [reply],
                    answer: .refused(403, .denied),
                    record: .counted(.peerUnknown, uid: Accounts.ownUID, atLeast: 1)
                )
            ])
        }
    }

    /// A thief who runs as another user.
    static var otherUser: Scene {
        Scene("other-user", "a process of another user comes with a server's token") { stage throws(CommandFailure) in
            guard Accounts.ownUID == 0 else {
                return .notEvaluated("Only root can start a process of another user: sudo warder rehearse.")
            }
            let token = try stage.token(Stage.reading)
            let nobody: UInt32 = 65_534
            let thief = try Player(as: ChildProcess.User(uid: nobody, gid: nobody))
            let replies = [
                try stage.ask(.get("/v1/secrets/\(Stage.reading)", token: token.text), as: thief),
                try stage.ask(.post("/v1/tokens", #"{"tool":"\#(Stage.reading)"}"#), as: thief),
            ]
            return .attempts([
                Attempt(
                    tried: "the server's token, and one of its own",
                    replies: replies,
                    answer: .refused(403, .denied),
                    record: .counted(.peerUnknown, uid: nobody, atLeast: 2)
                )
            ])
        }
    }
}
