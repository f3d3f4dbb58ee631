/// Sizes as people write them in a file: `64KiB`, `2MiB`.
enum ByteSize {
    private static let units: [(name: String, bytes: Int)] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]

    /// Bytes; `nil` for anything but digits and one of the units. A bare number is nothing: bytes and kilobytes differ.
    static func bytes(_ text: String) -> Int? {
        guard let unit = units.first(where: { text.hasSuffix($0.name) }),
            let count = WholeNumber.parse(text.dropLast(unit.name.count))
        else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit.bytes)
        return overflow ? nil : product
    }

    /// In the largest unit that leaves a whole number.
    static func text(_ bytes: Int) -> String {
        for unit in units where bytes != 0 && bytes.isMultiple(of: unit.bytes) {
            return "\(bytes / unit.bytes)\(unit.name)"
        }
        return bytes == 0 ? "0KiB" : "\(bytes) bytes"
    }
}

/// Whole spans of time as people write them in a file: `5s`, `1m`, `1m30s`.
enum TimeSpan {
    private static let units: [(name: Character, seconds: Int)] = [("h", 3600), ("m", 60), ("s", 1)]

    /// `nil` for anything but numbers with units, each unit once and the larger first. A bare number is nothing.
    static func duration(_ text: String) -> Duration? {
        var rest = text[...]
        var total = 0
        for unit in units {
            guard let end = rest.firstIndex(of: unit.name) else { continue }
            guard let count = WholeNumber.parse(rest[..<end]) else { return nil }
            let (product, overflow) = count.multipliedReportingOverflow(by: unit.seconds)
            let (sum, carry) = total.addingReportingOverflow(product)
            guard !overflow, !carry else { return nil }
            total = sum
            rest = rest[rest.index(after: end)...]
        }
        return rest.isEmpty && !text.isEmpty ? .seconds(total) : nil
    }

    /// The shortest way to write it; `60s` is `1m`.
    static func text(_ duration: Duration) -> String {
        var rest = Int(duration.components.seconds)
        var text = ""
        for unit in units where rest >= unit.seconds {
            text += "\(rest / unit.seconds)\(unit.name)"
            rest %= unit.seconds
        }
        return text.isEmpty ? "0s" : text
    }
}

/// Days as people write them in a file: `90d`; `0` for none.
enum DayCount {
    /// `nil` for anything else: a bare number could be hours.
    static func days(_ text: String) -> Int? {
        if text == "0" { return 0 }
        return text.last == "d" ? WholeNumber.parse(text.dropLast()) : nil
    }

    static func text(_ days: Int) -> String { days == 0 ? "0" : "\(days)d" }
}

/// Decimal digits and nothing else: no sign, no underscore, no other base.
enum WholeNumber {
    static func parse(_ text: some StringProtocol) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }
}
