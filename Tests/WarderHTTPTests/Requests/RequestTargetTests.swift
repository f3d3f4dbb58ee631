import Testing
import WarderTesting

@testable import WarderHTTP

/// A path has one spelling. Every second one is refused before any rule looks at it.
@Suite struct RequestTargetTests {
    @Test(
        "clean paths are taken as they are",
        arguments: [
            ("/v1/health", ["v1", "health"]), ("/v1/secrets/notes/api", ["v1", "secrets", "notes", "api"]),
            ("/v1/tools/notes/@launch", ["v1", "tools", "notes", "@launch"]), ("/a.b/c-d/e_f", ["a.b", "c-d", "e_f"]),
            ("/...", ["..."]), ("/.a/a.", [".a", "a."]), ("/V1", ["V1"]),
        ]
    )
    func clean(_ text: String, _ segments: [String]) throws {
        let target = try #require(RequestTarget(text))
        #expect(target.segments.map(String.init) == segments)
        #expect(target.path == text)
        #expect(target.query.isEmpty)
    }

    @Test(
        "any second spelling of a path is refused",
        arguments: [
            "", "/", "//", "v1/health", "*", "http://warder/v1/health", "/v1//health", "/v1/health/", "//v1/health",
            "/v1/./health", "/v1/../v1/health", "/./v1", "/..", "/.", "/v1/health/.", "/v1/health/..",
            "/v1/%2e/health", "/v1/%2E%2E/health", "/v1%2fhealth", "/v1%2Fhealth", "/v1/health%00", "/v1/%68ealth",
            "/v1/secrets/a%252fb", "/v1\\health", "/v1/..\\health", "/v1/health;x=1", "/v1/health#top", "/v1/he alth",
            "/v1/health\u{0}", "/v1/health\t", "/v1/he\u{e9}", "/v1/\u{2e}\u{2e}\u{2f}", "/v1/\u{ff0e}\u{ff0e}/x",
            "/v1/secre\u{17f}ts", "/v1/secrets/a+b", "/v1/secrets/a*", "/v1/secrets/a:b", "/v1/secrets/a,b",
            "/v1/secrets/(a)", "/v1/secrets/~a", "/v1/secrets/a'b", "/v1/secrets/\"a\"", "/v1/secrets/a&b",
            "/v1/secrets/a=b", "/v1/secrets/$a", "/v1/secrets/!a", "?x=1", "/?x=1", "\u{2215}v1/health",
        ]
    )
    func second(_ text: String) { #expect(RequestTarget(text) == nil) }

    @Test("a path that a client may write in one way only reaches one route only, whatever bytes are put into it")
    func oneSpelling() {
        var numbers = SeededNumbers()
        let pieces = [
            "/", ".", "..", "//", "%2e", "%2f", "%00", "v1", "secrets", "a", "\\", "\u{e9}", " ", "@", "?", "#", "+",
        ]
        for _ in 0..<5000 {
            let text =
                "/"
                + (0..<Int.random(in: 1...8, using: &numbers)).map { _ in pieces.randomElement(using: &numbers) ?? "" }
                .joined()
            guard let target = RequestTarget(text) else { continue }
            #expect("/" + target.segments.joined(separator: "/") == target.path, "seed \(numbers.seed)")
            #expect(!target.segments.contains { $0.isEmpty || $0 == "." || $0 == ".." }, "seed \(numbers.seed)")
            #expect(
                target.path.utf8.allSatisfy {
                    $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: "\\")
                }
            )
        }
    }

    @Test("a target has at most 2048 bytes")
    func length() {
        #expect(RequestTarget("/" + String(repeating: "a", count: 2047)) != nil)
        #expect(RequestTarget("/" + String(repeating: "a", count: 2048)) == nil)
        #expect(RequestTarget("/a?b=" + String(repeating: "a", count: 2043)) != nil)
        #expect(RequestTarget("/a?b=" + String(repeating: "a", count: 2044)) == nil)
    }

    @Test(
        "values of the query may be escaped UTF-8",
        arguments: [
            ("/a?b=c", ["b=c"]), ("/a?b=c&d=e", ["b=c", "d=e"]), ("/a?b=", ["b="]), ("/a?b=c=d", ["b=c=d"]),
            ("/a?", []),
            ("/a?b=%41%2f%2E", ["b=A/."]), ("/a?b=%c3%a9", ["b=\u{e9}"]), ("/a?b=%00", ["b=\u{0}"]),
            ("/a?b=a/b:c", ["b=a/b:c"]), ("/a?b=%2b", ["b=+"]), ("/a?peer.uid=5", ["peer.uid=5"]),
            ("/a?b=1&b=2", ["b=1", "b=2"]), ("/a?b=c?d", ["b=c?d"]),
        ]
    )
    func query(_ text: String, _ pairs: [String]) throws {
        #expect(try #require(RequestTarget(text)).query.map { "\($0.name)=\($0.value)" } == pairs)
    }

    @Test(
        "a query that is not pairs, or does not decode, is refused",
        arguments: [
            "/a?b", "/a?=c", "/a?b=c&", "/a?&b=c", "/a?b=c&&d=e", "/a?b=%", "/a?b=%4", "/a?b=%4g", "/a?b=%zz",
            "/a?b=%c3",
            "/a?b=%ff", "/a?b=%ed%a0%80", "/a?b=%c0%af", "/a?b=a+b", "/a?b=a b", "/a?b=\u{e9}", "/a?b=\u{0}",
            "/a?b=%-1",
            "/a?b=% 1", "/a?b=%+1",
        ]
    )
    func badQuery(_ text: String) { #expect(RequestTarget(text) == nil) }

    @Test("a query has at most 64 parameters")
    func count() {
        func target(_ count: Int) -> RequestTarget? {
            RequestTarget("/a?" + (0..<count).map { "b\($0)=1" }.joined(separator: "&"))
        }
        #expect(target(64)?.query.count == 64)
        #expect(target(65) == nil)
    }

    @Test("a parameter that stands twice is nobody's to choose from")
    func twice() throws {
        let target = try #require(RequestTarget("/a?b=1&c=2&b=1"))
        #expect(throws: Problem.self) { try target.parameter("b") }
        #expect(try target.parameter("c") == "2")
        #expect(try target.parameter("d") == nil)
    }
}
