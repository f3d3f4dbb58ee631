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
            guard word.hasPrefix("-"), isName(word), next < words.count, !known.contains(next),
                isValue(words[next], of: word)
            else {
                values.append(OptionValue(word: index, head: 0, name: nil, isAttached: false))
                continue
            }
            values.append(OptionValue(word: next, head: 0, name: word, isAttached: false))
            index = next
        }
        return values
    }

    /// The value that an option has in itself.
    private static func inside(_ word: String, at index: Int) -> OptionValue? {
        let bytes = Array(word.utf8)
        guard bytes.count > 2, bytes[0] == UInt8(ascii: "-"), bytes[1] < 0x80 else { return nil }
        if let equals = bytes.firstIndex(of: UInt8(ascii: "=")) {
            let name = String(decoding: bytes[..<equals], as: UTF8.self)
            if isName(name) { return OptionValue(word: index, head: equals + 1, name: name, isAttached: equals == 2) }
        } else if isName(word) {
            return nil
        }
        let letter = String(decoding: bytes[..<2], as: UTF8.self)
        return OptionValue(word: index, head: 2, name: letter, isAttached: true)
    }

    /// Whether a word is an option's name and nothing else: `--word`, `-x`, and `-token` of programs that write long options
    /// with one dash. Of `-pRootPassword1` only the `p` may be one.
    private static func isName(_ word: String) -> Bool {
        if word.hasPrefix("--") || word.utf8.count <= 2 { return true }
        return SecretNames.isKnown(String(word.dropFirst()))
    }

    private static func isValue(_ word: String, of option: String) -> Bool {
        !word.hasPrefix("-") || SecretNames.meaning(of: option) != nil && !word.hasPrefix("--")
    }

    /// What of it is secret.
    ///
    /// - Parameters:
    ///   - value: the word from ``head`` on.
    ///   - programs: what is started, as far as the words before tell.
    /// - Returns: the parts that are secret, and why there is none where the name promised one.
    func spans(in value: String, of programs: [String]) -> (spans: [SecretSpan], innocence: Innocence?) {
        let reader = ValueReader(name: name, value: value)
        let bytes = Array(value.utf8)[...]
        guard !Placeholders.isReference(bytes), reader.evidence.map({ $0.certainty == .doubtful }) ?? true else {
            return (reader.spans, reader.innocence)
        }
        if let name, Self.takesUser.contains(name), !programs.contains(where: ContainerOptions.isClient),
            let password = Credentials.userPassword(bytes)
        {
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
