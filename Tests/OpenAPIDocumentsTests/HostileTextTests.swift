import Testing

@testable import OpenAPIDocuments

@Suite struct HostileTextTests {
    @Test(arguments: [
        ("", OpenAPIError.Problem.notAnAPI), ("# nothing\n", .notAnAPI), ("a: 1", .notAnAPI), ("[]", .notAnAPI),
        (#"{"openapi":"3.2.0"}"#, .unknownVersion), ("swagger: 1.2", .unknownVersion), ("openapi: 31", .unknownVersion),
        ("openapi: 3.0.0\n---\nopenapi: 3.0.0", .severalDocuments),
        (#"{"openapi":"3.0.0","paths":[]}"#, .badPaths), (#"{"openapi":"3.0.0","paths":{"a":{}}}"#, .badPaths),
        (#"{"openapi":"3.0.0","paths":{"/a":{"get":[]}}}"#, .badOperation),
        (#"{"openapi":"3.0.0","paths":{"/a":{"get":{"parameters":[{}]}}}}"#, .badOperation),
        (#"{"openapi":"3.0.0","paths":{"/a":{"get":{"responses":[]}}}}"#, .badOperation),
        (#"{"openapi":"3.0.0",}"#, .notJSON), ("openapi: [", .notYAML), ("openapi: \"3.0.0\"\n\tpaths: {}", .notYAML),
        (#"{"openapi":"3.0.0","openapi":"3.0.0"}"#, .repeatedKey), ("openapi: 3.0.0\nopenapi: 3.0.0", .repeatedKey),
        ("openapi: 3.0.0\npaths: *nothing", .notYAML),
        ("base: &b {openapi: 3.0.0}\n<<: *b", .mergeKey), ("[a]: 1", .complexKey),
    ])
    func `what is no document is refused`(text: String, expected: OpenAPIError.Problem) {
        #expect(refusal(text)?.problem == expected)
    }

    @Test func `the place of a fault is said`() {
        #expect(refusal("{\n  \"openapi\": nope}")?.place == OpenAPIError.Place(line: 2, column: 15))
        #expect(
            refusal("openapi: 3.0.0\npaths:\n  /a:\n    get: []\n")?.place == OpenAPIError.Place(line: 4, column: 10)
        )
        #expect(refusal("a: 1\nb: [1,\n")?.place?.line == 3)
    }

    /// Nine times nine times nine …: a billion values in a hundred bytes a level.
    @Test func `aliases that multiply are refused`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        guard case .aliasesTooLarge = refusal(text + "openapi: 3.0.0\n")?.problem else {
            Issue.record("not refused")
            return
        }
    }

    @Test(arguments: [
        "? *a\n: 1\n", "{*a : 1}\n", "*a : 1\n", "b: {? *a : 1}\n", "- ? *a\n  : 1\n", "[*a, *a]: 1\n",
        "b: {\n?*a\n: 1}",
    ])
    func `a name made of an alias is refused before the library sees it`(text: String) {
        #expect(refusal("x: &a [1]\n" + text)?.problem == .complexKey)
        #expect(AliasKeys.first(in: Array(("x: &a [1]\n" + text).utf8))?.line ?? 0 > 1)
    }

    @Test func `anchors and aliases in their place are read`() throws {
        let text = """
            openapi: 3.0.0
            x-id: &id {name: id, in: query, schema: {type: string}, description: "Really? *Yes*: &so"}
            paths:
              /a: {get: {parameters: [*id]}}
              /b:
                get:
                  parameters:
                    - *id
            """
        #expect(try document(text).operations.map(\.input).allSatisfy { $0.contains(#""id":{"#) })
    }

    @Test func `nesting without end is refused`() {
        for open in ["[", "{a: ", "- "] {
            for levels in [300, 990, 5000, 200_000] {
                let text = "openapi: 3.0.0\nx: " + String(repeating: open, count: levels)
                #expect(refusal(text) != nil, "\(levels)")
            }
        }
        let deep = String(repeating: "[", count: 300) + String(repeating: "]", count: 300)
        #expect(refusal("openapi: 3.0.0\nx: \(deep)")?.problem == .tooDeep(limit: 200))
        #expect(refusal(#"{"openapi":"3.0.0","x":\#(deep)}"#)?.problem == .tooDeep(limit: 200))
    }

    @Test func `what is no UTF-8 is refused`() {
        #expect(refusal(Array("openapi: 3.0.0 # ".utf8) + [0xFF])?.problem == .notText)
        #expect(refusal(Array(#"{"openapi":""#.utf8) + [0xFF] + Array(#""}"#.utf8))?.problem == .notText)
    }

    @Test(arguments: [
        "{\"openapi\":\"ESCAPE\"}", "ESCAPE: [", "openapi: 3.0.0\nESCAPE: 1\nESCAPE: 2", "{\"openapi\":ESCAPE}",
        "openapi: 3.0.0\npaths: {ESCAPE: 1}", "openapi: 3.0.0\nx: {$ref: ESCAPE}", "openapi: 3.0.0\nx: !ESCAPE [",
    ])
    func `a refusal quotes nothing`(text: String) throws {
        #expect(!(try #require(refusal(text)).description.contains("ESCAPE")))
    }

    /// Any bytes end in a document or in a sentence.
    @Test func `damaged documents never stop the program`() throws {
        let original = try RealDocuments.example()
        var state: UInt64 = .random(in: .min ... .max)
        print("seed \(state)")
        for _ in 0..<400 {
            var bytes = original
            for _ in 0..<4 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let at = Int(state >> 33) % bytes.count
                switch state >> 20 & 3 {
                case 0: bytes[at] = UInt8(truncatingIfNeeded: state >> 40)
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(Array("&*{}[]:?-|>\n\t\" ".utf8)[Int(state >> 45) % 15], at: at)
                default: bytes.removeSubrange(at..<min(at + 40, bytes.count))
                }
            }
            if let error = refusal(bytes) { #expect(!error.description.isEmpty) }
        }
    }
}
