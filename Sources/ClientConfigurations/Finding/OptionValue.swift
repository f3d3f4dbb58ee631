/// A value among the words of a command line: behind an option, in it, or by itself.
struct OptionValue: Hashable {
    /// Number of the word.
    let word: Int
    /// Bytes of the word before the value: `--token=`, `-p`.
    let head: Int
    /// Of the option that takes it, dashes included; `nil` where none does. It is never a part of a value.
    let name: String?
    /// Whether it stands right behind an option's letter: what the letter means, only the program knows.
    let isAttached: Bool

    /// Reads a command line. Words that somebody else has read already end an option's reach.
    static func read(_ words: [String], except known: Set<Int> = []) -> [OptionValue] {
        var values: [OptionValue] = []
        var index = 0
        while index < words.count {
            defer { index += 1 }
            guard !known.contains(index) else { continue }
            let word = words[index]
            if let inside = inside(word, at: index) {
                values.append(inside)
                continue
            }
            let next = index + 1
            guard word.hasPrefix("-"), let name = optionName(word), next < words.count, !known.contains(next),
                isValue(words[next], of: name)
            else {
                values.append(OptionValue(word: index, head: 0, name: nil, isAttached: false))
                continue
            }
            values.append(OptionValue(word: next, head: 0, name: name, isAttached: false))
            index = next
        }
        return values
    }

    /// The value that an option has in itself.
    private static func inside(_ word: String, at index: Int) -> OptionValue? {
        let bytes = Array(word.utf8)
        guard bytes.count > 2, bytes[0] == UInt8(ascii: "-"), bytes[1] < 0x80 else { return nil }
        if let equals = bytes.firstIndex(of: UInt8(ascii: "=")) {
            if let name = optionName(String(decoding: bytes[..<equals], as: UTF8.self)) {
                return OptionValue(word: index, head: equals + 1, name: name, isAttached: equals == 2)
            }
        } else if optionName(word) != nil {
            return nil
        }
        let letter = String(decoding: bytes[..<2], as: UTF8.self)
        return OptionValue(word: index, head: 2, name: letter, isAttached: true)
    }

    /// What a word names where it is an option's name and nothing else: `--word`, `-x`, and `-token` of programs that write
    /// long options with one dash. Of `-pRootPassword1` only the `p` may be one.
    private static func optionName(_ word: String) -> String? {
        word.hasPrefix("--") || word.utf8.count <= 2 ? word : SecretNames.option(word)
    }

    private static func isValue(_ word: String, of option: String) -> Bool {
        !word.hasPrefix("-") || SecretNames.meaning(of: option) != nil && !word.hasPrefix("--")
    }

    /// What of it is secret.
    ///
    /// - Parameters:
    ///   - value: the word from ``head`` on.
    ///   - programs: what is started, as far as the words before tell.
    ///   - isOfContainer: whether it belongs to who starts a container, for whom `-u` takes a user and a group.
    /// - Returns: the parts that are secret, and why there is none where the name promised one.
    func spans(
        in value: String,
        of programs: [String],
        isOfContainer: Bool
    ) -> (spans: [SecretSpan], innocence: Innocence?) {
        let reader = ValueReader(name: name, value: value)
        let bytes = Array(value.utf8)[...]
        guard !Placeholders.isReference(bytes), reader.evidence.map({ $0.certainty == .doubtful }) ?? true else {
            return (reader.spans, reader.innocence)
        }
        if let name, Self.takesUser.contains(name), !isOfContainer, let password = Credentials.userPassword(bytes) {
            return ([password], nil)
        }
        guard reader.spans.isEmpty, isAttached, isDoubtful(bytes, of: programs) else {
            return (reader.spans, reader.innocence)
        }
        return ([SecretSpan(range: bytes.startIndex..<bytes.endIndex, evidence: .attached)], nil)
    }

    private static let takesUser: Set<String> = ["-u", "--user", "--proxy-user", "--userpwd", "--basic-auth"]

    /// Whether it may be a password behind `-p` or `-a`: programs that are known to take one there are believed, and of
    /// others not what is a port, a path, or the rest of a word.
    private func isDoubtful(_ value: ArraySlice<UInt8>, of programs: [String]) -> Bool {
        guard name == "-p" || name == "-a", !Placeholders.isPlaceholder(value) else { return false }
        // `-port=8080`, `-addr=:80` of programs that write long options with one dash.
        let word = value.prefix { $0.isLower || "-_".utf8.contains($0) }
        if !word.isEmpty, word.endIndex < value.endIndex, value[word.endIndex] == UInt8(ascii: "=") { return false }
        let known = name == "-p" ? ["mysql", "mariadb"] : ["redis"]
        if programs.contains(where: { program in known.contains { program.contains($0) } }) { return true }
        guard value.count >= 4, !value.contains(where: { "/\\".utf8.contains($0) }) else { return false }
        let isNumbers = value.allSatisfy { $0.isDigit || ".:,-".utf8.contains($0) }
        let hasMark = value.contains { "!@#$%^&*+=?~".utf8.contains($0) }
        let digitInside = zip(value, value.dropFirst()).contains { $0.isDigit && $1.isLetter }
        let isMixed = value.contains { $0.isDigit } && value.contains { $0.isLetter }
        return !isNumbers && (hasMark || isMixed && (digitInside || value.contains { $0.isUpper }))
    }
}
