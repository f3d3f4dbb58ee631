import StrictJSON

/// An event as a row of a table: RFC 4180, a header, every cell in quotes, docs/formats/export.md.
struct CSVLine: EventConverter {
    /// Whether cells that a spreadsheet would compute are made text.
    let isSafe: Bool

    /// Titles and places of the columns; `peer.uid` is a field inside of another. They are only ever added, before the
    /// last one.
    static let columns = [
        "seq", "time", "type", "action", "decision", "reason", "actor", "server", "tool", "secret", "version", "fields",
        "token", "approval", "on_behalf_of", "agent", "session", "purpose", "request_id", "trace_id", "tool_digest",
        "arguments_digest", "duration_us", "changes", "peer.uid", "peer.gid", "peer.pid", "peer.unit", "peer.exe",
        "peer.exe_sha256", "peer.attestation", "id",
    ]
    /// The column of what this version has no column for, as JSON.
    static let other = "other"

    private static let names = Set(columns)

    var header: [UInt8] { row(Self.columns + [Self.other]) }

    func convert(_ event: EventLine) -> [UInt8] {
        let cells = Self.columns.map { name in
            let path = name.split(separator: ".").map(String.init)
            return path.reduce(event.root as JSONNode?) { $0?.member($1) }.map(Self.text) ?? ""
        }
        return row(cells + [Self.rest(of: event)])
    }

    /// Texts and numbers as they are, lists as JSON.
    private static func text(_ node: JSONNode) -> String {
        EventLine.text(node) ?? String(decoding: IndentedJSON.line(node).dropLast(), as: UTF8.self)
    }

    /// Members without a column, of a later version.
    private static func rest(of event: EventLine) -> String {
        var json = JSONBuffer()
        json.beginObject()
        var isEmpty = true
        func add(_ members: JSONMembers, below prefix: String) {
            for (key, value) in members {
                let name = prefix + (EventLine.text(key) ?? "")
                if name == "peer", value.kind == .object {
                    add(value.members, below: "peer.")
                } else if !names.contains(name) {
                    json.key(text: name)
                    json.raw(IndentedJSON.line(value).dropLast())
                    isEmpty = false
                }
            }
        }
        add(event.root.members, below: "")
        json.endObject()
        return isEmpty ? "" : String(decoding: json.bytes, as: UTF8.self)
    }

    private func row(_ cells: [String]) -> [UInt8] {
        Array((cells.map { CSVCell.quoted($0, isSafe: isSafe) }.joined(separator: ",") + "\r\n").utf8)
    }
}

/// One cell of a table.
enum CSVCell {
    /// The text in quotes, harmless to a terminal.
    ///
    /// A spreadsheet computes what begins with one of a few characters, and what it computes can fetch and send. With
    /// `isSafe` an apostrophe before them makes them text. No other cell can begin in the middle of this one, because
    /// every cell is quoted.
    static func quoted(_ text: String, isSafe: Bool) -> String {
        let text = TerminalText.escaped(text)
        return "\"" + (isSafe && isFormula(text) ? "'" : "") + text.replacing("\"", with: "\"\"") + "\""
    }

    /// Whether a spreadsheet may take it for something to compute; some look behind leading spaces, and some take the
    /// wide forms of the characters too. Tabs and line breaks, which count as well, were written out before.
    private static func isFormula(_ text: String) -> Bool {
        switch text.unicodeScalars.first(where: { !$0.properties.isWhitespace }) {
        case "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}", "\u{2212}": true
        default: false
        }
    }
}
