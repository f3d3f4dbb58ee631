import Foundation
import Testing

/// The files of JSONTestSuite (`test_parsing`), which says of each whether a parser must accept it.
///
/// They are no part of a checkout, but lie in a folder beside it. Where that folder is not there, the tests are skipped
/// and say so. Continuous integration takes no skipped test.
enum SuiteVectors {
    static let areThere = FileManager.default.fileExists(atPath: folder.path)
    static let missing: Comment = "JSONTestSuite is not at ../shared/data/vectors/json/test_parsing"

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "../shared/data/vectors/json/test_parsing").standardizedFileURL

    struct File: CustomTestStringConvertible, Sendable {
        let name: String
        let bytes: [UInt8]
        var testDescription: String { name }
    }

    struct Missing: Error {}

    /// The files whose names begin with `prefix`.
    static func files(_ prefix: String) throws -> [File] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { throw Missing() }
        return try names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".json") }.sorted().map { name in
            File(name: name, bytes: Array(try Data(contentsOf: folder.appending(path: name))))
        }
    }
}
