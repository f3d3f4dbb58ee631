import StrictJSON
import Testing

@Suite("JSONTestSuite", .enabled(if: SuiteVectors.areThere, SuiteVectors.missing))
struct SuiteVectorTests {
    /// The suite holds that a parser must accept these; two readers could then see two values, so we do not.
    private static let duplicates = ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"]

    @Test("every file that must be accepted is, within the default limits, except two with repeated keys")
    func accepted() throws {
        let files = try SuiteVectors.files("y_")
        #expect(files.count == 95)
        for file in files {
            let refusal = refusal(file.bytes)
            if Self.duplicates.contains(file.name) {
                guard case .duplicateKey = refusal else {
                    Issue.record("\(file.name) was not refused for its repeated key")
                    continue
                }
            } else {
                #expect(refusal == nil, "\(file.name)")
            }
        }
    }

    @Test("every file that must be refused is, with the default limits and with the widest ones")
    func refused() throws {
        let files = try SuiteVectors.files("n_")
        #expect(files.count == 188)
        let widest = JSONLimits(maxBytes: .max, maxDepth: .max, maxMembers: .max, maxTokens: .max)
        for file in files {
            #expect(refusal(file.bytes) != nil, "\(file.name)")
            #expect(refusal(file.bytes, limits: widest) != nil, "\(file.name) with the widest limits")
        }
    }

    @Test("of the files where parsers may choose, only the extreme numbers are accepted")
    func chosen() throws {
        let files = try SuiteVectors.files("i_")
        #expect(files.count == 35)
        for file in files {
            #expect((refusal(file.bytes) == nil) == file.name.hasPrefix("i_number_"), "\(file.name)")
        }
    }

    @Test("what is accepted reads back from its canonical form unchanged")
    func canonicalFixedPoint() throws {
        for file in try SuiteVectors.files("y_") where !Self.duplicates.contains(file.name) {
            let first = try CanonicalJSON.bytes(of: JSONDocument(parsing: file.bytes).root)
            let second = try CanonicalJSON.bytes(of: JSONDocument(parsing: first).root)
            #expect(first == second, "\(file.name)")
        }
    }
}
