/// What the name of a variable, header, option or parameter says about its value.
enum SecretNames {
    enum Meaning: Hashable {
        /// Anything may be a password, even a word or four digits.
        case password
        /// Made by a program: long.
        case key
        /// A scheme, then the credential.
        case authorization
        /// A secret, or the way in which one is asked for: `basic`, `oauth2`.
        case proof
        /// A secret, or one of the many things that are called so: what a model reads, what a table is sorted by.
        case item
        /// A secret where it looks random.
        case chance
    }

    /// What the name promises; `nil` where it promises no secret.
    static func meaning(of name: String) -> Meaning? {
        let words = significant(words(of: name))
        // `TOKEN_FILE`, `KEY_ID`, `PASSWORD_POLICY` are about a secret, and none: the last word counts.
        guard let last = words.last else { return nil }
        let before = words.dropLast().last
        if last == "authorization" || last == "proxyauthorization" { return .authorization }
        if let before, SecretWords.role(of: before + last) == .secret { return .key }
        switch SecretWords.role(of: last) {
        case .password: return .password
        case .secret: return .key
        case .key:
            switch before.flatMap({ SecretWords.role(of: $0) }) {
            case .open: return nil
            case .thing: return .item
            default: return before == "primary" ? .item : .key
            }
        case .several:
            return last == "keys" && before.flatMap { SecretWords.role(of: $0) } == .open ? nil : .item
        case .proof: return .proof
        case .chance: return .chance
        case .open, .thing, .qualifier, .owner, nil: return nil
        }
    }

    /// Whether every word of it is one that belongs to the names of secrets, and the last one says what: `api-key` and
    /// `dbPassword` are, `pRootPassword1` is not.
    static func isKnown(_ name: String) -> Bool {
        guard let meaning = meaning(of: name), meaning != .chance else { return false }
        return words(of: name).allSatisfy { word in word == "authorization" || SecretWords.role(of: word) != nil }
            && !words(of: name).contains { $0.contains(where: \.isNumber) }
    }

    /// What of an option that is written with one dash names a secret, with the dash: the words at the end of it that are in
    /// the table, `-token` of `-github-token`. Of `-pRootPassword` the letter may be all of the name, and `-pRootPassword1`
    /// is none.
    static func option(_ word: String) -> String? {
        let name = word.dropFirst()
        guard name.utf8.allSatisfy({ $0.isLetter || "-_".utf8.contains($0) }), let meaning = meaning(of: String(name)),
            meaning != .chance
        else { return nil }
        let words = words(of: String(name))
        if let first = words.first, first.utf8.count == 1, words.count > 1, SecretWords.role(of: first) == nil {
            return nil
        }
        let end = words.reversed().prefix { $0 == "authorization" || SecretWords.isWhole($0) }.reversed()
        let said = end.isEmpty ? words.last.flatMap { SecretWords.ending(of: $0) } : end.joined(separator: "-")
        return said.map { "-" + $0 }
    }

    /// Whether a value says how somebody proves who they are, and not with what: `basic`, `oauth2`, `azure-cli`.
    static func isMethod(_ value: ArraySlice<UInt8>) -> Bool {
        value.trimmed.split { !$0.isAlphanumeric }.allSatisfy { part in
            let word = part.prefix { !$0.isDigit }
            guard part[word.endIndex...].allSatisfy(\.isDigit) else { return false }
            return word.isEmpty || SecretWords.methods.contains(word.lowercased)
        }
    }

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
        while words.count > 1, let last = words.last,
            SecretWords.role(of: last) == .qualifier || last.allSatisfy(\.isNumber)
        {
            words.removeLast()
        }
        guard let last = words.popLast() else { return [] }
        let bare = String(last.reversed().drop { $0.isNumber }.reversed())
        return words + [bare.isEmpty ? last : bare]
    }
}
