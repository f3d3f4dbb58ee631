import WarderCore
import WarderModel

/// What answering a request takes.
enum Work: Sendable {
    typealias Outcome = Result<Answer, Refusal>

    /// Nothing more: the answer is there.
    case done(Answer)
    /// The vault decides about an action; the closure is called once, on any thread, and makes the answer where the
    /// connection lives.
    case decision(Action, @Sendable (_ finish: @escaping @Sendable (@escaping @Sendable () -> Outcome) -> Void) -> Void)
    /// A passphrase to check or to make, on the thread for that, and then as above.
    case passphrase(@Sendable (_ finish: @escaping @Sendable (@escaping @Sendable () -> Outcome) -> Void) -> Void)
    /// So many key slots to open and to make anew, each in its turn on that thread, and then as above. `admitted` is called
    /// before, where no other such work goes on.
    case slots(
        Int,
        admitted: @Sendable () -> Void,
        @Sendable (_ finish: @escaping @Sendable (@escaping @Sendable () -> Outcome) -> Void) -> Void
    )
    /// Something slow, on a thread of its own, and then as above.
    case slow(@Sendable (_ finish: @escaping @Sendable (@escaping @Sendable () -> Outcome) -> Void) -> Void)
    /// A long poll: the closure returns at once, and finishes when something has happened or the time is up. What it
    /// returns takes the question back, for when the peer has gone.
    case wait(
        @Sendable (_ finish: @escaping @Sendable (@escaping @Sendable () -> Outcome) -> Void) -> @Sendable () -> Void
    )
    /// An answer of unknown length, piece by piece; the closure is called on a thread of its own until it returns
    /// `nil`. When it throws, the connection ends without the last chunk.
    case stream(
        Answer.MediaType,
        permission: @Sendable (@escaping @Sendable (Refusal?) -> Void) -> Void,
        next: @Sendable () throws -> [UInt8]?
    )
}

extension Exchange {
    /// A command for the vault and how to show its answer.
    func ask<Result>(
        _ command: Command<Result>,
        _ render: @escaping @Sendable (Result) -> Answer
    ) -> Work where Result: Sendable {
        let vault = vault
        return .decision(command.action) { finish in
            vault.submit(command) { outcome in finish { outcome.map(render) } }
        }
    }
}
