/// Why a document was refused, or why a node is not what the reader asked for.
///
/// The cases carry byte offsets from the start of the document and limits, never text from it: the text may be a
/// secret, and it may be written to attack the reader of a log.
package enum JSONError: Error, Hashable, Sendable {
    /// The document is longer than the limit in bytes.
    case tooLarge(limit: Int)
    /// The document begins with a UTF-8 byte order mark.
    case byteOrderMark
    /// The document ends in the middle of a value, or is empty.
    case unexpectedEnd(at: Int)
    /// A byte that the grammar does not allow here, also after the end of the value.
    case unexpectedByte(at: Int)
    /// A number that breaks the grammar, such as `-` or `1.`.
    case invalidNumber(at: Int)
    /// A byte below U+0020 inside a string.
    case controlCharacter(at: Int)
    /// A backslash that does not begin an escape of RFC 8259.
    case invalidEscape(at: Int)
    /// Half of a surrogate pair in `\u` escapes.
    case loneSurrogate(at: Int)
    /// Bytes that are not well-formed UTF-8.
    case invalidUTF8(at: Int)
    /// More arrays and objects inside one another than the limit.
    case tooDeep(at: Int)
    /// An object with more members than the limit.
    case tooManyMembers(at: Int)
    /// More values and keys than the limit.
    case tooManyTokens(at: Int)
    /// A key that equals an earlier one of the same object byte for byte once its escapes are resolved.
    case duplicateKey(at: Int)

    /// The node has another kind than the reader asked for.
    case unexpectedKind(expected: JSONKind, at: Int)
    /// The number has a fraction or an exponent, or is `-0`.
    case notAnInteger(at: Int)
    /// The number does not fit the type the reader asked for.
    case numberOutOfRange(at: Int)
    /// The text holds U+0000 and the reader did not allow it.
    case nulInText(at: Int)
    /// There was no locked memory for a secret.
    case noSecretMemory(at: Int)
    /// The document has been wiped.
    case wiped
}
