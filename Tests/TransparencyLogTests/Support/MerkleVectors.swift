import Foundation
import Testing

/// The vectors of transparency-dev/merkle, which are no part of a checkout: they lie in a folder beside it. Where that
/// folder is not there the tests are skipped and say so. Continuous integration takes no skipped test.
enum MerkleVectors {
    static let areThere = FileManager.default.fileExists(atPath: folder.path)
    static let missing: Comment = "The Merkle vectors are not at ../shared/data/vectors/merkle/testdata"

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(
            path: "../shared/data/vectors/merkle/testdata"
        )
        .standardizedFileURL

    struct Inclusion: Decodable {
        var leafIdx: UInt64
        var treeSize: UInt64
        var root: String
        var leafHash: String
        var proof: [String]?
        var desc: String
        var wantErr: Bool
    }

    struct Consistency: Decodable {
        var size1: UInt64
        var size2: UInt64
        var root1: String
        var root2: String
        var proof: [String]?
        var desc: String
        var wantErr: Bool
    }

    struct Missing: Error {}

    static func all<Vector: Decodable>(_ kind: String) throws -> [Vector] {
        let start = folder.appending(path: kind)
        guard let names = FileManager.default.enumerator(atPath: start.path) else { throw Missing() }
        return try names.compactMap { $0 as? String }.filter { $0.hasSuffix(".json") }.sorted().map { name in
            try JSONDecoder().decode(Vector.self, from: Data(contentsOf: start.appending(path: name)))
        }
    }
}
