/// Something that changed for what a server made of a secret.
public enum SecretChange: Hashable, Sendable {
    /// The secret resolves to this version now: an operator or a rotation made it so, or granted it.
    case version(secret: String, UInt32)
    /// The secret resolves to nothing any more, for this process: a grant was taken back, the server was blocked, the
    /// secret was deleted. Whoever goes on with its value uses what was taken from them.
    case revoked(secret: String)
    /// From now on every change is told; what happened before is not known. Comes first of all, and again when the vault
    /// was restarted or sealed meanwhile.
    case everything
    /// The vault has not been reached for longer than the sequence allows: what is held may be out of date. When it is
    /// reached again, `everything` follows.
    case outOfTouch

    /// Whether what was made of a secret has to be made anew, or may have to be.
    public func concerns(_ secret: String) -> Bool {
        switch self {
        case .version(let changed, _), .revoked(let changed): changed == secret
        case .everything, .outOfTouch: true
        }
    }
}
