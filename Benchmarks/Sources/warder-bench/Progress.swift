import Foundation

/// One line on a terminal that says what is going on; nothing elsewhere.
enum Progress {
    private static let isTerminal = isatty(STDERR_FILENO) == 1

    static func show(_ text: String) {
        if isTerminal { write("\r\u{1B}[K\(text) …") }
    }

    static func end() {
        if isTerminal { write("\r\u{1B}[K") }
    }

    private static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
