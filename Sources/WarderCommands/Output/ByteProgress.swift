/// How far a long transfer is, on one line of standard error that is written over; silent where that is no terminal.
struct ByteProgress {
    private static let bytesBetweenUpdates: UInt64 = 1_048_576

    private let console: Console
    private var shownAt: UInt64?

    init(console: Console) { self.console = console }

    /// Shows how much is done; `total` of 0 is not known yet.
    mutating func show(_ bytes: UInt64, of total: UInt64) {
        guard let width = console.errorWidth else { return }
        if let shownAt, bytes < total, bytes - min(bytes, shownAt) < Self.bytesBetweenUpdates { return }
        shownAt = bytes
        console.writeToErrors("\r\u{1B}[K" + TerminalText.truncated(Self.line(bytes, total), to: width - 1))
    }

    /// Takes the line away.
    mutating func clear() {
        if shownAt != nil { console.writeToErrors("\r\u{1B}[K") }
        shownAt = nil
    }

    static func line(_ bytes: UInt64, _ total: UInt64) -> String {
        guard total > 0 else { return ByteCount.text(Int(clamping: bytes)) }
        let share = min(1, Double(bytes) / Double(total))
        let filled = Int(share * 30)
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 30 - filled)
        return "[\(bar)] \(Int(share * 100))%  \(ByteCount.text(Int(clamping: bytes))) of "
            + ByteCount.text(Int(clamping: total))
    }
}
