package import WarderModel

/// A variable of the server's environment that holds a field of a secret: `GITHUB_TOKEN=github/pat#value`.
package struct EnvironmentSecret: Hashable, Sendable {
    package let variable: String
    package let secret: SecretName
    package let field: FieldName

    /// Why a text is none.
    package enum Fault: Error, Equatable {
        /// Not `NAME=SECRET` or `NAME=SECRET#FIELD`.
        case shape
        /// Letters, digits and `_`, and no digit in front.
        case variable
        /// One of the vault's own, which clients in the server go by.
        case reserved
        case secret
        case field
    }

    /// The field is `value` unless it is named.
    package init(_ text: String) throws(Fault) {
        guard let equals = text.firstIndex(of: "=") else { throw .shape }
        variable = String(text[..<equals])
        guard let first = variable.utf8.first, Self.isLetter(first),
            variable.utf8.allSatisfy({ Self.isLetter($0) || (0x30...0x39).contains($0) })
        else { throw .variable }
        guard !variable.hasPrefix("WARDER_") else { throw .reserved }
        let parts = text[text.index(after: equals)...].split(
            separator: "#",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        do { secret = try SecretName(String(parts[0])) } catch { throw .secret }
        do { field = parts.count > 1 ? try FieldName(String(parts[1])) : .value } catch { throw .field }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
