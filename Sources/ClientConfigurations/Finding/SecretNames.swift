/// What the name of a variable, header, option or parameter says about its value.
enum SecretNames {
    enum Meaning: Hashable {
        /// Anything may be a password, even a word or four digits.
        case password
        /// Made by a program: long.
        case key
        /// A scheme, then the credential.
        case authorization
    }

    /// What the name promises; `nil` where it promises no secret.
    static func meaning(of name: String) -> Meaning? {
        let words = significant(words(of: name))
        guard let last = words.last else { return nil }
        let joined = words.joined()
        if ["authorization", "proxyauthorization"].contains(joined) { return .authorization }
        // `TOKEN_FILE`, `KEY_ID`, `PASSWORD_POLICY` are about a secret, and none.
        if passwordWords.contains(last) || passwordEndings.contains(where: { last.hasSuffix($0) }) { return .password }
        guard publicWords.isDisjoint(with: words) else { return nil }
        if keyWords.contains(last) || keyEndings.contains(where: { joined.hasSuffix($0) }) { return .key }
        return nil
    }

    /// Whether it names something that everybody may know, however random it looks.
    static func isPublic(_ name: String) -> Bool { !publicWords.isDisjoint(with: words(of: name)) }

    /// The words of a name in lower case: `GITHUB_TOKEN`, `X-Api-Key` and `apiKey` have two or three.
    static func words(of name: String) -> [String] {
        var words: [String] = []
        var word = ""
        var wasLower = false
        for scalar in name.unicodeScalars {
            guard scalar.isASCII, let byte = UInt8(exactly: scalar.value), byte.isAlphanumeric else {
                if !word.isEmpty { words.append(word) }
                (word, wasLower) = ("", false)
                continue
            }
            if byte.isUpper, wasLower {
                words.append(word)
                word = ""
            }
            wasLower = byte.isLower
            word.append(Character(scalar).lowercased())
        }
        return word.isEmpty ? words : words + [word]
    }

    /// Without what only tells one of several from the others: `API_KEY_2`, `TOKEN_PROD`, `SECRET1`.
    private static func significant(_ words: [String]) -> [String] {
        var words = words
        while words.count > 1, let last = words.last, qualifiers.contains(last) || last.allSatisfy(\.isNumber) {
            words.removeLast()
        }
        guard let last = words.popLast() else { return [] }
        let bare = String(last.reversed().drop { $0.isNumber }.reversed())
        return words + [bare.isEmpty ? last : bare]
    }

    private static let passwordWords: Set<String> = ["pass", "pin"]
    private static let passwordEndings = ["password", "passwd", "pwd", "passphrase", "passcode"]
    private static let keyEndings = [
        "token", "secret", "secrets", "apikey", "apikeys", "accesskey", "secretkey", "privatekey", "privkey", "authkey",
        "signingkey", "encryptionkey", "masterkey", "mnemonic",
    ]
    private static let keyWords: Set<String> = [
        "key", "pat", "credential", "credentials", "creds", "jwt", "cookie", "signature", "sig", "bearer", "dsn",
    ]
    private static let qualifiers: Set<String> = [
        "prod", "production", "dev", "development", "staging", "stage", "test", "live", "sandbox", "default", "backup",
        "old", "new", "base", "value", "string", "b64", "base64", "hex", "raw",
    ]
    /// Keys that are no secret, and keys of another kind.
    private static let publicWords: Set<String> = [
        "public", "pub", "publishable", "sort", "partition", "primary", "foreign", "cache", "index", "object", "map",
        "max", "min", "num", "count",
    ]
}
