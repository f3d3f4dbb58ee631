/// Printing, `dump`, string interpolation and reflection all end in one of these three; none may tell more than that
/// there is a secret. Without them, reflection would show the count and an address.
extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always the same text.
    public var description: String { "SecretBytes(redacted)" }

    /// Always the same text.
    public var debugDescription: String { description }

    /// A mirror without children.
    public var customMirror: Mirror {
        Mirror(self, children: EmptyCollection<Mirror.Child>(), ancestorRepresentation: .suppressed)
    }
}
