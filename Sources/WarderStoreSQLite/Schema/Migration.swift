/// One step from a schema to the next.
///
/// Once released it is never edited: databases that went through it must look like those that go through it today.
package struct Migration: Sendable {
    /// The schema that it leads to; the one before it leads here.
    package let number: Int
    /// What it does, in a few words for the daemon's log.
    package let purpose: String
    let change: @Sendable (MigrationWork) throws -> Void

    /// - Parameters:
    ///   - number: The schema that it leads to.
    ///   - purpose: What it does, in a few words.
    ///   - change: Does it, within a transaction that is not its own; foreign keys are looked at when all is done.
    package init(_ number: Int, _ purpose: String, change: @escaping @Sendable (MigrationWork) throws -> Void) {
        self.number = number
        self.purpose = purpose
        self.change = change
    }

    /// Every migration there is, in order, the first from nothing. The last one's number is this version's schema.
    package static let all = [
        Migration(1, "make the first schema") { try $0.execute(Schema.migration1) }
    ]
}
