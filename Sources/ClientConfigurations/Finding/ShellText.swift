/// What a shell is told in one argument: `sh -c "exec server --token …"`.
///
/// It is cut into words as a shell would, without its variables and commands: enough to see what stands behind an option.
struct ShellText {
    private struct Word {
        var bytes: [UInt8] = []
        /// Where each byte stands in the text.
        var offsets: [Int] = []
    }

    /// Parts of the text that are secret because of the words before them.
    let spans: [SecretSpan]

    init(_ text: String) {
        let words = Self.words(Array(text.utf8))
        let texts = words.map { String(decoding: $0.bytes, as: UTF8.self) }
        let own = ContainerOptions.own(in: texts)
        spans = OptionValue.read(texts).flatMap { option -> [SecretSpan] in
            let word = words[option.word]
            let value = String(decoding: word.bytes[option.head...], as: UTF8.self)
            let programs = Array(texts[..<option.word].prefix(8))
            let found = option.spans(in: value, of: programs, isOfContainer: own.contains(option.word))
            return found.spans.map { span in
                let first = word.offsets[option.head + span.range.lowerBound]
                let last = word.offsets[option.head + span.range.upperBound - 1]
                return SecretSpan(range: first..<last + 1, evidence: span.evidence)
            }
        }
    }

    /// Which of the arguments are such texts.
    static func places(in arguments: ArraySlice<String>, of program: String) -> Set<Int> {
        var places: Set<Int> = []
        var isShell = shells.contains(program)
        for index in arguments.indices {
            let argument = arguments[index]
            if isShell, argument.hasPrefix("-") {
                let letters = argument.dropFirst()
                let isText =
                    letters == "command" || letters.count <= 4 && letters.contains("c") && !argument.hasPrefix("--")
                if isText, index + 1 < arguments.endIndex { places.insert(index + 1) }
                isShell = !isText
            } else {
                isShell = shells.contains(argument.split(separator: "/").last.map(String.init) ?? "")
            }
        }
        return places
    }

    private static let shells: Set<String> = ["sh", "bash", "dash", "zsh", "ash", "ksh", "fish", "pwsh", "powershell"]

    private static func words(_ text: [UInt8]) -> [Word] {
        var words: [Word] = []
        var word = Word()
        var quote: UInt8?
        var at = 0
        func end() {
            if !word.bytes.isEmpty { words.append(word) }
            word = Word()
        }
        while at < text.count {
            let byte = text[at]
            let isEscape = byte == UInt8(ascii: "\\") && quote != UInt8(ascii: "'") && at + 1 < text.count
            if isEscape {
                at += 1
                word.bytes.append(text[at])
                word.offsets.append(at)
            } else if byte == quote {
                quote = nil
            } else if quote == nil, byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
            } else if quote == nil, byte.isSpace || ";&|()<>".utf8.contains(byte) {
                end()
            } else {
                word.bytes.append(byte)
                word.offsets.append(at)
            }
            at += 1
        }
        end()
        return words
    }
}
