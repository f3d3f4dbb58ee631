/// Durations as people write them: `30s`, `5m`, `1h30m`, `7d`, `2w`.
package enum DurationText {
    private static let secondsByUnit: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]

    /// Seconds, more than zero; `nil` for anything else. A number without a unit is nothing: seconds and minutes
    /// differ.
    package static func seconds(_ text: String) -> Int64? {
        var total: Int64 = 0
        var number: Int64?
        for character in text {
            if let digit = character.isASCII ? character.wholeNumberValue : nil {
                let (product, overflow) = (number ?? 0).multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(Int64(digit))
                guard !overflow, !carry else { return nil }
                number = sum
            } else {
                guard let count = number, let unit = secondsByUnit[character] else { return nil }
                let (product, overflow) = count.multipliedReportingOverflow(by: unit)
                let (sum, carry) = total.addingReportingOverflow(product)
                guard !overflow, !carry else { return nil }
                total = sum
                number = nil
            }
        }
        return number == nil && total > 0 ? total : nil
    }

    /// The shortest way to write it: `300` is `5m`.
    package static func text(_ seconds: Int64) -> String {
        var rest = seconds
        var text = ""
        for (unit, size) in [("d", Int64(86_400)), ("h", 3600), ("m", 60), ("s", 1)] where rest >= size {
            text += "\(rest / size)\(unit)"
            rest %= size
        }
        return text.isEmpty ? "0s" : text
    }
}
