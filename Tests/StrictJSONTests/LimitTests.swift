import StrictJSON
import Testing

@Suite("Limits")
struct LimitTests {
    private func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    private func object(members: Int) -> String {
        "{" + (0..<members).map { "\"k\($0)\":0" }.joined(separator: ",") + "}"
    }

    @Test("depth 16 is accepted and depth 17 is not")
    func depth() {
        #expect(refusal(nested(16)) == nil)
        #expect(refusal(nested(17)) == .tooDeep(at: 16))
    }

    @Test("depth counts objects and arrays together")
    func mixedDepth() {
        let text = String(repeating: "{\"a\":[", count: 8) + "[" + String(repeating: "]}", count: 8)
        #expect(refusal(text) == .tooDeep(at: 48))
    }

    @Test("siblings do not add to the depth")
    func siblings() {
        #expect(refusal("[" + Array(repeating: "[]", count: 100).joined(separator: ",") + "]") == nil)
    }

    @Test("the depth cannot be raised beyond 512")
    func ceiling() {
        let limits = JSONLimits(maxDepth: .max, maxTokens: .max)
        #expect(refusal(nested(512), limits: limits) == nil)
        #expect(refusal(nested(513), limits: limits) == .tooDeep(at: 512))
    }

    @Test("an object may have 256 members and not one more")
    func members() {
        #expect(refusal(object(members: 256)) == nil)
        let tooMany = object(members: 257)
        #expect(refusal(tooMany) == .tooManyMembers(at: tooMany.utf8.count - "\"k256\":0}".utf8.count))
    }

    @Test("a document may have 4,096 values and keys and not one more")
    func tokens() {
        let zeros = { (count: Int) in "[" + Array(repeating: "0", count: count).joined(separator: ",") + "]" }
        #expect(refusal(zeros(4_095)) == nil)
        #expect(refusal(zeros(4_096)) == .tooManyTokens(at: 4_095 * 2 + 1))
    }

    @Test("keys count as tokens")
    func keysAreTokens() {
        #expect(refusal("{\"a\":[1,2]}", limits: JSONLimits(maxTokens: 5)) == nil)
        #expect(refusal("{\"a\":[1,2]}", limits: JSONLimits(maxTokens: 4)) == .tooManyTokens(at: 8))
    }

    @Test("a document over the limit in bytes is refused before it is read")
    func bytes() {
        #expect(refusal("[]   ", limits: JSONLimits(maxBytes: 5)) == nil)
        #expect(refusal("[]    ", limits: JSONLimits(maxBytes: 5)) == .tooLarge(limit: 5))
        #expect(refusal(Array(repeating: 0xFF, count: 1_048_577)) == .tooLarge(limit: 1_048_576))
    }

    @Test("limits out of range become the nearest allowed ones")
    func clamping() {
        let low = JSONLimits(maxBytes: -1, maxDepth: -1, maxMembers: -1, maxTokens: -1)
        #expect(low == JSONLimits(maxBytes: 0, maxDepth: 1, maxMembers: 0, maxTokens: 1))
        #expect(JSONLimits(maxBytes: .max).maxBytes == Int(UInt32.max))
    }
}
