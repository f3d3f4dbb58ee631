package import WarderModel

/// A moment as RFC 3339 has it: reports are read by other programs and by people.
package struct Instant: Hashable, Comparable, Sendable {
    package let time: Timestamp

    package init(_ time: Timestamp) { self.time = time }

    package static func < (left: Self, right: Self) -> Bool { left.time < right.time }

    /// Whole days from one moment to a later one; 0 where the clock was set back.
    package func days(until later: Instant) -> Int {
        Int(max(0, (later.time.milliseconds - time.milliseconds) / 86_400_000))
    }

    /// `2026-11-21`.
    package var day: String { String(time.description.prefix(10)) }
}

extension Instant: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try String(from: decoder)
        guard let time = Timestamp(rfc3339: text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no RFC 3339"))
        }
        self.time = time
    }

    package func encode(to encoder: any Encoder) throws { try time.description.encode(to: encoder) }
}
