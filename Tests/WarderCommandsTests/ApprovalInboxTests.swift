import Testing
import WarderModel
import WarderWire

@testable import WarderCommands

/// What keys do in the inbox, and what stands on the screen.
@Suite("Approval inbox")
struct ApprovalInboxTests {
    private static func call(
        _ name: String,
        tool: String = "shop/refund",
        yours: Bool = true,
        state: String = "pending"
    ) -> ApprovalSummary {
        ApprovalSummary(
            approval: name,
            state: state,
            tool: tool,
            risk: "critical",
            category: "financial",
            onBehalfOf: nil,
            purpose: nil,
            uid: 2000,
            requested: "2026-11-21T09:30:00.000Z",
            expires: "2026-11-21T10:30:00.000Z",
            missing: ["security"],
            yours: yours,
            awaitsReview: false
        )
    }

    private static let moment = Moment(now: Timestamp(milliseconds: 1_795_253_400_000))

    @Test("those that ask for this person come first, and what has ended is not there")
    func order() {
        var inbox = ApprovalInbox()
        inbox.update([Self.call("a", yours: false), Self.call("b"), Self.call("c", state: "used")])
        #expect(inbox.waiting.map(\.approval) == ["b", "a"])
        #expect(inbox.selected == "b")
    }

    @Test("a call that ends elsewhere puts no other one under the finger")
    func selection() {
        var inbox = ApprovalInbox()
        inbox.update([Self.call("a"), Self.call("b"), Self.call("c")])
        _ = inbox.press(.down, width: 60, height: 24)
        #expect(inbox.selected == "b")
        inbox.update([Self.call("b"), Self.call("c")])
        #expect(inbox.selected == "b")
        inbox.update([Self.call("new"), Self.call("b"), Self.call("c")])
        #expect(inbox.selected == "b")
        inbox.update([])
        #expect(inbox.selected == nil)
        #expect(inbox.press(.open, width: 60, height: 24) == .nothing)
    }

    @Test("nobody approves from the list, nor before the page was read to its end")
    func reading() {
        var inbox = ApprovalInbox()
        inbox.update([Self.call("a")])
        #expect(inbox.press(.approve, width: 60, height: 24) == .show("a"))
        inbox.show("a", (1...30).map { "line \($0)" })
        #expect(inbox.press(.approve, width: 60, height: 24) == .nothing)
        #expect(inbox.message != nil)
        _ = inbox.press(.open, width: 60, height: 24)
        #expect(inbox.press(.approve, width: 60, height: 24) == .approve("a"))
        #expect(inbox.press(.deny, width: 60, height: 24) == .deny("a"))
        #expect(inbox.press(.quit, width: 60, height: 24) == .nothing)
        #expect(inbox.page == nil)
        #expect(inbox.press(.quit, width: 60, height: 24) == .quit)
    }

    @Test("the screen is never larger than the terminal, and nothing in it drives one")
    func screen() {
        var inbox = ApprovalInbox()
        inbox.update(
            (0..<100).map { Self.call("a\($0)", tool: "x\u{1B}[2J\u{202E}/\(String(repeating: "long", count: 40))") }
        )
        for height in [6, 10, 24] {
            let lines = inbox.lines(width: 60, height: height, moment: Self.moment)
            #expect(lines.count <= height)
            #expect(lines.dropLast().allSatisfy { TerminalText.width($0) <= 60 })
            #expect(!lines.contains { $0.contains("\u{1B}") || $0.contains("\u{202E}") })
        }
        inbox.show("a0", (1...50).map { "line \($0)" })
        #expect(inbox.lines(width: 60, height: 10, moment: Self.moment).count <= 10)
    }

    @Test("a page hides no character of a long argument, and no yes is taken before all of it was on the screen")
    func longArgument() {
        // Sixteen kibibytes, of which the end is what matters.
        let note = String(repeating: "harmless words ", count: 1090) + "account=attacker"
        let line = "  \"note\": \"\(note)\""
        var inbox = ApprovalInbox()
        inbox.update([Self.call("a")])
        inbox.show("a", ["Arguments, all of them:", line])
        var seen: [String] = []
        for _ in 0..<1000 {
            let rows = inbox.lines(width: 60, height: 24, moment: Self.moment)
            #expect(rows.allSatisfy { TerminalText.width($0) <= 60 })
            for row in rows.dropFirst(2).dropLast(2) where seen.last != row { seen.append(row) }
            if inbox.press(.approve, width: 60, height: 24) == .approve("a") { break }
            #expect(!rows.joined().contains("account=attacker"))
            _ = inbox.press(.down, width: 60, height: 24)
        }
        let mark = WrappedPage.continuation
        let wrapped = TerminalText.wrapped(line, to: 60, continuation: mark)
        #expect(seen.last == wrapped.last && seen.last?.hasSuffix("attacker\"") == true)
        #expect(Set(wrapped).isSubset(of: seen))
        #expect(wrapped.map { $0.hasPrefix(mark) ? String($0.dropFirst(mark.count)) : $0 }.joined() == line)
    }

    @Test("another size of the terminal skips nothing that was not read")
    func resized() {
        var inbox = ApprovalInbox()
        inbox.update([Self.call("a")])
        inbox.show("a", (1...40).map { "line \($0) " + String(repeating: "x", count: 200) })
        for _ in 0..<4 { _ = inbox.press(.open, width: 20, height: 24) }
        let narrow = inbox.lines(width: 20, height: 24, moment: Self.moment)[2]
        let wide = inbox.lines(width: 300, height: 24, moment: Self.moment)[2]
        #expect(wide.hasPrefix("line 7 "), "\(narrow), then \(wide)")
        // Twenty lines are on a wide screen at once, and the rest was never there.
        #expect(inbox.press(.approve, width: 300, height: 24) == .nothing)
    }

    @Test("what goes on in the next row cannot pass for a line of the vault's own")
    func continued() {
        var inbox = ApprovalInbox()
        inbox.update([Self.call("a")])
        inbox.show("a", ["  \"note\": \"" + String(repeating: " ", count: 49) + "Risk  read-only, standard\""])
        let rows = inbox.lines(width: 60, height: 24, moment: Self.moment)
        #expect(!rows.contains { $0.hasPrefix("Risk") })
    }
}
