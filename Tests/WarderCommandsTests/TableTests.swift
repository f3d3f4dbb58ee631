import Testing

@testable import WarderCommands

@Suite("Tables")
struct TableTests {
    private static func sample() -> Table {
        var table = Table([
            .init("NAME", canShrink: false), .init("USES", isNumber: true), .init("OWNER"), .init("NOTES"),
        ])
        table.add(["github/pat", "7", "the platform team", "a long description that goes on"])
        table.add(["x", "1234567", "", ""])
        return table
    }

    @Test("columns line up, numbers to the right, and no line ends in spaces")
    func alignment() {
        #expect(
            Self.sample().lines(width: nil, hasColour: false) == [
                "NAME           USES  OWNER              NOTES",
                "github/pat        7  the platform team  a long description that goes on",
                "x           1234567",
            ]
        )
    }

    @Test("on a narrow terminal the widest columns are cut, names and numbers never")
    func narrow() {
        #expect(
            Self.sample().lines(width: 48, hasColour: false) == [
                "NAME           USES  OWNER         NOTES",
                "github/pat        7  the platfor…  a long descr…",
                "x           1234567",
            ]
        )
        for width in 0...100 {
            for line in Self.sample().lines(width: width, hasColour: false).dropFirst() {
                #expect(TerminalText.width(line) <= max(width, 39))
                #expect(line.hasPrefix("github/pat        7") || line == "x           1234567")
            }
        }
    }

    @Test("a column that wraps loses no word, whatever the width")
    func wrapping() {
        var table = Table([.init("NAME", canShrink: false), .init("KNOWN BY", wraps: true), .init("OWNER")])
        table.add(["github", "uid=1001 unit=mcp-github.service group=7", "the platform team"])
        table.add(["x", "uid=2", ""])
        #expect(
            table.lines(width: 50, hasColour: false) == [
                "NAME    KNOWN BY                 OWNER",
                "github  uid=1001                 the platform team",
                "        unit=mcp-github.service",
                "        group=7",
                "x       uid=2",
            ]
        )
        for width in 0...100 {
            let text = table.lines(width: width, hasColour: false).joined(separator: " ")
            for word in ["uid=1001", "unit=mcp-github.service", "group=7"] { #expect(text.contains(word)) }
        }
    }

    @Test("wide characters keep the columns in line")
    func wideCharacters() {
        var table = Table([.init("A"), .init("B")])
        table.add(["日本", "1"])
        table.add(["abcde", "2"])
        #expect(table.lines(width: nil, hasColour: false) == ["A      B", "日本   1", "abcde  2"])
    }

    @Test("cells cannot break out of their line")
    func hostileCell() {
        var table = Table([.init("A")])
        table.add([.init("x\u{1B}[2J\ny")])
        #expect(table.lines(width: nil, hasColour: false) == ["A", "x\\u{1b}[2J\\ny"])
    }

    @Test("colour surrounds the text alone, and only where it is wanted")
    func colour() {
        var table = Table([.init("A"), .init("B")])
        table.add([.init("bad", .bad), .init("x")])
        #expect(table.lines(width: nil, hasColour: true)[1] == "\u{1B}[31mbad\u{1B}[0m  x")
        #expect(!table.lines(width: nil, hasColour: false).joined().contains("\u{1B}"))
    }

    @Test("later rows of a stream line up with earlier ones")
    func stream() {
        var table = Table([.init("A"), .init("B")])
        table.add(["long text", "1"])
        _ = table.lines(width: nil, hasColour: false)
        table.removeRows()
        table.add(["x", "2"])
        #expect(table.rowLines(width: nil, hasColour: false) == ["x          2"])
    }

    @Test("details are aligned, and lines without a value left out")
    func details() {
        var details = Details()
        details.add("Name", "a")
        details.add("Nothing", nil)
        details.add("Long label", "b\u{202E}")
        #expect(details.lines(hasColour: false) == ["Name        a", "Long label  b\\u{202e}"])
    }
}
