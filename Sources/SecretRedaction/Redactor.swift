package import SecretMemory

/// Takes secrets out of text that people are to see.
package struct Redactor {
    /// What stands where a secret stood.
    package static let replacement = Array("[redacted]".utf8)

    /// Part of a secret that is recognised at a border where text was cut.
    private static let leastPart = 4

    private var forms: [[UInt8]] = []
    /// A secret that cannot be looked for: nothing at all is shown then.
    private var hidesEverything = false

    /// Looks for `secrets`; empty ones are left out.
    package init(_ secrets: [SecretBytes]) {
        for secret in secrets where secret.count > 0 {
            var bytes = unsafe secret.withUnsafeBytes { unsafe Array($0) }
            if let known = SecretForms(bytes) { forms += known.forms } else { hidesEverything = true }
            zero(&bytes)
        }
    }

    /// The text with every secret replaced.
    ///
    /// - Parameters:
    ///   - text: Any bytes.
    ///   - isCutBefore: Whether it is the end of a longer text, which may begin within a secret.
    ///   - isCutAfter: Whether its writer may have been stopped within a secret.
    /// - Returns: The text, or the replacement alone where a secret cannot be looked for.
    package func redact(_ text: [UInt8], isCutBefore: Bool = false, isCutAfter: Bool = false) -> [UInt8] {
        guard !hidesEverything else { return text.isEmpty ? [] : Self.replacement }
        // Searched without white space, and without what moves a cursor; places are those of the whole text.
        let places = text.indices.filter { !SecretForms.isSpace(text[$0]) }
        let dense = places.map { text[$0] }
        var isSecret = [Bool](repeating: false, count: text.count)
        func mark(_ range: Range<Int>) {
            guard !range.isEmpty else { return }
            for place in places[range.lowerBound]...places[range.upperBound - 1] { isSecret[place] = true }
        }
        let starts = Dictionary(grouping: dense.indices) { dense[$0] }
        for form in forms {
            for start in starts[form[0]] ?? [] where Self.stands(form[...], at: start, in: dense) {
                mark(start..<start + form.count)
            }
            if isCutBefore, let count = Self.tail(of: form, in: dense) { mark(0..<count) }
            if isCutAfter, let count = Self.head(of: form, in: dense) { mark(dense.count - count..<dense.count) }
        }
        return Self.replaced(text, isSecret)
    }

    private static func stands(_ form: ArraySlice<UInt8>, at start: Int, in text: [UInt8]) -> Bool {
        start + form.count <= text.count && text[start..<start + form.count].elementsEqual(form)
    }

    /// How much of the end of a form the text begins with.
    private static func tail(of form: [UInt8], in text: [UInt8]) -> Int? {
        let most = min(form.count - 1, text.count)
        guard most >= leastPart else { return nil }
        return (leastPart...most).reversed().first { stands(form.suffix($0), at: 0, in: text) }
    }

    /// How much of the beginning of a form the text ends with.
    private static func head(of form: [UInt8], in text: [UInt8]) -> Int? {
        let most = min(form.count - 1, text.count)
        guard most >= leastPart else { return nil }
        return (leastPart...most).reversed().first { stands(form.prefix($0), at: text.count - $0, in: text) }
    }

    private static func replaced(_ text: [UInt8], _ isSecret: [Bool]) -> [UInt8] {
        var result: [UInt8] = []
        var wasSecret = false
        for (byte, secret) in zip(text, isSecret) {
            if secret {
                if !wasSecret { result += replacement }
            } else {
                result.append(byte)
            }
            wasSecret = secret
        }
        return result
    }
}
