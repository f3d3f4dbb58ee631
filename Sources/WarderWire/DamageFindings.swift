/// Something that is wrong with what lies in the database, in the vault's words.
public struct DamageFinding: Codable, Sendable {
    /// Stable name of the kind.
    public var kind: String
    /// Where it is.
    public var place: String
    /// What happened.
    public var happened: String
    /// What is lost.
    public var lost: String
    /// What is still good.
    public var good: String
    /// What to do.
    public var remedy: String

    /// Puts it together.
    public init(kind: String, place: String, happened: String, lost: String, good: String, remedy: String) {
        self.kind = kind
        self.place = place
        self.happened = happened
        self.lost = lost
        self.good = good
        self.remedy = remedy
    }
}

/// How much there is of one kind of damage.
public struct DamageCount: Codable, Sendable {
    /// Stable name of the kind.
    public var kind: String
    /// How often.
    public var count: Int

    /// Puts it together.
    public init(kind: String, count: Int) {
        self.kind = kind
        self.count = count
    }
}
