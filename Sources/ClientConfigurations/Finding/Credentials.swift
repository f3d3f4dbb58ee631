/// What stands behind the name of an authentication scheme: `Bearer …`, `Basic …`.
enum Credentials {
    /// The credential behind a scheme. Where the name says that one stands here, a short one is one as well.
    static func find(in text: ArraySlice<UInt8>, isExpected: Bool) -> SecretSpan? {
        let trimmed = text.trimmed
        guard let space = trimmed.firstIndex(where: { $0.isSpace }) else { return nil }
        guard schemes.contains(trimmed[..<space].lowercased) else { return nil }
        let credential = trimmed[space...].trimmed
        // "basic plan" is no credential.
        guard !credential.isEmpty, !credential.contains(where: { $0.isSpace }) else { return nil }
        let isWord = credential.allSatisfy { $0.isLower || $0 == UInt8(ascii: "-") }
        guard isExpected || credential.count >= 12 && !isWord else { return nil }
        return SecretSpan(range: credential.startIndex..<credential.endIndex, evidence: .authorization)
    }

    private static let schemes: Set<String> = ["bearer", "basic", "token", "apikey", "api-key"]

    /// Without the name of a scheme before it.
    static func withoutScheme(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let trimmed = text.trimmed
        guard let space = trimmed.firstIndex(where: { $0.isSpace }), schemes.contains(trimmed[..<space].lowercased)
        else { return trimmed }
        return trimmed[space...].trimmed
    }

    /// The password of `user:password`, as `-u` and `--user` take it; users of a container are `1000:1000` or `node:node`.
    static func userPassword(_ text: ArraySlice<UInt8>) -> SecretSpan? {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > text.startIndex,
            text[..<colon].allSatisfy({ $0.isWord || ".@+".utf8.contains($0) })
        else { return nil }
        let password = text[(colon + 1)...]
        // `C:/server.py`, `jdbc:postgresql://h/db` and `redis:6379/0` are paths and addresses.
        guard let first = password.first, !"/\\".utf8.contains(first), password.firstRange(of: "://".utf8) == nil,
            !password.contains(where: { $0.isSpace }),
            !password.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: "/") }), !password.elementsEqual(text[..<colon]),
            !Placeholders.isPlaceholder(password), !Placeholders.isReference(password)
        else { return nil }
        return SecretSpan(range: password.startIndex..<password.endIndex, evidence: .userPassword)
    }

    /// `Name: value`, as programs take headers as an argument.
    static func header(_ text: ArraySlice<UInt8>) -> (name: String, value: ArraySlice<UInt8>)? {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > text.startIndex,
            text[..<colon].allSatisfy({ $0.isWord })
        else { return nil }
        let value = text[(colon + 1)...].trimmed
        // `postgres://` has a colon as well.
        guard !value.isEmpty, !value.hasPrefix("//") else { return nil }
        return (String(decoding: text[..<colon], as: UTF8.self), value)
    }
}
