/// Finds the secrets in one value.
struct ValueReader {
    /// Parts of the value, in order, that do not overlap.
    private(set) var spans: [SecretSpan] = []
    /// Why a value under a secret's name is none; `nil` where the name promised nothing, or there is one.
    private(set) var innocence: Innocence?

    /// The best reason of all.
    var evidence: Evidence? { spans.map(\.evidence).max { $0.certainty < $1.certainty } }

    /// Looks at a value; the name is that of its variable, header, option or parameter, where there is one.
    init(name: String?, value: String) {
        self.init(name: name, bytes: Array(value.utf8)[...], depth: 0)
    }

    private init(name: String?, bytes: ArraySlice<UInt8>, depth: Int) {
        let meaning = name.flatMap { SecretNames.meaning(of: $0) }
        if Placeholders.isReference(bytes) {
            // `${TOKEN:-default}`: the default is as plain as any other value.
            if let standIn = Placeholders.defaultOfReference(bytes), depth < 2 {
                spans = ValueReader(name: name, bytes: standIn, depth: depth + 1).spans
            }
            innocence = meaning == nil || !spans.isEmpty ? nil : .reference
            return
        }
        spans = Self.inner(bytes, meaning: meaning, depth: depth)
        let isForm = !spans.isEmpty
        if !isForm, let meaning, meaning != .chance {
            innocence = Self.innocence(of: bytes, meaning: meaning)
            if innocence == nil { spans = [Self.whole(bytes, Self.evidence(of: bytes, meaning: meaning))] }
        }
        // No name makes a random value harmless; only its form does.
        let isOpen =
            isForm
            ? Addresses.isAddress(bytes)
            : innocence == nil || innocence == .address || innocence == .plain && meaning == .item
        guard isOpen, !KnownTokens.isPublic(bytes) else { return }
        let random = Randomness.find(in: bytes).map { span in
            meaning == .chance ? SecretSpan(range: span.range, evidence: .name) : span
        }
        // A better reason is not given up for a longer run around it.
        let certain = spans
        spans = Self.apart(certain + random.filter { span in !certain.contains { $0.range.overlaps(span.range) } })
        if !spans.isEmpty { innocence = nil }
    }

    /// What its form alone gives away.
    private static func inner(_ bytes: ArraySlice<UInt8>, meaning: SecretNames.Meaning?, depth: Int) -> [SecretSpan] {
        var found = KnownTokens.find(in: bytes)
        if let credential = Credentials.find(in: bytes, isExpected: meaning != nil) { found.append(credential) }
        if let header = Credentials.header(bytes), SecretNames.meaning(of: header.name) != nil {
            let inside = ValueReader(name: header.name, bytes: header.value, depth: depth + 1)
            if depth < 2 { found += inside.spans }
        }
        found += Addresses.find(in: bytes)
        // In base64 an `=` is no setting, and a password may hold one.
        if meaning == nil || bytes.contains(UInt8(ascii: ";")) || Addresses.isAddress(bytes) {
            found += Parameters.find(in: bytes)
        }
        if depth < 2 { found += inObject(bytes, depth: depth) }
        return apart(found.filter { isCredible(bytes[$0.range], $0.evidence) })
    }

    /// Variables may hold JSON, as those with headers do.
    private static func inObject(_ bytes: ArraySlice<UInt8>, depth: Int) -> [SecretSpan] {
        guard bytes.trimmed.first == UInt8(ascii: "{"), let tree = parsed(Array(bytes)) else { return [] }
        return leaves(of: tree.root, name: nil).flatMap { name, node -> [SecretSpan] in
            guard let text = node.textBytes else { return [] }
            let inside = ValueReader(name: name, bytes: text[...], depth: depth + 1)
            guard let evidence = inside.spans.first?.evidence else { return [] }
            let start = bytes.startIndex + node.range.lowerBound + 1
            let end = bytes.startIndex + node.range.upperBound - 1
            return start < end ? [SecretSpan(range: start..<end, evidence: evidence)] : []
        }
    }

    private static func parsed(_ bytes: [UInt8]) -> SyntaxTree? {
        do throws(SyntaxError) {
            return try SyntaxTree(bytes, limits: SyntaxLimits(bytes: 1 << 20, depth: 20, tokens: 20_000))
        } catch {
            return nil
        }
    }

    private static func leaves(of node: SyntaxNode, name: String?) -> [(String?, SyntaxNode)] {
        switch node.kind {
        case .object: node.members.flatMap { leaves(of: $0.value, name: $0.name) }
        case .array: node.elements.flatMap { leaves(of: $0, name: name) }
        case .text: [(name, node)]
        case .number, .bool, .null: []
        }
    }

    private static func isCredible(_ part: ArraySlice<UInt8>, _ evidence: Evidence) -> Bool {
        if Placeholders.isReference(part) { return Placeholders.defaultOfReference(part) != nil }
        return switch evidence {
        // These were held against placeholders, or are none by their form.
        case .token, .webToken, .privateKey, .parameter, .random, .name, .userPassword, .copy, .attached, .ambiguous:
            true
        case .addressPassword: !Placeholders.isPlaceholder(part)
        case .authorization: !Placeholders.isPlaceholder(part) && part.count >= 4
        }
    }

    /// The first of those that overlap, and of two that begin together the longer one.
    static func apart(_ spans: [SecretSpan]) -> [SecretSpan] {
        var kept: [SecretSpan] = []
        let sorted = spans.sorted {
            ($0.range.lowerBound, -$0.range.count, -$0.evidence.certainty.rawValue)
                < ($1.range.lowerBound, -$1.range.count, -$1.evidence.certainty.rawValue)
        }
        for span in sorted {
            if let last = kept.last, last.range.overlaps(span.range) {
                // A token behind `Bearer` is the better reason of the two.
                if last.range == span.range, case .token = span.evidence { kept[kept.count - 1] = span }
                continue
            }
            kept.append(span)
        }
        return kept
    }

    static func innocence(of bytes: ArraySlice<UInt8>, meaning: SecretNames.Meaning) -> Innocence? {
        let text = meaning == .authorization ? Credentials.withoutScheme(bytes) : bytes.trimmed
        if Placeholders.isReference(text) { return .reference }
        let isMade = meaning != .password && meaning != .authorization
        if isMade ? isPath(text) : isFolder(text) { return .path }
        if isMade, Addresses.isAddress(text) { return .address }
        if Placeholders.isPlaceholder(text) { return .placeholder }
        if ["true", "false", "yes", "no", "on", "off", "auto", "enabled", "disabled"].contains(text.lowercased) {
            return .plain
        }
        if meaning == .password { return nil }
        if meaning == .proof, SecretNames.isMethod(text) { return .plain }
        if meaning == .item { return items(of: text).contains(where: isMixed) ? nil : .plain }
        if text.count < 6 || text.allSatisfy({ $0.isDigit }) && text.count < 12 { return .plain }
        return nil
    }

    /// What the name of a value without ``innocence(of:meaning:)`` is worth.
    static func evidence(of bytes: ArraySlice<UInt8>, meaning: SecretNames.Meaning) -> Evidence {
        let text = bytes.trimmed
        switch meaning {
        case .proof: return text.allSatisfy { $0.isLower || "-_".utf8.contains($0) } ? .ambiguous : .name
        case .item: return items(of: text).count == 1 ? .name : .ambiguous
        case .password, .key, .authorization, .chance: return .name
        }
    }

    /// Those of a list; nothing of paths.
    private static func items(of text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        if Randomness.isLikely(text) { return [text] }
        return text.contains { "/\\".utf8.contains($0) } ? [] : text.split { $0.isSpace || ",;|:<>".utf8.contains($0) }
    }

    /// Whether letters and digits are mixed as in what a program makes, and not as in `cache-v2` or `128k`.
    private static func isMixed(_ item: ArraySlice<UInt8>) -> Bool {
        item.split { !$0.isAlphanumeric }.contains { run in
            run.contains { $0.isDigit } && run.contains { $0.isLetter }
                && (run.count >= 8 || run.count >= 4 && run.contains { $0.isUpper })
        }
    }

    private static func isPath(_ text: ArraySlice<UInt8>) -> Bool {
        if ["~/", "./", "../", "file:"].contains(where: { text.hasPrefix($0) }) || isFolder(text) { return true }
        let endings = [".json", ".pem", ".key", ".txt", ".p12", ".pfx", ".crt", ".yaml", ".yml", ".env", ".pub"]
        let name = text.lowercased
        return endings.contains { name.hasSuffix($0) }
    }

    /// base64 may begin with a slash; paths of keys begin in one of few folders, or end in a file's ending.
    private static func isFolder(_ text: ArraySlice<UInt8>) -> Bool {
        let folders = [
            "/home/", "/users/", "/etc/", "/var/", "/opt/", "/usr/", "/root/", "/tmp/", "/run/", "/mnt/", "/srv/",
            "/app/",
            "/data/", "/config/", "/secrets/", "/keys/", "/workspace", "c:\\",
        ]
        let name = text.prefix(16).lowercased
        return folders.contains { name.hasPrefix($0) }
    }

    private static func whole(_ bytes: ArraySlice<UInt8>, _ evidence: Evidence) -> SecretSpan {
        let trimmed = bytes.trimmed
        return SecretSpan(range: trimmed.startIndex..<trimmed.endIndex, evidence: evidence)
    }
}
