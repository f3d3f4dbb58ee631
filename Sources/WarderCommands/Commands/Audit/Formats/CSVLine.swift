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
        "peer.exe_sha256", "peer.attestation", "id", "launch",
    ]
    /// The column of what this version has no column for, as JSON.
    static let other = "other"

    /// Columns in the order in which the log has the fields, so that they are found in one pass.
    private static let ownFields = fields(below: "")
    private static let peerFields = fields(below: "peer.")

    private static func fields(below prefix: String) -> [(name: String, column: Int)] {
        columns.enumerated().filter { prefix.isEmpty ? !$1.contains(".") : $1.hasPrefix(prefix) }
            .map { (name: String($1.dropFirst(prefix.count)), column: $0) }.sorted { $0.name < $1.name }
    }

    var header: [UInt8] {
        var row: [UInt8] = []
        for title in Self.columns + [Self.other] { CSVCell.append(title, isSafe: isSafe, to: &row) }
        Self.endRow(&row)
        return row
    }

    func convert(_ event: EventLine) -> [UInt8] {
        var cells = [JSONNode?](repeating: nil, count: Self.columns.count)
        var rest: [(name: String, value: JSONNode)] = []
        for (key, value) in Self.sort(event.root.members, by: Self.ownFields, into: &cells) {
            let name = EventLine.text(key) ?? ""
            guard name == "peer", value.kind == .object else {
                rest.append((name, value))
                continue
            }
            for (key, value) in Self.sort(value.members, by: Self.peerFields, into: &cells) {
                rest.append(("peer." + (EventLine.text(key) ?? ""), value))
            }
        }
        var row: [UInt8] = []
        row.reserveCapacity(1024)
        for cell in cells {
            if let cell {
                CSVCell.append(cell, isSafe: isSafe, to: &row)
            } else {
                CSVCell.append("", isSafe: isSafe, to: &row)
            }
        }
        CSVCell.append(Self.json(rest), isSafe: isSafe, to: &row)
        Self.endRow(&row)
        return row
    }

    /// Puts each member into its cell, and gives back those that have none.
    private static func sort(
        _ members: JSONMembers,
        by fields: [(name: String, column: Int)],
        into cells: inout [JSONNode?]
    ) -> [(key: JSONNode, value: JSONNode)] {
        var others: [(key: JSONNode, value: JSONNode)] = []
        var next = 0
        for (key, value) in members {
            // Both are in the same order; what is not has to be looked for.
            let ahead = fields[next...].firstIndex { key.isText($0.name) }
            guard let found = ahead ?? fields[..<next].firstIndex(where: { key.isText($0.name) }) else {
                others.append((key, value))
                continue
            }
            cells[fields[found].column] = value
            next = found + 1
        }
        return others
    }

    /// Members without a column, of a later version.
    private static func json(_ members: [(name: String, value: JSONNode)]) -> String {
        guard !members.isEmpty else { return "" }
        var json = JSONBuffer()
        json.beginObject()
        for (name, value) in members {
            json.key(text: name)
            json.value(value)
        }
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Takes the comma behind the last cell away.
    private static func endRow(_ row: inout [UInt8]) {
        row.removeLast()
        row += [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
    }
}

/// One cell of a table.
enum CSVCell {
    /// Appends a value and a comma: texts and numbers as they are, lists as JSON.
    static func append(_ node: JSONNode, isSafe: Bool, to row: inout [UInt8]) {
        switch node.kind {
        case .string:
            // Nearly all of them: nothing to write out, and in quotes already.
            let bytes = node.rawBytes
            guard bytes.count > 2, isHarmless(bytes) else {
                return append(EventLine.text(node) ?? "", isSafe: isSafe, to: &row)
            }
            row += bytes
            row.append(UInt8(ascii: ","))
        case .number where node.rawBytes.first != UInt8(ascii: "-"):
            row.append(UInt8(ascii: "\""))
            row += node.rawBytes
            row += [UInt8(ascii: "\""), UInt8(ascii: ",")]
        default:
            var json = JSONBuffer()
            json.value(node)
            append(String(decoding: json.bytes, as: UTF8.self), isSafe: isSafe, to: &row)
        }
    }

    /// Whether a text in quotes is itself in a row as well: printable ASCII without quotes and backslashes, beginning
    /// with a letter or a digit.
    private static func isHarmless(_ quoted: [UInt8]) -> Bool {
        let text = quoted.dropFirst().dropLast()
        guard let first = text.first else { return false }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            return text.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        default: return false
        }
    }

    /// Appends the text in quotes, harmless to a terminal, and a comma.
    ///
    /// A spreadsheet computes what begins with one of a few characters, and what it computes can fetch and send. With
    /// `isSafe` an apostrophe before them makes them text. No other cell can begin in the middle of this one, because
    /// every cell is quoted.
    static func append(_ text: String, isSafe: Bool, to row: inout [UInt8]) {
        row.append(UInt8(ascii: "\""))
        if !text.isEmpty {
            let text = TerminalText.escaped(text)
            if isSafe, isFormula(text) { row.append(UInt8(ascii: "'")) }
            for byte in text.utf8 {
                if byte == UInt8(ascii: "\"") { row.append(byte) }
                row.append(byte)
            }
        }
        row += [UInt8(ascii: "\""), UInt8(ascii: ",")]
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
