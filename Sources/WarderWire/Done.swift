/// The answer to a change that has nothing more to say.
public struct Done: Codable, Sendable {
    /// What was changed.
    public var name: String

    /// Names what was changed.
    public init(name: String) { self.name = name }
}
