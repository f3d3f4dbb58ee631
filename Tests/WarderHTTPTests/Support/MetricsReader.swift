/// A strict reader of the text format of Prometheus, version 0.0.4 (exposition_formats.md): what it takes, every scraper
/// takes.
struct MetricsReader {
    struct Family: Equatable {
        var kind: String
        var help: String
        var samples: [Sample] = []
    }

    struct Sample: Equatable {
        var labels: [String: String]
        var value: Double
    }

    enum Fault: Error, Equatable {
        case endsWithoutLineFeed
        case line(String)
        /// A sample or a comment away from the others of its metric, or a comment that stands twice.
        case scattered(String)
        case repeated(String)
    }

    private(set) var families: [String: Family] = [:]

    /// - Throws: what the format does not allow, and what its text only recommends.
    init(_ text: String) throws(Fault) {
        guard text.isEmpty || text.hasSuffix("\n") else { throw .endsWithoutLineFeed }
        var current: String?
        // By scalars: a carriage return and a line feed are one character to Swift, and none of the format's line ends.
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        lines.removeLast()
        var helps: [String: String] = [:]
        for line in lines.map({ String($0) }) {
            if line.hasPrefix("# HELP ") {
                let (name, help) = try Self.comment(line)
                guard families[name] == nil, helps[name] == nil else { throw .scattered(line) }
                helps[name] = try Self.unescaped(help, quotes: false, line)
                current = nil
            } else if line.hasPrefix("# TYPE ") {
                let (name, kind) = try Self.comment(line)
                guard families[name] == nil, let help = helps[name] else { throw .scattered(line) }
                guard ["counter", "gauge", "histogram", "summary", "untyped"].contains(kind) else { throw .line(line) }
                guard (kind == "counter") == name.hasSuffix("_total") else { throw .line(line) }
                families[name] = Family(kind: kind, help: help)
                current = name
            } else {
                let (name, sample) = try Self.sample(line)
                guard name == current, let family = families[name] else { throw .scattered(line) }
                guard !family.samples.contains(where: { $0.labels == sample.labels }) else { throw .repeated(line) }
                guard family.kind != "counter" || sample.value >= 0 else { throw .line(line) }
                families[name]?.samples.append(sample)
            }
        }
        guard helps.keys.allSatisfy({ families[$0] != nil }) else { throw .scattered("HELP without TYPE") }
    }

    /// The one sample without labels.
    func value(_ name: String) -> Double? {
        families[name].flatMap { $0.samples.count == 1 && $0.samples[0].labels.isEmpty ? $0.samples[0].value : nil }
    }

    func value(_ name: String, _ labels: [String: String]) -> Double? {
        families[name]?.samples.first { $0.labels == labels }?.value
    }

    private static func comment(_ line: String) throws(Fault) -> (name: String, rest: String) {
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        guard words.count == 4, isName(words[2], colons: true), !words[3].isEmpty else { throw .line(line) }
        return (words[2], words[3])
    }

    private static func sample(_ line: String) throws(Fault) -> (String, Sample) {
        var rest = Substring(line)
        let name = String(rest.prefix { $0 != "{" && $0 != " " })
        guard isName(name, colons: true) else { throw .line(line) }
        rest = rest.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest = rest.dropFirst()
            repeat {
                let label = String(rest.prefix { $0 != "=" })
                guard isName(label, colons: false), !label.hasPrefix("__"), labels[label] == nil else {
                    throw .line(line)
                }
                rest = rest.dropFirst(label.count)
                guard rest.hasPrefix("=\"") else { throw .line(line) }
                rest = rest.dropFirst(2)
                let end = try closingQuote(of: rest, line)
                labels[label] = try unescaped(String(rest[..<end]), quotes: true, line)
                rest = rest[end...].dropFirst()
                let hasMore = rest.first == ","
                if !hasMore { break }
                rest = rest.dropFirst()
            } while true
            guard rest.first == "}" else { throw .line(line) }
            rest = rest.dropFirst()
        }
        guard rest.first == " ", let value = number(rest.dropFirst()) else { throw .line(line) }
        return (name, Sample(labels: labels, value: value))
    }

    private static func closingQuote(of text: Substring, _ line: String) throws(Fault) -> Substring.Index {
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == "\"" { return index }
            if text[index] == "\\" { index = text.index(after: index) }
            if index < text.endIndex { index = text.index(after: index) }
        }
        throw .line(line)
    }

    private static func unescaped(_ text: String, quotes: Bool, _ line: String) throws(Fault) -> String {
        var plain = ""
        var isEscape = false
        for character in text {
            switch (isEscape, character) {
            case (true, "\\"),
                (false, _) where character != "\\" && !(quotes && character == "\""):
                plain.append(character)
                isEscape = false
            case (true, "n"):
                plain.append("\n")
                isEscape = false
            case (true, "\"") where quotes:
                plain.append(character)
                isEscape = false
            case (false, "\\"): isEscape = true
            default: throw .line(line)
            }
        }
        guard !isEscape else { throw .line(line) }
        return plain
    }

    /// Go's ParseFloat takes more; this takes what this program may write.
    private static func number(_ text: Substring) -> Double? {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Double(text)
    }

    private static func isName(_ text: String, colons: Bool) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
                || byte == UInt8(ascii: "_") || (colons && byte == UInt8(ascii: ":"))
        }
    }
}
