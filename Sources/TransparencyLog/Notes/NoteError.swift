/// Why a key, a note or what it says was refused. Nothing of the input is quoted.
package enum NoteError: Error, Hashable, Sendable {
    /// A name that is empty, or has white space or a `+`.
    case name
    /// Not `name+id+key`, or with an id that is not that of name and key.
    case key
    /// A key of another kind than Ed25519.
    case keyType
    /// Not UTF-8, a control character, no blank line, a signature line that is none, or beyond a limit.
    case note
    /// A key that is known signed something else: the whole note counts for nothing.
    case signature
    /// No key that is known signed it.
    case unsigned
    /// Not origin, size, root and extension lines.
    case checkpoint
    /// Not a tlog-proof, or one with another leaf than the one that was asked about.
    case proof
    /// Not a history of keys in the one spelling there is.
    case history
    /// A history whose signatures, epochs or names do not follow one another.
    case historyBroken
    /// Checkpoint extension lines that are not those of an export's manifest.
    case manifest
}
