/// Points of the score, exact to a thousandth: sums of what is shown are what is shown as their sum.
package struct Points: Hashable, Comparable, Sendable {
    package var thousandths: Int

    package init(thousandths: Int) { self.thousandths = thousandths }
    package init(_ whole: Int) { thousandths = whole * 1000 }

    package static let zero = Points(thousandths: 0)

    package static func < (left: Self, right: Self) -> Bool { left.thousandths < right.thousandths }
    package static func + (left: Self, right: Self) -> Points {
        Points(thousandths: left.thousandths + right.thousandths)
    }
    package static func - (left: Self, right: Self) -> Points {
        Points(thousandths: left.thousandths - right.thousandths)
    }
    package static func += (left: inout Self, right: Self) { left = left + right }

    /// Complete points: nobody gets one that is not earned to the end.
    package var whole: Int { thousandths / 1000 }
    package var value: Double { Double(thousandths) / 1000 }
}

extension Points: CustomStringConvertible {
    /// `7.4`, and `7` where nothing is behind the point.
    package var description: String {
        let tenths = (thousandths + 50) / 100
        if tenths == 0, thousandths > 0 { return "<0.1" }
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}

extension Points: Codable {
    package init(from decoder: any Decoder) throws {
        let value = try Double(from: decoder)
        guard value.isFinite, value.magnitude < 1_000_000 else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no points"))
        }
        thousandths = Int((value * 1000).rounded())
    }

    package func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}

extension Sequence<Points> {
    package var sum: Points { reduce(.zero, +) }
}
