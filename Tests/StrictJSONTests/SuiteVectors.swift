import Foundation
import Testing

/// The files of JSONTestSuite (`test_parsing`), which says of each whether a parser must accept it.
enum SuiteVectors {
    struct File: CustomTestStringConvertible, Sendable {
        let name: String
        let bytes: [UInt8]
        var testDescription: String { name }
    }

    struct Missing: Error {}

    /// The files whose names begin with `prefix`.
    static func files(_ prefix: String) throws -> [File] {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = package.appending(path: "../shared/data/vectors/json/test_parsing").standardizedFileURL
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { throw Missing() }
        return try names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".json") }.sorted().map { name in
            File(name: name, bytes: Array(try Data(contentsOf: folder.appending(path: name))))
        }
    }
}
