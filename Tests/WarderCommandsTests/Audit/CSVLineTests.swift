import Foundation
import Testing
import WarderModel

@testable import WarderCommands

@Suite("Events as CSV")
struct CSVLineTests {
    /// The cells of one row, read as RFC 4180 says.
    static func cells(_ bytes: [UInt8]) -> [String]? {
        var cells: [String] = []
        var rest = Substring(String(decoding: bytes, as: UTF8.self))
        while true {
            guard rest.first == "\"" else { return nil }
            rest = rest.dropFirst()
            var cell = ""
            while true {
                guard let end = rest.firstIndex(of: "\"") else { return nil }
                cell += rest[..<end]
                rest = rest[rest.index(after: end)...]
                guard rest.first == "\"" else { break }
                cell += "\""
                rest = rest.dropFirst()
            }
            cells.append(cell)
            if rest.first == "\r\n" { return rest.count == 1 ? cells : nil }
            guard rest.first == "," else { return nil }
            rest = rest.dropFirst()
        }
    }

    private func row(_ event: [String: Any], isSafe: Bool = true) throws -> [String: String] {
        let converter = CSVLine(isSafe: isSafe)
        let titles = try #require(Self.cells(converter.header))
        let cells = try #require(Self.cells(converter.convert(SampleEvent.parsed(event))))
        #expect(titles.count == cells.count)
        return Dictionary(uniqueKeysWithValues: zip(titles, cells))
    }

    @Test("every field of an event has a column of its own")
    func columns() throws {
        let row = try row(SampleEvent.full(.secretResolve, refusedBecause: .tokenExpired))
        #expect(!row.contains { $0.key != "other" && $0.value.isEmpty }, "\(row)")
        #expect(row["other"] == "")
        #expect(row["secret"] == "github/pat" && row["seq"] == "17" && row["peer.unit"] == "mcp-github.service")
        #expect(row["fields"] == #"["user","value"]"#)
        #expect(Set(row.keys).isSuperset(of: EventField.searchable))
    }

    @Test("a damaged event is a row with its number, and says what it is in the last column")
    func damaged() throws {
        let row = try row(["damaged": true, "leaf": String(repeating: "0a", count: 32), "seq": 7])
        #expect(row.filter { !$0.value.isEmpty }.keys.sorted() == ["other", "seq"])
        #expect(row["seq"] == "7")
        #expect(row["other"] == #"{"damaged":true,"leaf":"\#(String(repeating: "0a", count: 32))"}"#)
    }

    @Test("what has no column stands in the last one")
    func other() throws {
        var event = SampleEvent.bare(.secretResolve)
        event["lease"] = ["a": 1]
        event["peer"] = ["uid": 1001, "cgroup": "x\u{202E}y"]
        let row = try row(event)
        #expect(row["other"] == #"{"lease":{"a":1},"peer.cgroup":"x\u202ey"}"#)
        #expect(row["peer.uid"] == "1001" && row["tool"] == "")
    }

    @Test(
        "a cell that a spreadsheet would compute is text, unless that was declined",
        arguments: ["=1+2", "+1", "-1", "@SUM(A1)", "  =1", "\u{FF1D}1", "=1+2\";=1+2", "\u{2212}2"]
    )
    func formulas(_ text: String) throws {
        var event = SampleEvent.full(.secretResolve)
        event["purpose"] = text
        #expect(try row(event)["purpose"] == "'" + text)
        #expect(try row(event, isSafe: false)["purpose"] == text)
    }

    @Test("tabs and line breaks are written out, and separators begin no cell")
    func separators() throws {
        var event = SampleEvent.full(.secretResolve)
        event["purpose"] = "a\t=1\r\n=2,\"=3\";=4"
        let text = #"a\t=1\r\n=2,"=3";=4"#
        #expect(try row(event)["purpose"] == text)
        #expect(try row(event, isSafe: false)["purpose"] == text)
    }
}
