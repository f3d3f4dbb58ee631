package import SecretMemory

extension SecretSharing {
    /// The secret of at least `threshold` points, in any order.
    ///
    /// With more points than the threshold all have to lie on one polynomial. With exactly as many there is nothing to
    /// hold them against, and the result is whatever they give.
    ///
    /// - Throws: ``SecretSharingError`` except `outOfRange` for points, which are checked when they are made.
    ///   Everything
    ///   but ``SecretSharingError/disagreement(position:)`` is found before any arithmetic.
    package static func combine(_ points: [Point], threshold: Int) throws(SecretSharingError) -> SecretBytes {
        guard thresholds.contains(threshold) else { throw .outOfRange }
        for (offset, point) in points.enumerated() {
            guard point.bytes.count == points[0].bytes.count else { throw .unequalLength(position: offset + 1) }
            guard !points[..<offset].contains(where: { $0.index == point.index }) else {
                throw .duplicateIndex(position: offset + 1)
            }
        }
        guard points.count >= threshold else { throw .tooFew(have: points.count, need: threshold) }
        guard try areOnOnePolynomial(points, threshold: threshold) else {
            throw .disagreement(position: try culprit(points, threshold: threshold))
        }
        return try value(at: 0, of: points.prefix(threshold))
    }

    /// Whether the points behind the first `threshold` lie on the polynomials of those. That is said to the caller, so
    /// it may end at the first that does not; where in its bytes it differs does not show.
    private static func areOnOnePolynomial(_ points: [Point], threshold: Int) throws(SecretSharingError) -> Bool {
        for point in points.dropFirst(threshold) {
            let expected = try value(at: point.index, of: points.prefix(threshold))
            guard point.bytes.isEqual(to: expected) else { return false }
        }
        return true
    }

    /// The position of the one point without which the others agree.
    ///
    /// There is at most one when two more than the threshold are there: if the others agreed without either of two
    /// points, what remains without both would be enough to fix the polynomial, and all would lie on it. With one more
    /// than the threshold the others agree without any, and nobody can tell.
    private static func culprit(_ points: [Point], threshold: Int) throws(SecretSharingError) -> Int? {
        guard points.count >= threshold + 2 else { return nil }
        for offset in points.indices {
            var others = points
            others.remove(at: offset)
            if try areOnOnePolynomial(others, threshold: threshold) { return offset + 1 }
        }
        return nil
    }

    /// The values at `index` of the polynomials of least degree through `points`, by Lagrange's formula.
    static func value(at index: UInt8, of points: ArraySlice<Point>) throws(SecretSharingError) -> SecretBytes {
        guard let width = points.first?.bytes.count else { throw .outOfRange }
        return try unsafe make(count: width) { output in
            for point in points {
                let weight = weight(of: point.index, among: points, at: index)
                unsafe point.bytes.withUnsafeBytes { bytes in
                    for byte in 0..<width { unsafe output[byte] ^= GF256.product(bytes[byte], weight) }
                }
            }
        }
    }

    /// Lagrange's basis polynomial of `own` at `index`. Made of indexes alone, which are no secret.
    private static func weight(of own: UInt8, among points: ArraySlice<Point>, at index: UInt8) -> UInt8 {
        var numerator: UInt8 = 1
        var denominator: UInt8 = 1
        for other in points where other.index != own {
            numerator = GF256.product(numerator, index ^ other.index)
            denominator = GF256.product(denominator, own ^ other.index)
        }
        return GF256.product(numerator, GF256.inverse(denominator))
    }
}
