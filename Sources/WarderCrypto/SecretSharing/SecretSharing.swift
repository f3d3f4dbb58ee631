package import SecretMemory

/// Shamir's k-of-n sharing of a secret (Communications of the ACM 22, 1979), byte by byte over ``GF256``.
///
/// Each byte of the secret is the value at zero of a polynomial of its own, of degree less than the threshold k; a
/// point holds the values at one index. Any k points give the polynomials back. Fewer say nothing: with k - 1 of them
/// each possible secret lies on exactly one polynomial, and all polynomials are equally likely.
///
/// Nothing here can tell a right secret from a wrong one: k points that do not belong together give a result, too.
/// Whoever combines has to try the result on something authenticated.
package enum SecretSharing {
    /// Lengths of a secret in bytes.
    package static let secretByteCounts = 16...64
    /// Numbers of points that a secret can need. One would be a copy of the secret.
    package static let thresholds = 2...255
    /// Numbers of points. The field has 255 elements beside zero, which is the secret's own place.
    package static let counts = 2...255

    /// The values of a secret's polynomials at one index.
    package struct Point: Sendable {
        /// Where: 1 to 255.
        package let index: UInt8
        /// As many bytes as the secret has.
        package let bytes: SecretBytes

        /// - Throws: ``SecretSharingError/outOfRange`` for index 0, which would be the secret itself, and for a length
        ///   that no secret has.
        package init(index: UInt8, bytes: SecretBytes) throws(SecretSharingError) {
            guard index != 0, secretByteCounts.contains(bytes.count) else { throw .outOfRange }
            self.index = index
            self.bytes = bytes
        }
    }

    /// `count` points with the indexes 1 to `count`, any `threshold` of which give the secret back.
    ///
    /// - Throws: ``SecretSharingError/outOfRange``, ``SecretSharingError/secretMemory(_:)``.
    package static func split(
        _ secret: SecretBytes,
        threshold: Int,
        count: Int
    ) throws(SecretSharingError) -> [Point] {
        guard secretByteCounts.contains(secret.count), thresholds.contains(threshold), counts.contains(count),
            threshold <= count
        else { throw .outOfRange }
        // Uniform, the highest degree included: to leave zero out there would rule one secret out for
        // whoever has one point fewer than the threshold.
        let coefficients: SecretBytes
        do throws(SecretMemoryError) {
            coefficients = try .random(count: (threshold - 1) * secret.count)
        } catch { throw .secretMemory(error) }
        return try split(secret, count: count, coefficients: coefficients)
    }

    /// As ``split(_:threshold:count:)`` with coefficients that the caller chose, which is for vectors only: those of
    /// degree 1 for all bytes, then those of degree 2, and so on.
    static func split(
        _ secret: SecretBytes,
        count: Int,
        coefficients: SecretBytes
    ) throws(SecretSharingError) -> [Point] {
        var points: [Point] = []
        for index in 1...UInt8(count) {
            let bytes = try unsafe make(count: secret.count) { output in
                unsafe secret.withUnsafeBytes { secret in
                    unsafe coefficients.withUnsafeBytes { coefficients in
                        unsafe evaluate(secret, coefficients, at: index, into: output)
                    }
                }
            }
            points.append(try Point(index: index, bytes: bytes))
        }
        return points
    }

    /// Horner's rule, from the highest degree down. `output` is secret memory and zero.
    private static func evaluate(
        _ secret: UnsafeRawBufferPointer,
        _ coefficients: UnsafeRawBufferPointer,
        at index: UInt8,
        into output: UnsafeMutableRawBufferPointer
    ) {
        let width = secret.count
        for row in stride(from: coefficients.count - width, through: 0, by: -width) {
            for byte in 0..<width {
                unsafe output[byte] = GF256.product(output[byte], index) ^ coefficients[row + byte]
            }
        }
        for byte in 0..<width {
            unsafe output[byte] = GF256.product(output[byte], index) ^ secret[byte]
        }
    }

    /// New secret bytes written by `body`, with this file's error.
    static func make(
        count: Int,
        filling body: (UnsafeMutableRawBufferPointer) -> Void
    ) throws(SecretSharingError) -> SecretBytes {
        do throws(SecretMemoryError) {
            return try unsafe SecretBytes(count: count, filling: body)
        } catch { throw .secretMemory(error) }
    }
}
