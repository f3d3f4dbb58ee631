import Testing
import WarderModel

@testable import Reviewing

/// What reports are written as, and what hostile names do to them.
@Suite("Renderings of a review")
struct RenderingTests {
    /// Words that try to be markup, a script, another line, another direction.
    static let hostile =
        "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>|`[a](http://x)\u{202E}\u{200B}\u{1B}[2J\n# x"

    private static func hostileFacts() -> ReviewFacts {
        var facts = Sample.perfect()
        for index in facts.tools.indices {
            facts.tools[index].description = hostile
            facts.tools[index].reasons = [hostile]
            facts.tools[index].owner = .known(hostile)
            facts.tools[index].permissions = .known([hostile])
            facts.tools[index].recorded = .known(false)
        }
        facts.tools[0].name = "shop/" + hostile
        facts.name = hostile
        facts.servers.change {
            $0[0].name = hostile; $0[0].owner = hostile; $0[0].overlaps = [hostile]
        }
        facts.secrets.change {
            $0[0].name = hostile; $0[0].owner = nil; $0[0].schedule = hostile
        }
        facts.grants = .notEvaluated(hostile)
        facts.governance = .known(GovernanceFacts(owner: hostile, escalation: nil, retention: hostile))
        return facts
    }

    @Test("hostile names are text on the page, and nothing else")
    func html() {
        var older = Self.hostileFacts()
        older.tools[1].name = "shop/gone"
        let page = ReviewHTML.text(of: Review(Self.hostileFacts(), since: older))
        #expect(!page.contains("<script"))
        #expect(!page.contains("<img"))
        #expect(!page.contains("onerror=alert(2)>|`[a](http://x)\u{202E}"))
        let hazards = page.unicodeScalars.filter { $0.properties.isBidiControl || $0 == "\u{200B}" || $0 == "\u{1B}" }
        #expect(hazards.isEmpty)
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;"))
        // Every element is one of ours.
        let names = Set(page.matches(of: #/<\/?([a-zA-Z][a-zA-Z0-9]*)/#).map { String($0.1) })
        #expect(
            names.isSubset(of: [
                "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "nav", "a", "h1", "h2",
                "h3", "p", "div", "span", "dl", "dt", "dd", "small", "svg", "circle", "rect", "text", "ul", "li",
                "table",
                "caption", "thead", "tbody", "tr", "th", "td", "pre", "code",
            ]),
            "\(names)"
        )
        // Opened as often as closed: nothing broke out of its element.
        for name in names where !["meta", "html", "body", "head"].contains(name) {
            let opened = page.matches(of: try! Regex("<\(name)[ >]")).count
            let closed = page.matches(of: try! Regex("</\(name)>")).count
            #expect(opened == closed, "\(name)")
        }
    }

    @Test("the page refers to nothing outside itself, and forbids it")
    func selfContained() {
        let page = ReviewHTML.text(of: Review(Sample.perfect()))
        #expect(page.contains("default-src &#39;none&#39;; style-src &#39;sha256-"))
        #expect(!page.contains("unsafe-inline"))
        for word in ["src=", "@import", "url(", "http://", "https://", "<link", "style=\""] {
            #expect(!page.contains(word), "\(word)")
        }
        let targets = page.matches(of: #/href="([^"]*)"/#).map { String($0.1) }
        #expect(!targets.isEmpty)
        for target in targets { #expect(target.hasPrefix("#") && page.contains("id=\"\(target.dropFirst())\"")) }
    }

    @Test("headings go down by one, tables have captions, charts have words")
    func accessible() {
        let page = ReviewHTML.text(of: Review(Self.hostileFacts()))
        var level = 0
        for match in page.matches(of: #/<h([1-6])/#) {
            let next = Int(match.1) ?? 0
            #expect(next <= level + 1)
            level = next
        }
        #expect(page.matches(of: #/<table/#).count == page.matches(of: #/<caption/#).count)
        #expect(page.matches(of: #/<svg/#).count == page.matches(of: #/role="img" aria-label="[^"]+"/#).count)
        #expect(page.contains("<html lang=\"en\">"))
    }

    @Test("Markdown keeps hostile names within their cells")
    func markdown() {
        let whole = ReviewMarkdown.text(of: Review(Self.hostileFacts()))
        // What stands in a fence is shown as it is.
        let text = whole.replacing(#/```sh\n[^\n]*\n```/#, with: "")
        #expect(text != whole && !text.contains("```"))
        #expect(!text.contains("<script"))
        #expect(!text.contains("<img"))
        #expect(!text.contains("](http:"))
        #expect(!text.contains("\n# x"))
        for line in text.split(separator: "\n") where line.hasPrefix("| ") {
            let bars = line.replacing("\\|", with: "").count { $0 == "|" }
            #expect([4, 5, 6, 7].contains(bars), "\(line)")
        }
    }

    @Test(
        "a mark before or after hides nothing that Markdown or HTML would read",
        arguments: ["\u{0D4E}", "\u{0600}", ""]
    )
    func combined(before: String) {
        for special in "&<>\\`*_{}[]|~#@!:".unicodeScalars {
            let text = ReviewMarkdown.escaped("\(before)\(special)\u{0301}x")
            let scalars = Array(text.unicodeScalars)
            let isBare = scalars.indices.contains { index in
                scalars[index] == special && (index == 0 || scalars[index - 1] != "\\")
                    // What replaces a special character may begin with one.
                    && !["&", "#"].contains(special) && special != "\\"
            }
            #expect(!isBare, "\(special)")
            #expect(scalars.count > "\(before)\(special)\u{0301}x".unicodeScalars.count, "\(special)")
        }
    }

    @Test("no mark ends the fence around a command")
    func fence() {
        var facts = Sample.perfect()
        facts.tools[0].name = "shop/x````\u{0301}"
        facts.tools[0].owner = .known(nil)
        let text = ReviewMarkdown.text(of: Review(facts))
        #expect(text.unicodeScalars.split(separator: "\n").contains { String($0) == "`````sh" })
    }

    @Test("on a terminal nothing of a hostile name moves the cursor, and no line is wider than the terminal")
    func terminal() {
        let lines = ReviewText.lines(of: Review(Self.hostileFacts()), width: 72)
        for line in lines {
            #expect(!line.unicodeScalars.contains { $0.value < 0x20 || $0.properties.isBidiControl })
        }
        let plain = ReviewText.lines(of: Review(Sample.perfect()), width: 72)
        #expect(plain.allSatisfy { $0.count <= 72 })
        #expect(plain.contains("Score 100 of 100"))
    }

    @Test("the JSON form gives its facts back, hostile ones too, and is the same for the same facts")
    func json() throws {
        for facts in [Sample.perfect(), Self.hostileFacts()] {
            let bytes = ReviewJSON.bytes(of: Review(facts))
            #expect(!bytes.isEmpty)
            #expect(try ReviewJSON.facts(in: bytes) == facts)
            #expect(ReviewJSON.bytes(of: Review(facts)) == bytes)
            #expect(try ReviewJSON.facts(answer: ReviewJSON.bytes(of: facts)) == facts)
            #expect(!bytes.contains { $0 < 0x20 })
            #expect(!String(decoding: bytes, as: UTF8.self).unicodeScalars.contains { $0.properties.isBidiControl })
        }
    }

    @Test("a baseline that is no review, or a later one, is refused")
    func baselines() throws {
        let good = String(decoding: ReviewJSON.bytes(of: Review(Sample.perfect())), as: UTF8.self)
        let cases: [(String, BaselineProblem)] = [
            ("", .notJSON), ("[]", .notAReview), ("{}", .notAReview), ("{\"kind\":\"warder-review\"}", .notAReview),
            ("{\"kind\":\"warder-review\",\"facts\":{}}", .notAReview),
            (good.replacing("\"kind\":\"warder-review\"", with: "\"kind\":\"other\""), .notAReview),
            (good.replacing("\"format\":1,\"governance\"", with: "\"format\":2,\"governance\""), .laterFormat),
            (String(good.dropLast()), .notJSON),
        ]
        for (text, problem) in cases {
            #expect(throws: problem) { try ReviewJSON.facts(in: Array(text.utf8)) }
        }
    }

    @Test("facts that an older version did not know are not evaluated, and not good")
    func olderFacts() throws {
        let text = String(decoding: ReviewJSON.bytes(of: Review(Sample.perfect())), as: UTF8.self)
        let older = text.replacing(#/"limits":\{"known":\{"limits":\[.*?\]\}\},/#, with: "")
        #expect(older != text)
        let facts = try ReviewJSON.facts(in: Array(older.utf8))
        #expect(facts.limits.value == nil)
        #expect(Review(facts).checks.first { $0.id == "rate-limits" }?.outcome == .notEvaluated)
    }
}
