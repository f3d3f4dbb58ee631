import Foundation
import StrictJSON
import Testing
import ToolDefinitions
import WarderModel

@testable import OpenAPIDocuments

func document(_ text: String) throws -> OpenAPIDocument { try OpenAPIDocument(reading: Array(text.utf8)) }

/// Why a text is refused, or `nil` if it is not.
func refusal(_ text: String) -> OpenAPIError? { refusal(Array(text.utf8)) }

func refusal(_ bytes: [UInt8]) -> OpenAPIError? {
    do throws(OpenAPIError) {
        _ = try OpenAPIDocument(reading: bytes)
        return nil
    } catch {
        return error
    }
}

/// A document of OpenAPI 3.1 with these paths and schemas.
func json(paths: String, schemas: String = "") -> String {
    #"{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{\#(paths)},"components":{"schemas":{\#(schemas)}}}"#
}

extension OpenAPIOperation {
    var input: String { String(decoding: definition.inputSchema.bytes, as: UTF8.self) }
    var output: String? { definition.outputSchema.map { String(decoding: $0.bytes, as: UTF8.self) } }
    var name: String { definition.name.text }
}

/// Real documents. They are no part of a checkout, but lie in a folder beside it. Where that folder is not there, the tests
/// are skipped and say so. Continuous integration takes no skipped test.
enum RealDocuments {
    static let areThere = FileManager.default.fileExists(atPath: folder.path)
    static let missing: Comment = "The documents are not at ../shared/data/openapi"

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let folder = root.appending(path: "../shared/data/openapi").standardizedFileURL

    static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: name))) }
    static func example() throws -> [UInt8] {
        Array(try Data(contentsOf: root.appending(path: "Examples/subscription-platform/openapi.yaml")))
    }
}
