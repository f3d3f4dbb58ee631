import WarderModel

/// Names in the vault for what has other names in a file.
enum Naming {
    /// The name as it stands, where it is one of a server.
    static func server(exactly text: String) -> ServerName? {
        do throws(NameError) {
            return try ServerName(text)
        } catch {
            return nil
        }
    }

    /// The name as it stands, where it is one of a secret.
    static func secret(exactly text: String) -> SecretName? {
        do throws(NameError) {
            return try SecretName(text)
        } catch {
            return nil
        }
    }

    /// `GitHub Server` is `github-server`, with a number behind it where that is taken.
    static func server(for key: String, isFree: (ServerName) -> Bool) -> ServerName? {
        numbered(segment(key) ?? "server", limit: 63) { text in
            server(exactly: text).flatMap { isFree($0) ? $0 : nil }
        }
    }

    /// `GITHUB_PERSONAL_ACCESS_TOKEN` of the server `github` is `github/personal-access-token`.
    static func secret(for variable: String, of server: ServerName, isFree: (SecretName) -> Bool) -> SecretName? {
        let own = Set(SecretNames.words(of: server.text))
        var words = SecretNames.words(of: variable)[...]
        // The server's name is there already.
        while words.count > 1, let first = words.first, own.contains(first) { words.removeFirst() }
        return numbered(segment(words.joined(separator: "-")) ?? "secret", limit: 63) { text in
            secret(exactly: "\(server.text)/\(text)").flatMap { isFree($0) ? $0 : nil }
        }
    }

    /// The name as it is, with a number behind it where that is taken.
    static func variable(_ base: String, isFree: (String) -> Bool) -> String {
        numbered(base, limit: 200, separator: "_") { isFree($0) ? $0 : nil } ?? base
    }

    /// Whether a program can be given a variable of this name, and `--env NAME=…` can say it: those that begin with
    /// `WARDER_` are the vault's own.
    static func isVariable(_ name: String) -> Bool {
        guard let first = name.utf8.first, !first.isDigit, name.utf8.count <= 256, !name.hasPrefix("WARDER_") else {
            return false
        }
        return name.utf8.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "_") }
    }

    /// What of a text can stand in a segment of a name; `nil` where nothing can.
    static func segment(_ text: String) -> String? {
        var segment: [UInt8] = []
        for byte in text.lowercased().utf8 {
            if byte.isLower || byte.isDigit {
                segment.append(byte)
            } else if segment.last != UInt8(ascii: "-") {
                segment.append(byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") ? byte : UInt8(ascii: "-"))
            }
        }
        let isEdge = { (byte: UInt8) in !byte.isAlphanumeric }
        let trimmed = segment.drop(while: isEdge).prefix(63)
        let end = trimmed.lastIndex { !isEdge($0) }
        return end.map { String(decoding: trimmed[...$0], as: UTF8.self) }
    }

    /// The first of `name`, `name-2`, `name-3` … that is taken for one.
    private static func numbered<Name>(
        _ base: String,
        limit: Int,
        separator: String = "-",
        take: (String) -> Name?
    ) -> Name? {
        for number in 1...10_000 {
            let ending = number == 1 ? "" : "\(separator)\(number)"
            if let name = take(base.prefix(limit - ending.utf8.count) + ending) { return name }
        }
        return nil
    }
}
