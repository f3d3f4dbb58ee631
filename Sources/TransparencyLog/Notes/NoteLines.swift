/// Lines of a text that ends with a line feed, each without it. `nil` for any other text.
enum NoteLines {
    static func of(_ text: String) -> [String]? {
        let feed = UInt8(ascii: "\n")
        guard text.utf8.last == feed else { return nil }
        return text.utf8.dropLast().split(separator: feed, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// What stands behind `lead`, where the line begins with it byte for byte.
    static func value(_ line: some StringProtocol, _ lead: String) -> String? {
        guard line.utf8.starts(with: lead.utf8) else { return nil }
        return String(decoding: line.utf8.dropFirst(lead.utf8.count), as: UTF8.self)
    }
}
