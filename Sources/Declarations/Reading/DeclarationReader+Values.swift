import WarderModel
import Yams

/// Values of keys. `nil` where a fault was noted.
extension DeclarationReader {
    mutating func words(_ entry: Entry) -> PlainText? {
        guard let text = text(entry) else { return nil }
        do { return try PlainText(text) } catch {
            fault(
                entry.value,
                "\(Quoted.text(entry.name)) cannot be taken: \(error.words)",
                "write plain words on one line"
            )
            return nil
        }
    }

    /// A name that stands as a value.
    mutating func name<Name: ParsedName>(_ entry: Entry, as type: Name.Type = Name.self, like example: String) -> Name?
    {
        text(entry).flatMap { parse($0, entry.value, like: example) }
    }

    /// A name that stands as a key.
    mutating func key<Name: ParsedName>(_ entry: Entry, as type: Name.Type = Name.self, like example: String) -> Name? {
        parse(entry.name, entry.key, like: example)
    }

    private mutating func parse<Name: ParsedName>(_ text: String, _ node: Node, like example: String) -> Name? {
        do { return try Name(text) } catch {
            fault(node, "this is no name: \(error.words)", "write a name such as \(example)")
            return nil
        }
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ entry: Entry,
        as type: Choice.Type = Choice.self
    ) -> Choice? {
        text(entry).flatMap { choice($0, entry.value, Quoted.text(entry.name)) }
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ text: String,
        _ node: Node,
        _ what: String,
        as type: Choice.Type = Choice.self
    ) -> Choice? {
        if let choice = Choice(rawValue: text) { return choice }
        let known = Choice.allCases.map(\.rawValue)
        let meant = Suggestion.nearest(to: text, among: known)
        fault(
            node,
            "\(what) is one of: \(known.joined(separator: ", "))",
            meant.map { "did you mean \($0)?" } ?? "write one of them"
        )
        return nil
    }

    mutating func number(_ entry: Entry, in range: ClosedRange<Int64>) -> Int64? {
        guard let text = text(entry) else { return nil }
        // With a zero in front some readers of YAML find another number.
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), text == "0" || !text.hasPrefix("0"),
            let number = Int64(text), range.contains(number)
        else {
            fault(
                entry.value,
                "\(Quoted.text(entry.name)) is a number of \(range.lowerBound) to \(range.upperBound)",
                "write digits alone"
            )
            return nil
        }
        return number
    }

    mutating func truth(_ entry: Entry) -> Bool? {
        switch text(entry) {
        case nil: return nil
        case "true": return true
        case "false": return false
        default:
            fault(entry.value, "\(Quoted.text(entry.name)) is true or false", "write one of the two")
            return nil
        }
    }

    /// Seconds.
    mutating func duration(_ entry: Entry, in range: ClosedRange<Int64>) -> Int64? {
        guard let text = text(entry) else { return nil }
        let seconds = text == "0s" ? 0 : DurationText.seconds(text)
        guard let seconds, range.contains(seconds) else {
            fault(
                entry.value,
                "\(Quoted.text(entry.name)) is \(DurationText.text(range.lowerBound)) to "
                    + DurationText.text(range.upperBound),
                "write numbers and units: 30s, 5m, 1h, 7d"
            )
            return nil
        }
        return seconds
    }

    /// Lowercase hex of a SHA-256.
    mutating func digest(_ entry: Entry) -> String? {
        guard let text = text(entry) else { return nil }
        let isHex = text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
        guard text.utf8.count == 64, isHex else {
            fault(
                entry.value,
                "\(Quoted.text(entry.name)) is a SHA-256 in 64 lowercase hexadecimal digits",
                "copy it whole, from sha256sum or warder tool show"
            )
            return nil
        }
        return text
    }

    mutating func moment(_ entry: Entry) -> Timestamp? {
        guard let text = text(entry) else { return nil }
        guard let moment = Timestamp(rfc3339: text) else {
            fault(
                entry.value,
                "\(Quoted.text(entry.name)) is a date or a moment",
                "write 2027-01-31 or 2027-01-31T12:00:00Z"
            )
            return nil
        }
        return moment
    }
}
