import FoundationEssentials
import SecretMemory
import Testing

@testable import WarderCrypto

/// The sets of Tests/Vectors/share-v1, computed by the Python program beside them.
@Suite struct SecretSharingVectorTests {
    private struct File: Decodable { let sets: [Vector] }

    private struct Vector: Decodable {
        let name: String
        let threshold, count: Int
        let secret, coefficients: Hex
        let shares: [Share]
    }

    private struct Share: Decodable {
        let index: UInt8
        let bytes: Hex
    }

    private func vectors() throws -> [Vector] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try Data(contentsOf: tests.appending(path: "Vectors/share-v1/shares.json"))
        let vectors = try JSONDecoder().decode(File.self, from: data).sets
        #expect(vectors.count == 10)
        return vectors
    }

    @Test func `points are those of the vectors`() throws {
        for vector in try vectors() {
            let points = try SecretSharing.split(
                SecretBytes(copying: vector.secret.bytes),
                count: vector.count,
                coefficients: SecretBytes(copying: vector.coefficients.bytes)
            )
            #expect(points.count == vector.count)
            #expect(vector.shares.count >= vector.threshold)
            for share in vector.shares {
                let point = points[Int(share.index) - 1]
                #expect(point.index == share.index)
                #expect(point.bytes.isEqual(to: share.bytes.bytes), "\(vector.name), \(share.index)")
            }
        }
    }

    @Test func `points of the vectors give the secret back`() throws {
        for vector in try vectors() {
            let points = try vector.shares.map {
                try SecretSharing.Point(index: $0.index, bytes: SecretBytes(copying: $0.bytes.bytes))
            }
            for some in [points, Array(points.prefix(vector.threshold)), points.suffix(vector.threshold).reversed()] {
                let secret = try SecretSharing.combine(some, threshold: vector.threshold)
                #expect(secret.isEqual(to: vector.secret.bytes), "\(vector.name)")
            }
        }
    }
}
