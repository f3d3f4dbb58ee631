package import WarderModel

/// One thing that somebody asks of the vault: what it is called, who asks, and the work itself.
///
/// The work runs inside a transaction, after the caller was authorised for the action. It fills in the event while it
/// goes along, and either answers or throws the reason for the refusal; there is no third way out.
package struct Command<Answer: Sendable>: Sendable {
    package let action: Action
    package let caller: Caller
    /// Names what the request was about, so that a refusal says it too.
    let describe: @Sendable (inout Event) -> Void
    let perform: @Sendable (inout Transaction, inout Event) throws(Refusal) -> Answer

    init(
        _ action: Action,
        by caller: Caller,
        describe: @escaping @Sendable (inout Event) -> Void = { _ in },
        perform: @escaping @Sendable (inout Transaction, inout Event) throws(Refusal) -> Answer
    ) {
        self.action = action
        self.caller = caller
        self.describe = describe
        self.perform = perform
    }
}
