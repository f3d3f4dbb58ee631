/// A whole number of seconds as it goes over the worker's socket: `30s`.
package struct JobSeconds: Decodable, Sendable, Hashable, Comparable, CustomStringConvertible {
    /// 0 to 86,400.
    package let count: Int

    /// Moves a number outside of the range to its nearer end.
    package init(_ count: Int) {
        self.count = min(max(count, 0), 86_400)
    }

    /// Takes digits and an `s`; `nil` for anything else.
    package init?(_ text: String) {
        let digits = text.utf8.dropLast()
        guard text.utf8.last == UInt8(ascii: "s"), (1...5).contains(digits.count),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let count = Int(text.dropLast()), count <= 86_400
        else { return nil }
        self.count = count
    }

    package init(from decoder: any Decoder) throws {
        guard let seconds = JobSeconds(try String(from: decoder)) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a number of seconds")
            )
        }
        self = seconds
    }

    package var duration: Duration { .seconds(count) }

    package var description: String { "\(count)s" }

    package static func < (left: JobSeconds, right: JobSeconds) -> Bool { left.count < right.count }
}
