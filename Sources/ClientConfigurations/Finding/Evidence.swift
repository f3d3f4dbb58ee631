/// Why a value, or a part of it, is taken for a secret.
package enum Evidence: Hashable, Sendable {
    /// It begins like the tokens of this issuer.
    case token(issuer: String)
    case privateKey
    /// Three parts of base64, the first of which begins like the head of a JSON Web Token.
    case webToken
    /// What stands behind `Bearer`, `Basic` and the like.
    case authorization
    /// The password in an address, before the `@`.
    case addressPassword
    /// A parameter of an address, or a setting of a connection string, that is called like a secret.
    case parameter
    /// The variable, header or option is called like a secret.
    case name
    /// Behind a user's name and a colon, where an option takes both.
    case userPassword
    /// The same value is moved from another place.
    case copy
    /// It looks like chance: long, and of many different characters.
    case random
    /// It stands right behind the letter of an option, as passwords can.
    case attached
    /// Its name can be that of a secret, and its value one of a setting.
    case ambiguous

    package enum Certainty: Int, Comparable, Sendable {
        /// Nothing but its look speaks for it; a person decides.
        case doubtful
        case likely
        case certain

        package static func < (left: Certainty, right: Certainty) -> Bool { left.rawValue < right.rawValue }
    }

    package var certainty: Certainty {
        switch self {
        case .token, .privateKey, .webToken, .authorization, .addressPassword: .certain
        case .parameter, .name, .userPassword, .copy: .likely
        case .random, .attached, .ambiguous: .doubtful
        }
    }

    /// What is said of it to a person.
    package var sentence: String {
        switch self {
        case .token(let issuer): "it has the form of a token of \(issuer)"
        case .privateKey: "it is a private key"
        case .webToken: "it has the form of a JSON Web Token"
        case .authorization: "it stands behind the name of an authentication scheme"
        case .addressPassword: "it is the password in an address"
        case .parameter: "it belongs to a parameter that is called like a secret"
        case .name: "its name says so"
        case .userPassword: "it stands behind a user's name and a colon"
        case .copy: "it is the same value as a secret that is moved"
        case .random: "it is long and looks random"
        case .attached: "it stands right behind an option's letter, as passwords can"
        case .ambiguous: "its name can be that of a secret or of a setting"
        }
    }
}

/// Why a value under a secret's name is not taken for one.
package enum Innocence: Hashable, Sendable {
    /// The client, or a shell, puts something else in its place.
    case reference
    /// Nobody's secret: `<YOUR_TOKEN>`, `changeme`, `xxx`.
    case placeholder
    /// The path of a file.
    case path
    /// An address without anything secret in it.
    case address
    /// `true`, a small number, a single letter.
    case plain
    /// A file with variables, which the client reads and nobody looked into.
    case otherFile

    package var sentence: String {
        switch self {
        case .reference: "it is a reference that the client resolves"
        case .placeholder: "it is a placeholder"
        case .path: "it is the path of a file"
        case .address: "it is an address without a credential"
        case .plain: "it is too plain for a secret"
        case .otherFile: "it names a file of variables, which was not looked into"
        }
    }
}

/// A part of a value that is a secret.
struct SecretSpan: Hashable {
    /// In bytes of the value.
    let range: Range<Int>
    let evidence: Evidence
}
